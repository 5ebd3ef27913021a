"""Rules about a run, which only the program can check: by its state and by Cloudflare's answers."""

from mail.rule import Rule

ZONE_UNREACHABLE = Rule(
    id="zone-unreachable",
    source="docs/cloudflare.md",
    why="What a zone holds decides what is published, so the API token must open each zone.",
    cure="make one for this zone with Zone:Read and DNS:Edit, then: "
    "pulumi config set --secret cloudflare:apiToken",
)
PASSWORD_LOST = Rule(
    id="account-password-lost",
    source="docs/getting-started.md",
    level="warning",
    why="An account's password exists nowhere but in the state and with its user: with the account "
    "it goes for good.",
    cure="put the account back into accounts if it is not meant to go",
)
HOST_STACK_MOVED = Rule(
    id="host-stack-moved",
    source="docs/stack-files.md",
    level="warning",
    why="Domains that go to another server stay on the old one, which goes on serving them.",
    cure="make destroy before the change, and make up after it",
)
