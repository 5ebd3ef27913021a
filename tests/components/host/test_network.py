"""Who runs an interface, and what it is told, as network.sh has it."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.components.host.stand_in import StandIn

NETPLAN = "/run/systemd/network/10-netplan-all-en.network"
PLAIN = "/etc/systemd/network/20-wired.network"
PROGRAMS = {
    "systemctl": '[ -e "$root/networkd" ]',
    "networkctl": 'echo "    Network File: $(cat "$root/file")"',
    "ifquery": """
      case $1 in
      --state) [ ! -e "$root/ifupdown" ] || echo "$2=$2" ;;
      *) cat "$root/stanzas" ;;
      esac""",
    "nmcli": 'cat "$root/state" 2>/dev/null',
    "netplan": """case $2 in bonds) printf 'all-en:\\n  a: 1\\n' ;; *) echo null ;; esac""",
    "ip": "",
}


@pytest.fixture
def host(tmp_path: Path) -> StandIn:
    made = StandIn(tmp_path, PROGRAMS, ())
    made.run("network", "")
    return made


def network(host: StandIn, text: str) -> str:
    """Return what ``text`` prints, after network.sh was read."""
    steps = host.root / "steps"
    done = subprocess.run(
        ["bash", "-c", f". {steps}/lib.sh; . {steps}/network.sh; {text}"],
        input="",
        env={**os.environ, "PATH": f"{host.root / 'bin'}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("files", "manager"),
    [
        ({"networkd": "", "file": NETPLAN}, "netplan"),
        ({"networkd": "", "file": PLAIN}, "networkd"),
        ({"networkd": "", "file": "n/a", "ifupdown": ""}, "ifupdown"),
        # It has stopped, and what it was told lies in /run still.
        ({"file": NETPLAN, "ifupdown": ""}, "ifupdown"),
        ({"file": NETPLAN, "state": "100 (connected)\n"}, "NetworkManager"),
        ({"state": "100 (connected (externally))\n"}, "nobody"),
        ({"state": "10 (unmanaged)\n"}, "nobody"),
        ({"networkd": "", "file": "n/a"}, "nobody"),
    ],
)
def test_who_runs_it_is_asked(host: StandIn, files: dict[str, str], manager: str) -> None:
    for name, text in files.items():
        host.write(f"/{name}", text)
    assert network(host, "manager_of eth0") == manager


def test_netplan_is_told_by_its_own_name_and_kind(host: StandIn) -> None:
    host.write("/networkd", "")
    host.write("/file", NETPLAN)
    text = network(host, "settings_text netplan eth0 2001:db8::1/64 fe80::1")
    assert text.splitlines()[3:5] == ["  bonds:", '    "all-en":']
    assert '{to: "::/0", via: "fe80::1", on-link: true}' in text


def test_networkd_is_told_beside_the_file_that_it_read(host: StandIn) -> None:
    host.write("/networkd", "")
    host.write("/file", PLAIN)
    folder = f"{PLAIN}.d"
    assert network(host, "settings_file networkd eth0") == f"{folder}/60-tapal-ipv6.conf"


@pytest.mark.parametrize(
    ("stanzas", "said"),
    [
        ("address: 203.0.113.10\ngateway: 203.0.113.1\nnetmask: 24\n", ""),
        (
            "address: 203.0.113.10\naddress: 2001:db8::1\nnetmask: 56\ngateway: fe80::1\n",
            "2001:db8::1/56 fe80::1",
        ),
        (
            "address: 2001:db8::1\nup: ip -6 route replace default via fe80::2\nnetmask: 64\n",
            "2001:db8::1/64 fe80::2",
        ),
    ],
)
def test_what_ifupdown_does_at_boot_is_known(host: StandIn, stanzas: str, said: str) -> None:
    host.write("/stanzas", stanzas)
    assert network(host, "stanza eth0") == said


def test_ifupdown_takes_nothing_down(host: StandIn) -> None:
    host.write("/stanzas", "address: 2001:db8::1\nnetmask: 64\ngateway: fe80::1\n")
    host.called  # noqa: B018 - from now on
    network(host, "reload ifupdown eth0")
    assert [one for one in host.called if one.startswith(("ip ", "ifdown", "ifup"))] == [
        "ip -6 address replace 2001:db8::1/64 dev eth0",
        "ip -6 route replace default via fe80::1 dev eth0 onlink",
    ]
