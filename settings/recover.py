"""A stack's settings as far as they can be read, so that one mistake hides no other.

A key that is misspelt counts as the one it resembles. A value that does not fit is left out where
it may be, or something stands in for it that no rule objects to. What is then found at such a
place, or was concluded from it, is no root_causes: see `Recovered.root_causes`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mail.address import suggest
from mail.finding import Finding
from settings import key_paths, messages
from settings.key_paths import Path
from settings.placeholder import MARK, placeholder
from settings.settings import MX_KINDS, PEM_MARK, Model, Settings
from settings.stack_file import is_secret

LONGEST = 1000  # characters of a value; the longest of use, a command, is far below
DEEPEST = 12  # lists and mappings in each other; the deepest of use has 6
_ROUNDS = 20
_JOINERS = "\u200c\u200d"  # inside words of several Indian scripts, domain names included
_ENCRYPTED = object()
_PRIVATE_KEY = "PRIVATE KEY-----"
_DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [-+]\d{4} (UTC|[-+]\d{4})")


@dataclass(frozen=True, kw_only=True)
class Recovered:
    """What could be read of a stack.

    Attributes:
        settings: the whole of it; of what could not be read, stand-ins.
        findings: what could not be read, and why.
        unreadable: where that is.
    """

    settings: Settings
    findings: list[Finding]
    unreadable: frozenset[str]

    def root_causes(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return those of ``findings`` that do not merely follow from what cannot be read."""
        return [one for one in findings if not self._follows(one)]

    def is_known(self, key: str) -> bool:
        """Return whether what stands right at ``key`` could be read, whatever is below it."""
        return not any(key_paths.covers(gap, key) for gap in self.unreadable)

    def is_whole(self, key: str) -> bool:
        """Return whether everything at and below ``key`` could be read."""
        return not any(
            key_paths.covers(gap, key) or key_paths.covers(key, gap) for gap in self.unreadable
        )

    def _follows(self, one: Finding) -> bool:
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
        self._gaps: set[str] = set()
        for key, value in raw.items():
            if value is None or value == "":
                continue  # the engine's word for a key with nothing after it
            if _depth(value) > DEEPEST:
                self._gap((key,), messages.too_deep((key,), DEEPEST))
            elif _is_encrypted(value):
                self._raw[key] = _ENCRYPTED
            else:
                self._raw[key] = _copied(value)

    def read(self) -> Recovered:
        self._spell(self._raw, Settings, ())
        for key in [key for key, value in self._raw.items() if value is _ENCRYPTED]:
            self._gap((key,), messages.encrypted((key,)))
            del self._raw[key]
        self._fit()
        for path, value, is_name in list(_texts(self._raw, ())):
            is_news = not any(key_paths.covers(gap, key_paths.text(path)) for gap in self._gaps)
            problem = _text_problem(path, value) if is_news or is_name else None
            if problem is None:
                continue
            if is_news:
                self._gap(path, problem)
            self._put(path, None if is_name else placeholder(path))
        settings = self._fit()
        return Recovered(
            settings=settings, findings=self._findings, unreadable=frozenset(self._gaps)
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

    def _fit(self) -> Settings:
        for _ in range(_ROUNDS):
            try:
                return Settings.model_validate(self._raw, by_alias=True, by_name=False)
            except ValidationError as error:
                for detail in error.errors():
                    self._misfit(_path(detail["loc"]), detail)
        # Never met; still, a stack of which nothing can be read is better than a traceback.
        self._gaps |= set(key_paths.keys(Settings))
        return Settings()

    def _misfit(self, path: Path, detail: ErrorDetails) -> None:
        if key_paths.text(path) in self._gaps:
            # Even what stands in does not fit there: give up what is around it.
            self._gaps.add(key_paths.text(path[:-1]))
            self._put(path[:-1], placeholder(path[:-1]))
        else:
            self._mend(path, messages.finding(path, detail))

    def _mend(self, path: Path, problem: Finding) -> None:
        self._gap(path, problem)
        self._put(path, placeholder(path))

    def _gap(self, path: Path, problem: Finding) -> None:
        self._findings.append(problem)
        self._gaps.add(key_paths.text(path))

    def _put(self, path: Path, value: object) -> None:
        """Put ``value`` at ``path``; if it is None, leave out what is there."""
        parent: Any = self._raw
        for part in path[:-1]:
            parent = parent[part]
        if value is not None:
            parent[path[-1]] = value
        elif isinstance(parent, list):
            # The other items' positions must stay as they are in the file.
            self._gaps.add(key_paths.text(path[:-1]))
            self._put(path[:-1], placeholder(path[:-1]))
        else:
            parent.pop(path[-1], None)


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
    """Return where an error is; pydantic names the branch of a union too (`Exchangers`)."""
    if location[2:3] == ("mx",) and location[3:4] and location[3] in MX_KINDS:
        return (*location[:3], *location[4:])
    return location


def _parts(path: Path, value: object, *, many: bool) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the mappings at ``path``: the one that is there, or those in the list."""
    if isinstance(value, dict) and not many:
        yield path, value
    if isinstance(value, list) and many:
        for at, one in enumerate(value):
            yield from _parts((*path, at), one, many=False)


def _texts(value: object, path: Path) -> Iterator[tuple[Path, str, bool]]:
    """Yield every text in ``value`` with its place, and whether it is itself the last key there.

    Keys are ours but for the names of aliases.
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
    """Return a copy in which nothing is shared, so that mending one place mends no other."""
    if isinstance(value, Mapping):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list | tuple) else value


def _depth(value: object) -> int:
    """Return how many lists and mappings stand in each other; no recursion, however deep."""
    deepest, level = 0, [value]
    while level and deepest <= DEEPEST:
        inner = [one for one in level if isinstance(one, dict | list | tuple)]
        level = [
            below for one in inner for below in (one.values() if isinstance(one, dict) else one)
        ]
        deepest += bool(inner)
    return deepest
