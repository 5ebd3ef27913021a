"""The mail gate's daemon, and the hooks that chasquid is measured with."""

import base64
import contextlib
import json
import platform
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import control_group
from benchmarks.client import SIGNED, SINK, UNSIGNED
from benchmarks.control_group import ControlGroup
from lab.images import chasquid_package
from mail.gate import daemon, protocol, quota
from tools import build_hook

NONE, EXAMPLE, OURS, PERL = "no hook", "Debian's example", "ours", "ours in Perl"

PLENTY = dict.fromkeys(quota.KEYS, 1_000_000)


@contextlib.contextmanager
def running(folder: Path, python: str) -> Iterator[tuple[Path, ControlGroup]]:
    """Run the daemon until the end of the block; yield its socket and its processes."""
    account = {"accounts": {"i": {"addresses": [f"i@{SIGNED}", f"i@{UNSIGNED}"]}}}
    (folder / "domains").mkdir()
    # Counted as on a server, and never too many.
    (folder / "host.json").write_text(json.dumps({"host": "localhost.test", "limits": PLENTY}))
    (folder / "state").mkdir()
    for name in (SINK, SIGNED, UNSIGNED):
        text = json.dumps({"domain": name, "spellings": [name], **account})
        (folder / "domains" / f"{name}.json").write_text(text)
    path = folder / "gate.sock"
    folders = ["--policy", str(folder), "--domains", str(folder / "domains")]
    folders += ["--state", str(folder / "state")]
    command = [python, "-S", "-B", "-m", daemon.__name__, *folders, "--socket", str(path)]
    with control_group.made("gate") as group:
        process = subprocess.Popen(group.enter(command))
        try:
            _wait_for(path)
            yield path, group
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(path: Path) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError):
            if protocol.ask(str(path), {daemon.STATUS: "1"}).status == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the gate's daemon did not start")


def hooks(folder: Path, socket: Path) -> dict[str, str | None]:
    """Return the text of each hook by its name; None is no hook."""
    static, perl = folder / "hook", build_hook.FOLDER / "hook.pl"
    static.write_bytes(base64.b64decode(build_hook.encoded(platform.machine()).read_bytes()))
    static.chmod(0o755)
    example = chasquid_package.folder() / "etc/chasquid/hooks/post-data"
    return {
        NONE: None,
        EXAMPLE: example.read_text(),
        OURS: f"#!{static} {socket}\n",
        PERL: f"#!{perl} {socket}\n",
    }
