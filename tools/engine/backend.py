"""What a file backend holds of a stack: its state, and the locks of runs.

Other backends (a bucket, Pulumi Cloud) are not looked into: Pulumi itself is asked there.
"""

import gzip
import json
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from tools.engine import processes

PROJECT = Path(__file__).resolve().parents[2]
SCHEME = "file://"


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A run's lock, as Pulumi writes it.

    Attributes:
        file: where it lies.
        user: who started the run.
        host: on which machine.
        pid: of the run's `pulumi`, on that machine.
        since: when it was taken, with its time zone; None if that cannot be read.
    """

    file: Path
    user: str
    host: str
    pid: int
    since: datetime | None

    def __str__(self) -> str:
        """Return who holds it, for a person."""
        when = f", since {self.since:%Y-%m-%d %H:%M:%S %Z}" if self.since else ""
        return f"{self.user} on {self.host} (process {self.pid}{when})"

    @property
    def is_here(self) -> bool:
        """Return whether its run was started on this machine."""
        return self.host == socket.gethostname()

    def is_held(self) -> bool:
        """Return whether its process is at work on this machine still.

        A process that got the same number later is another program, or began after the lock.
        """
        if not self.is_here or processes.name(self.pid) != processes.ENGINE:
            return False
        began = processes.began(self.pid)
        # A second more, as the two clocks are not read at once.
        return not (began and self.since and began > self.since.timestamp() + 1)


@dataclass(frozen=True, kw_only=True)
class FileBackend:
    """A folder that Pulumi keeps the state in.

    Attributes:
        folder: the one that was given to ``pulumi login``.
    """

    folder: Path

    def locks(self, stack: str) -> Sequence[Lock]:
        """Return the locks on ``stack``; one that cannot be read is nobody's."""
        inside = self.folder / ".pulumi" / "locks" / "organization" / _said("name") / stack
        return [_lock(file) for file in sorted(inside.glob("*.json"))]

    def has_pending(self, stack: str) -> bool:
        """Return whether the state of ``stack`` names operations that a run did not end."""
        text = self._state(stack)
        if '"pending_operations"' not in text:  # the usual case, without reading megabytes of JSON
            return False
        latest = json.loads(text).get("checkpoint", {}).get("latest") or {}
        return bool(latest.get("pending_operations"))

    def stacks(self) -> Sequence[str]:
        """Return the stacks of this project that have anything but themselves in their state."""
        names = {
            file.name.removesuffix(".gz").removesuffix(".json")
            for pattern in ("*.json", "*.json.gz")
            for file in self._folder().glob(pattern)
        }
        # A provider is no thing of its own: destroyed with the last one that it made.
        return [one for one in sorted(names) if '"custom": true' in _spaced(self._state(one))]

    def _folder(self) -> Path:
        return self.folder / ".pulumi" / "stacks" / _said("name")

    def _state(self, stack: str) -> str:
        file = self._folder() / f"{stack}.json"
        packed = file.with_name(f"{file.name}.gz")
        try:
            if packed.exists():
                return gzip.decompress(packed.read_bytes()).decode()
            return file.read_text(encoding="utf-8")
        except OSError:
            return ""


def file_backend(environment: Mapping[str, str]) -> FileBackend | None:
    """Return the file backend that ``pulumi`` would use in ``environment``; None if another."""
    url = environment.get("PULUMI_BACKEND_URL") or _said("url") or _logged_in(environment)
    if not url.startswith(SCHEME):
        return None
    path = unquote(url.removeprefix(SCHEME).partition("?")[0])
    return FileBackend(folder=PROJECT / Path(path).expanduser())


def is_chosen(environment: Mapping[str, str]) -> bool:
    """Return whether ``pulumi`` knows in ``environment`` where the state is, and asks nothing.

    A login to Pulumi Cloud counts if its token is there.
    """
    if environment.get("PULUMI_ACCESS_TOKEN") or environment.get("PULUMI_BACKEND_URL"):
        return True
    url = _said("url") or _logged_in(environment)
    if not url.startswith("https://"):
        return bool(url)
    tokens = _credentials(environment).get("accessTokens")
    return isinstance(tokens, dict) and bool(tokens.get(url))


def _said(key: str) -> str:
    """Return what Pulumi.yaml says under ``key``, which may be indented; empty if nothing."""
    text = (PROJECT / "Pulumi.yaml").read_text(encoding="utf-8")
    found = re.search(rf"^ *{key}:[ ]+[\"']?([^\s\"'#]+)", text, re.MULTILINE)
    return found[1] if found else ""


def _logged_in(environment: Mapping[str, str]) -> str:
    current = _credentials(environment).get("current")
    return current if isinstance(current, str) else ""


def _credentials(environment: Mapping[str, str]) -> Mapping[str, object]:
    default = Path(environment.get("HOME") or Path.home()) / ".pulumi"
    folder = Path(environment.get("PULUMI_HOME") or default)
    try:
        found = json.loads((folder / "credentials.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _spaced(text: str) -> str:
    return text.replace('"custom":true', '"custom": true')


def _lock(file: Path) -> Lock:
    try:
        said = json.loads(file.read_text())
    except (OSError, ValueError):
        said = {}
    return Lock(
        file=file,
        user=str(said.get("username", "somebody")),
        host=str(said.get("hostname", "an unknown machine")),
        pid=int(said.get("pid", 0)),
        since=_time(str(said.get("timestamp", ""))),
    )


def _time(text: str) -> datetime | None:
    # Go writes nanoseconds, of which Python reads no more than six digits.
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        return None
