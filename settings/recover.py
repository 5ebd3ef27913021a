"""A stack's settings as far as they can be read, so that one mistake hides no other.

A misspelt key counts as the one it resembles. A value that cannot be read is replaced by a
placeholder, or left out, until the rest can be validated as a whole; all rules then run on that.
What they find at an unreadable setting, or concluded from one, is a consequence and not a root
cause: `Recovered.root_causes` leaves it out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from mail.address import suggest
from mail.finding import Finding
from settings import key_paths, messages
from settings.key_paths import Path
from settings.model import Model
from settings.settings import MX_KINDS, PEM_MARK, Settings
from settings.stack_file import is_secret

LONGEST = 1000  # characters of a value; the longest of use, a command, is far below
DEEPEST = 12  # lists and mappings inside each other; the deepest of use has 6
MARK = "tapal-stand-in"
_ROUNDS = 20
_JOINERS = "\u200c\u200d"  # inside words of several Indian scripts, domain names included
_ENCRYPTED, _NOTHING = object(), object()
_PRIVATE_KEY = "PRIVATE KEY-----"
_DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [-+]\d{4} (UTC|[-+]\d{4})")


@dataclass(frozen=True, kw_only=True)
class Recovered:
    """What could be read of a stack.

    Attributes:
        settings: the whole of it, with placeholders for what is required and cannot be read.
        findings: what cannot be read, and why.
        unreadable: the keys where that is.
    """

    settings: Settings
    findings: list[Finding]
    unreadable: frozenset[str]

    def root_causes(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return those of ``findings`` that are not caused by an unreadable setting."""
        return [one for one in findings if not self._is_consequence(one)]

    def is_known(self, key: str) -> bool:
        """Return whether what stands right at ``key`` could be read, whatever is below it."""
        return not _is_below(key, self.unreadable)

    def is_whole(self, key: str) -> bool:
        """Return whether everything at and below ``key`` could be read."""
        return self.is_known(key) and not any(key_paths.covers(key, one) for one in self.unreadable)

    def _is_consequence(self, one: Finding) -> bool:
        if MARK in f"{one.key} {one.reason} {one.cure}":
            return True
        return not (self.is_known(one.key) and all(map(self.is_whole, one.rests_on)))


def read(raw: Mapping[str, object], further: Iterable[str] = ()) -> Recovered:
    """Return what can be read of ``raw``, a stack's own keys with plain values.

    Args:
        raw: The keys, without ``tapal:``.
        further: Keys that a stack may have besides; they are not in ``raw``.
    """
    return _Reader(raw, tuple(further)).read()


class _Reader:
    """Mends a copy of the stack's data until it is of the right shape."""

    def __init__(self, raw: Mapping[str, object], further: tuple[str, ...]) -> None:
        self._raw: dict[str, Any] = {}
        self._further = further
        self._findings: list[Finding] = []
        self._unreadable: set[str] = set()
        self._attempts: Counter[Path] = Counter()
        for key, value in raw.items():
            if value is None or value == "":
                continue  # the engine's word for a key with nothing after it
            if _depth(value) > DEEPEST:
                self._report((key,), messages.too_deep((key,), DEEPEST))
            elif _is_encrypted(value):
                self._raw[key] = _ENCRYPTED
            else:
                self._raw[key] = _copied(value)

    def read(self) -> Recovered:
        self._spell(self._raw, Settings, ())
        for key in [key for key, value in self._raw.items() if value is _ENCRYPTED]:
            self._report((key,), messages.encrypted((key,)))
            del self._raw[key]
        self._validate()
        self._check_texts()
        return Recovered(
            settings=self._validate(),
            findings=self._findings,
            unreadable=frozenset(self._unreadable),
        )

    def _spell(self, values: dict[str, Any], model: type[Model], path: Path) -> None:
        """Rename keys that are nearly right, remove the others, and go on below."""
        known = key_paths.keys(model)
        names = [*known, *(self._further if not path else ())]
        for key in [key for key in values if key not in known]:
            near = suggest(key, names)
            self._findings.append(messages.unknown((*path, key), names, near))
            value = values.pop(key)
            if near in known and near not in values:
                values[near] = value
        for key, below in known.items():
            if below is not None:
                for place, one in _parts((*path, key), values.get(key), many=below.many):
                    self._spell(one, below.model, place)

    def _validate(self) -> Settings:
        """Return the settings, mending what does not fit."""
        for _ in range(_ROUNDS):
            try:
                return Settings.model_validate(self._raw, by_alias=True, by_name=False)
            except ValidationError as error:
                for detail in error.errors():
                    path = _path(detail["loc"])
                    if not self._is_unreadable(path):
                        self._report(path, messages.finding(path, detail))
                    self._mend(path)
        # Never met; still, a stack of which nothing can be read is better than a traceback.
        self._unreadable |= set(key_paths.keys(Settings))
        return Settings()

    def _check_texts(self) -> None:
        """Mend texts that no setting may hold, and remove keys of such a name."""
        for path, text, is_name in list(_texts(self._raw, ())):
            is_new = not self._is_unreadable(path)
            problem = _text_problem(path, text) if is_new or is_name else None
            if problem is None:
                continue
            if is_new:
                self._report(path, problem)
            if is_name:
                self._put(path, _NOTHING)
            else:
                self._mend(path)

    def _is_unreadable(self, path: Path) -> bool:
        return _is_below(key_paths.text(path), self._unreadable)

    def _report(self, path: Path, problem: Finding) -> None:
        self._findings.append(problem)
        self._unreadable.add(key_paths.text(path))

    def _mend(self, path: Path) -> None:
        """Put at ``path`` what was not tried there yet."""
        placeholders = _placeholders(path)
        self._put(path, placeholders[min(self._attempts[path], len(placeholders) - 1)])
        self._attempts[path] += 1

    def _put(self, path: Path, value: object) -> None:
        parent: Any = self._raw
        for part in path[:-1]:
            parent = parent[part]
        if value is _NOTHING:
            del parent[path[-1]]
        else:
            parent[path[-1]] = value


