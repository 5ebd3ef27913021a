"""The server: booted, named, reachable over IPv6, with packages and a firewall."""

from dataclasses import dataclass

import pulumi

from components.component import Component
from components.host.step import ON_HOST, RUNNER, Step, scripts
from components.plan import HostPlan
from components.resources.host_file import HostFile
from components.resources.host_folder import HostFolder
from mail import ports
from mail.template import render
from settings.ssh_target import SshTarget

PACKAGES = ("ca-certificates", "certbot", "nftables", "openssl", "python3")
HTTP = 80
FIREWALL = "/etc/tapal/firewall.nft"


@dataclass(frozen=True, kw_only=True)
class HostArgs:
    """What a host is made from.

    Attributes:
        plan: the server.
        ssh_target: how to log in.
    """

    plan: HostPlan
    ssh_target: SshTarget


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
        settings = args.plan.settings
        self.register_outputs({"address": settings.ipv4, "name": settings.name})

    def _tools(self) -> list[pulumi.Resource]:
        runner = HostFile(
            f"{self._label}-step-runner",
            path=f"{ON_HOST}/step",
            content=RUNNER.read_text(encoding="utf-8"),
            mode="0755",
            opts=self.child(),
        )
        installed = HostFolder(
            f"{self._label}-steps",
            path=f"{ON_HOST}/steps",
            files={f"{name}.sh": text for name, text in scripts().items()},
            opts=self.child(),
        )
        return [runner, installed]

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
            ssh_target=self._args.ssh_target,
            stdin=stdin,
            undo=undo,
            opts=self.child(*after),
        ).resource

    def _system(self) -> str:
        host = self._args.plan.settings
        return (
            f"name={host.name}\ntimezone={host.timezone or ''}\n"
            f"locale={host.locale or ''}\nmirror={host.apt_mirror or ''}\n"
        )

    def _ipv6(self, after: pulumi.Resource) -> pulumi.Resource | None:
        host = self._args.plan.settings
        if host.ipv6 is None:
            return None
        stdin = (
            f"address={host.ipv6.address}\nprefix={host.ipv6.prefix or ''}\n"
            f"gateway={host.ipv6.gateway or ''}\nipv4={host.ipv4}\n"
        )
        return self._step("ipv6", stdin, after, undo=True)

    def _firewall(self, packages: pulumi.Resource, ipv6: pulumi.Resource | None) -> pulumi.Resource:
        rules = HostFile(
            f"{self._label}-firewall-rules",
            path=FIREWALL,
            content=self._rules(),
            validate="nft -c -f",
            opts=self.child(packages),
        )
        unit = HostFile(
            f"{self._label}-firewall-unit",
            path="/etc/systemd/system/tapal-firewall.service",
            content=render("components/host/tapal-firewall.service.j2", rules=FIREWALL),
            opts=self.child(),
        )
        written = pulumi.Output.concat(rules.revision, " ", unit.revision)
        # `nft` comes with the packages; IPv6 first, so that one set of rules meets a settled host.
        loaded = self._step("firewall", written, rules, unit, ipv6, undo=True)
        return self._step("firewall-confirm", written, loaded)

    def _rules(self) -> str:
        plan = self._args.plan
        urls = (plan.acme.directory, plan.settings.apt_mirror, plan.server.debian_mirror)
        leaving = ports.leaving(plan.settings.open_outgoing, urls)
        return render(
            "components/host/firewall.nft.j2",
            ports=sorted({self._args.ssh_target.port, HTTP, *ports.SERVED}),
            mail_ports=ports.SERVED,
            smtp=ports.SMTP,
            leaving_tcp=[port for protocol, port in leaving if protocol == ports.TCP],
            leaving_udp=[port for protocol, port in leaving if protocol == ports.UDP],
        )
