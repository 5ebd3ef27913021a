"""The machine's own apt settings, from which the lab's nodes get their packages.

Read at run time and never kept in the repository: which Debian archive, through which proxy, and
whether an expired release file is acceptable. Every host that apt must reach gets an address of
the lab's own (``plan.MIRRORS``); the router translates it to the real one, so that a mirror which
lies in a range the lab uses for itself is reached all the same.
"""

import functools
import ipaddress
import os
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from lab import plan
from lab.command import run
from lab.errors import LabError

_PORTS = {"http": 80, "https": 443}
_SETTINGS = re.compile(
    r"^Acquire::(https?::(Proxy|Timeout|No-Cache|Pipeline-Depth|Verify-(Peer|Host))\b"
    r"|Check-Valid-Until |Retries )"
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One line of apt's sources: an archive's address, without its last slash, and a suite."""

    uri: str
    suite: str


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A host that apt talks to: by which name, where it really is, and its address in the lab."""

    name: str
    port: int
    real: str
    inside: str


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """What a node needs so that its apt works as the machine's does."""

    sources: tuple[Source, ...]
    settings: str
    proxies: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]

    @property
    def archive(self) -> str:
        """The main archive's address."""
        return self.sources[0].uri

    def environment(self) -> dict[str, str]:
        """Return the proxy as programs other than apt read it."""
        return {f"{urlsplit(proxy).scheme}_proxy": proxy for proxy in self.proxies}

    def inside(self, text: str) -> str:
        """Return ``text`` with hosts that only this machine can find under their lab address."""
        for endpoint in self.endpoints:
            if endpoint.name == "localhost" or _is_address(endpoint.name):
                text = text.replace(f"//{endpoint.name}", f"//{endpoint.inside}")
        return text


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _machine_sources() -> dict[str, str]:
    """Return the archive of each suite named like this machine's release (main component)."""
    listing = run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)|$(RELEASE)|$(COMPONENT)",
         "Created-By: Packages"],
    )  # fmt: skip
    found: dict[str, str] = {}
    for line in listing.splitlines():
        uri, suite, component = line.split("|")
        if component == "main":
            found.setdefault(suite, uri.rstrip("/"))
    return found


def _codename() -> str:
    release = run(["sh", "-c", '. /etc/os-release && echo "$ID $VERSION_CODENAME"']).split()
    if len(release) != 2 or release[0] != "debian":
        raise LabError("the lab takes its packages from this machine's Debian archive: use Debian")
    return release[1]


def sources(available: dict[str, str], codename: str) -> tuple[Source, ...]:
    """Return trixie's sources, by the archives that serve ``codename`` on this machine.

    Raises:
        LabError: the machine has no archive for its own release, or not one by HTTP.
    """
    suites = {
        plan.SUITE + part: available[codename + part]
        for part in ("", "-updates", "-security")
        if codename + part in available
    }
    if not suites.get(plan.SUITE, "").startswith(("http://", "https://")):
        raise LabError(
            f"no http source for {codename} main in this machine's apt sources; add one to "
            "/etc/apt/sources.list (the lab's packages come from the same archive)"
        )
    return tuple(Source(uri=uri, suite=suite) for suite, uri in suites.items())


def _settings() -> str:
    lines = run(["apt-config", "dump", "Acquire"]).splitlines()
    kept = [line for line in lines if _SETTINGS.match(line) and not line.endswith(' "";')]
    for scheme in _PORTS:  # apt reads these variables, but the nodes do not have them
        proxy = os.environ.get(f"{scheme}_proxy", "")
        if proxy and not any(line.startswith(f"Acquire::{scheme}::Proxy ") for line in kept):
            kept.append(f'Acquire::{scheme}::Proxy "{proxy}";')
    return "".join(f"{line}\n" for line in kept)


def _proxies(settings: str) -> tuple[str, ...]:
    found = re.findall(
        r'^Acquire::https?::Proxy(?:::\S+)? "(https?://[^"]+)";$', settings, re.MULTILINE
    )
    return tuple(dict.fromkeys(found))


def _resolve(name: str, port: int) -> str:
    try:
        answers = socket.getaddrinfo(name, port, socket.AF_INET, socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise LabError(
            f"cannot resolve {name}, which this machine's apt settings name: {error}"
        ) from error
    return str(answers[0][4][0])


def _endpoints(urls: tuple[str, ...]) -> tuple[Endpoint, ...]:
    hosts: dict[tuple[str, int], None] = {}
    for url in urls:
        parts = urlsplit(url)
        hosts[parts.hostname or "", parts.port or _PORTS[parts.scheme]] = None
    names = list(dict.fromkeys(name for name, _ in hosts))
    if len(names) > len(plan.MIRRORS):
        raise LabError(f"apt on this machine uses more than {len(plan.MIRRORS)} hosts: {names}")
    inside = dict(zip(names, plan.MIRRORS, strict=False))
    return tuple(
        Endpoint(name=name, port=port, real=_resolve(name, port), inside=inside[name])
        for name, port in hosts
    )


@functools.cache
def machine() -> Mirror:
    """Read this machine's apt settings.

    Raises:
        LabError: not Debian, no usable archive, or a host in the settings does not resolve.
    """
    found = sources(_machine_sources(), _codename())
    settings = _settings()
    proxies = _proxies(settings)
    urls = proxies or tuple(source.uri for source in found)
    return Mirror(sources=found, settings=settings, proxies=proxies, endpoints=_endpoints(urls))
