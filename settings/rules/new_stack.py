"""Rules about the answers that `make new` needs to write a stack's file."""

from mail.rule import Rule
from settings.stack_file import SOURCE

ANSWER_MISSING = Rule(
    id="answer-missing",
    source=SOURCE,
    why="Some settings have no default, so somebody must say what they are.",
    cure="give it, or run this on a terminal",
)
STACK_NAME = Rule(
    id="stack-name",
    source="pulumi stack init",
    why="The stack's name becomes part of its file's name, and Pulumi restricts it.",
    cure="name it with --stack: letters, digits, dots, hyphens, up to 100",
)
FORWARD_ELSEWHERE = Rule(
    id="forward-elsewhere",
    source="docs/sending.md",
    why="The server keeps no mailboxes, so mail to a domain is forwarded to an address elsewhere.",
    cure="write an address elsewhere, where you read your mail",
)
WHOLE_ADDRESS = Rule(
    id="address-to-send-from",
    source=SOURCE,
    why="The address that a person wants to send from says the domain and its first account.",
    cure="write it with its domain, such as hello@example.com",
)
SERVER_ADDRESS = Rule(
    id="server-address",
    source=SOURCE,
    why="The server is reached by its IP addresses, before any name leads to it.",
    cure="write the IPv4 address, and the IPv6 address after it if there is one, as the "
    "provider's panel shows them",
)
