"""What the mail gate costs, and how fast the server is with it beside two that others would run.

chasquid without a hook, with Debian's example, with ours; Postfix with OpenDKIM (RSA) and Postfix
with rspamd (both keys, as chasquid). All run on this machine at once, on loopback, and do the same
work: TLS, AUTH, a sender that the account may use, signatures, a queue on the same disk, and at
the end a process for each mail that throws it away. One client drives them in turn, there and
back, so that whatever else the machine does hits all alike.

"×2" is chasquid with GOMAXPROCS at twice the processors, as it is deployed; without it, as Debian
starts it. Ratios are medians of the rounds' own ratios, to chasquid without a hook as Debian starts
it. Processor time is that of all processes of a server, memory their PSS: before the first mail,
and the most that it was in the first round.

    python -m benchmarks.gate [--rounds N] [--mails N] [--daemon PYTHON] [--json]
"""

import argparse
import contextlib
import json
import os
import signal
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from benchmarks import chasquid, client, gate_rig
from benchmarks.control_group import ControlGroup
from benchmarks.gate_rig import EXAMPLE, NONE, OURS, PERL
from benchmarks.kind import Kind, load, ratio
from benchmarks.postfix import rig as postfix
from benchmarks.rig import Rig

HOSTS_PYTHON = "/usr/bin/python3"  # what runs the daemon on a host
TWICE = " ×2"
LOGINS = "one mail a login"
HOW = {
    "signed": (client.SIGNED, None),
    "unsigned": (client.UNSIGNED, None),
    LOGINS: (client.SIGNED, 1),
}
_LOGIN_SHARE = 5  # a mail with a login takes so much longer


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the table; see the module for what its numbers are.

    Attributes:
        how: what was submitted.
        name: what took it.
        rate: mails a second.
        of_none: its rate, and `cost_of_none` its cost, as a part of those without a hook.
        delivered: mails a second, delivery included.
        cost: milliseconds of processor time for each mail.
        rest: megabytes before the first mail.
        loaded: megabytes at most.
    """

    how: str
    name: str
    rate: float
    of_none: float
    delivered: float
    cost: float
    cost_of_none: float
    rest: float
    loaded: float


@contextlib.contextmanager
def _kinds(mails: int, python: str) -> Iterator[list[Kind]]:
    """Start all servers, and yield what is to be measured of them."""
    twice = {"GOMAXPROCS": str(2 * (os.cpu_count() or 1))}
    with contextlib.ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="tapal-gate-")))
        socket, gate = running.enter_context(gate_rig.running(folder, python))
        plain = running.enter_context(chasquid.running())
        deployed = running.enter_context(chasquid.running(twice))
        rivals = {
            "Postfix, OpenDKIM": running.enter_context(postfix.running(postfix.OPENDKIM)),
            "Postfix, rspamd": running.enter_context(postfix.running(postfix.RSPAMD)),
        }
        hooks = gate_rig.hooks(folder, socket)
        kinds: list[Kind] = []
        for how in HOW:
            few = (NONE, OURS) if how == LOGINS else (NONE, EXAMPLE, OURS, PERL)
            servers = [(plain, name, "") for name in few]
            servers += [(deployed, name, TWICE) for name in (NONE, OURS)]
            kinds += (
                _chasquid_kind(how, name + mark, server, hooks[name], gate, mails)
                for server, name, mark in servers
            )
            kinds += (_kind(how, name, rig, rig.groups, mails) for name, rig in rivals.items())
        yield kinds


def _chasquid_kind(
    how: str, name: str, rig: chasquid.Chasquid, hook: str | None, gate: ControlGroup, mails: int
) -> Kind:
    groups = (*rig.groups, gate) if name.startswith(OURS) else rig.groups
    kind = _kind(how, name, rig, groups, mails)
    kind.preparing.append(partial(rig.set_hook, hook))
    return kind


def _kind(how: str, name: str, rig: Rig, groups: Sequence[ControlGroup], mails: int) -> Kind:
    sender, per_login = HOW[how]
    count = mails // _LOGIN_SHARE if per_login else mails
    count -= count % client.CONNECTIONS
    return Kind(
        how=how,
        name=name,
        rig=rig,
        groups=groups,
        sender=sender,
        mails=max(count, client.CONNECTIONS),
        per_login=per_login,
    )


def measure(rounds: int, mails: int, python: str) -> list[Line]:
    """Measure ``rounds`` rounds of every kind, in turn, after one that does not count."""
    with _kinds(mails, python) as kinds:
        rest = [kind.memory().pss for kind in kinds]
        loaded = [kind.rehearse().pss for kind in kinds]
        for number in range(rounds):
            # There and back, so that none always follows the same other.
            for kind in kinds[:: -1 if number % 2 else 1]:
                kind.measure()
        base = {kind.how: kind for kind in kinds if kind.name == NONE}
        return [
            _line(kind, base[kind.how], one, most)
            for kind, one, most in zip(kinds, rest, loaded, strict=True)
        ]


def _line(kind: Kind, base: Kind, rest: float, loaded: float) -> Line:
    return Line(
        how=kind.how,
        name=kind.name,
        rate=statistics.median(kind.rates),
        of_none=ratio(kind.rates, base.rates),
        delivered=statistics.median(kind.delivered),
        cost=statistics.median(kind.costs),
        cost_of_none=ratio(kind.costs, base.costs),
        rest=rest,
        loaded=loaded,
    )


def _print(lines: Sequence[Line]) -> None:
    print(
        f"{'':38}{'mails/s':>8}{'of none':>9}{'delivered':>10}"
        f"{'ms CPU':>8}{'of none':>9}{'MB rest':>9}{'load':>6}"
    )
    for line in lines:
        print(
            f"{line.how:18}{line.name:20}{line.rate:8.0f}{line.of_none:9.1%}{line.delivered:10.0f}"
            f"{line.cost:8.2f}{line.cost_of_none:9.1%}{line.rest:9.0f}{line.loaded:6.0f}"
        )


def main() -> None:
    """Measure, and print the table: for a person, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mails", type=int, default=320)
    parser.add_argument("--daemon", default=HOSTS_PYTHON, metavar="PYTHON")
    parser.add_argument("--json", action="store_true", help="print the lines as JSON objects")
    arguments = parser.parse_args()
    # Told to end, it ends as after Ctrl-C: with everything stopped that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    before = load()
    lines = measure(arguments.rounds, arguments.mails, arguments.daemon)
    if arguments.json:
        print(json.dumps([asdict(line) for line in lines]))
        return
    _print(lines)
    print(f"Load of the machine: {before} before, {load()} after.")


if __name__ == "__main__":
    main()
