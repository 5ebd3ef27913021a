"""``make status``: a recorded host's answer, changed by faults, and what is said of it."""

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from facts import activity, snapshot
from settings import stack_file
from tools import on_host, pulumi
from tools.on_host import HostError
from tools.pulumi import PulumiError
from tools.status import command, reading, table
from tools.status.check import Check, span
from tools.status.reading import Status

RECORDED = Path(__file__).with_name("recorded.txt").read_text(encoding="utf-8")
HOST = "smtp.tapal.test"
CLOCK = float(snapshot.parse(RECORDED.encode()).value("clock"))
UP = {
    "kind": "update",
    "result": "succeeded",
    "endTime": "2026-12-01T00:44:59.000Z",
    "resourceChanges": {"create": 68, "same": 3},
}
Change = Callable[[str], str]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the answer come at the moment at which it was recorded."""
    parse = snapshot.parse

    def parsed(answer: bytes) -> snapshot.Snapshot:
        return snapshot.Snapshot(rows=parse(answer).rows, taken=CLOCK)

    monkeypatch.setattr(snapshot, "parse", parsed)


def status(change: Change = str, own: frozenset[str] | None = None) -> Status:
    return reading.read(change(RECORDED), "lab", HOST, UP, own)


def found(change: Change, name: str) -> Check:
    [one] = [each for each in status(change).checks if each.id == name]
    return one


def instead(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new)

    return change


def shown(one: Status) -> str:
    out = io.StringIO()
    table.show(one, Console(file=out, width=160, highlight=False))
    return "\n".join(" ".join(line.split()) for line in out.getvalue().splitlines())


def test_all_is_well() -> None:
    assert [one.id for one in status().checks if one.state != "ok" or one.cure] == []
    assert len(status().checks) >= 10


ENDS = next(row.split("\t")[3] for row in RECORDED.splitlines() if row.startswith("certificate"))
RENEWAL = next(row for row in RECORDED.splitlines() if row.startswith("renewal\t"))
FAULTS = [
    ("chasquid.service\tactive", "chasquid.service\tfailed", "chasquid", "bad", "failed, enabled"),
    ("tapal-gate.service\tactive", "tapal-gate.service\tinactive", "tapal-gate", "bad", "stopped"),
    ("unit\ttapal-door.service", "unit\tother.service", "tapal-door", "bad", "missing"),
    ("listen\t25\tchasquid chasquid systemd", "listen\t25\tmaster", "ports", "bad",
     "25 (mail from others): master"),
    ("listen\t465\tchasquid chasquid systemd\n", "", "ports", "bad", "465 (submission, TLS): no"),
    (ENDS, f"{CLOCK + 8 * 86400:.0f}", "certificate", "warn", "8 days left"),
    (ENDS, f"{CLOCK - 86400:.0f}", "certificate", "bad", "expired"),
    (f"certificate\t{HOST}\tinstalled", f"certificate\t{HOST}\tother", "certificate", "bad",
     "has another one"),
    (f"certificate\t{HOST}", "certificate\tother.test", "certificate", "bad", "none for smtp"),
    ("certbot.timer\tactive", "certbot.timer\tinactive", "renewal", "bad", "timer stopped"),
    ("certbot.service\tinactive\tsuccess", "certbot.service\tfailed\texit-code", "renewal", "bad",
     "failed (exit-code)"),
    (RENEWAL, f"renewal\t\t{CLOCK - 5 * 86400:.0f}", "renewal", "bad", "last tried 5 days ago"),
    ("space\t264212084", "space\t264212084\t700000\t/\nx", "disk", "warn", "0.7 GB of 252.0 GB"),
    ("space\t264212084", "space\t264212084\t10000\t/\nx", "disk", "bad", "0.0 GB of"),
    (f"clock\t{CLOCK:.0f}", f"clock\t{CLOCK + 400:.0f}", "clock", "bad", "7 min ahead"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "check", "state", "words"), FAULTS)
def test_what_is_not_well_is_found_alone_and_has_its_cure(
    old: str, new: str, check: str, state: str, words: str
) -> None:
    one = found(instead(old, new), check)
    assert one.state == state
    assert words in one.seen
    assert one.cure
    others = [each.id for each in status(instead(old, new)).checks if each.state != "ok"]
    assert others == [check]


def test_the_last_up() -> None:
    def told(**changes: object) -> Check:
        return reading.read(RECORDED, "lab", HOST, UP | changes, None).checks[-1]

    assert told().seen == "2026-12-01 00:44:59, update succeeded, 68 changes"
    failed = told(result="failed")
    assert (failed.state, failed.cure) == ("bad", "make up STACK=lab")
    assert reading.read(RECORDED, "lab", HOST, {}, None).checks[-1].state == "warn"


def test_the_queue_and_the_last_mails() -> None:
    lines = shown(status()).splitlines()
    [title] = [line for line in lines if line.startswith("Queue:")]
    assert title.startswith("Queue: 3 waiting, the oldest for ")
    assert any("i@tapal.test x@nowhere.invalid The recipient's domain has no mail" in line
               for line in lines)  # fmt: skip
    last = lines[lines.index("The last mails") :]
    assert any(line.startswith("✗ 2026-12-01") and "550 5.1.1: There is no such mailbox" in line
               for line in last)  # fmt: skip
    assert any(line.startswith("✓ 2026-12-01") and line.endswith("you@receiver.test taken")
               for line in last)  # fmt: skip
    assert len(status().last) == 10


def test_a_stack_on_another_ones_server_sees_its_own_mail() -> None:
    own = status(own=frozenset({"nowhere.invalid"}))
    assert {to for one in own.waiting for to, _ in one.recipients} == {"x@nowhere.invalid"}
    assert all("x@nowhere.invalid" in one.deliveries for one in own.last)
    none = status(own=frozenset({"second.test"}))
    assert "Queue: empty" in shown(none)
    assert "none since the log begins" in shown(none)


def test_hostile_lines_do_no_harm() -> None:
    line = RECORDED.splitlines()[-2]
    assert line.startswith("log\t")
    evil = "log\t1796086010.7 h chasquid[1]: 2026-12-01 06:16:50.7 kxdMW5S5mWA from=a@b.test "
    more = "\n".join([
        f"{evil}to=\x1b[31m[bold]x[/bold]@c.test failed (permanent): 550 \x1b[2J[red]no[/red]",
        f"{evil}to={'x' * 5000}@c.test sent",
        "log\t", "log", "item\tID: ", "waiting\t../../etc/passwd", "item\trcpt: {",
        'item\taddress: "\\x1b[2J"',
    ])  # fmt: skip
    text = shown(status(instead(line, f"{line}\n{more}")))
    assert "\x1b" not in text
    assert "[bold]x[/bold]@c.test" in text


def test_half_an_answer_is_none() -> None:
    with pytest.raises(HostError, match="not whole"):
        reading.read(RECORDED.rpartition("end")[0], "lab", HOST, UP, None)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A stack's file, a server that answers, a history."""
    config: dict[str, Any] = {"tapal:host": {"name": HOST}}
    monkeypatch.setattr(stack_file, "config", lambda _: config)
    monkeypatch.setattr(on_host, "run", lambda _stack, _argv: RECORDED)
    monkeypatch.setattr(pulumi, "last_update", lambda _: UP)
    return config


