"""Breaks stacks' files in all the ways that people and editors do, and in some that nobody does."""

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from lab.paths import REPOSITORY
from settings import stack_yaml
from settings.stack_yaml import YamlError
from tests.settings.bad_stacks.table import CASES, WARNED

Container = dict[str, Any] | list[Any]

VALUES: list[Any] = [
    None, "", " ", 0, -1, 1, 2026, 65536, 10**30, 1.5, -0.0, 1e308, True, False, [], {}, [[]],
    [None], {"secure": "v1:AAAA"}, {"": ""}, {"name": None}, "no", "~", "null", "*", "host",
    "keep", "none", "example.com", "EXAMPLE.COM.", "a.b", "xn--", "xn--a.b", "bücher.example",
    "गोंय.भारत", "a" * 300, "@", "a@", "@b", "a@b@c.example", "i@example.com", "é@example.com",
    '"a b"@example.com', "203.0.113.10", "::1", "2001:db8::/64", "fe80::1%eth0\nx=y", "1.2.3",
    "999.1.1.1", "0x7f.1", "https://example.com/", "http://[::1", "file:///etc/passwd", "//",
    "/dev/zero", "../..", "~/x", "a\nb", "a\0b", "\u202e", "\u200c", "\ud7ff", "\U0001f4ee",
    "\ufeff", "%s%n{}${x}$(y)`z`", "v=spf1 -all", "include:x.example", "+all", "| rm", "a via b",
    "a@b.example via c.example/d", "ssh-ed25519", "ssh-ed25519 AAAA", "SHA256:x",
    "-----BEGIN PRIVATE KEY-----", "quarantine", "rsa", "ed25519", "active", "120h", "999999999h",
    "Asia/Kolkata", "Asia", "../etc/passwd", "1:d:s", "2026-01-02 00:00:00 +0000 UTC",
    "dkim-keys", "merge", "lab", "x" * 2000, "'", '"', "\\", "\t",
]  # fmt: skip
KEYS = [
    "name", "host", "hostStack", "ipv6", "spf", "dmarc", "dkim", "mx", "accounts", "aliases",
    "zone", "secure", "existing", "include", "tapal:host", "tapal:domains", "tapl:host",
    "cloudflare:apiTokn", "nmae", "", " ", "é", "a\nb", "0", "*", "x.y", "x[0]", "__class__",
    "model_config", "host_key",
]  # fmt: skip
TEXTS = [
    "\t", ":", "- ", "#", "'", '"', "&a ", "*a", "<<: *a\n", "!!python/object:os.system ",
    "!!int ", "|\n", "%", "\0", "\ufeff", "---\n", "...\n", "{", "}", "[", "]", ",", "? ", "\r",
    "\u2028", "1e999", ".inf", "0x", "~", "\\x", "\n  ", " " * 40, "[" * 400, "a: &b [*b]\n", "é",
    "\U0001f4ee",
]  # fmt: skip

CHANGES = ("set", "set", "delete", "rename", "wrap", "swap", "repeat", "add", "add")


def source(chance: random.Random) -> Path:
    """Return the file that a mutation begins with: as often a good one as a bad one."""
    own = [REPOSITORY / "stacks" / f"Pulumi.{stack}.yaml" for stack in ("example.com", "lab")]
    return chance.choice([*own, *WARNED] if chance.random() < 0.5 else CASES)


def mutant(seed: int) -> str:
    """Return the text of a stack's file, always the same for one ``seed``."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    text = source(chance).read_text(encoding="utf-8")
    if chance.random() < 0.75:
        try:
            content = stack_yaml.load(text).value
        except YamlError:
            content = None
        if isinstance(content, dict):
            for _ in range(chance.randint(1, chance.choice((2, 8)))):
                _change(content, chance)
            text = yaml.safe_dump(content, sort_keys=False, allow_unicode=chance.random() < 0.5)
    if chance.random() < 0.4:
        for _ in range(chance.randint(1, 4)):
            text = _scribble(text, chance)
    return text


def _change(content: Container, chance: random.Random) -> None:
    places = list(_places(content))
    if not places:
        return
    parent, key = chance.choice(places)
    value = copy.deepcopy(chance.choice(VALUES))
    change = chance.choice(CHANGES)
    if change == "delete":
        del parent[key]
    elif change == "wrap":
        parent[key] = chance.choice(([parent[key]], {"name": parent[key]}, str(parent[key])))
    elif change == "swap":
        other, place = chance.choice(places)
        parent[key], other[place] = copy.deepcopy(other[place]), copy.deepcopy(parent[key])
    elif change == "set":
        parent[key] = value
    elif isinstance(parent, list):
        parent.insert(0, copy.deepcopy(parent[0]) if change == "repeat" else value)
    elif change == "rename":
        parent[_misspelt(str(key), chance)] = parent.pop(key)
    else:
        parent[chance.choice(KEYS)] = parent[key] if change == "repeat" else value


def _places(value: object) -> Iterator[tuple[Any, Any]]:
    """Yield each place in ``value``, as a mapping or list and the key or position in it."""
    if isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        for key, below in list(inside):
            yield value, key
            yield from _places(below)


def _misspelt(key: str, chance: random.Random) -> str:
    at = chance.randrange(len(key) + 1)
    letter = chance.choice(["", "x", "_", "é", " ", key[at : at + 1].upper()])
    return f"{key[:at]}{letter}{key[at + chance.randint(0, 1) :]}"


def _scribble(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    if chance.random() < 0.3:
        return text[:at] + text[at + chance.randint(1, 30) :]
    if chance.random() < 0.3:
        lines = text.splitlines(keepends=True) or [""]
        return "".join([*lines, chance.choice(lines)]) if chance.random() < 0.5 else text[:at]
    return text[:at] + chance.choice(TEXTS) + text[at:]
