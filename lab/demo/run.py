"""The demo's steps: from a blank VPS to judged mails, then changes, mistakes and what they cost."""

import json
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from rich.console import Console

from lab import lifecycle, plan
from lab.command import run
from lab.demo import figures, forged, settings, verdicts
from lab.demo.delivery import Delivery, Submission, send
from lab.demo.figures import Figure
from lab.engine.prepare import prepare
from lab.errors import LabError
from lab.images import image
from lab.operator import stack
from lab.operator.stack import Stack
from lab.progress import step
from lab.vps import panel, snapshot
from lab.world import receiver

ACCOUNT = "i@tapal.test"
OTHER = "news@tapal.test"  # an account of its own, which the first one may not use
SELECTORS = ("2026a", "2026e")
BENCHMARK = ("benchmarks.submission", "--json", "--rounds", "3", "--mails", "400")


@dataclass(kw_only=True)
class Demo:
    """One run and what it has found so far."""

    console: Console
    started: float
    cold: bool
    stack: Stack = field(default_factory=Stack)
    figures: list[Figure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def expect(self, good: bool, problem: str) -> bool:
        """Keep ``problem`` unless ``good``, and return ``good``."""
        if not good:
            self.problems.append(problem)
        return good

    def figure(self, what: str, goal: str, measured: str, met: bool | None) -> None:
        """Keep a measured number."""
        self.figures.append(Figure(what=what, goal=goal, measured=measured, met=met))


def console() -> Console:
    """Return the console; into a file, lines are not wrapped."""
    made = Console(soft_wrap=True)
    return made if made.is_terminal else Console(soft_wrap=True, width=140)


def main(*, short: bool = False) -> int:
    """Run the demo; return 0 if everything that it shows is as it must be.

    Args:
        short: end after the first mails and a second `pulumi up`.
    """
    begun = float(os.environ.get("STARTED") or time.time())
    demo = Demo(console=console(), started=begun, cold=bool(image.missing()))
    demo.console.rule("[bold]1. The lab: an internet of its own, and a blank VPS in it")
    # Without a cache the engine and the images take minutes to build: both at the same time.
    with ThreadPoolExecutor(max_workers=1) as pool, lifecycle.alone():
        engine = pool.submit(prepare)
        lifecycle.reset()
        engine.result()
    if plan.VPS_SYSTEM == "debian13":
        return _steps(demo, short=short)
    with settings.variant(lambda _: None) as fitted:
        demo.stack = fitted
        return _steps(demo, short=short)


def _steps(demo: Demo, *, short: bool) -> int:
    deliveries = _first_up(demo)
    demo.console.print(verdicts.table(deliveries, SELECTORS))
    steps = (_second_up,) if short else (_forged, _second_up, _one_alias, _bad_input, _signing)
    for one in steps:
        one(demo)
    return _end(demo)


def _first_up(demo: Demo) -> list[Delivery]:
    demo.console.rule("[bold]2. pulumi up: from a blank VPS to a server")
    demo.stack.ensure()
    start = time.monotonic()
    demo.stack.up(show=True).expect()
    demo.console.rule("[bold]3. A mail, judged by the receiver")
    with step("setting reverse DNS in the provider's panel"):
        for address in (plan.VPS.ipv4, plan.VPS.ipv6):
            panel.set_pointer(address, plan.VPS.name)
    deliveries = [_deliver(demo, mailbox) for mailbox in (plan.MAILBOX, plan.MAILBOX_V4)]
    blank = time.monotonic() - start
    whole = time.time() - demo.started
    demo.figures.append(figures.whole_way(whole, cold=demo.cold))
    demo.figure("blank VPS to verified mail (pulumi up)", "≤ 30 s", f"{blank:.1f} s", blank <= 30)
    scores = ", ".join(f"{delivery.verdict.score:.2f}" for delivery in deliveries)
    good = all(
        demo.expect(verdicts.passed(each, SELECTORS), f"the mail to {each.recipient} did not pass")
        for each in deliveries
    )
    demo.figure(
        "receiver's verdict",
        "spf, dkim (2 keys), dmarc pass over IPv6 and IPv4; score < 0",
        f"{'all pass' if good else 'NOT all pass'}; scores {scores}",
        good,
    )
    return deliveries


def _deliver(demo: Demo, mailbox: str) -> Delivery:
    with step(f"a mail from {ACCOUNT} to {mailbox}, submitted on 465"):
        order = Submission(host=plan.VPS.name, user=ACCOUNT, password=demo.stack.password(ACCOUNT))
        return send(order, mailbox)


def _forged(demo: Demo) -> None:
    demo.console.rule("[bold]4. Nobody sends as us but us")
    order = Submission(host=plan.VPS.name, user=ACCOUNT, password=demo.stack.password(ACCOUNT))
    with step("handing in mail in another's name"):
        found = list(forged.attempts(order, OTHER))
    demo.console.print(forged.table(found))
    refused = sum(bool(one.refusal) for one in found)
    good = demo.expect(refused == len(found), f"{len(found) - refused} forged mails were taken")
    demo.figure(
        "mail in another's name",
        "refused at the door, with the reason",
        f"{refused} of {len(found)} refused",
        good,
    )


def _second_up(demo: Demo) -> None:
    demo.console.rule("[bold]5. A second make up has nothing to do")
    before = snapshot.take()
    with step("make up"):
        second = stack.run([sys.executable, "-m", "tools.engine", "up", demo.stack.name])
    with step("pulumi up --expect-no-changes"):
        plain = demo.stack.up("--expect-no-changes", "--suppress-outputs")
    after = snapshot.take()
    changed = sorted(after.changed_since(before))
    same = "nothing to do" in second.output and plain.status == 0
    same = same and not changed and after.chasquid == before.chasquid
    demo.expect(same, f"a second up changed something: {changed or second.output}")
    seconds = f"make up {second.seconds:.1f} s, pulumi up {plain.seconds:.1f} s"
    files = f"{len(after.hashes)} files and chasquid's PID {after.chasquid} as before"
    demo.console.print(f"✓ nothing changed; {files}" if same else f"✗ changed: {changed}")
    demo.figure(
        "second up",
        "nothing to do: make up ≤ 4 s, host untouched",
        f"{seconds}; {files if same else changed}",
        same and second.seconds <= 4,
    )


def _one_alias(demo: Demo) -> None:
    demo.console.rule("[bold]6. One more alias: one line, one file, no restart")
    before = snapshot.take()
    with settings.variant(settings.another_alias) as changed:
        preview = changed.preview("--diff", "--suppress-outputs").expect()
        lines = [line for line in preview.output.splitlines() if "press" in line]
        demo.console.print("\n".join(lines), markup=False, highlight=False)
        done = changed.up("--suppress-outputs").expect()
    after = snapshot.take()
    touched = after.changed_since(before)
    alone = touched == {"/etc/chasquid/domains/tapal.test/aliases"}
    good = alone and after.chasquid == before.chasquid
    demo.expect(good, f"an alias touched {sorted(touched)}, or restarted chasquid")
    demo.stack.up("--suppress-outputs").expect()
    demo.figure(
        "one changed alias",
        "≤ 5 s, touches one file, no restart",
        f"{done.seconds:.1f} s, touched {', '.join(sorted(touched))}, "
        f"PID {before.chasquid} → {after.chasquid}",
        good and done.seconds <= 5,
    )


def _bad_input(demo: Demo) -> None:
    demo.console.rule("[bold]7. Ten mistakes are refused at once, and nothing is touched")
    before = snapshot.take()
    with settings.variant(settings.many_mistakes) as wrong:
        refused = wrong.preview("--suppress-outputs")
    lines = refused.output.splitlines()
    start = next((n for n, line in enumerate(lines) if "to put right" in line), 0)
    said = [line for line in lines[start:] if line.strip().startswith(("-", "cure:"))]
    demo.console.print("\n".join(said), markup=False, highlight=False)
    found = sum(line.strip().startswith("- ") for line in said)
    untouched = not snapshot.take().changed_since(before)
    good = refused.status != 0 and found == 10 and untouched
    demo.expect(good, f"ten mistakes: status {refused.status}, {found} named")
    demo.figure(
        "bad input",
        "refused at preview with key, reason and cure; no side effects",
        f"{found} of 10 mistakes named, exit {refused.status}, "
        f"host {'untouched' if untouched else 'TOUCHED'}",
        good,
    )


def _signing(demo: Demo) -> None:
    demo.console.rule("[bold]8. What signing costs")
    with step("submitting mails to chasquid, signed and unsigned in turn"):
        printed = run([sys.executable, "-m", *BENCHMARK], timeout=300)
    rates = json.loads(printed)
    signed, unsigned = rates["signed"], rates["unsigned"]
    demo.figure(
        "submission rate with DKIM, all cores busy",
        "≥ 95 % of the rate without signing",
        f"{signed / unsigned:.0%} ({signed:.0f} of {unsigned:.0f} mails/s)",
        signed / unsigned >= 0.95,
    )


def _end(demo: Demo) -> int:
    demo.console.print(figures.table(demo.figures))
    for problem in demo.problems:
        demo.console.print(f"✗ {problem}", style="red", markup=False)
    demo.console.print(_around(receiver.messages(plan.MAILBOX)), highlight=False)
    return 1 if demo.problems else 0


def _around(stored: Sequence[bytes]) -> str:
    return (
        f"The lab goes on running, with {len(stored)} mails in {plan.MAILBOX}. Look around:\n"
        "  make lab-status                   its nodes and services\n"
        "  make lab-logs                     what chasquid says on the VPS\n"
        "  make lab-send                     one more mail and its verdict\n"
        "  make preview STACK=lab            what `pulumi up` would change now\n"
        "  venv/bin/python -m lab shell vps  a shell on the VPS\n"
        "  make lab-down                     stop it and leave nothing behind"
    )


def once() -> int:
    """Send one mail with the running stack and print its verdict (``make lab-send``).

    Raises:
        LabError: the lab or the stack is not up.
    """
    demo = Demo(console=console(), started=time.time(), cold=False)
    delivery = _deliver(demo, plan.MAILBOX)
    demo.console.print(verdicts.table([delivery], SELECTORS))
    if not verdicts.passed(delivery, SELECTORS):
        raise LabError("the receiver's verdict is not all that it must be")
    return 0
