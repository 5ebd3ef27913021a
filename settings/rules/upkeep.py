"""Checks what a stack says of the server's packages, automatic updates and swap."""

import re
from collections.abc import Iterator

from mail.finding import Finding
from mail.rule import Rule
from settings.settings import Host, Upgrades
from settings.stack_file import SOURCE

SWAP = range(128, 65537)  # MB

PACKAGE_NAME = Rule(
    id="package-name",
    source="Debian Policy §5.6.1",
    why="A Debian package is called by its name alone: small letters, digits, +, - and dots.",
    cure="write it as `apt-cache search` shows it, without a version or an option",
)
PACKAGE_IN_THE_WAY = Rule(
    id="package-in-the-way",
    source=SOURCE,
    why="Two mail servers cannot both have port 25, and one firewall undoes another's rules.",
    cure="take it out of the list",
)
UPGRADES = Rule(
    id="host-upgrades",
    source=SOURCE,
    why="What an update interrupts is interrupted at an hour that the stack names, in the server's "
    "own time.",
    cure='write them like {at: "04:00", reboot: true}, or off',
)
SWAP_SIZE = Rule(
    id="host-swap",
    source=SOURCE,
    why="Swap is a file of a certain size on the server.",
    cure="write auto, off, or a size like 1G or 512M",
)

_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_SIZE = re.compile(r"([1-9][0-9]{0,6})([MG])")
_MAIL_SERVERS = (
    "courier-mta", "default-mta", "exim4", "exim4-daemon-heavy", "exim4-daemon-light",
    "opensmtpd", "postfix", "sendmail", "sendmail-bin",
)  # fmt: skip
_FIREWALLS = ("firewalld", "iptables-persistent", "shorewall", "ufw")


def check(host: Host) -> list[Finding]:
    """Return what is wrong with the packages, the updates and the swap of ``host``."""
    findings = [one for index, name in enumerate(host.packages) for one in _package(name, index)]
    findings += _upgrades(host.upgrades)
    if host.swap not in ("auto", "off") and swap_megabytes(host.swap) not in SWAP:
        reason = f"{host.swap!r} is not a size from {SWAP[0]}M to {SWAP[-1] // 1024}G"
        findings.append(SWAP_SIZE.found("host.swap", reason=reason))
    return findings


def swap_megabytes(size: str) -> int:
    """Return the MB that a size such as ``1G`` or ``512M`` means, 0 for anything else."""
    match = _SIZE.fullmatch(size)
    if match is None:
        return 0
    return int(match[1]) * (1024 if match[2] == "G" else 1)


def _package(name: str, index: int) -> Iterator[Finding]:
    key = f"host.packages[{index}]"
    if not _NAME.fullmatch(name):
        yield PACKAGE_NAME.found(key, reason=f"{name!r} is not the name of a Debian package")
    elif name in _MAIL_SERVERS:
        reason = f"{name} is another mail server, and would hold port 25"
        yield PACKAGE_IN_THE_WAY.found(key, reason=reason)
    elif name in _FIREWALLS:
        reason = f"{name} is another firewall, beside the one that tapal writes"
        yield PACKAGE_IN_THE_WAY.found(key, reason=reason)
    elif name == "chasquid":
        reason = "chasquid is installed by itself, and in the host's own list it may be an old one"
        yield PACKAGE_IN_THE_WAY.found(key, reason=reason)


def _upgrades(given: Upgrades) -> Iterator[Finding]:
    if given.at is not None and not _HOUR.fullmatch(given.at):
        reason = f"{given.at!r} is not an hour from 00:00 to 23:59"
        yield UPGRADES.found("host.upgrades.at", reason=reason, cure='write it like "04:00"')
    if given.reboot and given.at is None:
        yield UPGRADES.found(
            "host.upgrades.reboot",
            reason="the server may be rebooted, and no hour is named",
            cure='name one beside it: at: "04:00"',
        )
    if not given.install and (given.at is not None or given.reboot):
        yield UPGRADES.found(
            "host.upgrades.install",
            reason="no update is to be installed, yet it is said when, or that one may reboot",
            cure="leave out at and reboot, or write install: true",
        )
