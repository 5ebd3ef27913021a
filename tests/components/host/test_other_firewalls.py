"""ufw and firewalld beside our own firewall: our ports are let in there, and closed on destroy."""

from pathlib import Path

import pytest

from tests.components.host.stand_in import StandIn

RULES = "/etc/ufw/user.rules"
NOTED = "/var/lib/tapal/firewall/elsewhere"
PROGRAMS = {
    "nft": "[ $1 != list ] || echo table",
    "systemd-run": "",
    "systemctl": """
      case "$*" in "is-active --quiet firewalld.service") [ -e "$root/firewalld" ]; exit ;; esac""",
    "apt-get": "",
    "apt-config": "",
    "ufw": "",
    "firewall-cmd": """
      case "$*" in *--query-port=22/tcp) exit 0 ;; *--query-port*) exit 1 ;; esac""",
}


@pytest.fixture
def host(tmp_path: Path) -> StandIn:
    made = StandIn(tmp_path, PROGRAMS, ("/etc/tapal", "/var/lib/tapal", "/etc/ufw"))
    made.write("/etc/tapal/firewall.nft", "rules")
    return made


def run(host: StandIn, action: str = "apply") -> list[str]:
    """Run the step; return how it has called the other firewalls' programs."""
    done = host.run("firewall", "ports=22 25 465\n", action)
    assert done.returncode == 0, done.stdout + done.stderr
    return [one for one in host.called if one.startswith(("ufw", "firewall-cmd"))]


def tuples(*rules: str) -> str:
    return "".join(f"### tuple ### {rule} 0.0.0.0/0 any 0.0.0.0/0 in\n" for rule in rules)


def test_where_there_is_none_nothing_is_asked(host: StandIn) -> None:
    assert run(host) == []
    assert run(host, "delete") == []


def test_ufw_lets_in_what_it_closes(host: StandIn) -> None:
    host.write("/etc/ufw/ufw.conf", "ENABLED=yes\n")
    host.write(RULES, tuples("allow tcp 20:23", "deny any 25", "allow tcp 25,465"))
    assert run(host) == [
        "ufw --force delete allow 25/tcp",
        "ufw prepend allow 25/tcp comment tapal",
    ]
    assert host.path(NOTED).read_text() == "ufw 25\n"
    assert run(host, "delete") == ["ufw --force delete allow 25/tcp"]


def test_ufw_that_is_off_is_left_alone(host: StandIn) -> None:
    host.write("/etc/ufw/ufw.conf", "ENABLED=no\n")
    assert run(host) == []


def test_firewalld_lets_in_what_it_closes(host: StandIn) -> None:
    host.write("/firewalld", "")
    assert [one for one in run(host) if "add" in one] == [
        "firewall-cmd --permanent --add-port=25/tcp",
        "firewall-cmd --add-port=25/tcp",
        "firewall-cmd --permanent --add-port=465/tcp",
        "firewall-cmd --add-port=465/tcp",
    ]
    assert run(host, "delete") == [
        "firewall-cmd --permanent --remove-port=25/tcp",
        "firewall-cmd --remove-port=25/tcp",
        "firewall-cmd --permanent --remove-port=465/tcp",
        "firewall-cmd --remove-port=465/tcp",
    ]
