"""The gate's files, and who writes which of them."""

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from components.gate import gate as component
from mail import gate, gate_policy
from mail.gate import daemon, deny, oneclick, post, protocol, quota, signer, spool, store, usage
from mail.gate.verdict import Verdict
from settings.settings import Limits
from tests.components.example import STACK, declare, declared, stack
from tests.components.recorder import World
from tools.users import host

PROGRAM = "/usr/local/lib/tapal/gate"
MODULES = sorted(Path(gate.__file__).parent.glob("*.py"))
HOST_STACK = World(
    stacks={
        "organization/tapal/lab": {
            "host": {"name": "smtp.tapal.test", "ipv4": "198.51.100.10", "ipv6": None}
        }
    }
)


def text(name: str) -> str:
    return (component.FOLDER / name).read_text()


def paths(data: dict[str, Any], world: World | None = None) -> set[str]:
    record = declare(data, preview=world is not None, world=world)
    return {str(item.inputs["path"]) for item in record.of_type("HostFile")}


def test_the_modules_are_on_the_host_as_they_are() -> None:
    folder = declared().named("gate: program").inputs
    assert folder["path"] == PROGRAM
    hooks = {name: text(name) for name in component.HOOKS}
    modules = {f"mail/gate/{path.name}": path.read_text() for path in MODULES}
    assert folder["files"] == {**modules, **hooks}
    assert (folder["mode"], folder["owner"]) == ("0644", "root:root")


def test_a_change_of_any_file_starts_it_anew() -> None:
    started = declared().named("gate: start")
    assert started.inputs["after"] == ["revision-of-gate: program", "revision-of-gate: units"]
    assert "delete" in started.inputs["actions"]


def test_each_unit_is_there_and_looked_at() -> None:
    units = set(declared().named("gate: units").inputs["files"])
    assert {"tapal-gate.socket", "tapal-gate-deny.path", "tapal-gate-post.service"} <= units
    watched = {name for name in component.FACTS if name.startswith("tapal-")}
    # What these start themselves runs only when there is something to do.
    started = {"tapal-gate-deny.service", "tapal-gate-post.service", "tapal-gate-sign.service"}
    assert watched == units - started - {"tapal-door.service"}


def test_the_parts_name_the_same_places() -> None:
    listens = "/run/tapal-gate/gate.sock"
    assert text("post-data").splitlines()[0] == f"#!{PROGRAM}/hook {listens}"
    assert f"ListenStream={listens}\n" in text("tapal-gate.socket")
    assert "SocketGroup=chasquid\n" in text("tapal-gate.socket")
    assert f"WorkingDirectory={PROGRAM}\n" in text("tapal-gate.service")
    assert f"-m {daemon.__name__}\n" in text("tapal-gate.service")
    state = f"/var/lib/private/{daemon.STATE.name}"
    assert f"StateDirectory={daemon.STATE.name}\n" in text("tapal-gate.service")
    assert f"StateDirectory={daemon.STATE.name}\nStateDir" in text("tapal-gate-post.service")
    assert "User=tapal-gate\n" in text("tapal-gate-post.service"), "the gate's own"
    assert f"DirectoryNotEmpty={state}/{spool.DENY}\n" in text("tapal-gate-deny.path")
    assert f"DirectoryNotEmpty={state}/{spool.NOTICES}\n" in text("tapal-gate-post.path")
    assert {str(deny.STATE), str(usage.STATE)} == {state}
    for module in (deny, post):
        unit = text(f"tapal-gate-{module.__name__.rpartition('.')[2]}.service")
        assert f"WorkingDirectory={PROGRAM}\n" in unit
        assert f"-m {module.__name__}\n" in unit
    assert host.PROGRAM == PROGRAM
    assert f"-m {usage.__name__}" in host.COMMAND
    assert f"ListenStream={oneclick.SOCKET}\n" in text("tapal-gate-sign.socket")
    assert f"WorkingDirectory={PROGRAM}\n" in text("tapal-gate-sign.service")
    assert f"-m {signer.__name__}\n" in text("tapal-gate-sign.service")
    step = text("steps/gate-start.sh")
    assert f"\nstate={state}\n" in step
    assert f"\ngate={PROGRAM}\nsocket={listens}\n" in step
    assert f"{daemon.STATUS}=" in step
    assert "\ngroup=tapal-sign " in step
    assert "SocketGroup=tapal-sign\n" in text("tapal-gate-sign.socket")
    assert "SupplementaryGroups=tapal-sign\n" in text("tapal-gate.service")
    hook = declared().file("/etc/chasquid/hooks/post-data")
    assert hook.inputs["mode"] == "0755"
    needed = f"AssertFileIsExecutable={hook.inputs['path']}\n"
    assert needed in declared().file(component.DROP_IN).inputs["content"]
    assert str(store.FOLDER / "host.json") == gate_policy.HOST_PATH
    assert gate_policy.domain_path("a.test") == str(store.FOLDER / "domains" / "a.test.json")


