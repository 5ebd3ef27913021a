"""The variables of a command: the user's own, and what an earlier run returned."""

from lab.engine.plugins.command.outcome import Outcome
from lab.engine.plugins.values import Properties, Value, members


def strings(value: Value) -> dict[str, str]:
    """Return the members of an object of strings; numbers and flags are written out."""
    return {
        name: item if isinstance(item, str) else str(item) for name, item in members(value).items()
    }


def previous_output(inputs: Properties, previous: Outcome) -> dict[str, str]:
    """Return the output of the run before, where it is wanted; an empty one is not set."""
    if inputs.get("addPreviousOutputInEnv") is False:
        return {}
    found = {
        "PULUMI_COMMAND_STDOUT": previous.stdout,
        "PULUMI_COMMAND_STDERR": previous.stderr,
    }
    return {name: value for name, value in found.items() if value}
