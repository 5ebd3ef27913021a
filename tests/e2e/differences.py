"""What may become of a deployed host behind the program's back, and how a preview names it."""

from dataclasses import dataclass

from lab import plan

NAME = plan.VPS.name
PORTS = "22 25 80 465 587"  # by which the server is reached
IN_USE = f"/etc/chasquid/certs/{NAME}"
DOMAIN = "/etc/chasquid/domains/tapal.test"
UNITS = "/etc/systemd/system"
CHASQUID, GATE, DOOR = "chasquid.service", "tapal-gate.service", "tapal-door.service"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that is no longer as it was set up.

    Attributes:
        what: in words.
        plant: a script that makes it so on the host, as root.
        shows: what the preview says, besides other things; spaces count as one.
        restarts: whose process may be another one when it is mended.
        renews: whether mending makes something anew that is never the same twice.
        alone: whether it stands in the way of others, if all are planted at once.
        clear: a script that removes what `up` has rightly left, such as another program.
    """

    what: str
    plant: str
    shows: tuple[str, ...]
    restarts: tuple[str, ...] = ()
    renews: bool = False
    alone: bool = False
    clear: str = ":"


def fact(name: str, wanted: str, seen: str) -> str:
    """Return how a preview shows that a fact differs."""
    return f'~ {name}: "{wanted}" => "{seen}"'


def unit(name: str, seen: str, wanted: str = "running, enabled") -> str:
    """Return how a preview shows that a unit differs."""
    return fact(name, wanted, seen)


DIFFERENCES = (
    Difference(
        what="chasquid and its sockets stopped",
        plant="systemctl stop chasquid-smtp.socket chasquid-submission.socket"
        " chasquid-submission_tls.socket chasquid.service",
        shows=(
            unit("chasquid.service", "stopped, enabled"),
            unit("chasquid-smtp.socket", "stopped, enabled"),
            fact("port: 25", "chasquid", "nobody"),
        ),
        restarts=(CHASQUID,),
    ),
    Difference(
        what="a socket disabled",
        plant="systemctl disable chasquid-submission.socket",
        shows=(unit("chasquid-submission.socket", "running, disabled"),),
        alone=True,
    ),
    Difference(
        what="chasquid removed by apt",
        plant="apt-get -qq -y remove chasquid",
        shows=(
            fact("package: chasquid", "1.19.0 or later", "missing"),
            unit("chasquid.service", "missing"),
        ),
        restarts=(CHASQUID, GATE),
        alone=True,
    ),
    Difference(
        what="chasquid does not run with its files",
        plant="rm /run/tapal-chasquid-started",
        shows=(fact("chasquid reads", "what lies on disk", "older files than lie on disk"),),
        restarts=(CHASQUID,),
        alone=True,
    ),
    Difference(
        what="the firewall deleted",
        plant="nft delete table inet tapal",
        shows=(fact("firewall", "loaded, confirmed", "gone"),),
    ),
    Difference(
        what="a rule added by hand",
        plant="nft add rule inet tapal input tcp dport 9 accept",
        shows=(fact("firewall", "loaded, confirmed", "changed by hand"),),
        alone=True,
    ),
    Difference(
        what="the firewall not loaded at boot",
        plant="systemctl disable tapal-firewall.service",
        shows=(unit("tapal-firewall.service", "running, disabled"),),
    ),
    Difference(
        what="the renewal timer off",
        plant="systemctl disable --now certbot.timer",
        shows=(unit("certbot.timer", "stopped, disabled"),),
    ),
    Difference(
        what="the last renewal failed",
        plant="mkdir -p /run/systemd/system/certbot.service.d;"
        " printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n'"
        " >/run/systemd/system/certbot.service.d/broken.conf; systemctl daemon-reload;"
        " systemctl start certbot.service; rm -r /run/systemd/system/certbot.service.d;"
        " systemctl daemon-reload",
        shows=(fact("last run: certbot.service", "no failure", "failed (exit-code)"),),
    ),
    Difference(
        what="the certificate's folder deleted",
        plant=f"rm -r {IN_USE}",
        shows=(fact(f"certificate in use: {NAME}", "as it was issued", "missing"),),
        restarts=(CHASQUID,),
    ),
    Difference(
        what="the certificate is garbage",
        plant=f"echo garbage >{IN_USE}/fullchain.pem",
        shows=(fact(f"certificate in use: {NAME}", "as it was issued", "another than was issued"),),
        restarts=(CHASQUID,),
        alone=True,
    ),
    Difference(
        what="the lineage lost",
        plant=f"cd /etc/letsencrypt && rm -r live/{NAME} archive/{NAME} renewal/{NAME}.conf",
        shows=(f'~ certificate: {NAME}: "valid, from', '=> "missing"'),
        restarts=(CHASQUID,),
        renews=True,
        alone=True,
    ),
    Difference(
        what="a certificate of another authority",
        plant="sed -i 's#^server = .*#server = https://staging.ca.test/dir#'"
        f" /etc/letsencrypt/renewal/{NAME}.conf",
        shows=('=> "from https://staging.ca.test/dir"',),
        restarts=(CHASQUID,),
        renews=True,
    ),
    Difference(
        what="another host name",
        plant="hostnamectl set-hostname other.test",
        shows=(fact("host name", NAME, "other.test"),),
    ),
    Difference(
        what="the name missing in /etc/hosts",
        plant="grep -v '^127.0.1.1' /etc/hosts >/run/hosts; cat /run/hosts >/etc/hosts",
        shows=(fact("name in /etc/hosts", NAME, "none"),),
    ),
    Difference(
        what="another time zone",
        plant="ln -sfn /usr/share/zoneinfo/Etc/UTC /etc/localtime",
        shows=('~ time zone: "Asia/Kolkata" => "Etc/UTC"',),
    ),
    Difference(
        what="another locale",
        plant="echo LANG=C >$(readlink -f /etc/default/locale)",
        shows=('~ locale: "en_IN.UTF-8" => "C"',),
    ),
    Difference(
        what="another package mirror",
        plant="for f in /etc/apt/sources.list.d/*.sources; do case $f in */tapal-*) ;; *)"
        ' cp -p "$f" "$f.before-tapal"; esac; done',
        shows=(fact("package mirror", "as the provider set it", "as an earlier setting named it"),),
    ),
    Difference(
        what="the IPv6 address gone",
        plant=f"ip -6 address del {plan.VPS.ipv6}/64 dev $(ip -o -4 address show to"
        f" {plan.VPS.ipv4} | awk '{{print $2}}')",
        shows=(fact(f"IPv6 address: {plan.VPS.ipv6}", "up", "missing"),),
        alone=True,
    ),
    Difference(
        what="IPv6 switched off",
        plant="sysctl -qw net.ipv6.conf.all.disable_ipv6=1",
        shows=(fact(f"IPv6 address: {plan.VPS.ipv6}", "up", "missing"),),
    ),
    Difference(
        what="no IPv6 route",
        plant="ip -6 route del default",
        shows=("~ IPv6 gateway", '=> "none"'),
        alone=True,
    ),
    Difference(
        what="a package removed",
        plant="apt-get -qq -y remove certbot",
        shows=(
            fact("package: certbot", "installed", "missing"),
            unit("certbot.timer", "missing"),
        ),
        alone=True,
    ),
    Difference(
        what="an installation cut off",
        plant="cp /var/lib/dpkg/status /var/lib/dpkg/updates/0001",
        shows=(fact("installations", "whole", "interrupted"),),
    ),
    Difference(
        what="no automatic updates any more",
        plant="rm /etc/apt/apt.conf.d/52tapal-upgrades; systemctl disable --now apt-daily.timer",
        shows=(
            fact("automatic updates", "on, without reboots", "on, without chasquid"),
            unit("apt-daily.timer", "stopped, disabled"),
        ),
    ),
    Difference(
        what="updates at an hour that nobody names any more",
        plant="mkdir -p /etc/systemd/system/apt-daily-upgrade.timer.d; printf '[Timer]\\n"
        "OnCalendar=\\nOnCalendar=*-*-* 04:00:00\\n'"
        " >/etc/systemd/system/apt-daily-upgrade.timer.d/tapal.conf; systemctl daemon-reload",
        shows=(
            fact("updates come at", "as the distribution has it", "as an earlier setting has it"),
        ),
    ),
    Difference(
        what="automatic updates that reboot",
        plant='sed -i \'s/Automatic-Reboot "false"/Automatic-Reboot "true"/\''
        " /etc/apt/apt.conf.d/52tapal-upgrades",
        shows=(fact("automatic updates", "on, without reboots", "on, with reboots"),),
        alone=True,
    ),
    Difference(
        what="a swap file that nobody wants",
        plant="truncate -s 1M /var/lib/tapal/swap",
        shows=(fact("swap", "auto", "a file of 1 MB"),),
    ),
    Difference(
        what="a policy that keeps chasquid from starting",
        plant="printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d;"
        " chmod 755 /usr/sbin/policy-rc.d",
        shows=(fact("policy-rc.d", "may start chasquid", "may not start chasquid"),),
    ),
    Difference(
        what="ufw switched on",
        plant="apt-get -qq -y install ufw; ufw allow 22/tcp; ufw --force enable",
        shows=(fact(f"other firewalls: {PORTS}", "let in", "ufw closes 25, 80, 465, 587"),),
        alone=True,
        clear="ufw --force disable; apt-get -qq -y purge ufw iptables;"
        " nft delete table ip filter; nft delete table ip6 filter; true",
    ),
    Difference(
        what="the file that sets IPv6 at boot gone",
        plant="rm /etc/netplan/60-tapal-ipv6.yaml",
        shows=(fact("IPv6 at boot", "as it was set up", "changed by hand"),),
        alone=True,
    ),
    Difference(
        what="chasquid's source gone",
        plant="rm /etc/apt/sources.list.d/tapal-testing.sources",
        shows=(fact("chasquid's source", "there", "missing"),),
    ),
    Difference(
        what="the gate stopped",
        plant="systemctl stop tapal-gate.socket tapal-gate.service",
        shows=(
            unit("tapal-gate.socket", "stopped, enabled"),
            unit("tapal-gate.service", "stopped", "running"),
        ),
        restarts=(GATE,),
    ),
    Difference(
        what="the gate's hook gone",
        plant="rm /usr/local/lib/tapal/gate/hook",
        shows=(fact("program: /usr/local/lib/tapal/gate/hook", "executable", "missing"),),
        restarts=(GATE,),
    ),
    Difference(
        what="the signer's group gone",
        plant="groupdel tapal-sign",
        shows=(fact("group: tapal-sign", "there", "missing"),),
        restarts=(GATE,),
    ),
    Difference(
        what="the door stopped",
        plant="systemctl disable --now tapal-door.service",
        shows=(unit("tapal-door.service", "stopped, disabled"),),
        restarts=(DOOR,),
    ),
    Difference(
        what="a domain's folder closed",
        plant=f"chmod 700 {DOMAIN}",
        shows=("~ domain's folder: tapal.test: \"there", '=> "owned by root:root 700"'),
        restarts=(CHASQUID,),  # which ends when it reads its domains again, every half minute
    ),
    Difference(
        what="a domain's claim lost",
        plant="rm /var/lib/tapal/domains/tapal.test",
        shows=("~ domain's folder: tapal.test: \"there", '=> "there, for the stack "'),
        alone=True,
    ),
    Difference(
        what="an alias added by hand",
        plant=f"echo 'thief: thief@elsewhere.test' >>{DOMAIN}/aliases",
        shows=("thief: thief@elsewhere.test",),
    ),
    Difference(
        what="a signing key readable by all",
        plant=f"chmod 644 {DOMAIN}/dkim:2026a.pem",
        shows=('~ mode: "0640" => "0644"',),
        restarts=(CHASQUID,),
    ),
    Difference(
        what="the users' file gone",
        plant=f"rm {DOMAIN}/users",
        shows=("HostFile::file: /etc/chasquid/domains/tapal.test/users",),
        restarts=(CHASQUID,),
        alone=True,
    ),
    Difference(
        what="chasquid's settings changed",
        plant="echo '# by hand' >>/etc/chasquid/chasquid.conf",
        shows=("# by hand",),
        restarts=(CHASQUID,),
        alone=True,
    ),
    Difference(
        what="a unit's file changed",
        plant=f"sed -i '/^WatchdogSec/d' {UNITS}/tapal-gate.service",
        shows=("WatchdogSec",),
        restarts=(GATE, DOOR),
        alone=True,
    ),
    Difference(
        what="a module of the gate changed",
        plant="echo '# by hand' >>/usr/local/lib/tapal/gate/mail/gate/words.py",
        shows=("# by hand",),
        restarts=(GATE,),
        alone=True,
    ),
    Difference(
        what="the hook that asks the gate taken out",
        plant="rm /etc/chasquid/hooks/post-data",
        shows=("HostFile::file: /etc/chasquid/hooks/post-data",),
    ),
    Difference(
        what="a step's script gone",
        plant="rm /usr/local/lib/tapal/steps/system.sh",
        shows=("system.sh",),
    ),
)
