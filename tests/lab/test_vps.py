"""The VPS is set up as a provider delivers it, and no further."""

import subprocess
import sys
import time

from lab import keys, plan
from tests.lab.conftest import OwnLab


def test_a_blank_vps_is_still_starting_and_holds_the_dpkg_lock(lab: OwnLab) -> None:
    lab.do("reset", "vps")
    state = lab.call("shell", "vps", "systemctl", "is-system-running").stdout.strip()
    install = lab.call("shell", "vps", "apt-get", "install", "-y", "sl")
    waited = lab.call("shell", "vps", "systemctl", "is-system-running", "--wait")
    assert state == "starting"
    assert install.returncode != 0
    assert "Could not get lock" in install.stderr
    assert waited.stdout.strip() == "running"


def test_it_has_ipv4_only_and_the_providers_name(lab: OwnLab) -> None:
    addresses = lab.do("shell", "vps", "ip", "-brief", "address", "show", "dev", "eth0")
    assert f"{plan.VPS.ipv4}/24" in addresses
    assert "2001:db8" not in addresses
    assert lab.do("shell", "vps", "sysctl", "-n", "net.ipv6.conf.all.disable_ipv6").strip() == "1"
    assert "default" not in lab.do("shell", "vps", "ip", "-6", "route")
    assert lab.do("shell", "vps", "hostname").strip() == plan.VPS_HOSTNAME
    netplan = lab.do("shell", "vps", "sh", "-c", "cat /etc/netplan/*")
    assert plan.VPS.ipv4 in netplan
    assert "2001:" not in netplan


def test_its_host_key_is_the_pinned_one(lab: OwnLab) -> None:
    scan = lab.do("run", "ssh-keyscan", "-t", "ed25519", plan.VPS.ipv4)
    assert keys.public_key("host") in scan


def test_root_logs_in_by_the_operators_key_alone(lab: OwnLab) -> None:
    code = (
        "import asyncio, asyncssh, sys\n"
        "from lab import keys, plan\n"
        "async def main():\n"
        "    hosts = asyncssh.import_known_hosts(f'{plan.VPS.ipv4} {keys.public_key(\"host\")}')\n"
        "    key = asyncssh.import_private_key(keys.private_key(sys.argv[1]))\n"
        "    options = dict(username='root', client_keys=[key], known_hosts=hosts, config=None,\n"
        "                   agent_path=None, password='root')\n"
        "    async with asyncssh.connect(plan.VPS.ipv4, **options) as connection:\n"
        "        print((await connection.run('id -u', check=True)).stdout)\n"
        "asyncio.run(main())\n"
    )
    mine = lab.call("run", sys.executable, "-c", code, "operator")
    other = lab.call("run", sys.executable, "-c", code, "nobody")
    assert mine.stdout.strip() == "0", mine.stderr
    assert other.returncode != 0
    assert "Permission denied" in other.stderr


def test_its_apt_works_and_hosts_is_clean(lab: OwnLab) -> None:
    lab.call("shell", "vps", "systemctl", "is-system-running", "--wait")
    lab.do("shell", "vps", "apt-get", "-qq", "update")
    lab.do("shell", "vps", "apt-get", "-qq", "install", "-y", "--no-install-recommends", "hello")
    assert "Hello" in lab.do("shell", "vps", "hello")
    hosts = lab.do("shell", "vps", "cat", "/etc/hosts")
    assert "198.51.100" not in hosts


def test_nothing_but_the_mirrors_is_reached(lab: OwnLab) -> None:
    def reach(address: str, port: int) -> int:
        probe = f"exec 3<>/dev/tcp/{address}/{port}"
        return lab.call("shell", "vps", "timeout", "3", "bash", "-c", probe).returncode

    names = lab.do("shell", "world", "cat", "/etc/unbound/mirrors.conf")
    inside = plan.MIRRORS[0]
    assert inside in names
    assert reach(inside, 9) != 0  # the mirror's host, another port
    assert reach("192.0.2.1", 22) != 0
    assert reach(plan.UPLINK_MACHINE, 22) != 0
    machine = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True)
    own = [
        word for word in machine.stdout.split() if "." in word and not word.startswith("198.51.")
    ]
    assert own
    assert all(reach(address, 22) != 0 for address in own)


def test_ipv6_can_be_switched_on_as_on_any_vps(lab: OwnLab) -> None:
    netplan = (
        "network: {version: 2, ethernets: {eth0: {accept-ra: false, "
        f'addresses: ["{plan.VPS.ipv6}/{plan.VPS_IPV6_PREFIX}"], routes: '
        f'[{{to: "::/0", via: "{plan.VPS_IPV6_GATEWAY}", on-link: true}}]}}}}}}'
    )
    lab.do(
        "shell", "vps", "sh", "-c",
        "rm -f /etc/sysctl.d/99-disable-ipv6.conf; umask 077; "
        "sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0; "
        f"echo '{netplan}' >/etc/netplan/60-ipv6.yaml; netplan apply; "
        "for i in $(seq 50); do "
        f"ping -6 -c1 -W1 {plan.OPERATOR.ipv6} && exit; sleep .1; done; exit 1",
    )  # fmt: skip
    lab.do("reset", "vps")
    assert "2001:" not in lab.do("shell", "vps", "ip", "address")


def test_a_reboot_brings_it_back_with_its_disk(lab: OwnLab) -> None:
    lab.do("shell", "vps", "sh", "-c", "echo kept >/root/kept")
    before = lab.do("shell", "vps", "cat", "/proc/sys/kernel/random/boot_id")
    lab.do("shell", "vps", "systemctl", "reboot")
    deadline = time.monotonic() + 20
    after = before
    while after in ("", before) and time.monotonic() < deadline:
        after = lab.call("shell", "vps", "cat", "/proc/sys/kernel/random/boot_id").stdout
    assert after not in ("", before)
    assert lab.do("shell", "vps", "cat", "/root/kept").strip() == "kept"
