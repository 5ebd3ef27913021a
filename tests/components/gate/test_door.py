"""The door's files on the host, its unit, and that what is installed there runs."""

import json
import subprocess
import sys
from pathlib import Path

from components.gate import door as component
from mail import door, gate, ports
from mail.door import daemon, firewall
from tests.components.example import STACK, declare, declared, stack

PROGRAM = "/usr/local/lib/tapal/door"
UNIT = Path(component.__file__).with_name("tapal-door.service")


def installed(root: Path) -> Path:
    """Write what lands in the program's folder below ``root``, and return that folder."""
    folder = root / PROGRAM.lstrip("/")
    for name, text in declared().named("door: program").inputs["files"].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_the_modules_are_on_the_host_as_they_are() -> None:
    borrowed = [Path(gate.__file__), Path(gate.__file__).with_name("watchdog.py")]
    modules = [*Path(door.__file__).parent.glob("*.py"), *borrowed]
    folder = declared().named("door: program").inputs
    assert folder["path"] == PROGRAM
    assert folder["files"] == {
        f"mail/{path.parent.name}/{path.name}": path.read_text() for path in modules
    }


def test_a_change_of_any_file_starts_it_anew() -> None:
    started = declared().named("door: start")
    files = ("door: program", "file: /etc/tapal/door.json", "gate: units")
    assert set(started.inputs["after"]) == {f"revision-of-{one}" for one in files}
    assert "delete" in started.inputs["actions"]
    assert UNIT.name in declared().named("gate: units").inputs["files"]


def test_who_is_spared_is_in_its_settings() -> None:
    host = {**STACK["host"], "neverBlock": ["203.0.113.0/24", "2001:db8::/64"]}
    content = declare(stack(host=host)).file(str(daemon.SETTINGS)).inputs["content"]
    assert json.loads(content) == {"neverBlock": ["203.0.113.0/24", "2001:db8::/64"]}
    nobody = declared().file(str(daemon.SETTINGS)).inputs["content"]
    assert json.loads(nobody) == {"neverBlock": []}


def test_the_parts_name_the_same_places() -> None:
    text = UNIT.read_text()
    assert f"WorkingDirectory={PROGRAM}\n" in text
    assert f"-m {daemon.__name__}\n" in text
    assert f"StateDirectory={daemon.STATE.name}\n" in text
    assert ports.SERVED == firewall.PORTS
    rules = declared().file("/etc/tapal/firewall.nft").inputs["content"]
    assert f"table {firewall.TABLE} {{" in rules
    for name in (firewall.BLOCKED, firewall.KNOWN):
        for kind, length in ((4, "ipv4_addr"), (6, "ipv6_addr")):
            assert f"set {name}{kind} {{ type {length};" in rules


def test_what_is_installed_can_be_imported(tmp_path: Path) -> None:
    """As on the host: from its folder, with nothing else in reach."""
    for module in ("daemon", "status"):
        command = [sys.executable, "-S", "-B", "-m", f"mail.door.{module}", "--help"]
        done = subprocess.run(
            command, cwd=installed(tmp_path), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "usage" in done.stdout
