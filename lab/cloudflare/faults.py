"""Faults on request (wrong, slow and lost answers), and the list of requests that were made."""

import random
from collections import Counter, deque
from dataclasses import dataclass, field, replace

from pydantic import BaseModel, ConfigDict, Field

from lab.cloudflare.json_types import JsonValue

WRITES = ("POST", "PUT", "PATCH", "DELETE")


class Fault(BaseModel):
    """How requests shall fail, as ``POST /lab/fail`` takes it.

    ``status`` is answered (None: the connection is closed without an answer) to ``count``
    requests (None: to all), each with ``probability``, after ``delay`` seconds, to the named
    ``methods``. With ``after`` the work is done first: the answer is what gets lost.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: int | None = Field(default=500, ge=200, le=599)
    count: int | None = Field(default=None, ge=1)
    probability: float = Field(default=1.0, gt=0, le=1)
    delay: float = Field(default=0.0, ge=0)
    retry_after: int | None = Field(default=None, ge=0)
    methods: tuple[str, ...] = ("GET", *WRITES)
    after: bool = False


@dataclass
class Faults:
    """The fault that is set, if any, and how often it has struck."""

    seed: int = 0
    _fault: Fault | None = None
    _left: int | None = None
    _dice: random.Random = field(default_factory=random.Random)

    def set(self, fault: Fault | None) -> None:
        """Put ``fault`` in place of the one before; the dice start anew, so runs repeat."""
        self._fault = fault
        self._left = fault.count if fault else None
        self._dice.seed(self.seed)

    def strike(self, method: str) -> Fault | None:
        """Return the fault if it applies to this request, and count it."""
        fault = self._fault
        if fault is None or method not in fault.methods or self._left == 0:
            return None
        if self._dice.random() >= fault.probability:
            return None
        if self._left is not None:
            self._left -= 1
        return fault


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One request: ``status`` is 0 while it has no answer, and where the answer was withheld."""

    method: str
    path: str
    status: int


@dataclass
class Requests:
    """What was asked, newest last: counts per method, and the last thousand requests."""

    _counts: Counter[str] = field(default_factory=Counter)
    _seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=1000))

    def note(self, seen: Seen) -> None:
        """Count one request."""
        self._counts[seen.method] += 1
        self._seen.append(seen)

    def reset(self) -> None:
        """Forget everything."""
        self._counts.clear()
        self._seen.clear()

    def to_json(self) -> dict[str, JsonValue]:
        """Return counts per method, their sum over the writing methods, and the requests."""
        return {
            "counts": dict(self._counts),
            "writes": sum(self._counts[method] for method in WRITES),
            "requests": [vars(replace(seen)) for seen in self._seen],
        }
