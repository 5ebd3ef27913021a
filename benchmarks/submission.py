"""What signing costs: mail submitted to chasquid on 465, signed by two DKIM keys or not at all.

The real chasquid of the package that the lab uses, on loopback, with TLS, AUTH, queue and local
delivery. Rounds of both kinds alternate, so that other work of the machine slows both alike.

    python -m benchmarks.submission [--rounds N] [--mails N] [--json]
"""

import argparse
import json
import statistics
from dataclasses import dataclass

from benchmarks import chasquid, client


@dataclass(frozen=True, kw_only=True)
class Result:
    """Median rates (mails per second) and their ratio, signed to unsigned."""

    signed: float
    unsigned: float

    @property
    def ratio(self) -> float:
        """Return the signed rate as a part of the unsigned one."""
        return self.signed / self.unsigned


def measure(rounds: int, mails: int) -> Result:
    """Measure ``rounds`` of ``mails`` mails, alternating, after one of each kind unmeasured."""
    signed: list[float] = []
    unsigned: list[float] = []
    with chasquid.running() as server:
        for number in range(rounds + 1):
            for sender, rates in ((client.UNSIGNED, unsigned), (client.SIGNED, signed)):
                rate = client.rate(server.port, sender, mails)
                if number:
                    rates.append(rate)
    return Result(signed=statistics.median(signed), unsigned=statistics.median(unsigned))


def main() -> None:
    """Measure, and print rates and their ratio: for a person, or as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mails", type=int, default=400)
    parser.add_argument("--json", action="store_true", help="print the rates as a JSON object")
    arguments = parser.parse_args()
    result = measure(arguments.rounds, arguments.mails)
    if arguments.json:
        print(json.dumps({"signed": result.signed, "unsigned": result.unsigned}))
        return
    print(f"unsigned  {result.unsigned:7.0f} mails/s")
    print(f"signed    {result.signed:7.0f} mails/s (RSA-2048 and Ed25519)")
    print(f"ratio     {result.ratio:7.1%}")


if __name__ == "__main__":
    main()
