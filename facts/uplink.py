"""How a host is connected by IPv6: what to run there, and what the answer means.

Providers deliver servers whose IPv6 works, and servers whose address stands in a file (netplan,
ifupdown, systemd-networkd) and is not in use. Both are found; nothing is guessed.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Interface
from pathlib import Path

_FOLDER = Path(__file__).parent
_END = "uplink\tend"
_WORD = re.compile(r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:/\d{1,3})?")
_GATEWAY = re.compile(r"\b(?:gateway6?|via)\b", re.IGNORECASE)
_NETMASK = re.compile(r"\bnetmask\s+(\d{1,3})\b", re.IGNORECASE)
_PRIVATE = ipaddress.IPv6Network("fc00::/7")  # RFC 4193: reached by nobody outside


@dataclass(frozen=True, kw_only=True)
class Uplink:
    """A host's IPv6.

    Attributes:
        address: the global address; empty if none was found.
        prefix: its length; None if that is not known.
        gateway: where packets go out; empty if that is not known.
        is_up: whether the host has the address and a way out now, and needs nothing of ours.
    """

    address: str = ""
    prefix: int | None = None
    gateway: str = ""
    is_up: bool = False


def command() -> list[str]:
    """Return what to run on a host, as whoever logs in there."""
    return ["sh", "-c", (_FOLDER / "uplink.sh").read_text(encoding="utf-8")]


def parse(text: str) -> Uplink | None:
    """Return what ``text``, the answer to `command`, says; None if it is not such an answer."""
    lines = text.splitlines()
    if _END not in lines:
        return None
    said: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition("\t")
        said.setdefault(name, []).append(value)
    return _in_use(said) or _written_down(said.get("file", []))


def _in_use(said: Mapping[str, Sequence[str]]) -> Uplink | None:
    # A temporary address (RFC 8981) is another one tomorrow.
    lasting = [
        line
        for line in said.get("address", [])
        if not re.search(r"\b(temporary|deprecated|tentative|dadfailed)\b", line)
    ]
    # One that was set by hand or by the provider comes before one that the router announced.
    lasting.sort(key=lambda line: " dynamic" in line)
    found = next(_public(lasting), None)
    if found is None:
        return None
    routes = said.get("route", [])
    via = next((words[1] for line in routes if (words := line.partition(" via ")[1:])[1]), "")
    gateway = via.split()[0] if via else ""
    return Uplink(
        address=str(found.ip),
        prefix=found.network.prefixlen,
        gateway=gateway,
        is_up=bool(routes),
    )


def _written_down(lines: Sequence[str]) -> Uplink:
    found = next(_public(line for line in lines if not _GATEWAY.search(line)), None)
    if found is None:
        return Uplink()
    ways = [word for line in lines if _GATEWAY.search(line) for word in _addresses(line)]
    prefix = found.network.prefixlen
    if prefix == IPv6Address(0).max_prefixlen:
        masks = [int(match[1]) for line in lines if (match := _NETMASK.search(line))]
        prefix = next((one for one in masks if one < prefix), 0)
    return Uplink(
        address=str(found.ip),
        prefix=prefix or None,
        gateway=next((str(one.ip) for one in ways if one.ip != found.ip), ""),
    )


def _public(lines: Iterable[str]) -> Iterator[IPv6Interface]:
    for line in lines:
        for one in _addresses(line):
            local = one.ip.is_link_local or one.ip.is_loopback or one.ip.is_multicast
            if not (local or one.ip in _PRIVATE or one.ip.is_unspecified):
                yield one


def _addresses(line: str) -> Iterator[IPv6Interface]:
    for word in _WORD.findall(line):
        try:
            yield IPv6Interface(word)
        except ValueError:
            continue
