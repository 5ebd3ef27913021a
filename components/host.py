"""The server: booted, named, reachable over IPv6, with packages and a firewall."""

from dataclasses import dataclass

import pulumi

from components import remote
from components.graph import Component
from components.host_file import HostFile
from components.reach import Reach
from components.remote import Step
from components.settings import Host as HostSettings
from components.templates import render

PACKAGES = ("ca-certificates", "certbot", "nftables", "openssl")
HTTP = 80
FIREWALL = "/etc/tapal/firewall.nft"
STEPS = (
    "wait",
    "system",
    "ipv6",
    "packages",
    "firewall",
    "firewall-confirm",
    "certificate",
    "chasquid-install",
    "chasquid-domain",
    "chasquid-key",
    "chasquid-start",
    "chasquid-stop",
)


@dataclass(frozen=True, kw_only=True)
class HostArgs:
    """What a host is made from.

    Attributes:
        settings: the stack's ``tapal:host``.
        reach: how to log in.
        ports: TCP ports that the services on it answer, besides SSH and HTTP.
    """

    settings: HostSettings
    reach: Reach
    ports: tuple[int, ...]


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
        self._label = name
        self._args = args
        self.tools = self._tools()
        waited = self._step("wait", "", *self.tools)
        system = self._step("system", self._system(), waited)
        ipv6 = self._ipv6(system)
        packages = self._step("packages", "\n".join(PACKAGES) + "\n", system)
        self.ready = self._firewall(packages, ipv6)
        self.register_outputs({"address": args.settings.ipv4, "name": args.settings.name})

    def _tools(self) -> list[pulumi.Resource]:
        runner = HostFile(
            f"{self._label}-step-runner",
            path=f"{remote.ON_HOST}/step",
            content=remote.script("step"),
            mode="0755",
            opts=self.child(),
        )
        scripts = [
            HostFile(
                f"{self._label}-step-{step}",
                path=f"{remote.ON_HOST}/steps/{step}.sh",
                content=remote.script(f"{step}.sh"),
                opts=self.child(),
            )
            for step in ("lib", *STEPS)
        ]
        return [runner, *scripts]

    def _step(
        self,
        step: str,
        stdin: pulumi.Input[str],
        *after: pulumi.Resource | None,
        undo: bool = False,
    ) -> pulumi.Resource:
        return Step(
            f"{self._label}-{step}",
            step,
            reach=self._args.reach,
            stdin=stdin,
            undo=undo,
            opts=self.child(*after),
        ).resource

    def _system(self) -> str:
        host = self._args.settings
        return (
            f"name={host.name}\ntimezone={host.timezone or ''}\n"
            f"locale={host.locale or ''}\nmirror={host.apt_mirror or ''}\n"
        )

    def _ipv6(self, after: pulumi.Resource) -> pulumi.Resource | None:
        host = self._args.settings
        if host.ipv6 is None:
            return None
        stdin = (
            f"address={host.ipv6.address}\nprefix={host.ipv6.prefix or ''}\n"
            f"gateway={host.ipv6.gateway or ''}\nipv4={host.ipv4}\n"
        )
        return self._step("ipv6", stdin, after, undo=True)

    def _firewall(self, packages: pulumi.Resource, ipv6: pulumi.Resource | None) -> pulumi.Resource:
        ports = sorted({self._args.reach.port, HTTP, *self._args.ports})
        rules = HostFile(
            f"{self._label}-firewall-rules",
            path=FIREWALL,
            content=render("firewall.nft", ports=ports),
            validate="nft -c -f",
            opts=self.child(packages),
        )
        unit = HostFile(
            f"{self._label}-firewall-unit",
            path="/etc/systemd/system/tapal-firewall.service",
            content=render("tapal-firewall.service", rules=FIREWALL),
            opts=self.child(),
        )
        written = pulumi.Output.concat(rules.revision, " ", unit.revision)
        # `nft` comes with the packages; IPv6 first, so that one set of rules meets a settled host.
        loaded = self._step("firewall", written, rules, unit, ipv6, undo=True)
        return self._step("firewall-confirm", written, loaded)
