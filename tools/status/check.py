"""What is looked at of a server, each with what was seen and, where it is not well, the cure."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from facts.fact import CLOCK, DAY, ENABLED, RUNNING, seen
from facts.snapshot import Snapshot

State = Literal["ok", "warn", "bad"]

PORTS = {"25": "mail from others", "465": "submission, TLS", "587": "submission, STARTTLS"}
# The units without which mail is not taken, or is taken from anybody.
UNITS = {
    "chasquid.service": "mail server",
    "tapal-gate.service": "mail gate",
    "tapal-door.service": "door",
    "tapal-firewall.service": "firewall",
}
LITTLE = 1024**2  # KiB: below it a queue and the updates soon have no room
SOON = 21  # days: a renewal that works has come before
RENEWALS = 2 * DAY  # certbot's timer runs twice a day


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Attributes:
        id: stable, for scripts.
        name: for a person.
        state: whether it is well.
        seen: what there is.
        cure: what to do; empty if nothing is to be done.
    """

    id: str
    name: str
    state: State
    seen: str
    cure: str = ""


def checks(snapshot: Snapshot, stack: str, host_name: str) -> list[Check]:
    """Return what ``snapshot`` shows of the server ``host_name``, which ``stack`` has set up."""
    mend = f"make up STACK={stack}"
    return [
        *_units(snapshot, mend),
        *_ports(snapshot, mend),
        *_certificate(snapshot, host_name, mend),
        _renewal(snapshot, mend),
        _disk(snapshot),
        _clock(snapshot),
    ]


def update(found: Mapping[str, Any], stack: str) -> Check:
    """Return how the last update of ``stack`` went, by what its history says of it."""
    if not found:
        return Check(id="update", name="last up", state="warn", seen="not known from here",
                     cure=f"make preview STACK={stack}")  # fmt: skip
    when = str(found.get("endTime") or found.get("startTime") or "")[:19].replace("T", " ")
    counts = found.get("resourceChanges") or {}
    changed = sum(number for kind, number in counts.items() if kind != "same")
    result = found.get("result")
    told = f"{when}, {found.get('kind')} {result}, {changed} change{'' if changed == 1 else 's'}"
    if result == "succeeded":
        return Check(id="update", name="last up", state="ok", seen=told)
    return Check(id="update", name="last up", state="bad", seen=told, cure=f"make up STACK={stack}")


def _units(snapshot: Snapshot, mend: str) -> Iterator[Check]:
    for unit, name in UNITS.items():
        found = seen(snapshot, unit, ENABLED)
        more = _since(snapshot) if unit == "chasquid.service" else ""
        well = found in (RUNNING, ENABLED)
        yield Check(
            id=unit.partition(".")[0],
            name=name,
            state="ok" if well else "bad",
            seen=f"running{more}" if well else f"{unit}: {found}",
            cure="" if well else mend,
        )


def _since(snapshot: Snapshot) -> str:
    began, restarts = snapshot.value("service"), snapshot.value("service", 1)
    since = f" for {span(_now(snapshot) - float(began))}" if began else ""
    return since + (f", restarted by itself {restarts} times" if restarts not in ("", "0") else "")


def _ports(snapshot: Snapshot, mend: str) -> Iterator[Check]:
    wrong = {port: seen(snapshot, f"port: {port}", "chasquid") for port in PORTS}
    wrong = {port: who for port, who in wrong.items() if who != "chasquid"}
    told = ", ".join(f"{port} ({PORTS[port]}): {who}" for port, who in wrong.items())
    yield Check(
        id="ports",
        name="ports",
        state="bad" if wrong else "ok",
        seen=told or ", ".join(PORTS),
        cure=mend if wrong else "",
    )


def _certificate(snapshot: Snapshot, host_name: str, mend: str) -> Iterator[Check]:
    row = snapshot.row("certificate", host_name)
    if row is None or not row[1]:
        yield Check(id="certificate", name="certificate", state="bad",
                    seen=f"there is none for {host_name}", cure=mend)  # fmt: skip
        return
    days = int((float(row[1]) - _now(snapshot)) // DAY)
    state: State = "ok" if days >= SOON else "warn" if days >= 0 else "bad"
    told = f"{host_name}: {days} days left" if days >= 0 else f"{host_name}: expired"
    if state == "ok" and row[0] != "installed":
        state, told = "bad", f"{told}, but the mail server has another one"
    yield Check(id="certificate", name="certificate", state=state, seen=told,
                cure="" if state == "ok" else mend)  # fmt: skip


def _renewal(snapshot: Snapshot, mend: str) -> Check:
    timer = seen(snapshot, "certbot.timer", ENABLED)
    last_run = seen(snapshot, "last run: certbot.service", "no failure")
    following, before = snapshot.value("renewal"), snapshot.value("renewal", 1)
    late = bool(before) and _now(snapshot) - float(before) > RENEWALS
    if timer != ENABLED or last_run != "no failure" or late:
        told = f"timer {timer}, last run: {last_run}"
        if late:
            told = f"last tried {span(_now(snapshot) - float(before))} ago"
        return Check(id="renewal", name="renewal", state="bad", seen=told, cure=mend)
    told = f"next look in {span(float(following) - _now(snapshot))}" if following else "on"
    return Check(id="renewal", name="renewal", state="ok", seen=told)


def _disk(snapshot: Snapshot) -> Check:
    size, free = (int(snapshot.value("space", number) or 0) for number in (0, 1))
    told = f"{_size(free)} of {_size(size)} free"
    if free >= LITTLE:
        return Check(id="disk", name="disk", state="ok", seen=told)
    cure = "log in and make room: apt-get clean; journalctl --vacuum-size=100M"
    return Check(
        id="disk", name="disk", state="bad" if free < LITTLE / 4 else "warn", seen=told, cure=cure
    )


def _clock(snapshot: Snapshot) -> Check:
    off = _now(snapshot) - snapshot.taken
    if abs(off) <= CLOCK:
        return Check(id="clock", name="clock", state="ok", seen="right")
    told = f"{span(abs(off))} {'ahead' if off > 0 else 'behind'}"
    return Check(id="clock", name="clock", state="bad", seen=told,
                 cure="log in and: systemctl restart systemd-timesyncd")  # fmt: skip


def _now(snapshot: Snapshot) -> float:
    """Return the host's own time, by which all its other times are."""
    return float(snapshot.value("clock") or 0)


_SPANS: tuple[tuple[float, Callable[[float], str]], ...] = (
    (60, lambda seconds: f"{seconds:.0f} s"),
    (3600, lambda seconds: f"{seconds / 60:.0f} min"),
    (2 * DAY, lambda seconds: f"{seconds / 3600:.0f} h"),
    (float("inf"), lambda seconds: f"{seconds / DAY:.0f} days"),
)


def span(seconds: float) -> str:
    """Return how long ``seconds`` are, in one unit."""
    known = max(seconds, 0.0)
    return next(say(known) for most, say in _SPANS if known < most)


def stamp(seconds: float) -> str:
    """Return a time, in UTC."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")


def _size(kib: int) -> str:
    return f"{kib / 1024**2:.1f} GB"
