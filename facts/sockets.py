"""Who listens where on a host, as ``ss`` and systemd tell it."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_USER = re.compile(r'\("((?:[^"\\]|\\.)*)",pid=([0-9]+)')
# What is run by one of these is not what its package is for.
_INTERPRETERS = re.compile(r"(python|perl|ruby|node|java|php|lua|bash|dash|sh|busybox)[0-9.]*")
_SYSTEMD = 1


@dataclass(frozen=True, kw_only=True)
class Program:
    """A running program.

    Attributes:
        name: as the kernel has it: 15 characters at most.
        pid: its process id; that of the oldest where several share a socket.
        unit: the service that it belongs to, such as ``nginx.service``; empty if it is none's.
        socket: the unit by which systemd listens for it, such as ``cockpit.socket``; or empty.
        package: the Debian package that it, or its unit, is from; empty if it is from none.
    """

    name: str
    pid: int
    unit: str = ""
    socket: str = ""
    package: str = ""


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A port on which something waits for others.

    Attributes:
        protocol: ``tcp`` or ``udp``.
        port: its number.
        address: the one that it is bound to; ``*``, ``0.0.0.0`` or ``::`` for all.
        program: who listens; None for the kernel itself, and where only root may know.
    """

    protocol: str
    port: int
    address: str
    program: Program | None = None

    @property
    def is_local(self) -> bool:
        """Whether nobody but the host itself can reach it."""
        try:
            return ipaddress.ip_address(self.address).is_loopback
        except ValueError:  # *
            return False


def read(
    listeners: Sequence[str], sockets: Sequence[str], programs: Sequence[str]
) -> tuple[Listener, ...]:
    """Return who listens.

    Args:
        listeners: lines of ``ss -H -l -n -t -u -p``.
        sockets: lines of ``systemctl list-sockets``: what systemd itself listens on.
        programs: for each process its id, unit, file, and the packages of file and unit; with tabs.
    """
    known = dict(map(_program, programs))
    activated = _activated(sockets)
    found = [_listener(line, known, activated) for line in listeners]
    return tuple(one for one in found if one)


def _program(line: str) -> tuple[int, tuple[str, str]]:
    """Return a process id, with its unit and package."""
    pid, unit, file, of_file, of_unit = line.split("\t")
    if of_unit or not _INTERPRETERS.fullmatch(file.rpartition("/")[2]):
        return int(pid), (unit, of_unit or of_file)
    return int(pid), (unit, "")


def _listener(
    line: str, known: Mapping[int, tuple[str, str]], activated: Mapping[str, str]
) -> Listener | None:
    fields = line.split(maxsplit=6)
    if len(fields) < 6 or fields[0] not in ("tcp", "udp"):
        return None
    place, _, port = fields[4].rpartition(":")
    if not port.isdecimal():
        return None
    address = place.strip("[]").partition("%")[0]
    users = [(int(pid), name) for name, pid in _USER.findall("".join(fields[6:]))]
    # Those of an interface alone have its name behind the address: 0.0.0.0%lo.
    local = "127.0.0.1" if place.endswith("%lo") else address
    socket = ""
    if any(pid == _SYSTEMD for pid, _ in users):
        # systemd writes [::] for what `ss` writes *.
        socket = activated.get(fields[4]) or activated.get(f"[::]:{port}", "")
    program = _who(users, known, socket)
    return Listener(protocol=fields[0], port=int(port), address=local, program=program)


def _who(
    users: Sequence[tuple[int, str]], known: Mapping[int, tuple[str, str]], socket: str
) -> Program | None:
    """Return who has a socket open: rather the program that systemd started for it than systemd."""
    if not users:
        return None
    pid, name = min(users, key=lambda one: (one[0] == _SYSTEMD, one[0]))
    unit, package = ("", "") if pid == _SYSTEMD else known.get(pid, ("", ""))
    return Program(name=name, pid=pid, unit=unit, socket=socket, package=package)


def _activated(sockets: Sequence[str]) -> Mapping[str, str]:
    """Return the socket units by the address and port that they listen on."""
    found = {}
    for line in sockets:
        fields = line.split()
        unit = next((one for one in fields if one.endswith(".socket")), None)
        if unit and ":" in fields[0]:
            found[fields[0]] = unit
    return found
