"""A stack's file as plain data, read from the disk: without the engine, and without secrets.

It is how a stack knows the host of another one (``tapal:hostStack``), and how every stack of the
project can be checked by someone who has none of its secrets.
"""

from collections.abc import Mapping
from pathlib import Path

import yaml

PROJECT = Path(__file__).parent.parent
PREFIX, SUFFIX = "Pulumi.", ".yaml"

Config = Mapping[str, object]
"""Complete keys (``tapal:host``) and plain values; a secret is ``{"secure": ciphertext}``."""


class StackFileError(ValueError):
    """A stack's file is missing, or no YAML mapping; the message says which and why."""


def folder() -> Path:
    """Return where the stacks' files are: the project's ``stackConfigDir``."""
    project = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text(encoding="utf-8"))
    return PROJECT / str(project.get("stackConfigDir", "."))


def path(stack: str) -> Path:
    """Return the file of ``stack``, which need not exist."""
    return folder() / f"{PREFIX}{stack}{SUFFIX}"


def names() -> list[str]:
    """Return the stacks that have a file, sorted."""
    found = folder().glob(f"{PREFIX}*{SUFFIX}")
    return sorted(one.name.removeprefix(PREFIX).removesuffix(SUFFIX) for one in found)


def config(stack: str) -> Config:
    """Return what the file of ``stack`` says.

    Raises:
        StackFileError: there is no such file, or it cannot be read.
    """
    return read(path(stack))


def read(file: Path) -> Config:
    """Return what ``file`` says; nothing if it has no ``config``.

    Raises:
        StackFileError: it is missing, no YAML, or no mapping.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise StackFileError(f"{file.name} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise StackFileError(f"{file.name} is no UTF-8 text") from error
    except (yaml.YAMLError, ValueError) as error:
        where = " ".join(str(error).split())
        raise StackFileError(f"{file.name} is no YAML: {where}") from error
    values = (content or {}).get("config") if isinstance(content or {}, dict) else content
    if not isinstance(values or {}, dict):
        raise StackFileError(f"{file.name} has no mapping of keys under config")
    return {str(key): value for key, value in (values or {}).items()}


def is_secret(value: object) -> bool:
    """Return whether a value of a stack's file is a secret: encrypted, and not known here."""
    return isinstance(value, dict) and set(value) == {"secure"}
