"""What the mail gate costs: submission without a hook, with Debian's example, with ours.

The real chasquid and the real daemon on loopback; of one and the same server only the hook changes
between rounds, and the rounds of all kinds alternate, so that whatever else the machine does hits
all alike. Beside the rate stands the processor time that chasquid, its hooks and the daemon spent:
where others work on the machine, that is the steadier number.

    python -m benchmarks.gate [--rounds N] [--mails N] [--daemon PYTHON]
"""

import argparse
import base64
import contextlib
import json
import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import chasquid
from lab.images import chasquid_package
from mail.gate import daemon, protocol
from tools import build_hook

NONE = "no hook"
HOSTS_PYTHON = "/usr/bin/python3"  # what runs the daemon on a host
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of round.

    Attributes:
        hook: the text of the hook; None if there is none.
        sender: the domain that sends.
        rates: mails a second of each round.
        costs: milliseconds of processor time for each mail, of each round.
    """

    hook: str | None
    sender: str
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)


@contextlib.contextmanager
def _gate(folder: Path, python: str) -> "Iterator[tuple[Path, subprocess.Popen[bytes]]]":
    """Run the daemon until the end of the block; yield its socket and process."""
    addresses = [f"i@{chasquid.SIGNED}", f"i@{chasquid.UNSIGNED}"]
    account = {"accounts": {"i": {"addresses": addresses}}}
    (folder / "domains").mkdir()
    (folder / "host.json").write_text(json.dumps({"host": "localhost.test"}))
    for name in (chasquid.SINK, chasquid.SIGNED, chasquid.UNSIGNED):
        text = json.dumps({"domain": name, "spellings": [name], **account})
        (folder / "domains" / f"{name}.json").write_text(text)
    path = folder / "gate.sock"
    folders = ["--policy", str(folder), "--domains", str(folder / "domains")]
    command = [python, "-m", daemon.__name__, *folders, "--socket", str(path)]
    process = subprocess.Popen(command)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                if protocol.ask(str(path), {daemon.STATUS: "1"}).status == 0:
                    break
            time.sleep(0.05)
        yield path, process
    finally:
        process.terminate()
        process.wait(10)


def _kinds(folder: Path, socket: Path) -> dict[tuple[str, str], Kind]:
    static, perl = folder / "hook", build_hook.FOLDER / "hook.pl"
    static.write_bytes(base64.b64decode(build_hook.encoded(platform.machine()).read_bytes()))
    static.chmod(0o755)
    example = chasquid_package.folder() / "etc/chasquid/hooks/post-data"
    hooks = {
        NONE: None,
        "Debian's example": example.read_text(),
        "ours": f"#!{static} {socket}\n",
        "ours in perl": f"#!{perl} {socket}\n",
    }
    return {
        (name, how): Kind(hook=hook, sender=sender)
        for how, sender in (("signed", chasquid.SIGNED), ("unsigned", chasquid.UNSIGNED))
        for name, hook in hooks.items()
    }


def _spent(process: "subprocess.Popen[bytes]") -> float:
    """Return the seconds of processor time of a process and of its children that have ended."""
    stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, stat[11:15])) / _TICKS


def _round(
    server: chasquid.Server, gate: "subprocess.Popen[bytes]", kind: Kind, mails: int
) -> tuple[float, float]:
    place = server.root / "hooks" / "post-data"
    place.parent.mkdir(exist_ok=True)
    place.unlink(missing_ok=True)
    if kind.hook is not None:
        place.write_text(kind.hook)
        place.chmod(0o755)
    before = _spent(server.process) + _spent(gate)
    rate = chasquid.rate(server, kind.sender, mails)
    chasquid.settle(server)
    spent = _spent(server.process) + _spent(gate) - before
    return rate, spent / mails * 1000


def measure(rounds: int, mails: int, python: str) -> dict[tuple[str, str], Kind]:
    """Measure ``rounds`` rounds of every kind, in turn, after one that does not count."""
    with (
        tempfile.TemporaryDirectory(prefix="tapal-benchmark-") as name,
        _gate(Path(name), python) as (path, gate),
        chasquid.running() as server,
    ):
        kinds = _kinds(Path(name), path)
        for number in range(rounds + 1):
            # There and back, so that none always follows the same other.
            turn = list(kinds.values())[:: 1 if number % 2 else -1]
            for kind in turn:
                rate, cost = _round(server, gate, kind, mails)
                if number:
                    kind.rates.append(rate)
                    kind.costs.append(cost)
    return kinds


def _ratio(values: Sequence[float], base: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(values, base, strict=True))


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mails", type=int, default=400)
    parser.add_argument("--daemon", default=HOSTS_PYTHON, metavar="PYTHON")
    arguments = parser.parse_args()
    kinds = measure(arguments.rounds, arguments.mails, arguments.daemon)
    print(f"{'':28}{'mails/s':>8}{'of none':>9}{'ms CPU':>8}{'of none':>9}")
    for (name, how), kind in kinds.items():
        base = kinds[NONE, how]
        rate, cost = statistics.median(kind.rates), statistics.median(kind.costs)
        print(
            f"{how:10}{name:18}{rate:8.0f}{_ratio(kind.rates, base.rates):9.1%}"
            f"{cost:8.2f}{_ratio(kind.costs, base.costs):9.1%}"
        )


if __name__ == "__main__":
    main()
