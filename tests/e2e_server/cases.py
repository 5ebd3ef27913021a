"""Ways to spoil a server, each with the way back, and what a preview must say of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lab import keys

Change = Callable[[dict[str, Any]], None]
APT = "DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends"
QUIET = ">/dev/null 2>&1"
RELEASE = "/usr/lib/os-release"


def nothing(_config: dict[str, Any]) -> None:
    """Leave the settings as they are."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One server.

    Attributes:
        name: what is wrong with it.
        spoil: shell commands on the server.
        mend: those that undo it.
        router: nftables rules of the provider, in the chain of what it forwards.
        change: what the stack says otherwise.
        said: each thing that a preview must say.
        things: how many things there are to put right.
    """

    name: str
    spoil: str = ":"
    mend: str = ":"
    router: str = ""
    change: Change = nothing
    said: Sequence[str]
    things: int = 1


def ssh(**said: str) -> Change:
    """Return the change that has the stack log in otherwise."""

    def change(config: dict[str, Any]) -> None:
        config["tapal:host"]["ssh"] |= said

    return change


def _release(text: str) -> str:
    return f"cp {RELEASE} /root/os-release; printf '{text}' >{RELEASE}"


def _listener(unit: str, code: str) -> str:
    setup = f"import socket, time; s = socket.socket({code})"
    return f'systemd-run -q --unit={unit} python3 -c "{setup}; time.sleep(600)"; sleep 0.3; '


UDP = "type=socket.SOCK_DGRAM); s.bind((str(), 1194)"
TCP = "); s.bind((str(), 8443)); s.listen("
HALF = "install reinstreq half-installed"
HALF_INSTALLED = (
    f"sed -i '/^Package: tzdata$/,/^$/s/^Status: .*/Status: {HALF}/' /var/lib/dpkg/status"
)
FULL = "/var/cache/apt/archives"
ADMIN = "useradd -m -s /bin/bash admin; cp -r /root/.ssh ~admin; chown -R admin: ~admin/.ssh; "
DATE = '#!/bin/sh\nexec /usr/bin/date -d "10 minutes" "$@"\n'
PLANT_DATE = f"printf '%s' '{DATE}' >/usr/local/bin/date; chmod 755 /usr/local/bin/date; "

RELEASE_BACK = f"mv /root/os-release {RELEASE}"
OLD = 'PRETTY_NAME="Debian GNU/Linux 11 (bullseye)"\\nID=debian\\nVERSION_ID="11"\\n'
OTHER = 'PRETTY_NAME="Fedora Linux 43"\\nID=fedora\\nVERSION_ID=43\\n'

CASES = (
    Case(
        name="postfix on 25, nginx on 80",
        spoil=f"{APT} install postfix nginx-light {QUIET}",
        mend=f"{APT} purge postfix nginx-light nginx-common {QUIET}; {APT} autoremove {QUIET}",
        said=(
            "postfix.service, package postfix) holds port 25 of the server",
            "cure: on the server: apt-get remove postfix",
            "nginx.service, package nginx-common) holds port 80 of the server",
            "cure: on the server: systemctl disable --now nginx.service",
        ),
        things=2,
    ),
    Case(
        name="exim4 on the loopback alone",
        spoil=f"{APT} install exim4-daemon-light {QUIET}",
        mend=f"{APT} purge exim4-daemon-light exim4-base exim4-config {QUIET}",
        said=("exim4 (pid ", "holds port 25 of the server", "apt-get remove exim4-daemon-light"),
    ),
    Case(
        name="a program without a unit on 587",
        spoil="setsid python3 -m http.server 587 >/dev/null 2>&1 & sleep 1",
        mend="kill $(ss -Hlntp sport = 587 | sed 's/.*pid=\\([0-9]*\\).*/\\1/')",
        said=("python3 (pid ", "holds port 587 of the server", "cure: on the server: kill "),
    ),
    Case(
        name="ufw",
        spoil=f"{APT} install ufw {QUIET}; ufw allow 22/tcp; ufw --force enable",
        mend=f"ufw --force disable; {APT} purge ufw {QUIET}; nft flush ruleset",
        said=("ufw is at work on the server", "cure: on the server: ufw disable"),
    ),
    Case(
        name="listeners on 8443/tcp and 1194/udp",
        spoil=_listener("dashboard", TCP) + _listener("vpn", UDP),
        mend="systemctl stop dashboard vpn",
        said=(
            "dashboard.service) listens on 8443/tcp, which the firewall would close",
            "vpn.service) listens on 1194/udp, which the firewall would close",
            "to keep it: openPorts: [1194/udp] under tapal:host",
            "else: on the server: systemctl disable --now dashboard.service",
        ),
        things=2,
    ),
    Case(
        name="a full disk",
        spoil=f"mount -t tmpfs -o size=20M tmpfs {FULL}",
        mend=f"umount {FULL}",
        said=(f"20 MB are free on the disk of {FULL}, and 1024 are needed",),
    ),
    Case(
        name="a read-only file system",
        spoil="mount --bind /etc /etc && mount -o remount,bind,ro /etc",
        mend="umount -l /etc",
        said=("/etc is mounted read-only",),
    ),
    Case(
        name="too little memory",
        spoil="sed 's/^MemTotal:.*/MemTotal: 120000 kB/; s/^SwapTotal:.*/SwapTotal: 0 kB/' "
        "/proc/meminfo >/run/meminfo; mount --bind /run/meminfo /proc/meminfo",
        mend="umount /proc/meminfo",
        said=("the server has 117 MB of memory and no swap", "cure: add swap: fallocate"),
    ),
    Case(
        name="a half-installed package",
        spoil=f"cp /var/lib/dpkg/status /root/status; {HALF_INSTALLED}",
        mend="mv /root/status /var/lib/dpkg/status",
        said=("half installed, with files missing: tzdata", "apt-get install --reinstall tzdata"),
    ),
    Case(
        name="dpkg's own list is damaged",
        spoil="cp /var/lib/dpkg/status /root/status; sed -i '1s/.*/junk/' /var/lib/dpkg/status",
        mend="mv /root/status /var/lib/dpkg/status",
        said=("parsing file '/var/lib/dpkg/status'", "cp /var/lib/dpkg/status-old"),
    ),
    Case(
        name="Debian 11",
        spoil=_release(OLD),
        mend=RELEASE_BACK,
        said=("runs Debian GNU/Linux 11 (bullseye), which is too old",),
    ),
    Case(
        name="Fedora",
        spoil=_release(OTHER),
        mend=RELEASE_BACK,
        said=("runs Fedora Linux 43, which is not supported",),
    ),
    Case(
        name="the clock is ahead",  # a container has its machine's clock, so its tool tells a lie
        spoil=PLANT_DATE,
        mend="rm /usr/local/bin/date",
        said=("the server's clock is 10 minutes ahead of this machine's",),
    ),
    Case(
        name="the provider blocks port 25",
        router="ip saddr 203.0.113.10 tcp dport 25 drop",
        said=(
            "port 25 of other servers cannot be reached over IPv4",
            "(mx.receiver.test: no answer, mx.v4only.test: no answer)",
            "cure: ask the provider to open outgoing port 25",
        ),
    ),
    Case(
        name="a user without sudo",
        spoil=ADMIN,
        mend="userdel -r admin 2>/dev/null",
        change=ssh(user="admin"),
        said=("admin is not root, and the server has no sudo",),
    ),
    Case(
        name="sudo asks for a password, and more",
        spoil=f"{APT} install sudo {QUIET}; {ADMIN}" + _listener("dashboard", TCP),
        mend=f"userdel -r admin 2>/dev/null; systemctl stop dashboard; {APT} purge sudo {QUIET}",
        change=ssh(user="admin"),
        said=(
            "admin may do nothing as root without a password (sudo -n fails)",
            "listens on 8443/tcp, which the firewall would close",
        ),
        things=2,
    ),
    Case(
        name="another host key",
        change=ssh(hostKey=keys.public_key("stranger")),
        said=("has another key than the pinned one, so nothing was sent",),
    ),
    Case(
        name="nobody at that address",
        change=ssh(address="203.0.113.99"),
        said=("203.0.113.99 port 22 gives no SSH within 6 s",),
    ),
    Case(
        name="a host that drops all",
        router="ip daddr 203.0.113.10 tcp dport 22 drop",
        said=("203.0.113.10 port 22 gives no SSH within 6 s",),
    ),
    Case(
        name="all at once",
        spoil=f"{APT} install postfix {QUIET}; {_listener('dashboard', TCP)}{PLANT_DATE}"
        f"mount -t tmpfs -o size=20M tmpfs {FULL}; {_release(OLD)}",
        mend=f"{RELEASE_BACK}; umount {FULL}; rm /usr/local/bin/date; "
        f"systemctl stop dashboard postfix; {APT} purge postfix {QUIET}",
        router="ip saddr 203.0.113.10 tcp dport 25 reject with tcp reset",
        said=(
            "which is too old",
            "MB are free on the disk of",
            "10 minutes ahead of",
            "holds port 25 of the server",
            "listens on 8443/tcp",
            "mx.v4only.test: refused",
        ),
        things=6,
    ),
    # The last one: sshd remembers for a while who was refused.
    Case(
        name="the login is refused",
        spoil="mv /root/.ssh/authorized_keys /root/.ssh/others",
        mend="mv /root/.ssh/others /root/.ssh/authorized_keys",
        said=("refuses the login as root with this key",),
    ),
)
