"""A lab with a server, a stack for it and one for a second domain, and a person without root."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from lab import plan
from lab.demo import settings
from lab.vps import panel
from tests.docs.newcomer import Newcomer
from tests.e2e.conftest import running_lab

UP = 400.0  # seconds for a stack to come up on a busy machine
OWN, SECOND = "tapal.test", "second.test"
ANSWERS = [(r"Do this to [^?]*\? \[y/N\]", "y")]


@pytest.fixture(scope="package")
def lab() -> Iterator[None]:
    """Bring a blank lab up, and take it down with nothing left."""
    with running_lab():
        yield


@pytest.fixture(scope="package")
def person(
    lab: None,  # noqa: ARG001 - it must be up
    tmp_path_factory: pytest.TempPathFactory,
) -> Newcomer:
    """Bring both stacks up, all of it as somebody who has no rights on this machine."""
    found = Newcomer(
        folder=tmp_path_factory.mktemp("person"), answers=lambda: ANSWERS, powerless=True
    )
    found.arrive()
    tracked = yaml.safe_load(settings.stack_file().read_text(encoding="utf-8"))
    for stack, change in ((OWN, _own), (SECOND, _second)):
        changed = yaml.safe_load(yaml.safe_dump(tracked))
        change(changed["config"])
        found.stack_file(stack).write_text(yaml.safe_dump(changed, sort_keys=False))
    # The tracked file's secrets, which open nothing but the lab, come with its passphrase.
    say(found, 'export PULUMI_CONFIG_PASSPHRASE=lab PULUMI_BACKEND_URL="file://$HOME"')
    for address in (plan.VPS.ipv4, plan.VPS.ipv6):
        panel.set_pointer(address, plan.VPS.name)
    for stack in (OWN, SECOND):
        say(found, f"pulumi stack init {stack} --no-select; make up STACK={stack}")
    return found


def say(person: Newcomer, commands: str, status: int = 0) -> str:
    """Type ``commands``, which end with ``status``, and return what they printed."""
    said = person.type(commands, timeout=UP)
    assert said.status == status, f"{commands}\n{said.output}"
    return said.output


def _own(config: dict[str, Any]) -> None:
    config["tapal:domains"][0] |= {"accounts": ["post", "news"]}
    config["tapal:domains"][0].pop("limits")
    config["tapal:domains"][0]["aliases"] = {"*": plan.MAILBOX}


def _second(config: dict[str, Any]) -> None:
    _own(config)
    settings.domain_on_the_lab_host(SECOND)(config)
    config["tapal:hostStack"] = OWN
