"""A stack's file as plain data, read from the disk: without the engine, and without secrets.

A stack reads the host of another one from it (``tapal:hostStack``), and whoever has none of a
stack's secrets can check it.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import yaml

from mail.address import suggest
from mail.finding import Finding
from mail.rule import Rule
from settings import key_paths, stack_yaml
from settings.stack_yaml import Path as KeyPath
from settings.stack_yaml import Plain, YamlError

PROJECT = Path(__file__).parent.parent
NAMESPACE = "tapal"
PREFIX, SUFFIX = "Pulumi.", ".yaml"
SECTIONS = ("config", "encryptionsalt", "encryptedkey", "secretsprovider", "environment")
SOURCE = "docs/stack-files.md"
# What comes with the repository is nobody's server; the Makefile leaves the same ones out.
EXAMPLES = ("example.com", "lab")

BESIDE_CONFIG = Rule(
    id="stack-file-key",
    source=SOURCE,
    why="Pulumi reads the settings below config alone, and overlooks what stands beside it.",
    cure="indent it under config, or remove it",
)
KEY_TWICE = Rule(
    id="stack-file-twice",
    source="YAML 1.2 §3.2.1.1",
    why="Pulumi does not read a file in which a key is given twice.",
    cure="keep one of them: with both, Pulumi does not read the file",
)
QUOTES = Rule(
    id="stack-file-quotes",
    source=SOURCE,
    why="YAML reads some plain values as another number or as a date, so they need quotes.",
    cure="put it in quotes; where a number is meant, write it like 25",
)

Config = Mapping[str, object]
"""Complete keys (``tapal:host``) and plain values; a secret is ``{"secure": ciphertext}``."""


class StackFileError(ValueError):
    """A stack's file is missing or cannot be read with certainty; the message says why."""


@dataclass(frozen=True, kw_only=True)
class StackFile:
    """What a stack's file says.

    Attributes:
        config: its configuration.
        problems: what is wrong with the file itself although its configuration can be read.
    """

    config: Config
    problems: list[Finding]


def folder() -> Path:
    """Return where the stacks' files are: the project's ``stackConfigDir``."""
    project = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text(encoding="utf-8"))
    return PROJECT / str(project.get("stackConfigDir", "."))


def path(stack: str) -> Path:
    """Return the file of ``stack``, which need not exist."""
    return folder() / f"{PREFIX}{stack}{SUFFIX}"


def name(file: Path) -> str | None:
    """Return the stack that ``file`` is named for; None if it is not named like a stack's file."""
    named = len(file.name) > len(PREFIX + SUFFIX)
    if not (named and file.name.startswith(PREFIX) and file.name.endswith(SUFFIX)):
        return None
    return file.name.removeprefix(PREFIX).removesuffix(SUFFIX)


def names() -> list[str]:
    """Return the stacks that have a file, sorted."""
    return sorted(filter(None, map(name, folder().glob(f"{PREFIX}*{SUFFIX}"))))


def own_names() -> list[str]:
    """Return the stacks here that did not come with the repository, sorted."""
    return [one for one in names() if one not in EXAMPLES]


def readable() -> dict[str, Config]:
    """Return what the files of all stacks say, by name; those that cannot be read are left out."""
    found: dict[str, Config] = {}
    for stack in names():
        with suppress(StackFileError):
            found[stack] = config(stack)
    return found


def config(stack: str) -> Config:
    """Return what the file of ``stack`` says.

    Raises:
        StackFileError: the file is missing, or it cannot be read with certainty.
    """
    return read(path(stack))


def read(file: Path) -> Config:
    """Return the configuration in ``file``; nothing if it has no ``config``.

    Raises:
        StackFileError: it is missing, or it cannot be read with certainty.
    """
    found = load(file)
    unsure = (KEY_TWICE.id, QUOTES.id)
    if refused := [f"{one.key}: {one.reason}" for one in found.problems if one.id in unsure]:
        raise StackFileError(f"{file.name} is not right: {'; '.join(refused)}")
    return found.config


def load(file: Path) -> StackFile:
    """Return what ``file`` says, with everything that is wrong with the file itself.

    Raises:
        StackFileError: its configuration cannot be read at all.
    """
    try:
        return parse(file.read_text(encoding="utf-8-sig"), file.name)
    except OSError as error:
        raise StackFileError(f"{file.name} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise StackFileError(f"{file.name} is not UTF-8 text") from error


def parse(text: str, called: str = "the file") -> StackFile:
    """Return what ``text`` says, the content of a stack's file that errors name as ``called``.

    Raises:
        StackFileError: its configuration cannot be read at all.
    """
    try:
        document = stack_yaml.load(text)
    except YamlError as error:
        raise StackFileError(f"{called} cannot be read: {error}") from error
    content = {} if document.value is None else document.value
    if not isinstance(content, dict):
        raise StackFileError(f"{called} is not a mapping of keys: it must begin with config:")
    values = {} if content.get("config") is None else content["config"]
    if not isinstance(values, dict):
        raise StackFileError(f"{called} has no mapping of keys under config")
    return StackFile(
        config={_complete(key): value for key, value in values.items()},
        problems=[
            *(_twice(*one) for one in document.twice),
            *(_unclear(*one) for one in document.unclear),
            *_beside(content),
        ],
    )


def is_secret(value: object) -> bool:
    """Return whether a value of a stack's file is a secret: encrypted, and not known here."""
    return isinstance(value, dict) and set(value) == {"secure"}


def _complete(key: str) -> str:
    # The engine takes a key without a namespace as one of the project's.
    return key if ":" in key else f"{NAMESPACE}:{key}"


def _beside(content: dict[str, Plain]) -> Iterator[Finding]:
    """Yield a finding for each key beside ``config``, where the engine overlooks it."""
    for key in content:
        if key in SECTIONS:
            continue
        near = suggest(key, SECTIONS)
        cure = f"did you mean {near!r}?" if near else f"indent it under config, or remove {key!r}"
        reason = "it stands beside config instead of under it, where nobody reads it"
        yield BESIDE_CONFIG.found(key_paths.text((key,)), reason=reason, cure=cure)


def _twice(path: KeyPath, reason: str) -> Finding:
    return KEY_TWICE.found(_key(path), reason=reason)


def _unclear(path: KeyPath, reason: str) -> Finding:
    return QUOTES.found(_key(path), reason=reason)


def _key(path: KeyPath) -> str:
    """Return ``path``, which begins at the top of the file, as findings about settings name it."""
    inside = path[1:] if path[:1] == ("config",) and path != ("config",) else path
    return key_paths.text(inside).removeprefix(f"{NAMESPACE}:")
