"""Cut off at any moment on a blank server whose state is kept: one plain `up` goes on from there.

The server is put back to how its provider delivers it, as a snapshot does; Pulumi's state, the zone
and the keys stay. That is the longest way that an `up` can have, and it is cut off in a dozen ways.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from lab import lifecycle, nodes, paths, plan
from lab.demo import verdicts
from lab.demo.delivery import send
from lab.net.network import namespace_argv, namespace_exec
from lab.operator import machine
from lab.operator.stack import Run, Stack, run
from lab.progress import wait_until
from tests.e2e.conftest import SELECTORS, Deployment

pytestmark = pytest.mark.chaos

LIMIT = 240  # seconds for a run that is cut off
Pulumi = subprocess.Popen[str]


@dataclass(frozen=True, kw_only=True)
class Interruption:
    """What happens, and when: as soon as ``moment`` stands in what `pulumi up` prints."""

    moment: str
    do: Callable[[Pulumi], None]


def killed(pulumi: Pulumi) -> None:
    """The process is gone at once, as with kill -9 or a closed laptop without battery."""
    pulumi.kill()


def stopped(pulumi: Pulumi) -> None:
    """Ctrl-C, twice: once to ask, once to insist."""
    pulumi.send_signal(signal.SIGINT)
    time.sleep(1)
    pulumi.send_signal(signal.SIGINT)


def power_lost(pulumi: Pulumi) -> None:
    """The server loses power, without any word to its programs, and is switched on again."""
    (nodes.VPS.cgroup / "cgroup.kill").write_text("1")
    pulumi.communicate(timeout=LIMIT)
    with lifecycle.alone():
        lifecycle.up()


def link_dropped(pulumi: Pulumi) -> None:
    """Nothing passes to the server any more, and nobody says so."""
    with silent_link():
        pulumi.communicate(timeout=LIMIT)


def slept(pulumi: Pulumi) -> None:
    """The laptop sleeps for longer than the firewall waits for its confirmation."""
    group = os.getpgid(pulumi.pid)
    for one in _family(group):
        os.kill(one, signal.SIGSTOP)
    time.sleep(100)
    for one in _family(group):
        os.kill(one, signal.SIGCONT)
    pulumi.communicate(timeout=LIMIT)


def _family(group: int) -> list[int]:
    """Return the process group's members and all that descends from them."""
    listed = subprocess.run(["pgrep", "-g", str(group)], capture_output=True, text=True, check=True)
    found = {int(pid) for pid in listed.stdout.split()}
    pending = list(found)
    while pending:
        listed = subprocess.run(
            ["pgrep", "-P", str(pending.pop())], capture_output=True, text=True, check=False
        )
        new = {int(pid) for pid in listed.stdout.split()} - found
        found |= new
        pending += new
    return sorted(found)


@contextmanager
def silent_link() -> Iterator[None]:
    """Drop all that goes to the server's address on its way."""
    rule = f"""table ip silent {{ chain silence {{
      type filter hook forward priority -300;
      ip daddr {plan.VPS.ipv4} drop
      ip saddr {plan.VPS.ipv4} drop
    }}
    }}"""
    namespace_exec(plan.NETNS_NET, ["nft", "-f", "-"], stdin=rule)
    try:
        yield
    finally:
        namespace_exec(plan.NETNS_NET, ["nft", "delete", "table", "ip", "silent"])


def cut_off(interruption: Interruption) -> None:
    """Start `pulumi up`, and interrupt it at its moment."""
    argv = ["pulumi", "up", "--yes", "--skip-preview", "--stack", "lab"]
    argv += ["--non-interactive", "--color", "never"]
    with subprocess.Popen(
        namespace_argv(plan.NETNS_OPERATOR, argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=paths.REPOSITORY,
        env=machine.environment(),
        start_new_session=True,
    ) as pulumi:
        assert pulumi.stdout
        said = []
        for line in pulumi.stdout:
            said.append(line)
            if interruption.moment in line:
                break
        else:
            pytest.fail(f"never said {interruption.moment!r}:\n{''.join(said)}")
        interruption.do(pulumi)
        pulumi.communicate(timeout=LIMIT)
    assert pulumi.returncode != 0


def blank_server() -> None:
    """Put the server's disk back, and nothing else."""
    with lifecycle.alone():
        lifecycle.reset_vps()


def works(deployment: Deployment) -> bool:
    """Return whether a mail passes all that its receiver judges."""
    return verdicts.passed(send(deployment.submission(), plan.MAILBOX), SELECTORS)


def one_up(deployment: Deployment) -> None:
    """Go on by one `up`, unlocked if it has to be; then nothing is left to do, and mail passes."""
    again = deployment.stack.up()
    if "is currently locked" in again.output:
        run([sys.executable, "-m", "tools.engine", "unlock", "lab", "--yes"]).expect()
        again = deployment.stack.up()
    again.expect()
    deployment.stack.preview("--expect-no-changes").expect()
    assert works(deployment)


def test_a_server_put_back_to_a_snapshot_converges_by_one_up(deployment: Deployment) -> None:
    blank_server()
    one_up(deployment)


@pytest.mark.parametrize(
    "interruption",
    [
        Interruption(moment="wait: waiting for the boot", do=killed),
        Interruption(moment="packages: installing", do=killed),
        Interruption(moment="packages: installing", do=power_lost),
        Interruption(moment="packages: installing", do=link_dropped),
        Interruption(moment="ipv6: setting", do=killed),
        Interruption(moment="firewall: firewall loaded", do=killed),
        Interruption(moment="firewall: firewall loaded", do=slept),
        Interruption(moment="system: host name", do=power_lost),
        Interruption(moment="packages: fetching", do=stopped),
        Interruption(moment="certificate: asking", do=killed),
        Interruption(moment="certificate: asking", do=power_lost),
        Interruption(moment="gate: start updat", do=killed),
        Interruption(moment="chasquid-start: starting chasquid", do=power_lost),
        Interruption(moment="chasquid-start: starting chasquid", do=link_dropped),
    ],
    ids=lambda one: f"{one.do.__name__} at {one.moment}",
)
def test_cut_off_and_gone_on(deployment: Deployment, interruption: Interruption) -> None:
    blank_server()
    cut_off(interruption)
    one_up(deployment)


def test_no_operation_is_left_running(deployment: Deployment) -> None:
    del deployment
    wait_until(
        lambda: not nodes.run("vps", ["pgrep", "-f", "/usr/local/lib/tapal/step"]).stdout,
        what="a step is still at work",
        seconds=30,
    )


@pytest.mark.parametrize("what", [Stack.preview, Stack.up, Stack.destroy])
def test_a_host_that_does_not_answer_is_told_once(
    deployment: Deployment, what: Callable[[Stack], Run]
) -> None:
    with silent_link():
        done = what(deployment.stack)
    assert done.status != 0
    assert done.seconds < 30, done.output
    # Of one resource: as it comes, and in the diagnostics at the end.
    assert done.output.count("no SSH within") == 2, done.output
