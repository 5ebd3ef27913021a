"""``python -m tests.settings.bad_stacks.fuzz [STACKS [SEED]]``: random stack files, no traceback.

Every file ends in a stack that may be brought up, or in a message. A failure names the seed, from
which the file can be made again.
"""

import random
import sys
import tempfile
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mail.finding import errors, refusal
from settings.check import Checked, check_file
from settings.shown import named
from tests.settings.bad_stacks.mutation import mutant

STACKS = 2000


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The check of one file, and the message that a person gets (none if it is fine)."""

    checked: Checked
    message: str


def judge(text: str, folder: Path) -> Judged:
    """Check a stack's file that says ``text``.

    Raises:
        AssertionError: something of the check does not hold; any other exception is a fault too.
    """
    file = folder / "Pulumi.fuzz.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    checked = check_file(file)
    wrong = errors(checked.findings)
    assert wrong or checked.settings is not None, "nothing is wrong, and there are no settings"
    assert wrong or checked.host is not None, "nothing is wrong, and there is no host"
    for one in checked.findings:
        assert one.key, f"no key: {one}"
        assert one.reason, f"no reason: {one}"
        assert one.cure, f"no cure: {one}"
        assert one.source, f"no source: {one}"
        shown = f"{one.key}{one.reason}{one.cure}".replace("\u200c", "")
        assert shown.isprintable(), f"a line break or an invisible character: {one}"
        assert "tapal-stand-in" not in shown, f"a stand-in is shown: {one}"
    assert len(set(checked.findings)) == len(checked.findings), "a finding comes twice"
    message = refusal(named(wrong, checked.readable.settings.domains)) if wrong else ""
    return Judged(checked=checked, message=message)


def run(stacks: int, seed: int) -> int:
    """Judge ``stacks`` files, tell how it went, and return the exit status."""
    counted: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="tapal-fuzz-") as folder:
        for number in range(seed, seed + stacks):
            try:
                judged = judge(mutant(number), Path(folder))
            except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
                print(f"✗ seed {number}: python -m tests.settings.bad_stacks.fuzz 1 {number}")
                traceback.print_exc()
                return 1
            counted.update({one.id for one in judged.checked.findings})
            counted["valid" if not judged.message else "refused"] += 1
            if stacks == 1:
                print(f"{mutant(number)}\n{judged.message or 'valid'}")
    refused, valid = counted.pop("refused", 0), counted.pop("valid", 0)
    print(f"✓ {stacks} stacks from seed {seed}: {refused} refused, {valid} valid", end="")
    print(f", {len(counted)} rules spoke")
    return 0


def main() -> int:
    """Read the command line: how many, and from which seed (by default another one each time)."""
    stacks, seed = (*map(int, sys.argv[1:3]), None, None)[:2]
    fresh = random.SystemRandom().randrange(10**9)
    return run(STACKS if stacks is None else stacks, fresh if seed is None else seed)


if __name__ == "__main__":
    sys.exit(main())
