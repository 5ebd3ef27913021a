"""The mail gate on the host: its program, its service, and the hook by which chasquid asks it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi

from components.component import Component
from components.gate import door
from components.host.step import step
from components.plan import HostPlan
from components.resources.host_file import HostFile
from components.resources.host_folder import HostFolder
from components.resources.host_step import ON_HOST
from facts import fact
from mail import gate, gate_policy
from mail.chasquid import files as chasquid_files

FOLDER = Path(__file__).parent
PROGRAM = f"{ON_HOST}/gate"
UNITS = "/etc/systemd/system"
HOOKS = ("hook.x86_64.b64", "hook.aarch64.b64", "hook.pl")
FACTS = {
    "tapal-gate.socket": fact.ENABLED,
    "tapal-gate.service": fact.RUNNING,
    "tapal-gate-deny.path": fact.ENABLED,
    "tapal-gate-post.path": fact.ENABLED,
    "tapal-gate-sign.socket": fact.ENABLED,
    "group: tapal-sign": "there",
    f"program: {PROGRAM}/hook": "executable",
}
DROP_IN = f"{UNITS}/{chasquid_files.SERVICE}.d/tapal-gate.conf"


@dataclass(frozen=True, kw_only=True)
class MailGateArgs:
    """What the gate is made from.

    Attributes:
        plan: the host.
    """

    plan: HostPlan


class MailGate(Component):
    """The gate, which answers, and then the hook that makes chasquid ask it; and the door.

    In the hook's place lay an example of Debian's, which comes back on destroy.
    """

    def __init__(
        self, name: str, args: MailGateArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:gate:MailGate", name, None, opts)
        policy = self._file(gate_policy.HOST_PATH, args.plan.gate)
        program, units = self._folder("program", PROGRAM, _program()), self._units()
        answering = step(
            "gate: start",
            "gate-start",
            does="start the gate, which chasquid asks about every mail",
            facts=FACTS,
            after=[program.revision, units.revision],
            actions=("apply", "delete"),
            opts=self.child(policy, program, units),
        )
        hook = self._file(chasquid_files.hook_path(), _text("post-data"), answering, mode="0755")
        self._file(DROP_IN, _text("chasquid-drop-in.conf"), hook)
        door.declare(args.plan, units, self.child)
        self.register_outputs({"host": args.plan.settings.name})

    def _units(self) -> HostFolder:
        """Declare the units of the gate and of the door."""
        names = sorted(path.name for path in FOLDER.glob("tapal-*"))
        return self._folder("units", UNITS, {name: _text(name) for name in names})

    def _folder(self, name: str, path: str, files: Mapping[str, str]) -> HostFolder:
        return HostFolder(f"gate: {name}", path=path, files=files, opts=self.child())

    def _file(
        self,
        path: str,
        content: str,
        *after: pulumi.Resource,
        mode: str = "0644",
    ) -> HostFile:
        return HostFile(path=path, content=content, mode=mode, opts=self.child(*after))


def _program() -> dict[str, str]:
    """Return the very modules of `mail.gate` and its hooks, by where they lie in its folder."""
    modules = sorted(Path(gate.__file__).parent.glob("*.py"))
    texts = {f"mail/gate/{path.name}": path.read_text(encoding="utf-8") for path in modules}
    return {**texts, **{name: _text(name) for name in HOOKS}}


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
