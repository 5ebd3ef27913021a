"""The mail gate on the host: its program, its service, and the hook by which chasquid asks it."""

from dataclasses import dataclass
from pathlib import Path

import pulumi

from components.component import Component
from components.gate import door
from components.host.step import ON_HOST, Step
from components.plan import HostPlan
from components.resources.host_file import HostFile
from components.resources.host_folder import HostFolder
from mail import gate, gate_policy
from mail.chasquid import files as chasquid_files
from settings.ssh_target import SshTarget

FOLDER = Path(__file__).parent
PROGRAM = f"{ON_HOST}/gate"
UNITS = "/etc/systemd/system"
FILES = {
    "hook-x86_64": f"{PROGRAM}/hook.x86_64.b64",
    "hook-aarch64": f"{PROGRAM}/hook.aarch64.b64",
    "hook-perl": f"{PROGRAM}/hook.pl",
    "socket": f"{UNITS}/tapal-gate.socket",
    "service": f"{UNITS}/tapal-gate.service",
    "deny-path": f"{UNITS}/tapal-gate-deny.path",
    "deny-service": f"{UNITS}/tapal-gate-deny.service",
    "post-path": f"{UNITS}/tapal-gate-post.path",
    "post-service": f"{UNITS}/tapal-gate-post.service",
    "sign-socket": f"{UNITS}/tapal-gate-sign.socket",
    "sign-service": f"{UNITS}/tapal-gate-sign.service",
}
DROP_IN = f"{UNITS}/{chasquid_files.SERVICE}.d/tapal-gate.conf"


@dataclass(frozen=True, kw_only=True)
class MailGateArgs:
    """What the gate is made from.

    Attributes:
        plan: the host.
        ssh_target: how to log in to it.
    """

    plan: HostPlan
    ssh_target: SshTarget


class MailGate(Component):
    """The gate, which answers, and then the hook that makes chasquid ask it; and the door.

    In the hook's place lay an example of Debian's, which comes back on destroy.
    """

    def __init__(
        self, name: str, args: MailGateArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:gate:MailGate", name, None, opts)
        self._label = name
        policy = self._file("host", gate_policy.HOST_PATH, args.plan.gate)
        own = [self._file(what, path, _text(Path(path).name)) for what, path in FILES.items()]
        files: list[HostFile | HostFolder] = [self._program(), *own]
        answering = Step(
            f"{name}-start",
            "gate-start",
            ssh_target=args.ssh_target,
            # As data and not as triggers: those would replace the step, and undo the old one last.
            stdin=pulumi.Output.all(*(one.revision for one in files)).apply("\n".join),
            undo=True,
            opts=self.child(policy, *files),
        ).resource
        hook = self._file(
            "post-data", chasquid_files.hook_path(), _text("post-data"), answering, mode="0755"
        )
        self._file("needed", DROP_IN, _text("chasquid-drop-in.conf"), hook)
        door.declare(f"{name}-door", args.plan, args.ssh_target, self.child)
        self.register_outputs({"host": args.plan.settings.name})

    def _program(self) -> HostFolder:
        """Declare the very modules of `mail.gate` as files of the host."""
        modules = sorted(Path(gate.__file__).parent.glob("*.py"))
        return HostFolder(
            f"{self._label}-program",
            path=f"{PROGRAM}/mail/gate",
            files={path.name: path.read_text(encoding="utf-8") for path in modules},
            opts=self.child(),
        )

    def _file(
        self,
        name: str,
        path: str,
        content: str,
        *after: pulumi.Resource,
        mode: str = "0644",
    ) -> HostFile:
        return HostFile(
            f"{self._label}-{name}", path=path, content=content, mode=mode, opts=self.child(*after)
        )


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
