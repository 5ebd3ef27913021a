"""A host as it is before anything is set up on it: what to run there, and what the answer means.

``survey.sh`` goes over SSH as it stands, and only looks. Its answer is lines of a name, a tab and a
value.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from facts import sockets
from facts.sockets import Listener, Program

_FOLDER = Path(__file__).parent
_END = "survey\tend"
_SETTING = re.compile(r"""([A-Z_]+)=(["']?)(.*)\2""")
_STATE = re.compile(r"(?P<wanted>[a-z])(?P<state>[a-zA-Z])(?P<error>.)\t(?P<package>[^\t]+)")

Outcome = Literal["open", "silent", "refused", "unreachable", "unresolved", "failed"]
_OUTCOMES: Mapping[str, Outcome] = {one: one for one in get_args(Outcome)}


class SurveyError(ValueError):
    """The answer is not one of ours, or not whole; ``said`` is what came instead."""

    def __init__(self, said: str) -> None:
        super().__init__("this is not what survey.sh prints")
        self.said = said


@dataclass(frozen=True, kw_only=True)
class Release:
    """What os-release(5) says: ``id`` and ``version`` are its ID and VERSION_ID."""

    id: str
    version: str
    codename: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Packages:
    """The state of dpkg and apt.

    Attributes:
        damaged: packages whose files are not all there (half-installed, or to be reinstalled).
        unfinished: packages that wait to be configured.
        interrupted: whether dpkg was cut off while it wrote down what it did.
        errors: what dpkg and apt say is wrong.
        users: who works with them now.
    """

    damaged: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    interrupted: bool = False
    errors: tuple[str, ...] = ()
    users: tuple[Program, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Address:
    """An interface's address; ``is_duplicate`` if another machine has it too (RFC 4862 §5.4)."""

    interface: str
    address: str
    is_duplicate: bool = False


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A connection to port 25 of another server.

    Attributes:
        name: the server's name.
        family: 4 or 6.
        outcome: ``open``, ``silent`` (no answer in 3 s), ``refused``; ``unreachable`` where the
            host has no such network, ``unresolved`` where the name has no such address, or nobody
            answered; ``failed`` where it could not be tried.
    """

    name: str
    family: int
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What a host is.

    Attributes:
        is_root: whether what is run there has root's rights.
        has_sudo: whether there is sudo.
        release: which system it is.
        machine: the kernel's word for the processor, such as ``x86_64``.
        architecture: Debian's word for what its packages are built for; empty without dpkg.
        init: the program that runs as PID 1.
        clock: its time, in seconds since 1970.
        memory: MiB of memory.
        swap: MiB of swap.
        disks: MiB free, by the folder that a disk is mounted at; those alone that are written to.
        read_only: which of these cannot be written to.
        packages: the state of dpkg and apt.
        addresses: of all interfaces.
        listeners: who listens.
        firewalls: ``ufw`` and ``firewalld``, where they are at work.
        ephemeral: the first and the last port that the kernel gives to whoever names none.
        is_neighbour: whether another machine on the link has the address that was asked about.
        attempts: connections to other servers' port 25.
        network: the interface of the default route, and who runs it: ``systemd-networkd`` (with
            netplan or without), ``ifupdown``, ``NetworkManager`` or ``nobody``; empty if unknown.
    """

    is_root: bool
    has_sudo: bool
    release: Release
    machine: str
    architecture: str
    init: str
    clock: int
    memory: int
    swap: int
    disks: Mapping[str, int]
    read_only: tuple[str, ...]
    packages: Packages
    addresses: tuple[Address, ...]
    listeners: tuple[Listener, ...]
    firewalls: tuple[str, ...]
    ephemeral: tuple[int, int]
    is_neighbour: bool
    attempts: tuple[Attempt, ...]
    network: tuple[str, ...] = ()


def command(address: str, exchangers: Sequence[str]) -> list[str]:
    """Return what to run on a host: the program and its arguments, for whoever logs in there.

    Args:
        address: an IPv6 address to look for on other machines of its link; empty for none.
        exchangers: names of servers to connect to by port 25.
    """
    outer, inner = (
        (_FOLDER / name).read_text(encoding="utf-8") for name in ("as_root.sh", "survey.sh")
    )
    return ["sh", "-c", outer, "survey", inner, address, *exchangers]


def parse(text: str) -> Survey:
    """Return what ``text``, the answer to `command`, says. Lines around it do not matter.

    Raises:
        SurveyError: it is not such an answer, or not whole.
    """
    if _END not in text.splitlines():
        raise SurveyError(text)
    said: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, value = line.partition("\t")
        said.setdefault(name, []).append(value)
    try:
        return _survey(said)
    except (KeyError, ValueError, IndexError) as error:
        raise SurveyError(text) from error


def _survey(said: Mapping[str, list[str]]) -> Survey:
    memory = {key.rstrip(":"): int(size) // 1024 for key, size, *_ in _split(said.get("memory"))}
    low, high = said.get("ephemeral", ["32768\t60999"])[0].split()
    return Survey(
        is_root=said["uid"] == ["0"],
        has_sudo="sudo" in said,
        release=_release(said.get("os", [])),
        machine=said["machine"][0],
        architecture="".join(said.get("architecture", [])),
        init="".join(said.get("init", [])),
        clock=int(said["clock"][0]),
        memory=memory["MemTotal"],
        swap=memory["SwapTotal"],
        disks={fields[-1]: int(fields[-3]) // 1024 for fields in _split(said.get("disk"))},
        read_only=tuple(_read_only(said.get("mount", []))),
        packages=_packages(said),
        addresses=tuple(map(_address, said.get("address", []))),
        listeners=sockets.read(
            said.get("listener", []), said.get("socket", []), said.get("program", [])
        ),
        firewalls=tuple(said.get("firewall", [])),
        ephemeral=(int(low), int(high)),
        is_neighbour="neighbour" in said,
        attempts=tuple(_attempt(one) for one in said.get("exchanger", []) if one),
        network=tuple(said.get("network", [""])[0].split()),
    )


def _split(lines: Sequence[str] | None) -> list[list[str]]:
    return [line.split() for line in lines or ()]


def _release(lines: Sequence[str]) -> Release:
    found = {match[1]: match[3] for line in lines if (match := _SETTING.fullmatch(line.strip()))}
    return Release(
        id=found.get("ID", ""),
        version=found.get("VERSION_ID", ""),
        codename=found.get("VERSION_CODENAME", ""),
        name=found.get("PRETTY_NAME") or found.get("NAME") or found.get("ID", ""),
    )


def _read_only(mounts: Sequence[str]) -> list[str]:
    # What was mounted last at a place is what is seen there.
    last = {place: options.split(",") for place, options in (line.split(" ", 1) for line in mounts)}
    return [place for place, options in last.items() if "ro" in options]


def _packages(said: Mapping[str, list[str]]) -> Packages:
    matches = {line: _STATE.fullmatch(line) for line in said.get("package", [])}
    known = [match for match in matches.values() if match]
    damaged = [one for one in known if one["state"] == "H" or one["error"] == "R"]
    errors = [line for line, match in matches.items() if not match and line]
    errors += [line.removeprefix("E: ") for line in said.get("check", []) if line.startswith("E: ")]
    return Packages(
        damaged=tuple(one["package"] for one in damaged),
        unfinished=tuple(one["package"] for one in known if one not in damaged),
        interrupted="update" in said,
        errors=tuple(errors),
        users=tuple(
            Program(name=name, pid=int(pid))
            for pid, name in (line.split("\t") for line in said.get("lock", []))
        ),
    )


def _address(line: str) -> Address:
    fields = line.split()
    return Address(
        interface=fields[1].partition("@")[0],
        address=str(ipaddress.ip_address(fields[3].partition("/")[0])),
        is_duplicate="dadfailed" in fields,
    )


def _attempt(line: str) -> Attempt:
    name, family, _, outcome = line.split("\t")
    return Attempt(name=name, family=int(family), outcome=_OUTCOMES[outcome])
