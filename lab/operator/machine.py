"""The operator's own machine: a namespace with the lab's resolver, where ``pulumi`` runs.

``ip netns exec`` puts the files of /etc/netns/NAME over those of /etc for what it runs, which is
how a program of this machine gets the lab's resolver and none of the machine's own names.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from lab import paths, plan
from lab.errors import LabError
from lab.net import network

_ETC = Path("/etc/netns") / plan.NETNS_OPERATOR
_FILES = {
    "resolv.conf": f"nameserver {plan.RESOLVER.ipv4}\nnameserver {plan.RESOLVER.ipv6}\n",
    # Without resolve and mymachines, which would ask this machine's systemd by its socket.
    "nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
}
PASSPHRASE = "lab"  # noqa: S105 - of stacks/Pulumi.lab.yaml, which opens nothing else


def state() -> Path:
    """Return the folder of Pulumi's state for the lab's stacks."""
    return paths.run() / "pulumi"


def up() -> None:
    """Write what the namespace sees instead of this machine's own files."""
    _ETC.mkdir(parents=True, exist_ok=True)
    for name, content in _FILES.items():
        (_ETC / name).write_text(content)


def down() -> None:
    """Remove those files, and the folder above them if nobody else uses it."""
    if _ETC.exists():
        shutil.rmtree(_ETC)
    if _ETC.parent.exists() and not any(_ETC.parent.iterdir()):
        _ETC.parent.rmdir()


def environment() -> dict[str, str]:
    """Return the environment for ``pulumi``; make the engine first if it is missing."""
    from lab.ca import issuer  # noqa: PLC0415 - no other command needs them
    from lab.engine import prepare  # noqa: PLC0415

    made = prepare.environment(state=state(), passphrase=PASSPHRASE)
    return made | {
        "PULUMI_RUN_PROGRAM": "true",  # docs/decisions/0006-run-program.md
        # The lab's certificate authority, which a person's machine would know already.
        "SSL_CERT_FILE": str(issuer.file()),
    }


def become(argv: Sequence[str]) -> NoReturn:
    """Replace this process by ``argv``, run on the operator's machine.

    Signals then reach ``argv`` itself, and its exit status the caller.

    Raises:
        LabError: the lab is not up, or there is no such program.
    """
    if not network.exists(plan.NETNS_OPERATOR) or not _ETC.exists():
        raise LabError("the lab is not up; start it by `python -m lab up`")
    values = environment()
    if shutil.which(argv[0], path=values["PATH"]) is None:
        raise LabError(f"no program is called {argv[0]}")
    os.execvpe("ip", network.namespace_argv(plan.NETNS_OPERATOR, argv), values)  # noqa: S606
