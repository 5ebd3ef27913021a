"""How long a stack's file has said something, by git's history as far as this clone has it."""

import datetime as dt
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from settings.recommendations import Age

SHALLOW = "the clone is shallow (in a workflow: fetch-depth: 0)"
UNTRACKED = "the file is not in git"
Says = Callable[[str], bool]


@dataclass(frozen=True, kw_only=True)
class Version:
    """One commit of the file: when, and the text that it left."""

    day: dt.datetime
    text: str


class History:
    """The versions of one file, newest first."""

    def __init__(self, file: Path, now: dt.datetime) -> None:
        """Take the ``file`` as it lies there; ages are counted from ``now``."""
        self._file = file.resolve()
        self._now = now

    def age(self, says: Says) -> Age:
        """Return for how long ``says`` has been true of the file's text; it is true now."""
        if not self._versions:
            return Age(days=None, known=UNTRACKED)
        since, whole = self._now, False
        for version in self._versions:
            if not says(version.text):
                whole = True
                break
            since = version.day
        days = max((self._now - since).days, 0)
        return Age(days=days, known="" if whole or not self._is_shallow else SHALLOW)

    @cached_property
    def _versions(self) -> list[Version]:
        return list(self._read())

    @cached_property
    def _is_shallow(self) -> bool:
        return self._git("rev-parse", "--is-shallow-repository").strip() == "true"

    def _read(self) -> Iterator[Version]:
        place: str | None = f"{self._git('rev-parse', '--show-prefix').strip()}{self._file.name}"
        newest = "HEAD"
        while place is not None:
            commit = ""
            for line in self._git(
                "log", "--format=%H %ct", newest, "--", f":/{place}"
            ).splitlines():
                commit, _, seconds = line.partition(" ")
                day = dt.datetime.fromtimestamp(int(seconds), dt.UTC)
                yield Version(day=day, text=self._git("show", f"{commit}:{place}"))
            newest = f"{commit}^"
            place = self._previous_place(commit, place) if commit else None

    def _previous_place(self, commit: str, place: str) -> str | None:
        """Return the path that ``commit`` renamed to ``place``; None if it did not rename it.

        A copied file, such as one of the template, is a new one.
        """
        told = self._git("diff-tree", "-r", "-M", "-z", "--name-status", "--no-commit-id", commit)
        words = iter(told.split("\0"))
        for status in words:
            previous = next(words, "")
            if status.startswith("R") and next(words, "") == place:
                return previous
        return None

    def _git(self, *arguments: str) -> str:
        """Return what git prints; nothing if it fails, or is not there."""
        try:
            done = subprocess.run(
                ["git", "-c", "core.quotePath=false", *arguments],
                cwd=self._file.parent,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError:
            return ""
        return done.stdout if done.returncode == 0 else ""
