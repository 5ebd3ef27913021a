"""Mistakes after `make new`, in a fresh lab: each is typed, and what is printed is read.

The person's stack is ready; each case spoils one thing, looks, and mends it again.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pytest

from lab import keys, lifecycle, plan
from tests.docs.newcomer import Newcomer
from tests.docs.terminal import Said
from tests.mistakes import told
from tests.mistakes.desk import ADDRESS, EMAIL, SAME, SERVER, TOKEN

pytestmark = pytest.mark.chaos

STACK = "tapal.test"
EXPORT = "export PULUMI_CONFIG_PASSPHRASE_FILE=~/.tapal-passphrase\n"
ANSWERS = [
    (ADDRESS, f"post@{STACK}"),
    (TOKEN, plan.API_TOKEN),
    (SERVER, f"{plan.VPS.ipv4} {plan.VPS.ipv6}"),
    (SAME, "y"),
    (EMAIL, plan.MAILBOX),
    (r"\? \[y/N\]", "n"),
]


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    with lifecycle.alone():
        lifecycle.reset()
    found = Newcomer(folder=tmp_path_factory.mktemp("newcomer"), answers=lambda: ANSWERS)
    found.arrive()
    said = found.type("make new")
    assert said.status == 0, said.output
    found.tell_of_the_lab()
    yield found
    with lifecycle.alone():
        lifecycle.down()


@dataclass(frozen=True, kw_only=True)
class Spoilt:
    """One thing that is wrong.

    Attributes:
        name: of the test.
        change: a pattern in the stack's file, and what to put in its place.
        typed: what is typed before and with the look.
        told: the cause and the cure.
    """

    name: str
    change: tuple[str, str] = ("", "")
    typed: str = "make preview"
    told: tuple[str, ...]


def encrypted(key: str, value: str) -> str:
    return f"{EXPORT}pulumi config set --stack {STACK} --secret {key} <<'END'\n{value}\nEND\n"


def locked_key() -> str:
    key = asyncssh.generate_private_key("ssh-ed25519")
    return key.export_private_key(passphrase="x").decode().strip()


SPOILT = (
    Spoilt(name="tab", change=(r"\n    name:", "\n\tname:"), told=("line ", "YAML takes no tab")),
    Spoilt(
        name="unknown-key",
        change=("  tapal:acme:", "  tapal:acne:"),
        told=("there is no such key", "did you mean 'acme'?"),
    ),
    Spoilt(
        name="two-at-signs",
        change=(re.escape(plan.MAILBOX), plan.MAILBOX.replace("@", "@@")),
        told=("holds 2 @", f"write '{plan.MAILBOX}'"),
    ),
    Spoilt(
        name="no-such-mx-word",
        change=("mx: host", "mx: hots"),
        told=(f"domains: {STACK}, mx", "'hots' is not host or keep"),
    ),
    Spoilt(
        name="mistyped-zone",
        change=(f"- name: {STACK}", f"- name: {STACK}\n      zone: tapal.tst"),
        told=(f"{STACK} does not lie in tapal.tst", "name the zone"),
    ),
    Spoilt(
        name="another-server",
        change=(r"hostKey: .*", f"hostKey: {keys.public_key('operator')}"),
        told=("another key than the pinned one", "nothing was sent", "provider's console"),
    ),
    Spoilt(
        name="wrong-token",
        typed=encrypted("cloudflare:apiToken", "x" * 40) + "make preview",
        told=("Cloudflare refuses the API token", "Zone:Read and DNS:Edit"),
    ),
    Spoilt(
        name="two-words-for-a-token",
        typed=encrypted("cloudflare:apiToken", "Bearer x") + "make preview",
        told=("it is not the token alone", "paste the token alone"),
    ),
    Spoilt(
        name="key-with-a-passphrase",
        typed=encrypted("tapal:sshPrivateKey", locked_key()) + "make preview",
        told=("the key has a passphrase", "ssh-add"),
    ),
    Spoilt(
        name="worst-password",
        typed=encrypted("tapal:passwords", f'{{"post@{STACK}": "password1234"}}')
        + "make preview",
        told=("among the first that are tried", "leave it out to have one made"),
    ),
    Spoilt(
        name="wrong-passphrase",
        typed="export PULUMI_CONFIG_PASSPHRASE=wrong\nmake preview",
        told=("incorrect passphrase", "cure:", "~/.tapal-passphrase"),
    ),
    Spoilt(
        name="no-passphrase",
        typed="mv ~/.tapal-passphrase ~/away\n! make preview </dev/null\n"
        "mv ~/away ~/.tapal-passphrase\nfalse",
        told=("passphrase must be set", "cure:", "~/.tapal-passphrase"),
    ),
    Spoilt(
        name="forgotten-login",
        typed="rm ~/.pulumi/credentials.json\nmake preview",
        told=("where the state is kept", "pulumi login --local"),
    ),
    Spoilt(
        name="mistyped-stack",
        typed="make preview STACK=tapal.tset",
        told=("there is no stacks/Pulumi.tapal.tset.yaml", STACK, "make new DOMAIN="),
    ),
    Spoilt(
        name="no-such-stack-in-the-state",
        typed="export PULUMI_BACKEND_URL=file://$HOME/elsewhere\nmkdir ~/elsewhere\nmake preview",
        told=("no stack named", "make new DOMAIN=tapal.test"),
    ),
)  # fmt: skip


@pytest.fixture
def kept(person: Newcomer) -> Iterator[Callable[[], None]]:
    """Put everything back after a case: the file, the login, the terminal's variables."""
    file, login = person.stack_file(STACK), person.home / ".pulumi" / "credentials.json"
    before = {one: one.read_bytes() for one in (file, login)}
    yield lambda: None
    for one, content in before.items():
        one.write_bytes(content)
    (person.folder / "shell").unlink(missing_ok=True)
    shutil.rmtree(person.home / "elsewhere", ignore_errors=True)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("spoilt", SPOILT, ids=lambda one: one.name)
def test_what_is_wrong_is_told_with_its_cure(spoilt: Spoilt, person: Newcomer) -> None:
    pattern, text = spoilt.change
    if pattern:
        changed(person.stack_file(STACK), pattern, text)
    said = person.type(spoilt.typed)
    assert said.status != 0, said.output
    told.holds(said, *spoilt.told)


def test_a_mended_stack_is_well(person: Newcomer) -> None:
    said: Said = person.type("make preview")
    assert said.status == 0, said.output


def changed(file: Path, pattern: str, text: str) -> None:
    before = file.read_text()
    after = re.sub(pattern, lambda _: text, before, count=1)
    assert after != before
    file.write_text(after)
