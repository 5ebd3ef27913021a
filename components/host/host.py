"""The server: booted, named, reachable over IPv6, with packages and a firewall."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi

from components.component import Component
from components.host.step import RUNNER, scripts, step
from components.plan import HostPlan
from components.resources.host_file import HostFile
from components.resources.host_folder import HostFolder
from components.resources.host_step import ON_HOST, HostStep
from facts import fact
from facts import upkeep as upkeep_facts
from facts.foreign_rules import LET_IN
from mail import ports
from mail.chasquid import files as chasquid_files
from mail.template import render
from settings import settings
from settings.rules import upkeep

PACKAGES = ("ca-certificates", "certbot", "nftables", "openssl", "python3")
UPGRADES = "unattended-upgrades"
TIMERS = ("apt-daily.timer", "apt-daily-upgrade.timer")
KEYS = "/etc/apt/keyrings/tapal-debian.asc"
PREFERENCES = "/etc/apt/preferences.d/tapal-testing"
BOOTED = {"boot": "finished", "clock": fact.RIGHT, "free disk": fact.ENOUGH}
UNIT = "tapal-firewall.service"
DROP_IN = "nftables.service.d/tapal.conf"
FIREWALL = "/etc/tapal/firewall.nft"


@dataclass(frozen=True, kw_only=True)
class HostArgs:
    """What a host is made from.

    Attributes:
        plan: the server.
        ssh_port: where sshd listens.
    """

    plan: HostPlan
    ssh_port: int


class Host(Component):
    """The server, ready for services.

    Attributes:
        tools: installs the steps' scripts; every step comes after it.
        ready: the last of its steps.
    """

    def __init__(
        self, name: str, args: HostArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tapal:host:Host", name, None, opts)
        self._args = args
        self.tools = self._tools()
        waited = self._step(
            "boot",
            "wait",
            self.tools,
            does="wait until it has booted, its clock is right and its disk has room",
            facts=BOOTED,
        )
        system = self._system(waited)
        ipv6 = self._ipv6(system)
        packages = self._packages(self._upkeep(system))
        self.ready = self._firewall(packages, ipv6)
        settings = args.plan.settings
        self.register_outputs({"address": settings.ipv4, "name": settings.name})

    def _tools(self) -> HostFolder:
        steps = {f"steps/{name}.sh": text for name, text in scripts().items()}
        return HostFolder(
            "server: step scripts",
            path=ON_HOST,
            files={"step": RUNNER.read_text(encoding="utf-8"), **steps},
            opts=self.child(),
        )

    def _step(
        self,
        name: str,
        script: str,
        *before: pulumi.Resource | None,
        does: str,
        facts: Mapping[str, str],
        data: str = "",
        actions: Sequence[str] = ("apply",),
        after: Sequence[pulumi.Input[str]] = (),
    ) -> HostStep:
        return step(
            f"server: {name}",
            script,
            does=does,
            data=data,
            facts=facts,
            actions=actions,
            after=after,
            opts=self.child(*before),
        )

    def _system(self, before: pulumi.Resource) -> HostStep:
        host = self._args.plan.settings
        data = (
            f"name={host.name}\ntimezone={host.timezone or ''}\n"
            f"locale={host.locale or ''}\nmirror={host.apt_mirror or ''}\n"
        )
        facts = {
            "host name": host.name,
            "name in /etc/hosts": host.name,
            "cloud-init and the name": "left alone",
            "package mirror": (host.apt_mirror or fact.AS_PROVIDED).rstrip("/"),
        }
        if host.timezone:
            facts["time zone"] = host.timezone
        if host.locale:
            facts["locale"] = host.locale
        given = {"time zone": host.timezone, "locale": host.locale, "mirror": host.apt_mirror}
        more = "".join(f", {what} {value}" for what, value in given.items() if value)
        return self._step(
            "system",
            "system",
            before,
            does=f"set the host name {host.name}{more}",
            data=data,
            facts=facts,
            actions=("apply", "delete"),
        )

    def _upkeep(self, before: pulumi.Resource) -> HostStep:
        # Before the packages: apt-get is what needs most memory.
        host = self._args.plan.settings
        swap = upkeep.swap_megabytes(host.swap) or host.swap
        data = (
            f"upgrades={_yes(host.upgrades.install)}\nat={host.upgrades.at or ''}\n"
            f"reboot={_yes(host.upgrades.reboot)}\nswap={swap}\n"
        )
        facts = {
            "automatic updates": upkeep_facts.AS_PROVIDED,
            "updates come at": upkeep_facts.AS_PROVIDED,
            "policy-rc.d": upkeep_facts.MAY,
            "swap": f"{swap} MB" if isinstance(swap, int) else swap,
        }
        if host.upgrades.install:
            facts |= dict.fromkeys(TIMERS, fact.ENABLED)
            facts["automatic updates"] = upkeep_facts.updated(reboots=host.upgrades.reboot)
            facts["updates come at"] = host.upgrades.at or upkeep_facts.AS_PROVIDED
        return self._step(
            "updates and swap",
            "upkeep",
            before,
            does=_upkeep(host),
            data=data,
            facts=facts,
            actions=("apply", "delete"),
        )

    def _packages(self, before: pulumi.Resource) -> HostStep:
        """Install the host's packages, and chasquid: or know that it cannot be installed here.

        So where chasquid comes from is known here already, before a record names this host.
        """
        host, server = self._args.plan.settings, self._args.plan.server
        keys = HostFile(
            path=KEYS,
            content=_text("keys/debian-archive.asc"),
            opts=self.child(),
        )
        pin = HostFile(
            path=PREFERENCES,
            content=render(
                "components/host/apt-preferences.j2", package="chasquid", suite="testing"
            ),
            opts=self.child(),
        )
        upgrades = [UPGRADES] if host.upgrades.install else []
        packages = sorted({*PACKAGES, *upgrades, *host.packages})
        minimum = chasquid_files.MINIMUM_VERSION
        lines = (f"minimum={minimum}", f"mirror={server.debian_mirror or ''}", *packages)
        facts = {f"package: {name}": fact.INSTALLED for name in packages}
        facts["installations"] = "whole"
        return self._step(
            "packages",
            "packages",
            before,
            keys,
            pin,
            does=f"install {', '.join(packages)}; and chasquid",
            data="".join(f"{line}\n" for line in lines),
            facts=facts,
            actions=("apply", "delete"),
        )

    def _ipv6(self, before: pulumi.Resource) -> HostStep | None:
        host = self._args.plan.settings
        if host.ipv6 is None:
            return None
        data = (
            f"address={host.ipv6.address}\nprefix={host.ipv6.prefix or ''}\n"
            f"gateway={host.ipv6.gateway or ''}\nipv4={host.ipv4}\n"
        )
        facts = {
            f"IPv6 address: {host.ipv6.address}": "up",
            "IPv6 gateway": str(host.ipv6.gateway or "there"),
            "IPv6 at boot": fact.AS_SET_UP,
        }
        # SSH may come by what it changes, so that a new connection confirms it.
        return self._step(
            "IPv6",
            "ipv6",
            before,
            does=f"set up IPv6: {host.ipv6.address}",
            data=data,
            facts=facts,
            actions=("apply", "confirm", "delete"),
        )

    def _firewall(self, packages: HostStep, ipv6: HostStep | None) -> HostStep:
        rules = HostFile(
            path=FIREWALL,
            content=self._rules(),
            validate="nft -c -f",
            opts=self.child(packages),
        )
        units = HostFolder(
            "server: firewall units",
            path="/etc/systemd/system",
            files={UNIT: _text(UNIT), DROP_IN: _text("nftables-drop-in.conf")},
            opts=self.child(),
        )
        # `nft` comes with the packages; IPv6 first, so that one set of rules meets a settled host.
        settings = self._args.plan.settings
        entering = ports.entering(settings.open_ports, self._args.ssh_port)
        numbers = " ".join(str(port) for protocol, port in entering if protocol == ports.TCP)
        return self._step(
            "firewall",
            "firewall",
            rules,
            units,
            ipv6,
            does="load the firewall, and see by a new login that it lets us in",
            after=[rules.revision, units.revision],
            data=f"ports={numbers}\n",
            facts={
                "firewall": "loaded, confirmed",
                UNIT: fact.ENABLED,
                f"other firewalls: {numbers}": LET_IN,
            },
            actions=("apply", "confirm", "delete"),
        )

    def _rules(self) -> str:
        plan = self._args.plan
        urls = (plan.acme.directory, plan.settings.apt_mirror, plan.server.debian_mirror)
        entering = ports.entering(plan.settings.open_ports, self._args.ssh_port)
        leaving = ports.leaving(plan.settings.open_outgoing, urls)
        return render(
            "components/host/firewall.nft.j2",
            ports=[port for protocol, port in entering if protocol == ports.TCP],
            udp_ports=[port for protocol, port in entering if protocol == ports.UDP],
            mail_ports=ports.SERVED,
            smtp=ports.SMTP,
            leaving_tcp=[port for protocol, port in leaving if protocol == ports.TCP],
            leaving_udp=[port for protocol, port in leaving if protocol == ports.UDP],
        )


def _text(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _upkeep(host: settings.Host) -> str:
    """Return in words what the server does for itself."""
    upgrades = "install security updates by themselves" if host.upgrades.install else "no updates"
    hour = f" at {host.upgrades.at}" if host.upgrades.at else ""
    swap = {"auto": "swap if memory is short", "off": "no swap"}.get(host.swap, f"swap {host.swap}")
    return f"{upgrades}{hour}{', reboot if need be' if host.upgrades.reboot else ''}; {swap}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
