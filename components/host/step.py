"""Steps on the host: the only module that knows ``pulumi_command``.

A step is a shell script in a component's folder ``steps/``, installed on the host as a file
resource and run by name: the command's text stays short and constant, its data goes by stdin, and
a change of the script shows in the preview as a change of a file. The command names the script's
digest, so a changed script runs again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pulumi
from pulumi_command import remote

from settings.ssh_target import SshTarget

FOLDER = Path(__file__).parent
RUNNER = FOLDER / "steps" / "step"
ON_HOST = "/usr/local/lib/tapal"
# Reads its input and does nothing: a command that ends before its input was sent fails the update.
NOTHING = "cat >/dev/null"


@cache
def scripts() -> Mapping[str, str]:
    """Return the text of every step's script, and of what they share (``lib``), by name."""
    files = sorted(FOLDER.parent.glob("*/steps/*.sh"))
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


def command(name: str, action: str, sudo: str = "") -> str:
    """Return the command line that runs step ``name`` on the host.

    Args:
        name: the step, that is its script without ``.sh``.
        action: ``apply`` or ``delete``.
        sudo: prefix that makes it run as root.
    """
    digest = hashlib.sha256(scripts()[name].encode()).hexdigest()[:12]
    return f"{sudo}{ON_HOST}/step {name} {action} {digest}"


def connection(ssh_target: SshTarget) -> remote.ConnectionArgs:
    """Return pulumi-command's form of the destination, with the host key pinned."""
    return remote.ConnectionArgs(
        host=ssh_target.address,
        port=float(ssh_target.port),
        user=ssh_target.user,
        host_key=ssh_target.host_key,
        private_key=None
        if ssh_target.private_key is None
        else pulumi.Output.secret(ssh_target.private_key),
        dial_error_limit=10,
        per_dial_timeout=15,
    )


class Step:
    """Runs one step, and what undoes it on destroy."""

    def __init__(
        self,
        name: str,
        step: str,
        *,
        ssh_target: SshTarget,
        stdin: pulumi.Input[str] = "",
        triggers: Sequence[pulumi.Input[str]] | None = None,
        undo: bool = False,
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Declare the step.

        Args:
            name: the resource's name.
            step: which of `scripts`.
            ssh_target: where it runs.
            stdin: its data; a change of it runs the step again, and shows line by line.
            triggers: when given, the step runs when one of these changes, and only then: a new
                SSH key or script restarts nothing.
            undo: run ``step … delete`` on destroy.
            opts: Pulumi's options; parent and depends_on at the least.
        """
        on_triggers = triggers is not None
        self.resource = remote.Command(
            name,
            connection=connection(ssh_target),
            create=command(step, "apply", ssh_target.sudo),
            update=NOTHING if on_triggers else None,
            delete=command(step, "delete", ssh_target.sudo) if undo else None,
            stdin=stdin,
            triggers=list(triggers) if triggers is not None else None,
            add_previous_output_in_env=False,
            opts=opts,
        )
        self.stdout: pulumi.Output[str] = self.resource.stdout
