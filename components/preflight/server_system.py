"""What of a server's system, disk, packages, clock and addresses keeps it from being set up."""

import ipaddress
from collections.abc import Iterator, Sequence

from facts.survey import Release, Survey
from mail.finding import Finding, Level
from settings.rules import server as rules
from settings.settings import Host

# The first releases that have what we need; Debian's testing and unstable have no number.
OLDEST = {"debian": (12,), "ubuntu": (22, 4)}
ROOM = 1024  # MiB
TOO_SMALL, SMALL = 220, 460  # MiB that the kernel has left of 256 and 512, swap included
CLOCK_OFF = 300  # seconds; receivers and certificate authorities forgive less and less beyond
_SHOWN = 5
_STATUS = "/var/lib/dpkg/status"
_KERNELS = {"x86_64": "amd64", "aarch64": "arm64"}


def check(survey: Survey, host: Host, now: float) -> Iterator[Finding]:
    """Yield what is wrong with the server, or worth knowing.

    Args:
        survey: what the server says of itself.
        host: what the stack says of it.
        now: this machine's time when the server told its own (seconds since 1970).
    """
    if not survey.is_root:
        yield _root(survey, host)
    yield from _release(survey.release)
    kind = survey.architecture or _KERNELS.get(survey.machine, survey.machine)
    if kind not in _KERNELS.values():
        yield rules.MACHINE.found("host", reason=f"the server is of the kind {kind}")
    if survey.init != "systemd":
        reason = f"its PID 1 is {survey.init or 'unknown'}, not systemd"
        yield rules.INIT.found("host", reason=reason)
    yield from _memory(survey)
    yield from _disks(survey)
    yield from _packages(survey)
    yield from _clock(survey.clock - now)
    yield from _addresses(survey, host)


def _root(survey: Survey, host: Host) -> Finding:
    user, grant = host.ssh.user, "write user: root, or let root do this in the provider's console: "
    if survey.has_sudo:
        reason = f"{user} may do nothing as root without a password (sudo -n fails)"
    else:
        reason = f"{user} is not root, and the server has no sudo"
        grant += "apt-get install sudo; "
    grant += f"echo '{user} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/{user}"
    return rules.ROOT.found("host.ssh.user", reason=reason, cure=grant)


def _release(release: Release) -> Iterator[Finding]:
    oldest = OLDEST.get(release.id)
    if oldest is None:
        reason = f"the server runs {release.name or 'an unknown system'}, which is not supported"
        yield rules.RELEASE.found("host", reason=reason)
    elif release.version and _number(release.version) < oldest:
        reason = f"the server runs {release.name}, which is too old"
        yield rules.RELEASE.found("host", reason=reason)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _memory(survey: Survey) -> Iterator[Finding]:
    total = survey.memory + survey.swap
    if total < SMALL:
        swap = f" and {survey.swap} MB of swap" if survey.swap else " and no swap"
        reason = f"the server has {survey.memory} MB of memory{swap}"
        level: Level = "error" if total < TOO_SMALL else "warning"
        yield rules.MEMORY.found("host", reason=reason, level=level)


def _disks(survey: Survey) -> Iterator[Finding]:
    for place, free in survey.disks.items():
        if free < ROOM:
            reason = f"{free} MB are free on the disk of {place}, and {ROOM} are needed"
            yield rules.DISK.found("host", reason=reason)
    if survey.read_only:
        places = _listed(survey.read_only)
        reason = f"{places} {'is' if len(survey.read_only) == 1 else 'are'} mounted read-only"
        yield rules.READ_ONLY.found("host", reason=reason)


def _packages(survey: Survey) -> Iterator[Finding]:
    found = survey.packages
    if found.damaged:
        reason = f"packages are half installed, with files missing: {_listed(found.damaged)}"
        cure = (
            f"on the server: apt-get install --reinstall {found.damaged[0]}, or, where no archive "
        )
        cure += f"has it: dpkg --remove --force-remove-reinstreq {found.damaged[0]}"
        yield rules.PACKAGES_BROKEN.found("host", reason=reason, cure=cure)
    if found.errors and not found.damaged and not found.unfinished:
        # `up` ends what was cut off, and mends missing dependencies then.
        said = " ".join(one.strip() for one in found.errors[:2]).rstrip(".")
        copy = f"put back the copy that dpkg keeps: cp {_STATUS}-old {_STATUS}"
        general = rules.PACKAGES_BROKEN.cure
        yield rules.PACKAGES_BROKEN.found(
            "host", reason=f"the server says: {said}", cure=copy if _STATUS in said else general
        )
    if found.unfinished or found.interrupted:
        what = f" ({_listed(found.unfinished)})" if found.unfinished else ""
        reason = f"an installation was cut off{what}, which `up` ends first"
        yield rules.PACKAGES_UNFINISHED.found("host", reason=reason)
    if found.users:
        who = _listed([f"{one.name} (pid {one.pid})" for one in found.users])
        yield rules.PACKAGES_BUSY.found("host", reason=f"{who} works with the packages just now")


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _clock(ahead: float) -> Iterator[Finding]:
    if abs(ahead) > CLOCK_OFF:
        minutes, way = abs(ahead) / 60, "ahead of" if ahead > 0 else "behind"
        length = f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"
        length = f"{minutes / 1440:.0f} days" if minutes >= 2880 else length
        reason = f"the server's clock is {length} {way} this machine's"
        yield rules.CLOCK.found("host", reason=reason)


def _addresses(survey: Survey, host: Host) -> Iterator[Finding]:
    known = {ipaddress.ip_address(one.address): one for one in survey.addresses}
    if ipaddress.ip_address(host.ipv4) not in known:
        has = [str(one) for one in known if one.version == 4 and not one.is_loopback]
        reason = f"no interface of the server has {host.ipv4}; it has {_listed(has) or 'none'}"
        yield rules.NAT.found("host.ipv4", reason=reason)
    if host.ipv6:
        own = known.get(ipaddress.ip_address(host.ipv6.address))
        if survey.is_neighbour or (own and own.is_duplicate):
            reason = f"another machine on the server's link has {host.ipv6.address}"
            yield rules.IPV6_TAKEN.found("host.ipv6", reason=reason)
        # Without a gateway the provider's own settings hold the address, whoever reads them.
        if (
            own is None
            and host.ipv6.gateway
            and survey.network[1:] in (("NetworkManager",), ("nobody",))
        ):
            device, manager = survey.network
            who = manager if manager != "nobody" else "something that is not known here"
            yield rules.NETWORK.found("host.ipv6", reason=f"{who} runs {device} of the server")
