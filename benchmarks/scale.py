"""What one stack costs with one, 25 and 50 domains, and beside it pyinfra over as many files.

The domains are names below the lab's own, on one server. For each number: the first `up` of a
blank server, then what a run costs that finds nothing to do. ``python -m benchmarks.scale`` prints
a table for docs/scale.md; the lab's number is ``TAPAL_LAB``.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import pyinfra
from lab import lifecycle, paths
from lab.demo import settings
from lab.operator import machine
from lab.operator.stack import Run, Stack, run

ROUNDS = 3


# What a person's own shell has who types `pulumi up`: docs/decisions/0006-run-program.md.
TYPED = ("--run-program=false",)


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What a run took.

    Attributes:
        seconds: that a person waits.
        processor: seconds of all its processes, user and system; they say more on a busy machine.
    """

    seconds: float
    processor: float


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a stack of some domains costs.

    Attributes:
        domains: how many.
        resources: entries of the state.
        state: its size in bytes.
        first: `pulumi up` of a blank server.
        preview: a preview that finds nothing to do.
        plain: `pulumi up` that finds nothing to do, as it is typed.
        written: the same with ``PULUMI_RUN_PROGRAM=true``.
        make: `make up` that finds nothing to do.
        alias: `make up` that changes one alias.
    """

    domains: int
    resources: int
    state: int
    first: Spent
    preview: Spent
    plain: Spent
    written: Spent
    make: Spent
    alias: Spent


def of_domains(number: int) -> settings.Change:
    """Return the change that gives the lab's stack ``number`` domains."""

    def change(config: dict[str, Any]) -> None:
        pattern = config["tapal:domains"][0]
        config["tapal:domains"] = [pattern] + [
            {
                "name": f"d{count:03}.tapal.test",
                "zone": "tapal.test",
                "dmarc": {"policy": "quarantine"},
                "dkim": pattern["dkim"],
                "accounts": ["i"],
                "aliases": {"*": "you@receiver.test"},
            }
            for count in range(1, number)
        ]

    return change


def spent(command: Callable[[], Run]) -> Spent:
    """Return what a run took, which must succeed."""
    before = os.times()
    seconds = command().expect().seconds
    after = os.times()
    user = after.children_user - before.children_user
    return Spent(seconds=seconds, processor=user + after.children_system - before.children_system)


def median(command: Callable[[], Run], rounds: int) -> Spent:
    """Return the median of some runs, each of which must succeed."""
    runs = [spent(command) for _ in range(rounds)]
    return Spent(
        seconds=statistics.median(one.seconds for one in runs),
        processor=statistics.median(one.processor for one in runs),
    )


def make_up(stack: Stack) -> Run:
    """Run what `make up` runs."""
    argv = [sys.executable, "-m", "tools.engine", "up", stack.name, "--yes"]
    if stack.config_file:
        argv += ["--config-file", str(stack.config_file)]
    return run(argv)


def one_alias(number: int, stack: Stack) -> Spent:
    """Return what `make up` takes to add an alias to one of ``number`` domains, and be done."""

    def change(config: dict[str, Any]) -> None:
        of_domains(number)(config)
        settings.another_alias(config)

    with settings.variant(change) as changed:
        made = spent(lambda: make_up(changed))
    make_up(stack).expect()
    return made


def cost(number: int, rounds: int) -> Cost:
    """Bring ``number`` domains up on a blank server, and measure what nothing to do costs."""
    with lifecycle.alone():
        lifecycle.reset()
    with settings.variant(of_domains(number)) as stack:
        stack.ensure()
        first = spent(lambda: stack.up("--skip-preview"))
        quiet = ("--suppress-outputs", "--expect-no-changes")
        stack.up("--skip-preview", *quiet).expect()
        made = state(stack)
        return Cost(
            domains=number,
            resources=len(json.loads(made)["checkpoint"]["latest"]["resources"]),
            state=len(made),
            first=first,
            preview=median(lambda: stack.preview(*quiet), rounds),
            plain=median(lambda: stack.up(*quiet, *TYPED), rounds),
            written=median(lambda: stack.up(*quiet), rounds),
            make=median(lambda: make_up(stack), rounds),
            alias=one_alias(number, stack),
        )


def state(stack: Stack) -> bytes:
    """Return the stack's state as it lies on disk."""
    return (machine.state() / ".pulumi" / "stacks" / "tapal" / f"{stack.name}.json").read_bytes()


def beside(rounds: int) -> tuple[float, float, int]:
    """Return our preview's seconds, pyinfra's no-op's, in turn, and the number of files.

    The lab's stack must be up; the files are those that it has on the server.
    """
    stack = Stack()
    ours, theirs = [], []
    with pyinfra.deployment(stack) as deployment:
        deployment.run().expect()
        for _ in range(rounds):
            ours.append(stack.preview("--suppress-outputs", "--expect-no-changes").expect().seconds)
            theirs.append(deployment.run().expect().seconds)
        return statistics.median(ours), statistics.median(theirs), deployment.files


def table(costs: Sequence[Cost]) -> Table:
    """Return the costs, and how many times one domain's they are."""
    made = Table("seconds (processor seconds)", *(f"{one.domains} domains" for one in costs))
    sizes: list[tuple[str, Callable[[Cost], float], str]] = [
        ("resources", lambda one: one.resources, "{:.0f}"),
        ("state, MB", lambda one: one.state / 1e6, "{:.2f}"),
    ]
    for what, number, form in sizes:
        _row(made, what, [form.format(number(one)) for one in costs], list(map(number, costs)))
    times: list[tuple[str, Callable[[Cost], Spent]]] = [
        ("first up, blank server", lambda one: one.first),
        ("preview, nothing to do", lambda one: one.preview),
        ("pulumi up, nothing to do", lambda one: one.plain),
        ("the same, PULUMI_RUN_PROGRAM", lambda one: one.written),
        ("make up, nothing to do", lambda one: one.make),
        ("make up, one alias", lambda one: one.alias),
    ]
    for what, took in times:
        cells = [f"{took(one).seconds:.1f} ({took(one).processor:.1f})" for one in costs]
        _row(made, what, cells, [took(one).seconds for one in costs])
    return made


def _row(table: Table, what: str, cells: Sequence[str], values: Sequence[float]) -> None:
    ratios = ["", *(f", {one / values[0]:.1f} times" for one in values[1:])]
    table.add_row(what, *(cell + ratio for cell, ratio in zip(cells, ratios, strict=True)))


def main() -> int:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--domains", type=int, nargs="*", default=[1, 25, 50])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    console, begun = Console(width=120), time.monotonic()
    costs: list[Cost] = []
    for number in asked.domains:
        costs.append(cost(number, asked.rounds))
        console.print(table(costs))
    if asked.domains[-1:] != [1]:
        with lifecycle.alone():
            lifecycle.reset()
        Stack().ensure().up("--skip-preview").expect()
    ours, theirs, files = beside(asked.rounds + 2)
    console.print(
        f"one domain, nothing to do: preview {ours:.2f} s, pyinfra over the same {files} files "
        f"{theirs:.2f} s, in turn: {ours / theirs:.2f}"
    )
    with lifecycle.alone():
        lifecycle.down()
    console.print(f"measured in {time.monotonic() - begun:.0f} s, from {paths.REPOSITORY.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
