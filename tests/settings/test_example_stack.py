"""The example describes every key, and its commented lines are right when they are taken in."""

import re
from collections.abc import Iterator

import pytest

from lab.paths import REPOSITORY
from mail.finding import errors
from settings import key_paths, stack_file
from settings.check import check_config, check_file
from settings.model import Model
from settings.settings import Settings
from settings.stray_keys import SECRET_KEYS

EXAMPLE = REPOSITORY / "stacks" / "Pulumi.example.com.yaml"
TEXT = EXAMPLE.read_text(encoding="utf-8")


def keys(model: type[Model]) -> Iterator[str]:
    for key, below in key_paths.keys(model).items():
        yield key
        if below is not None:
            yield from keys(below.model)


def test_there_are_keys() -> None:
    assert {"host", "hostKey", "selector", "priority", "existing", "caBundle"} <= set(
        keys(Settings)
    )


@pytest.mark.parametrize("key", sorted({*keys(Settings), *SECRET_KEYS}))
def test_every_key_is_described(key: str) -> None:
    assert re.search(rf"(?<![A-Za-z]){key}(:|\b)", TEXT), f"{EXAMPLE.name} says nothing of {key}"


def test_nothing_but_its_placeholders_is_wrong_with_it() -> None:
    found = errors(check_file(EXAMPLE).findings)
    assert {one.id for one in found} == {"ssh-host-key-example", "acme-email-example"}


# What excludes another key that the example shows is left as a comment.
ALTERNATIVES = ("tapal:hostStack:", "mx: keep", "mx: [")


def uncommented() -> str:
    """The example with every commented key taken in, where no other excludes it."""
    return "\n".join(map(_uncommented, TEXT.splitlines()))


def _uncommented(line: str) -> str:
    match = re.fullmatch(r"(  +)# (([A-Za-z]+): .*)", line)
    if match is None or match[3] not in set(keys(Settings)) or match[2].startswith(ALTERNATIVES):
        return line
    return f"{match[1]}{match[2]}"


def test_its_commented_keys_are_right() -> None:
    text = uncommented()
    lines = zip(text.splitlines(), TEXT.splitlines(), strict=True)
    assert sum(new != old for new, old in lines) > 10
    config = stack_file.parse(text)
    assert config.problems == []
    wrong = errors(check_config(config.config, name="example.com").findings)
    assert {one.key for one in wrong} == {"host.ssh.hostKey", "acme.email", "acme.caBundle"}
