"""The policy's files, read, and read again when one of them has changed.

Whoever asks gets the policy of the files as they are, or a `PolicyError`: a file that is gone or
broken must not make a domain of ours look like a stranger's. For the same reason a domain that
chasquid has a folder for, and that has no file here, is one of ours whose accounts are not known.
"""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from mail.gate import names
from mail.gate.account import EVERY, Account, plain
from mail.gate.policy import Domain, Policy
from mail.gate.quota import DEFAULT

FOLDER = Path("/etc/tapal/gate")
LOCAL = Path("/etc/chasquid/domains")
FRESH = 1.0  # seconds in which the files are not looked at again
_Stamp = tuple[tuple[str, int, int, int], ...]


class PolicyError(Exception):
    """A file of the policy is missing, cannot be read, or does not say what it must."""


class Store:
    """The policy that lies in a folder.

    Args:
        folder: Where it lies.
        local: Folder with a folder for each domain that chasquid serves, whatever the policy says.
        clock: Tells how long ago the files were looked at.
    """

    def __init__(
        self,
        folder: Path = FOLDER,
        local: "Path | None" = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._local = local
        self._clock = clock
        self._looked = float("-inf")
        self._stamp: _Stamp = ()
        self._policy: Policy | None = None

    def current(self) -> Policy:
        """Return the policy.

        Raises:
            PolicyError: A file cannot be read.
        """
        now = self._clock()
        if self._policy is None or now - self._looked >= FRESH:
            stamp = self._stamps()
            if self._policy is None or stamp != self._stamp:
                self._policy = None
                self._policy, self._stamp = load(self._folder, self._local), stamp
            self._looked = now
        return self._policy

    def _stamps(self) -> _Stamp:
        try:
            found = []
            others = (self._local,) if self._local else ()
            for path in (self._folder / "host.json", *others, *_domain_files(self._folder)):
                stat = path.stat()
                found.append((path.name, stat.st_mtime_ns, stat.st_size, stat.st_ino))
        except OSError as error:
            self._policy = None
            raise PolicyError(f"the policy cannot be read: {error}") from error
        return tuple(found)


def load(folder: Path, local: "Path | None" = None) -> Policy:
    """Return the policy that lies in ``folder``; see `Store` for ``local``.

    Raises:
        PolicyError: A file cannot be read, or there is neither a file nor a folder of a domain.
    """
    path = folder / "host.json"
    host = _read(path)
    domains = [_domain(path) for path in _domain_files(folder)]
    unknown = _served(local) - {one.name for one in domains} if local else set()
    domains += [Domain(name=name, spellings=(name,)) for name in sorted(unknown)]
    if not domains:
        raise PolicyError(f"the policy cannot be read: no domain in {folder / 'domains'}")
    return Policy(
        host=names.exact(_text(host, "host", path)),
        postmaster=_text(host, "postmaster", path, default=""),
        organisation=_text(host, "organisation", path, default=""),
        domains=domains,
        limits=DEFAULT.with_changes(_limits(host, path, "limits")),
    )


def _served(local: Path) -> "set[str]":
    try:
        return {names.exact(path.name) for path in local.iterdir() if path.is_dir()}
    except OSError as error:
        raise PolicyError(f"the policy cannot be read: {error}") from error


def _domain_files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in (folder / "domains").iterdir() if path.suffix == ".json")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise PolicyError(f"the policy cannot be read: {error}") from error


def _domain(path: Path) -> Domain:
    data = _read(path)
    name = names.exact(_text(data, "domain", path))
    accounts = data.get("accounts", {})
    if not isinstance(accounts, dict):
        raise _bad(path, "accounts")
    return Domain(
        name=name,
        spellings=tuple({name, *map(names.exact, _texts(data, "spellings", path))}),
        organisation=_text(data, "organisation", path, default=""),
        accounts={
            account: _account(f"{account}@{name}", content, path)
            for account, content in accounts.items()
        },
    )


def _account(name: str, data: object, path: Path) -> Account:
    if not isinstance(data, dict):
        raise _bad(path, f"accounts.{name}")
    return Account(
        name=name,
        addresses=frozenset(map(_address, _texts(data, "addresses", path))),
        excepted=frozenset(map(_address, _texts(data, "not", path))),
        limits=_limits(data, path, f"the limits of {name}"),
        denied=_text(data, "denied", path, default=""),
    )


def _limits(data: Mapping[str, object], path: Path, what: str) -> Mapping[str, int]:
    limits = data.get("limits", {})
    if not isinstance(limits, dict) or not all(map(_is_limit, limits.values())):
        raise _bad(path, what)
    if limits.get("perMinute") == 0:
        raise _bad(path, what)
    return limits


def _is_limit(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _address(value: str) -> tuple[str, str]:
    local, _, domain = value.rpartition("@")
    return local if local == EVERY else plain(local), names.exact(domain)


def _read(path: Path) -> Mapping[str, object]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PolicyError(f"the policy cannot be read: {path}: {error}") from error
    if not isinstance(data, dict):
        raise _bad(path, "the whole")
    return data


def _text(data: Mapping[str, object], key: str, path: Path, *, default: "str | None" = None) -> str:
    value = data.get(key, default)
    if not isinstance(value, str) or (default is None and not value):
        raise _bad(path, key)
    return value


def _texts(data: Mapping[str, object], key: str, path: Path) -> list[str]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _bad(path, key)
    return value


def _bad(path: Path, key: str) -> PolicyError:
    return PolicyError(f"the policy cannot be read: {path}: {key} is not what it must be")
