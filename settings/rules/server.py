"""Rules about a server before its first `up`; `components.preflight.server` checks it."""

from mail.rule import Rule

_PAGE = "docs/vps.md"
_SSH = "RFC 4251 §4.1"

SILENT = Rule(
    id="server-silent",
    source=_PAGE,
    why="Everything is set up over SSH, so nothing can be done while the server does not answer.",
    cure="see in the provider's panel that it is on, that the address is right, and that no "
    "firewall there closes the port",
)
LOGIN = Rule(
    id="server-login",
    source=_PAGE,
    why="Everything is set up over SSH, by the user and the key that the stack names.",
    cure="put the public half of the key into that user's ~/.ssh/authorized_keys, in the "
    "provider's console",
)
HOST_KEY = Rule(
    id="server-host-key",
    source=_SSH,
    why="A server that does not prove to be the pinned one may be anybody's.",
    cure="if the server was installed anew, read its key in the provider's console (cat "
    "/etc/ssh/ssh_host_ed25519_key.pub), and write that",
)
UNREADABLE = Rule(
    id="server-unreadable",
    source=_PAGE,
    why="What a server is can only be seen where whoever logs in gets a shell.",
    cure="see what it says by SSH (ssh USER@ADDRESS true): nothing may be printed, and nothing "
    "else run",
)
ROOT = Rule(
    id="server-root",
    source=_PAGE,
    why="Packages, firewall and services are root's business, and nobody types a password.",
    cure="write user: root, or give the user sudo without a password: echo 'USER ALL=(ALL) "
    "NOPASSWD: ALL' >/etc/sudoers.d/USER",
)
RELEASE = Rule(
    id="server-release",
    source=_PAGE,
    why="Packages and steps are made for Debian 12 or later, and Ubuntu 22.04 or later.",
    cure="install the server anew with Debian 13, in the provider's panel",
)
MACHINE = Rule(
    id="server-machine",
    source=_PAGE,
    why="What runs beside chasquid is built for 64-bit Intel, AMD and ARM processors.",
    cure="install the server anew with a 64-bit Debian (amd64 or arm64)",
)
INIT = Rule(
    id="server-init",
    source=_PAGE,
    why="Services, sockets and timers are units of systemd, which must run as PID 1.",
    cure="take a virtual machine with an ordinary Debian, not a container",
)
MEMORY = Rule(
    id="server-memory",
    source=_PAGE,
    level="warning",
    why="Installing packages and serving mail at once takes some 400 MB at times.",
    cure="add swap: fallocate -l 1G /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon "
    "/swapfile, and a line in /etc/fstab",
)
DISK = Rule(
    id="server-disk",
    source=_PAGE,
    why="Packages take some 400 MB, and mail that waits and the journal need room.",
    cure="free some space (apt-get clean; journalctl --vacuum-size=100M; du -xh -d 2 / | sort -h | "
    "tail), or take a larger disk",
)
READ_ONLY = Rule(
    id="server-read-only",
    source=_PAGE,
    why="A file system that turned read-only has met an error, or was made so on purpose.",
    cure="see why (dmesg | tail), and reboot: the check at boot mends most of it",
)
CLOCK = Rule(
    id="server-clock",
    source="RFC 5280 §4.1.2.5, RFC 6376 §3.5",
    why="Certificates and DKIM signatures are valid for a time, by whatever clock one has.",
    cure="set the server's clock (apt-get install systemd-timesyncd), or this machine's if that is "
    "the wrong one",
)
PACKAGES_BROKEN = Rule(
    id="server-packages-broken",
    source="Debian Policy §6",
    why="Nothing can be installed while dpkg or apt does not know what is there.",
    cure="on the server: apt-get --fix-broken install, and what it says",
)
PACKAGES_UNFINISHED = Rule(
    id="server-packages-unfinished",
    source="Debian Policy §6",
    level="warning",
    why="An installation that was cut off keeps others from beginning; `up` ends it first.",
    cure="nothing needs to be done",
)
PACKAGES_BUSY = Rule(
    id="server-packages-busy",
    source="apt.conf(5), DPkg::Lock::Timeout",
    level="warning",
    why="Only one at a time installs packages; `up` waits up to 5 minutes for whoever does it.",
    cure="wait until it has ended, or let `up` wait",
)
NAT = Rule(
    id="server-nat",
    source=_PAGE,
    level="warning",
    why="What receivers see is the public address; behind one, the ports must be passed on.",
    cure="see that the provider passes on the ports 25, 80, 465 and 587, or write the right "
    "address",
)
IPV6_TAKEN = Rule(
    id="server-ipv6-taken",
    source="RFC 4862 §5.4",
    why="Two machines on one link cannot have the same address.",
    cure="write the address that the provider's panel shows for this server, or leave ipv6 out",
)
PORT_TAKEN = Rule(
    id="server-port-taken",
    source="RFC 5321 §4.5.4.2, RFC 8314 §3, RFC 8555 §8.3",
    why="Mail comes in by 25, is handed in by 465 and 587, and the certificate is fetched by 80.",
    cure="stop what holds it, or take another server",
)
NETWORK = Rule(
    id="server-network",
    source=_PAGE,
    why="An IPv6 address lasts if whoever runs the interface is told of it: netplan, "
    "systemd-networkd or ifupdown.",
    cure="set the address by hand as the provider says (under NetworkManager by nmcli), and leave "
    "out prefix and gateway",
)
FIREWALL = Rule(
    id="server-firewall",
    source=_PAGE,
    why="Of two firewalls each drops what the other lets in.",
    cure="switch it off: `up` brings a firewall; what else shall stay open goes into openPorts",
)
LISTENER = Rule(
    id="server-listener",
    source=_PAGE,
    why="The firewall closes every port that is not named, and whatever is reached by it.",
    cure="name the port in openPorts, or stop what listens there",
)
OUTBOUND = Rule(
    id="server-outbound-25",
    source="RFC 5321 §4.5.4.2",
    why="Mail goes from server to server by port 25 and no other.",
    cure="ask the provider to open outgoing port 25 (docs/vps.md has a text), or take another",
)
OUTBOUND_UNKNOWN = Rule(
    id="server-outbound-unknown",
    source="RFC 5321 §4.5.4.2",
    level="warning",
    why="Whether port 25 is open shows only where a server that is known to be there answers.",
    cure="try it by hand: docs/vps.md, “Is port 25 open?”",
)
