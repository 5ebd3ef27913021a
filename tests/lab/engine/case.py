"""The form of a case: the program's resources step by step, and what each step must lead to.

``@dir@`` in any text stands for the case's own folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Arguments = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One run of ``pulumi``; an empty ``resources`` keeps those of the step before."""

    do: Literal["up", "preview", "refresh", "destroy"] = "up"
    resources: Mapping[str, Arguments] = field(default_factory=dict)
    files: Mapping[str, str | None] = field(default_factory=dict)
    """Files of the case's folder to write before (None: to remove)."""
    operations: tuple[str, ...] | None = None
    """Exactly what the engine did, ``op name`` in order (None: anything)."""
    fails: bool = False
    says: tuple[str, ...] = ()
    """Texts among the messages."""
    prints: tuple[str, ...] = ()
    """Texts in what was printed."""
    silent_about: tuple[str, ...] = ()
    """Texts that are nowhere in what was printed or reported."""
    hidden: tuple[str, ...] = ()
    """Texts that are nowhere in the state as it is stored."""
    host: Mapping[str, str | None] = field(default_factory=dict)
    """Files of the case's folder afterwards: their content, None if there is none."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A few steps, run one after the other in one fresh project and stack."""

    title: str
    steps: tuple[Step, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    """The project's ``options``."""
