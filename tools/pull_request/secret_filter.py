"""Takes secrets out of what is about to be published.

Pulumi hides what it knows to be secret. This is the second lock on that door: a comment is read
by everyone, and GitHub hides no secret in comments.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tools.changes.plan import SECRET

SHORTEST = 12  # what is shorter would be found in many a harmless word
SIGNATURE = "4dabf18193072939515e22adb298388d"  # marks a special value in Pulumi's state
SECRET_NAMES = re.compile(r"(TOKEN|SECRET|PASSPHRASE|PASSWORD|PRIVATE_KEY|ACCESS_KEY|API_KEY)")


@dataclass(frozen=True, kw_only=True)
class SecretFilter:
    """Replaces each known secret, and each line of one, by ``[secret]``."""

    secrets: frozenset[str] = frozenset()

    def __call__(self, text: str) -> str:
        """Return ``text`` without secrets."""
        # The longest first: a part of a secret may be one of its own.
        for secret in sorted(self.secrets, key=len, reverse=True):
            if secret in text:
                text = text.replace(secret, SECRET)
        return text

    def knowing(self, values: Iterable[object], *, public: str = "") -> "SecretFilter":
        """Return a filter that knows ``values`` too.

        Args:
            values: secrets: texts, or structures and JSON texts whose every text is secret.
            public: what stands in clear in the stacks' files is no secret, though a secret
                structure may hold it: the host's address beside the key that opens it.
        """
        found = {line for value in values for text in _texts(value) for line in _lines(text)}
        return SecretFilter(secrets=self.secrets | {one for one in found if one not in public})


def of_environment(environment: Mapping[str, str] = os.environ) -> SecretFilter:
    """Return a filter of what the environment holds under a secret's name."""
    named = [value for name, value in environment.items() if SECRET_NAMES.search(name)]
    return SecretFilter().knowing(named)


def in_configuration(told: str) -> Iterator[object]:
    """Yield the secrets in what `pulumi config --json --show-secrets` printed."""
    for item in _mapping(told).values():
        if isinstance(item, dict) and item.get("secret"):
            yield item.get("value")


def in_state(told: str) -> Iterator[object]:
    """Yield the secrets in what `pulumi stack export --show-secrets` printed."""
    waiting: list[object] = [_mapping(told)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict) and SIGNATURE in value:
            yield value.get("plaintext")
        elif isinstance(value, dict):
            waiting += [item for key, item in value.items() if key != "__provider"]


def _mapping(told: str) -> Mapping[str, object]:
    try:
        value = json.loads(told)
    except json.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        inner = _parsed(value)
        if inner is None:
            yield value
        else:
            yield from _texts(inner)


def _parsed(text: str) -> object:
    if not text.startswith(("{", "[", '"')):
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        stripped = line.strip()
        # The first and last line of a key say that it is one, and are in every other key too.
        if len(stripped) >= SHORTEST and not stripped.startswith(("-----", "#")):
            yield stripped
