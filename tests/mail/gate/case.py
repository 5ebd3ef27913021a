r"""A form of mail in a file: what it is, and the mail itself.

Before the line ``---`` stands YAML: ``about``, ``account``, ``sender``, ``spf``, ``dkim`` and
``fields`` as in `tests.mail.gate.world.Mail`, and for a forged form ``reason``, the words that the
refusal must have. After it stands the mail; ``\xNN`` is one octet, since git and editors would not
keep all of them, and ``\r`` a carriage return.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.mail.gate.world import Mail

_OCTET = re.compile(rb"\\x([0-9a-f]{2})")
FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Case:
    """One form."""

    about: str
    mail: Mail
    reason: tuple[str, ...]


def names(kind: str) -> list[str]:
    """Return the names of the forms of a kind: ``forged`` or ``honest``."""
    return sorted(path.relative_to(FOLDER / kind).as_posix() for path in files(kind))


def files(kind: str) -> list[Path]:
    """Return the files of a kind of form."""
    return list((FOLDER / kind).rglob("*.eml"))


def read(kind: str, name: str) -> Case:
    """Return one form."""
    before, found, data = (FOLDER / kind / name).read_bytes().partition(b"---\n")
    assert found, f"{name} has no line '---'"
    told = yaml.safe_load(before.decode())
    data = data.replace(b"\\r\n", b"\r\n")
    data = _OCTET.sub(lambda one: bytes([int(one.group(1), 16)]), data)
    about, reason = told.pop("about"), told.pop("reason", ())
    return Case(about=about, reason=tuple(reason), mail=Mail(data=data, **told))
