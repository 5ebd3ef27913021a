"""A server that nothing can be built on is refused by the preview, with all reasons at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lab import nodes, plan
from lab.demo import settings
from lab.net import network
from lab.operator.stack import Run, Stack
from lab.vps import snapshot
from tests.e2e.conftest import records, running_lab
from tests.e2e_server.cases import APT, CASES, QUIET, Case, Change, nothing

pytestmark = pytest.mark.chaos

SECONDS = 15.0
ROUTER = "table inet provider"


@pytest.fixture(scope="module")
def lab() -> Iterator[None]:
    """Bring a blank lab up, and take it down with nothing left."""
    with running_lab():
        Stack().ensure()
        on_server(f"{APT} update {QUIET}")
        yield


def on_server(text: str) -> str:
    """Run a script as root on the server, and return what it printed."""
    done = nodes.run("vps", ["bash", "-c", text], timeout=300)
    return (done.stdout + done.stderr).decode()


@contextmanager
def provider(rule: str) -> Iterator[None]:
    """Have the provider's router refuse something, or nothing."""
    table = f"{ROUTER} {{ chain forwarded {{ type filter hook forward priority -10; {rule}; }}; }}"
    if not rule:
        yield
        return
    network.namespace_exec(plan.NETNS_NET, ["nft", "-f", "-"], stdin=table)
    try:
        yield
    finally:
        network.namespace_exec(plan.NETNS_NET, ["nft", "delete", *ROUTER.split()])


def two_receivers(further: Change) -> Callable[[dict[str, Any]], None]:
    """Return the change that has mail go to two receivers, so that both can be tried."""

    def change(config: dict[str, Any]) -> None:
        config["tapal:domains"][0]["aliases"]["*"] = plan.MAILBOX_V4
        further(config)

    return change


@contextmanager
def spoilt(case: Case) -> Iterator[None]:
    """Spoil the server, and mend it."""
    with provider(case.router):
        said = on_server(case.spoil)
        try:
            yield
        finally:
            mended = on_server(case.mend)
            print(said, mended)


def preview(change: Change) -> Run:
    """Preview the lab's stack with ``change`` made to it, before it was ever brought up."""
    with settings.variant(two_receivers(change)) as changed:
        return changed.preview()


@pytest.mark.usefixtures("lab")
def test_a_clean_server_is_not_refused() -> None:
    before = snapshot.take()
    looked = preview(nothing)
    print(f"a clean server: {looked.seconds:.1f} s")
    assert looked.status == 0, looked.output
    assert "Rule: server-" not in looked.output.replace("Rule: server-packages-busy", "")
    assert snapshot.take().changed_since(before) == set()


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_refused(case: Case) -> None:
    zones = {zone: records(zone) for zone in plan.CLOUDFLARE_ZONES}
    with spoilt(case):
        refused = preview(case.change)
    print(f"{case.name}: {refused.seconds:.1f} s")
    assert refused.status != 0, refused.output
    assert [one for one in case.said if one not in refused.output] == [], refused.output
    things = "1 thing" if case.things == 1 else f"{case.things} things"
    diagnostics = refused.output.partition("Diagnostics:")[2]
    assert f"the plan has {things} to put right; nothing was touched:" in diagnostics
    assert diagnostics.count("nothing was touched:") == 1, refused.output
    assert refused.seconds < SECONDS
    assert {zone: records(zone) for zone in plan.CLOUDFLARE_ZONES} == zones


@pytest.mark.usefixtures("lab")
def test_what_is_named_may_listen() -> None:
    [case] = [one for one in CASES if one.name.startswith("listeners")]

    def named(config: dict[str, Any]) -> None:
        config["tapal:host"]["openPorts"] = [8443, "1194/udp"]

    with spoilt(case):
        looked = preview(named)
    assert looked.status == 0, looked.output
    assert "server-listener" not in looked.output


@pytest.mark.usefixtures("lab")
def test_an_update_is_refused_too_and_publishes_nothing() -> None:
    [case] = [one for one in CASES if one.name.startswith("listeners")]
    zones = {zone: records(zone) for zone in plan.CLOUDFLARE_ZONES}
    before = snapshot.take()
    with spoilt(case), settings.variant(two_receivers(nothing)) as changed:
        refused = changed.up("--skip-preview")
    assert refused.status != 0
    assert "the plan has 2 things to put right" in refused.output
    assert {zone: records(zone) for zone in plan.CLOUDFLARE_ZONES} == zones
    assert snapshot.take().changed_since(before) == set()
