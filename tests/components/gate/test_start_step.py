"""The step that starts the gate, run on folders of this machine, with systemd stood in for."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from components.gate import gate as component
from components.host.step import FOLDER, scripts
from tests.mail.gate.service import Gate, running

SYSTEMCTL = """#!/bin/bash
echo "$*" >>{log}
[ "$1" != show ] || echo {changed}
"""


class Host:
    """A folder that stands for a server's, and what the step does to it."""

    def __init__(self, root: Path, gate: Gate) -> None:
        self.gate = gate
        self.program = root / "gate"
        self.log = root / "systemctl.log"
        self._tools = root / "tools"
        self._moved = {
            "/usr/local/lib/tapal/steps": str(FOLDER / "steps"),
            "gate=/usr/local/lib/tapal/gate": f"gate={self.program}",
            "/run/tapal-gate/gate.sock": str(gate.socket),
            "state=/var/lib/private/tapal-gate": f"state={root}/private/tapal-gate",
        }
        self.program.mkdir()
        self._tools.mkdir()
        for name in ("hook.x86_64.b64", "hook.aarch64.b64", "hook.pl"):
            shutil.copy(component.FOLDER / name, self.program)
        self.tool("journalctl", "#!/bin/sh\necho the last line of its log\n")
        for name in ("groupadd", "groupdel"):
            self.tool(name, f'#!/bin/sh\necho "{name} $*" >>{self.log}\n')
        self.changed("no")

    def tool(self, name: str, text: str) -> None:
        """Have the step find another program of that name."""
        (self._tools / name).write_text(text)
        (self._tools / name).chmod(0o755)

    def changed(self, answer: str) -> None:
        """Have systemd say whether the socket's unit has changed."""
        self.tool("systemctl", SYSTEMCTL.format(log=self.log, changed=answer))

    def run(self, action: str) -> subprocess.CompletedProcess[str]:
        """Run the step."""
        script = scripts()["gate-start"]
        for there, here in self._moved.items():
            assert there in script
            script = script.replace(there, here)
        return subprocess.run(
            ["bash", "-c", f"PATH={self._tools}:$PATH\n{script}", "step", action],
            input="revision\n",
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    (tmp_path / "service").mkdir()
    with running(tmp_path / "service") as gate:
        gate.write("smtp.a.test", {"a.test": {"i": ["i@a.test"]}})
        yield Host(tmp_path, gate)


def test_it_has_the_gate_answer_through_the_hook(host: Host) -> None:
    done = host.run("apply")
    assert done.returncode == 0, done.stdout
    assert "the mail gate judges mail for a.test" in done.stdout
    done_before = host.log.read_text().splitlines()
    assert done_before[-1] == "restart tapal-gate.service"
    assert (host.program / "hook").stat().st_mode & 0o777 == 0o755
    inode = (host.program / "hook").stat().st_ino
    assert host.run("apply").returncode == 0
    assert (host.program / "hook").stat().st_ino == inode, "the same hook stays where it is"


def test_the_socket_restarts_only_if_it_has_changed(host: Host) -> None:
    host.changed("yes")
    assert host.run("apply").returncode == 0
    assert host.log.read_text().splitlines()[-1] == "restart tapal-gate.socket tapal-gate.service"


@pytest.mark.parametrize("machine", ["riscv64", "s390x"])
def test_another_machine_gets_the_hook_in_perl(host: Host, machine: str) -> None:
    host.tool("uname", f"#!/bin/sh\necho {machine}\n")
    done = host.run("apply")
    assert done.stdout.endswith("(hook.pl)\n"), done.stdout
    assert (host.program / "hook").read_text().startswith("#!/usr/bin/perl\n")


def test_a_binary_that_cannot_run_gives_way_to_perl(host: Host) -> None:
    host.tool("uname", "#!/bin/sh\necho x86_64\n")
    (host.program / "hook.x86_64.b64").write_text("f0VMRgIBAQAAAAAA\n")
    assert host.run("apply").stdout.endswith("(hook.pl)\n")


def test_a_gate_that_is_dead_fails_the_run_with_its_last_lines(host: Host) -> None:
    host.gate.kill()
    host.tool("systemctl", '#!/bin/sh\n[ "$*" != "restart tapal-gate.service" ]\n')
    done = host.run("apply")
    assert done.returncode == 1
    assert "the last line of its log\n" in done.stdout
    assert "failed: the mail gate does not answer as it should: 4.3.0" in done.stdout
    assert "cure: " in done.stdout


def test_a_policy_that_cannot_be_read_fails_the_run_with_the_reason(host: Host) -> None:
    (host.gate.policy / "host.json").write_text("{")
    done = host.run("apply")
    assert done.returncode == 1
    assert "host.json" in done.stdout


def test_on_destroy_nothing_of_it_stays(host: Host, tmp_path: Path) -> None:
    state, link = tmp_path / "private/tapal-gate", tmp_path / "tapal-gate"
    (state / "notices").mkdir(parents=True)
    link.symlink_to(state)
    host.run("apply")
    assert host.run("delete").returncode == 0
    assert not (host.program / "hook").exists()
    done = host.log.read_text().splitlines()
    assert done[-2:] == [
        (
            "disable --now tapal-gate.socket tapal-gate.service"
            " tapal-gate-sign.socket tapal-gate-sign.service"
        ),
        "groupdel tapal-sign",
    ]
    assert "disable --now tapal-gate-deny.path tapal-gate-post.path" in done
    assert not state.exists()
    assert not link.is_symlink()


def test_it_watches_for_what_the_gate_asks_others(host: Host) -> None:
    host.run("apply")
    done = host.log.read_text().splitlines()
    helpers = "tapal-gate-deny.path tapal-gate-post.path"
    assert f"enable tapal-gate.socket tapal-gate-sign.socket {helpers}" in done
    assert f"restart {helpers}" in done


def test_the_signer_has_its_group_before_it_is_started(host: Host) -> None:
    assert host.run("apply").returncode == 0
    done = host.log.read_text().splitlines()
    assert done.index("groupadd --system --force tapal-sign") < done.index(
        "start tapal-gate-sign.socket"
    )


def test_a_signer_that_cannot_be_reached_fails_the_run(host: Host) -> None:
    host.tool("systemctl", '#!/bin/sh\n[ "$*" != "start tapal-gate-sign.socket" ]\n')
    done = host.run("apply")
    assert done.returncode == 1
    assert "failed: the mail gate's signer cannot be reached" in done.stdout
