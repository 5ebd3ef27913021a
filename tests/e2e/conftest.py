"""One lab and one stack for the whole folder: brought up once, shared by the tests in order."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from lab import lifecycle, plan
from lab.demo.delivery import Submission
from lab.operator import stack
from lab.operator.stack import Run, Stack
from lab.vps import panel

ACCOUNT = "i@tapal.test"
SELECTORS = ("2026a", "2026e")


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """The lab's stack, brought up on a blank VPS.

    Attributes:
        stack: to work on it.
        zone_before: the records that the domain's zone held before us, as the API lists them.
        preview: what `pulumi preview --diff` said before the first `up`.
        up: the first `up`.
    """

    stack: Stack
    zone_before: list[str]
    preview: Run
    up: Run

    def submission(self, account: str = ACCOUNT) -> Submission:
        """Return how ``account`` logs in, with its generated password."""
        return Submission(host=plan.VPS.name, user=account, password=self.stack.password(account))


def records(zone: str) -> list[str]:
    """Return the zone's records as the API lists them, as sorted JSON texts without our ids."""
    return sorted(json.dumps(record, sort_keys=True) for record in listed(zone))


def listed(zone: str) -> list[dict[str, Any]]:
    """Return the zone's records as the API lists them."""
    found: list[dict[str, Any]] = api("GET", f"{zone_path(zone)}/dns_records?per_page=500")
    return found


def zone_path(zone: str) -> str:
    """Return the path of the zone in the API."""
    return f"/zones/{api('GET', f'/zones?name={zone}')[0]['id']}"


def api(method: str, path: str, body: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - JSON
    """Call the lab's Cloudflare API from the operator's machine and return the result."""
    data = json.dumps(body).encode() if body is not None else None
    code = (
        "import json, sys, urllib.request as u;"
        f"r = u.Request({plan.API_BASE_URL + path!r}, data={data!r}, method={method!r},"
        f" headers={{'Authorization': 'Bearer {plan.API_TOKEN}',"
        " 'Content-Type': 'application/json'});"
        "sys.stdout.write(u.urlopen(r, timeout=10).read().decode())"
    )
    done = stack.run([sys.executable, "-c", code]).expect()
    return json.loads(done.output)["result"]


@contextmanager
def running_lab() -> Iterator[None]:
    """Bring a blank lab up, and take it down with nothing left."""
    with lifecycle.alone():
        lifecycle.reset()
    yield
    with lifecycle.alone():
        lifecycle.down()


def bring_up() -> Deployment:
    """Bring the stack up on the blank VPS, and set reverse DNS as a person does in the panel."""
    zone_before = records("tapal.test")
    made = Stack().ensure()
    preview = made.preview("--diff")
    up = made.up("--skip-preview")
    for address in (plan.VPS.ipv4, plan.VPS.ipv6):
        panel.set_pointer(address, plan.VPS.name)
    return Deployment(stack=made, zone_before=zone_before, preview=preview, up=up.expect())


@pytest.fixture(scope="session")
def lab() -> Iterator[None]:
    """Bring the lab up for the whole folder."""
    with running_lab():
        yield


@pytest.fixture(scope="session")
def deployment(lab: None) -> Deployment:  # noqa: ARG001 - it must be up
    """Bring the stack up for the whole folder."""
    return bring_up()
