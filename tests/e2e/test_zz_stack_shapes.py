"""After everything was destroyed: a host alone, and two domains' stacks on it at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from components.host.step import digest
from components.resources.host_step import command
from lab import nodes, plan
from lab.demo import settings, verdicts
from lab.demo.delivery import Submission, send
from lab.operator.stack import Run, Stack
from lab.vps import snapshot
from tests.e2e.conftest import SELECTORS, Deployment

DOMAINS = ("second.test", "third.test")
CLAIM = command("chasquid-domain", "apply", digest("chasquid-domain"))


@dataclass(frozen=True, kw_only=True)
class Shared:
    """A host's stack, and the domains' stacks on it with what their first `up` did."""

    host: Stack
    host_up: Run
    domains: dict[str, Stack]
    ups: dict[str, Run]


@pytest.fixture(scope="module")
def shared(deployment: Deployment) -> Iterator[Shared]:
    """Bring the host up alone, then both domains at the same moment."""
    deployment.stack.destroy().expect()
    with ExitStack() as files:
        host = files.enter_context(settings.variant(settings.host_alone))
        host_up = host.up("--skip-preview")
        stacks = {
            domain: files.enter_context(
                settings.variant(settings.domain_on_the_lab_host(domain), name=domain)
            ).ensure()
            for domain in DOMAINS
        }
        with ThreadPoolExecutor(len(DOMAINS)) as pool:
            made = pool.map(lambda one: one.up("--skip-preview"), stacks.values())
            ups = dict(zip(DOMAINS, made, strict=True))
        yield Shared(host=host, host_up=host_up, domains=stacks, ups=ups)


def passes(domain: str, stack: Stack) -> bool:
    """Return whether a mail of the domain's account passes all that the receiver judges."""
    user = f"i@{domain}"
    account = Submission(host=plan.VPS.name, user=user, password=stack.password(user))
    return verdicts.passed(send(account, plan.MAILBOX), SELECTORS)


def test_a_host_alone_comes_up_after_a_destroy(shared: Shared) -> None:
    assert shared.host_up.status == 0, shared.host_up.output
    assert "DnsRecord dns: SPF of _spf" in shared.host_up.output


@pytest.mark.parametrize("domain", DOMAINS)
def test_domains_brought_up_at_the_same_moment_pass(shared: Shared, domain: str) -> None:
    up = shared.ups[domain]
    assert up.status == 0, up.output
    assert passes(domain, shared.domains[domain])


def test_nothing_is_left_to_do_in_any_of_the_stacks(shared: Shared) -> None:
    before = snapshot.take()
    for stack in (shared.host, *shared.domains.values()):
        again = stack.preview("--expect-no-changes")
        assert again.status == 0, again.output
    assert snapshot.take().changed_since(before) == set()


def test_a_domain_is_one_stack_s_alone() -> None:
    data = f"domain=third.test\nstack=another\nserver={plan.VPS.name}\n"
    done = nodes.run("vps", CLAIM, stdin=data.encode())
    assert done.returncode != 0
    assert b"third.test is served for the stack third.test already" in done.stdout


def test_a_domain_is_put_on_the_server_that_it_names() -> None:
    data = b"domain=fourth.test\nstack=fourth\nserver=smtp.elsewhere.test\n"
    done = nodes.run("vps", CLAIM, stdin=data)
    assert done.returncode != 0
    assert b"this server is smtp.tapal.test, not smtp.elsewhere.test" in done.stdout
    assert nodes.run("vps", ["test", "-e", "/etc/chasquid/domains/fourth.test"]).returncode != 0


def test_a_host_stays_while_domains_of_other_stacks_are_on_it(shared: Shared) -> None:
    before = snapshot.take()
    refused = shared.host.destroy()
    assert refused.status != 0
    assert "other stacks' domains are served here: second.test" in refused.output
    after = snapshot.take()
    assert (after.changed_since(before), after.chasquid) == (set(), before.chasquid)


def test_one_domain_goes_and_the_other_stays(shared: Shared) -> None:
    shared.domains["second.test"].destroy().expect()
    assert nodes.run("vps", ["test", "-e", "/etc/chasquid/domains/second.test"]).returncode != 0
    assert passes("third.test", shared.domains["third.test"])
    again = shared.domains["third.test"].preview("--expect-no-changes")
    assert again.status == 0, again.output