def test_a_domains_file_says_who_may_send_as_whom() -> None:
    data = stack()
    data["domains"][0]["sendAs"] = {"news": ["*@second.example"]}
    file = declare(data).file("/etc/tapal/gate/domains/example.com.json")
    assert file.inputs["mode"] == "0644"
    accounts = json.loads(file.inputs["content"])["accounts"]
    assert accounts["i"]["addresses"] == ["i@example.com"]
    assert accounts["news"]["addresses"] == ["*@second.example", "news@example.com"]


def test_the_hosts_file() -> None:
    content = json.loads(declared().file("/etc/tapal/gate/host.json").inputs["content"])
    assert content == {
        "host": "smtp.example.com",
        "organisation": "example.com",
        "postmaster": "me@elsewhere.test",
        "limits": {
            "perMinute": 60,
            "burst": 20,
            "recipientsPerDay": 500,
            "strangersPerDay": 100,
        },
    }


def test_an_accounts_limits_stand_in_its_domains_file() -> None:
    data = stack()
    data["domains"][0]["limits"] = {"news": {"recipientsPerDay": 5000}}
    data["server"] = {"limits": {"burst": 5}}
    record = declare(data)
    accounts = json.loads(record.file(gate_policy.domain_path("example.com")).inputs["content"])
    assert accounts["accounts"]["news"]["limits"] == {"recipientsPerDay": 5000}
    assert "limits" not in accounts["accounts"]["i"]
    assert json.loads(record.file(gate_policy.HOST_PATH).inputs["content"])["limits"]["burst"] == 5


def test_the_limits_are_those_that_the_gate_knows() -> None:
    assert Limits().named() == {key: getattr(quota.DEFAULT, one) for key, one in quota.KEYS.items()}


def test_the_files_hold_no_secret_and_no_hash() -> None:
    for item in declared().of_type("HostFile"):
        if "/gate" in item.inputs["path"] or item.inputs["path"].endswith("post-data"):
            for secret in ("generated-for", "aGFzaA==", "c2FsdA==", "PEM-of", "canary"):
                assert secret not in item.inputs["content"], item.name


def test_a_stack_on_anothers_host_writes_its_own_domains_file_alone() -> None:
    data: dict[str, Any] = {"hostStack": "lab", "domains": [STACK["domains"][1]]}
    found = paths(data, HOST_STACK)
    assert {path for path in found if "gate" in path} == {
        "/etc/tapal/gate/domains/second.example.json"
    }
    assert "/etc/chasquid/hooks/post-data" not in found


def test_a_stack_without_domains_has_a_gate_all_the_same() -> None:
    assert "/etc/tapal/gate/host.json" in paths(stack(domains=[]))


def test_what_is_installed_runs(tmp_path: Path) -> None:
    """As on the host: from its folder, with nothing else in reach."""
    files = {item.inputs["path"]: item.inputs for item in declared().of_type("HostFile")}
    program = declared().named("gate: program").inputs
    texts = {path: each["content"] for path, each in files.items() if str(store.FOLDER) in path}
    texts |= {f"{program['path']}/{name}": text for name, text in program["files"].items()}
    for path, content in texts.items():
        place = tmp_path / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
    policy, listens = tmp_path / str(store.FOLDER).lstrip("/"), tmp_path / "gate.sock"
    folders = ["--policy", str(policy), "--domains", str(policy / "domains")]
    folders += ["--state", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, "-S", "-B", "-m", daemon.__name__, *folders, "--socket", str(listens)],
        cwd=tmp_path / PROGRAM.lstrip("/"),
        env={"PATH": os.environ["PATH"]},
    )
    try:
        answer = _asked(listens, process)
        assert answer.reason == "judges mail for example.com second.example third.example"
        process.terminate()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()


def _asked(listens: Path, process: "subprocess.Popen[bytes]") -> Verdict:
    while process.poll() is None:
        with contextlib.suppress(OSError):
            return protocol.ask(str(listens), {daemon.STATUS: ""})
        time.sleep(0.05)
    raise AssertionError(f"it ended with status {process.returncode}")