def _placeholders(path: Path) -> tuple[object, ...]:
    """Return what to try at ``path``: a text of its own, a mapping, a word that `allow` knows.

    Each item of a list accepts one of them, and so does each setting that cannot be left out.
    """
    numbers = [str(part) for part in path if isinstance(part, int)]
    return f"i.{'-'.join([MARK, *numbers])}.invalid", {}, "dkim-keys", _NOTHING


def _is_below(key: str, places: Iterable[str]) -> bool:
    return any(key_paths.covers(place, key) for place in places)


def _text_problem(path: Path, value: str) -> Finding | None:
    bare = value.strip()
    if _PRIVATE_KEY in bare:
        return messages.private_key(path)
    if path == ("acme", "caBundle") and bare.startswith(PEM_MARK):
        return None
    if len(bare) > LONGEST:
        return messages.too_long(path, len(bare), LONGEST)
    if hidden := [one for at, one in enumerate(bare) if _is_hidden(one, bare[:at])]:
        return messages.hidden(path, hidden[0])
    return messages.date(path, bare) if _DATE.fullmatch(bare) else None


def _path(location: tuple[int | str, ...]) -> Path:
    """Return the path of an error; pydantic's has the branch of a union in it (`Exchangers`)."""
    if location[2:3] == ("mx",) and location[3:4] and location[3] in MX_KINDS:
        return (*location[:3], *location[4:])
    return location


def _parts(path: Path, value: object, *, many: bool) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the mapping at ``path``, or those in the list there, each with its path."""
    if isinstance(value, dict) and not many:
        yield path, value
    if isinstance(value, list) and many:
        for at, one in enumerate(value):
            yield from _parts((*path, at), one, many=False)


def _texts(value: object, path: Path) -> Iterator[tuple[Path, str, bool]]:
    """Yield every text in ``value`` with its path, and whether it is the last key of that path.

    All keys but those of aliases and sendAs are known by now.
    """
    if isinstance(value, str):
        yield path, value, False
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _texts(one, (*path, at))
    elif isinstance(value, dict):
        for key, one in value.items():
            yield (*path, key), key, True
            yield from _texts(one, (*path, key))


def _is_hidden(character: str, before: str) -> bool:
    if character in _JOINERS and before and not before[-1].isascii():
        return False
    return not character.isprintable()


def _is_encrypted(value: object) -> bool:
    if isinstance(value, dict):
        return is_secret(value) or any(map(_is_encrypted, value.values()))
    return isinstance(value, list) and any(map(_is_encrypted, value))


def _copied(value: object) -> object:
    """Return a copy without shared parts, so that mending one place leaves all others alone."""
    if isinstance(value, Mapping):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list | tuple) else value


def _depth(value: object) -> int:
    """Return how deep ``value`` is nested, at most one more than `DEEPEST`; without recursion."""
    deepest, level = 0, [value]
    while level and deepest <= DEEPEST:
        inner = [one for one in level if isinstance(one, dict | list | tuple)]
        level = [
            below for one in inner for below in (one.values() if isinstance(one, dict) else one)
        ]
        deepest += bool(inner)
    return deepest