def test_json(asked: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert asked
    assert command.main(["lab", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["stack"], told["host"]) == ("lab", HOST)
    assert {"chasquid", "certificate", "update"} <= {one["id"] for one in told["checks"]}
    assert told["queue"][0]["to"][0]["lastFailure"].startswith("all mail servers failed")
    assert {"sent", "refused"} <= {to["state"] for one in told["lastMails"] for to in one["to"]}
    assert told["lastUpdate"]["result"] == "succeeded"


def test_the_exit_status_tells_whether_all_is_well(
    monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked
    assert command.main(["lab"]) == 0
    broken = RECORDED.replace("chasquid.service\tactive", "chasquid.service\tfailed")
    monkeypatch.setattr(on_host, "run", lambda _stack, _argv: broken)
    assert command.main(["lab"]) == 1
    assert "→ make up STACK=lab" in capsys.readouterr().out


def test_a_history_that_cannot_be_read_from_here(
    monkeypatch: pytest.MonkeyPatch, asked: dict[str, Any]
) -> None:
    def fail(_stack: str) -> None:
        raise PulumiError("no")

    assert asked
    monkeypatch.setattr(pulumi, "last_update", fail)
    assert reading.ask("lab").checks[-1].state == "warn"
    assert reading.ask("lab").host == HOST


def test_the_script_runs_on_a_machine_without_any_of_it() -> None:
    done = subprocess.run(activity.command(10), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    read = snapshot.parse(done.stdout.encode())
    assert read.values("clock")
    assert read.value("space").isdecimal()


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-5, "0 s"),
        (59, "59 s"),
        (90, "2 min"),
        (7200, "2 h"),
        (86400, "24 h"),
        (9 * 86400, "9 days"),
    ],
)
def test_how_long_it_is(seconds: float, told: str) -> None:
    assert span(seconds) == told
