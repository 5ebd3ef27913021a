"""What all tests share: a lab of their own (``TAPAL_LAB``), and the mark ``needs_lab``.

A test has the mark if it needs what a plain checkout does not have: root, a running lab, the engine
(built from its source), systemd, a compiler or a package that is downloaded. `make quick` runs all
the others. One that lacks the mark although it needs one of those fails in tests/debian/, where
quick runs without root and without a network.
"""

import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Who runs tests at the same time as another on one machine gives each a number of its own. The
# other processes of `make test` have labs of their own as well; 5 is that of tests/lab.
LABS = {"gw1": "6", "gw2": "7"}
os.environ["TAPAL_LAB"] = LABS.get(
    os.environ.get("PYTEST_XDIST_WORKER", ""), os.environ.get("TAPAL_TEST_LAB", "4")
)

# How long Hypothesis takes says something of the machine and what else it does, not of the code.
settings.register_profile("tapal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tapal")

# Started in the background of a shell, this process was told to ignore Ctrl-C, and would hand that
# on to the programs whose handling of it is tested.
signal.signal(signal.SIGINT, signal.default_int_handler)

# As Pulumi's language host does: a program that ends by a refusal leaves tasks that nobody asks.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end the tests, although the program has it end its process at once."""
    handler = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, handler)


# Everything in these folders and modules has the mark, and so has every test that uses one of these
# fixtures, itself or through another one.
NEED_LAB = (
    "tests/components/gate/test_hook.py",
    "tests/components/gate/test_start_step.py",
    "tests/components/gate/test_units.py",
    "tests/components/host/test_firewall_rules.py",
    "tests/debian",
    "tests/docs/test_walk.py",
    "tests/e2e",
    "tests/e2e_every_day",
    "tests/e2e_gate",
    "tests/e2e_server",
    "tests/e2e_systems",
    "tests/lab/engine",
    "tests/lab/test_bench.py",
    "tests/mistakes/test_in_the_lab.py",
    "tests/tools/test_state_page.py",
)
NEED_NOTHING = ("tests/lab/engine/test_dns_properties.py",)
FIXTURES = frozenset({"actionlint", "chasquid_folder", "own_lab"})


# `make test` uses three processes. Tests of a group stay in one of them, in the order of the files:
# they share a deployment, or servers of their own. Any other module is a group. The longest begin.
GROUPS = {
    "tests/e2e/": "e2e",
    "tests/e2e_every_day/": "every day",
    "tests/e2e_gate/": "gate",
    "tests/e2e_systems/": "systems",
    "tests/lab/engine/": "engine",
    "tests/lab/": "lab",
    "tests/docs/test_walk.py": "walk",
    "tests/debian/": "debian",
}


def needs_lab(path: Path, fixtures: frozenset[str]) -> bool:
    """Tell whether a test in ``path`` that uses ``fixtures`` needs the lab."""
    named = path.relative_to(ROOT).as_posix()
    if any(named == one or named.startswith(f"{one}/") for one in NEED_LAB):
        return named not in NEED_NOTHING
    return bool(fixtures & FIXTURES)


def group(nodeid: str) -> str:
    """Return the group of a test."""
    module = nodeid.partition("::")[0]
    return next((name for one, name in GROUPS.items() if module.startswith(one)), module)


class Scheduler(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Keeps a group in one process."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Hand out tests by group, where `tests/run` asks for it."""
    return Scheduler(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the groups first, in their order."""
    order = {name: number for number, name in enumerate(GROUPS.values())}
    items.sort(key=lambda item: order.get(group(item.nodeid), len(order)))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test that needs the lab."""
    fixtures = frozenset(getattr(item, "fixturenames", ()))
    if needs_lab(item.path, fixtures):
        item.add_marker("needs_lab")
