"""``remote.Command`` without the engine: its inputs, and which of its commands runs when.

Properties come and go as the engine's plain values. ``create``, ``update`` and ``delete`` are
commands; without an ``update``, ``create`` runs again.
"""

from lab.engine.plugins.command.connection import DEFAULTS
from lab.engine.plugins.command.output import Output
from lab.engine.plugins.command.remote import Operation, RemoteRun
from lab.engine.plugins.values import UNKNOWN, Properties, Value, has_unknown, members, text

TOKEN = "command:remote:Command"  # noqa: S105 - a type token
OUTPUTS = ("stdout", "stderr")


def with_defaults(inputs: Properties) -> Properties:
    """Return the inputs with what the schema fills in: the connection's port, user and limits."""
    filled = {"addPreviousOutputInEnv": True, **inputs}
    connection = members(inputs.get("connection"))
    if connection:
        filled["connection"] = _with_defaults(connection)
    return filled


def _with_defaults(connection: Properties) -> Properties:
    filled = {**DEFAULTS, **connection}
    if members(connection.get("proxy")):
        filled["proxy"] = {**DEFAULTS, **members(connection.get("proxy"))}
    return filled


def foreseen(inputs: Properties, state: Properties) -> Properties:
    """Return the state that a preview shows.

    The outputs are unknown, unless an update changes no input that was there before.
    """
    changed = not state or any(
        name not in OUTPUTS and (has_unknown(inputs.get(name)) or was != inputs.get(name))
        for name, was in state.items()
    )
    shown: dict[str, Value] = dict.fromkeys(OUTPUTS, UNKNOWN)
    return {**inputs, **(shown if changed else {name: state.get(name) for name in OUTPUTS})}


async def create(inputs: Properties, operation: Operation) -> Properties:
    """Run ``create``, if there is one, and return the state.

    Raises:
        CommandError: it failed.
    """
    return await _state(inputs, text(inputs, "create"), Output(), operation)


async def update(inputs: Properties, state: Properties, operation: Operation) -> Properties:
    """Run ``update``, or else ``create`` again, and return the state.

    Raises:
        CommandError: it failed.
    """
    command = inputs.get("update")
    command = inputs.get("create") if command is None else command
    return await _state(inputs, str(command or ""), _previous(state), operation)


async def delete(state: Properties, operation: Operation) -> None:
    """Run ``delete``, if there is one.

    Raises:
        CommandError: it failed.
    """
    if state.get("delete") is not None:
        await _run(state, text(state, "delete"), _previous(state), operation)


async def _state(
    inputs: Properties, command: str, previous: Output, operation: Operation
) -> Properties:
    output = await _run(inputs, command, previous, operation) if command else previous
    return {**inputs, "stdout": output.stdout, "stderr": output.stderr}


async def _run(inputs: Properties, command: str, previous: Output, operation: Operation) -> Output:
    run = RemoteRun(command=command, inputs=inputs, previous=previous, operation=operation)
    return await run.run()


def _previous(state: Properties) -> Output:
    return Output(stdout=text(state, "stdout"), stderr=text(state, "stderr"))
