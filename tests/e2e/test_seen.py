"""What became of the host behind the program's back: named by a preview, mended by one `up`."""

import re

import pytest

from lab import nodes
from lab.vps import snapshot
from tests.e2e.conftest import Deployment
from tests.e2e.differences import DIFFERENCES, PORTS, Difference, fact

# Written anew by what mends, and by nobody told from what was there.
VOLATILE = re.compile(
    r"/etc/(letsencrypt/|chasquid/certs/|ld\.so\.cache|apt/sources.list.d/.*before-tapal"
    r"|hosts|locale.gen|timezone|default/locale|\.pwd\.lock|group|gshadow)"
)
SERVICES = ("chasquid.service", "tapal-gate.service", "tapal-door.service")
TOGETHER = [one for one in DIFFERENCES if not one.alone]


def on_vps(script: str) -> str:
    """Run a script on the VPS, which must succeed, and return what it says."""
    done = nodes.run("vps", ["bash", "-c", script], timeout=120)
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == 0, said
    return said


def processes() -> dict[str, str]:
    """Return the main process of each of our services."""
    return {name: on_vps(f"systemctl show -P MainPID {name}") for name in SERVICES}


def one_line(text: str) -> str:
    """Return ``text`` with single spaces, and none before a colon."""
    return re.sub(r"\s+", " ", text).replace(" :", ":")


def hashes() -> dict[str, str]:
    """Return the digests of the host's files, but for those that differ each time."""
    return {
        path: digest for path, digest in snapshot.take().hashes.items() if not VOLATILE.match(path)
    }


def mended(deployment: Deployment) -> None:
    """One `up` is enough, and then nothing is left to do."""
    deployment.stack.up().expect()
    deployment.stack.preview("--expect-no-changes").expect()


def test_all_at_once_are_named_and_mended(deployment: Deployment) -> None:
    before = hashes()
    for one in TOGETHER:
        on_vps(one.plant)
    shown = one_line(deployment.stack.preview("--diff").expect().output)
    unnamed = {one.what for one in TOGETHER if not all(text in shown for text in one.shows)}
    assert not unnamed, shown
    mended(deployment)
    assert hashes() == before


@pytest.mark.chaos
@pytest.mark.parametrize("one", DIFFERENCES, ids=lambda one: str(one.what))
def test_each_is_named_and_mended_and_nothing_else_touched(
    deployment: Deployment, one: Difference
) -> None:
    deployment.stack.up().expect()
    files, running = hashes(), processes()
    on_vps(one.plant)
    shown = one_line(deployment.stack.preview("--diff").expect().output)
    for text in one.shows:
        assert text in shown, shown
    mended(deployment)
    on_vps(one.clear)
    assert hashes() == files
    after = processes()
    assert {name for name in SERVICES if after[name] != running[name]} <= set(one.restarts)


@pytest.mark.chaos
def test_rules_of_others_that_close_our_ports_are_named_until_they_go(
    deployment: Deployment,
) -> None:
    deployment.stack.up().expect()
    on_vps(
        "nft add table inet others; nft add chain inet others input"
        " '{ type filter hook input priority 5; policy accept; }';"
        " nft add rule inet others input tcp dport '{ 25, 587 }' drop"
    )
    try:
        shown = one_line(deployment.stack.preview("--diff").expect().output)
        said = "table inet others closes 25, 587"
        assert fact(f"other firewalls: {PORTS}", "let in", said) in shown, shown
        # Whose table it is the program cannot know, so it leaves it.
        up = deployment.stack.up().expect()
        assert "nft delete table inet others" in up.output
        assert "tcp dport { 25, 587 } drop" in on_vps("nft list table inet others")
    finally:
        on_vps("nft delete table inet others")
    deployment.stack.preview("--expect-no-changes").expect()
