"""Rules about the stacks of a project together; `tools.lint_stacks` checks them."""

from mail.rule import Rule
from settings.stack_file import SOURCE

DOMAIN_IN_TWO_STACKS = Rule(
    id="domain-in-two-stacks",
    source=SOURCE,
    why="A domain belongs to one stack: two would undo each other's records.",
    cure="take it out of one of them",
)
HOST_IN_TWO_STACKS = Rule(
    id="host-in-two-stacks",
    source=SOURCE,
    why="A server belongs to one stack, and other stacks name that one to have domains on it.",
    cure="write hostStack in one of them instead of host",
)
