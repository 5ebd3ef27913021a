"""What was read of a host, kept for all resources of a run until something is done there.

The module must keep its path, as its neighbours.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Reading(Generic[T]):
    """Taken when it is asked for first, and again once it was forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: T | None = None

    def get(self, read: Callable[[], T]) -> T:
        """Return what ``read`` returned last; who comes meanwhile waits for it."""
        with self._lock:
            if self._newest is None:
                self._newest = read()
            return self._newest

    def forget(self) -> None:
        """Have it taken anew."""
        with self._lock:
            self._newest = None
