"""A step on the host as a resource: run, seen, and run again when what it set up is no longer so.

A dynamic provider over the same SSH connection as the files. A step is a script that lies on the
host (`components.host.step`); what it is to bring about is named in facts, which ``read`` compares
with the host: a service that was stopped shows as a line in ``pulumi preview``, and ``pulumi up``
runs the step. All steps of a run read from one snapshot of the host, which is taken anew once
something was done.

The module must keep its path: every stack's state refers to the provider class by module and name.
"""

import re
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi
from pulumi.dynamic import CreateResult, ReadResult, Resource, UpdateResult

from components.resources.host_provider import FILES, HostProvider, HostStepError, Properties
from components.resources.reading import Reading

if TYPE_CHECKING:
    from facts.snapshot import Snapshot

# Where our programs lie on the host.
ON_HOST = "/usr/local/lib/tapal"
# The runner ends a step after 900 s, waiting for another stack's included.
LIMIT = 1900.0
# How long the host may take to say how it is (seconds).
READ_LIMIT = 60.0


# One for all steps of a run: they are on one host.
_SNAPSHOTS: "Reading[Snapshot]" = Reading()


def command(step: str, action: str, script: str) -> list[str]:
    """Return what runs ``step`` on the host, if its script has the digest ``script``."""
    return ["bash", f"{ON_HOST}/step", step, action, script]


class HostStepProvider(HostProvider):
    """Runs steps and reads facts; lives in a process of its own, which the engine starts."""

    compared = ("data", "facts", "script", "after")

    def create(self, props: Properties) -> CreateResult:
        """Run the step."""
        return CreateResult(id_=props["step"], outs=self._done(props))

    def update(self, _id: str, _olds: Properties, news: Properties) -> UpdateResult:
        """Run the step again: its data, its script or the host have changed."""
        return UpdateResult(outs=self._done(news))

    def look(self, id_: str, props: Properties) -> ReadResult:
        """Return the facts as the host shows them."""
        from facts.fact import seen  # noqa: PLC0415 - only the provider's process reads facts

        wanted: Mapping[str, str] = props["facts"]
        if not wanted:
            return self._there(id_, props, {})
        snapshot = _SNAPSHOTS.get(self._snapshot)
        found = {name: seen(snapshot, name, value) for name, value in wanted.items()}
        return self._there(id_, props, {"facts": found})

    def delete(self, _id: str, props: Properties) -> None:
        """Run what undoes the step, if anything does."""
        if "delete" in props["actions"]:
            self._act(props, "delete")

    def _snapshot(self) -> "Snapshot":
        """Return how the host is now."""
        from facts import snapshot  # noqa: PLC0415 - only the provider's process reads facts

        done = self._run(snapshot.command(), limit=READ_LIMIT)
        self._expect(done, "what the host is", "read")
        try:
            return snapshot.parse(done.stdout)
        except snapshot.SnapshotError as error:
            raise HostStepError(
                f"the host's answer to what it is cannot be read: {error}. Run `pulumi up` "
                "again; if this stays, compare the host's release with docs/vps.md"
            ) from None

    def _done(self, props: Properties) -> Properties:
        for action in props["actions"]:
            if action != "delete":
                self._act(props, action)
        return {**props, "revision": uuid.uuid4().hex[:12]}

    def _act(self, props: Properties, action: str) -> None:
        name = props["step"]
        try:
            done = self._run(
                command(name, action, props["script"]),
                props["data"].encode(),
                limit=LIMIT,
                hear=lambda line: _show(f"{name}: {line}"),
                # Whoever confirms shows by it that a new connection gets in.
                fresh=action == "confirm",
            )
        finally:
            _SNAPSHOTS.forget()
            FILES.forget()  # a package may bring its own
        if done.status != 0:
            raise HostStepError(_plain(done.stderr) or _silent(name))


def _plain(said: bytes) -> str:
    """Return the runner's last words without the mark that each line has."""
    return re.sub(r"(?m)^tapal: ?", "", said.decode("utf-8", "replace")).strip()


def _silent(name: str) -> str:
    return (
        f'step "{name}" was ended on the host without a word. Run `pulumi up` again; what '
        "it had to say is in the host's journal (journalctl -t tapal)"
    )


def _show(line: str) -> None:
    """Hand a line of progress to the engine, which shows what its plugins print."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@dataclass(frozen=True, kw_only=True)
class HostStepArgs:
    """What a step is.

    Attributes:
        step: its script's name, without ``.sh``.
        does: what it brings about, said as an order, for whoever reads a preview.
        script: the script's digest; another script runs again.
        actions: what it is asked for in turn: ``apply``, ``confirm`` (by a new connection), and on
            destroy ``delete``.
        data: its standard input.
        facts: what the host is to be by it, by the facts' names (`facts.fact`).
        after: revisions of what it reads; a change of one runs it again.
    """

    step: str
    does: str
    script: str
    actions: Sequence[str] = ("apply",)
    data: pulumi.Input[str] = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    after: Sequence[pulumi.Input[str]] = ()


class HostStep(Resource, module="tapal", name="HostStep"):
    """One step on the host.

    Attributes:
        facts: what the host is to be, each in a few words; a preview compares them with the host.
        revision: changes whenever it has run; what others are triggered by.
    """

    facts: pulumi.Output[dict[str, str]]
    revision: pulumi.Output[str]

    def __init__(self, name: str, args: HostStepArgs, opts: pulumi.ResourceOptions) -> None:
        """Declare the step."""
        properties: Properties = {
            "step": args.step,
            "does": args.does,
            "script": args.script,
            "actions": list(args.actions),
            "data": args.data,
            "facts": dict(args.facts),
            "after": list(args.after),
            "revision": None,
        }
        super().__init__(HostStepProvider(), name, properties, opts)
