"""The step that sets the host's IPv6 address, by whoever runs the interface, cut off and undone."""

import io
import tarfile
import time
from collections.abc import Iterator

import pytest

from components.host.step import scripts
from lab import lifecycle, nodes, plan
from lab.progress import wait_until
from tests.e2e.conftest import running_lab
from tests.e2e_server.cases import APT, QUIET

pytestmark = pytest.mark.chaos

STEP = "bash /usr/local/lib/tapal/steps/ipv6.sh"
ROLLBACK = "tapal-ipv6-rollback"
ADDRESS = f"{plan.VPS.ipv6}/{plan.VPS_IPV6_PREFIX}"
ANOTHER, PREFIX = "2001:db8:113:1::20", 56
FOREIGN = "2001:db8:113::77/64"
DEAD = "fe80::dead"

NETWORKD = f"""
mv /etc/netplan/50-cloud-init.yaml /root/
rm -f /run/systemd/network/*
printf '%s\\n' '[Match]' Name=eth0 '[Network]' Address={plan.VPS.ipv4}/24 \
  Gateway={plan.VPS_IPV4_GATEWAY} >/etc/systemd/network/20-wired.network
networkctl reload && networkctl reconfigure eth0
"""
IFUPDOWN = f"""
{APT} update {QUIET} && {APT} -o DPkg::Lock::Timeout=60 install ifupdown {QUIET}
mv /etc/netplan/50-cloud-init.yaml /root/
systemctl disable --now systemd-networkd.socket systemd-networkd {QUIET}
printf '%s\\n' 'auto lo' 'iface lo inet loopback' 'auto eth0' 'iface eth0 inet static' \
  '  address {plan.VPS.ipv4}/24' '  gateway {plan.VPS_IPV4_GATEWAY}' \
  'source /etc/network/interfaces.d/*' >/etc/network/interfaces
ip address flush dev eth0 scope global
ifup --force eth0 && ifquery --state eth0
"""
SET_UP = {"netplan": ":", "networkd": NETWORKD, "ifupdown": IFUPDOWN}
FILES = {
    "netplan": "/etc/netplan/60-tapal-ipv6.yaml",
    "networkd": "/etc/systemd/network/20-wired.network.d/60-tapal-ipv6.conf",
    "ifupdown": "/etc/network/interfaces.d/60-tapal-ipv6",
}
# All that the step may touch, without what passes by itself.
LOOKS = """
ip -o address show scope global | sed 's/ tentative//; s/ *\\\\.*//'
ip route show default; ip -6 route show default | sed 's/ *$//'
for one in all default eth0; do cat /proc/sys/net/ipv6/conf/$one/disable_ipv6; done
find /etc/netplan /etc/network /etc/systemd /etc/sysctl.d -type f | sort | xargs -d '\\n' sha256sum
"""


def on_vps(text: str, stdin: str = "") -> str:
    """Run a script on the VPS, which must succeed, and return what it says."""
    done = nodes.run("vps", ["bash", "-c", text], stdin=stdin.encode(), timeout=300)
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == 0, said
    return said


def data(address: str = plan.VPS.ipv6, prefix: int = 64, gateway: str = "fe80::1") -> str:
    return f"address={address}\nprefix={prefix}\ngateway={gateway}\nipv4={plan.VPS.ipv4}\n"


def apply(stdin: str) -> str:
    return on_vps(f"{STEP} apply", stdin)


def confirm(stdin: str) -> str:
    return on_vps(f"{STEP} confirm", stdin)


def addresses() -> set[str]:
    """Return the global IPv6 addresses of the interface, with their prefixes."""
    shown = on_vps("ip -6 -o address show dev eth0 scope global | grep -v tentative || true")
    return {line.split()[3] for line in shown.splitlines()}


def looks() -> str:
    """Return all that the step may touch, once it has settled."""
    return on_vps(LOOKS)


def install_steps() -> None:
    """Put the steps' scripts on the VPS."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, text in scripts().items():
            member = tarfile.TarInfo(f"{name}.sh")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    folder = "/usr/local/lib/tapal/steps"
    argv = ["bash", "-c", f"mkdir -p {folder}; tar -xf - -C {folder}"]
    assert nodes.run("vps", argv, stdin=packed.getvalue()).returncode == 0


def power_cut() -> None:
    """Let the server lose power, and switch it on again."""
    (nodes.VPS.cgroup / "cgroup.kill").write_text("1")
    with lifecycle.alone():
        lifecycle.up()


@pytest.fixture(scope="module")
def lab() -> Iterator[None]:
    """Bring a blank lab up, and take it down with nothing left."""
    with running_lab():
        yield


@pytest.fixture(params=list(SET_UP))
def manager(request: pytest.FixtureRequest, lab: None) -> str:  # noqa: ARG001 - it must be up
    """Have that one run the interface of a blank VPS, whatever else is there; return its name."""
    with lifecycle.alone():
        lifecycle.reset_vps()
    name: str = request.param
    on_vps(SET_UP[name])
    install_steps()
    return name


def test_it_is_set_where_its_manager_looks_and_stays_after_a_reboot(manager: str) -> None:
    assert "it stays only if a new connection gets in" in apply(data())
    confirm(data())
    assert addresses() == {ADDRESS}
    on_vps(f"test -s {FILES[manager]}")
    assert on_vps("ls /etc/systemd/system | grep -c tapal-ipv6 || true") == "0\n"
    power_cut()
    wait_until(lambda: addresses() == {ADDRESS}, what="no IPv6 after a reboot", seconds=30)
    assert "default via fe80::1" in on_vps("ip -6 route show default")
    assert "already on" in apply(data())


def test_without_a_confirmation_all_is_as_it_was(manager: str) -> None:
    del manager
    before = looks()
    apply(data())
    assert looks() != before
    on_vps(f"systemctl start {ROLLBACK}.service")
    assert looks() == before
    done = nodes.run("vps", ["bash", "-c", f"{STEP} confirm"], stdin=data().encode())
    assert done.returncode == 1
    assert b"taken back before they were confirmed" in done.stdout


def test_the_timer_goes_on_after_a_reboot(manager: str) -> None:
    before = looks()
    apply(data())
    folder = f"/etc/systemd/system/{ROLLBACK}.timer.d"
    on_vps(
        f"mkdir {folder}; printf '[Timer]\\nOnActiveSec=\\nOnActiveSec=8\\n' >{folder}/soon.conf"
    )
    power_cut()
    wait_until(
        lambda: on_vps(f"ls -d {FILES[manager]} 2>/dev/null || true") == "",
        what="nothing was taken back",
        seconds=40,
    )
    on_vps(f"rm -r {folder}")
    wait_until(lambda: looks() == before, what="not as it was before", seconds=10)


def test_another_address_leaves_none_of_ours_and_all_of_others(manager: str) -> None:
    del manager
    apply(data())
    confirm(data())
    on_vps(f"ip -6 address add {FOREIGN} dev eth0")
    before = looks()
    apply(data(ANOTHER, PREFIX))
    wait_until(
        lambda: addresses() == {f"{ANOTHER}/{PREFIX}", FOREIGN}, what="another one", seconds=5
    )
    on_vps(f"systemctl start {ROLLBACK}.service")
    wait_until(lambda: addresses() == {ADDRESS, FOREIGN}, what="not as before", seconds=5)
    assert sorted(looks().splitlines()) == sorted(before.splitlines())
    apply(data(prefix=PREFIX))
    confirm(data(prefix=PREFIX))
    assert addresses() == {f"{plan.VPS.ipv6}/{PREFIX}", FOREIGN}


def test_a_gateway_that_is_not_there_takes_back_to_what_worked(manager: str) -> None:
    del manager
    apply(data())
    confirm(data())
    before = looks()
    done = nodes.run("vps", ["bash", "-c", f"{STEP} apply"], stdin=data(gateway=DEAD).encode())
    assert done.returncode == 1
    assert f"no IPv6 gateway {DEAD} answers on eth0".encode() in done.stdout
    assert looks() == before
    assert "already on" in apply(data())


def test_destroy_gives_the_interface_back(manager: str) -> None:
    del manager
    before = looks()
    apply(data())
    confirm(data())
    on_vps(f"{STEP} delete", data())
    assert looks() == before
    assert on_vps("ls -d /var/lib/tapal 2>/dev/null || true") == ""


def test_cut_off_anywhere_it_goes_on_or_goes_back(manager: str) -> None:
    del manager
    before = looks()
    for moment in (0.05, 0.15, 0.3, 0.5, 0.8, 1.2, 2.0):
        argv = ["timeout", "-s", "KILL", str(moment), "bash", "-c", f"{STEP} apply"]
        nodes.run("vps", argv, stdin=data().encode())
        time.sleep(0.3)  # what it had started may still be at work
        if moment in (0.3, 0.8, 2.0):
            on_vps(f"timeout -s KILL 0.05 {STEP} rollback </dev/null || true")
        if moment == 0.8:
            apply(data())
            assert addresses() == {ADDRESS}
        on_vps(f"{STEP} rollback </dev/null")
        assert looks() == before, moment
    apply(data())
    # So does a confirmation that was cut off before it had tidied up.
    on_vps("mkdir -p /var/lib/tapal/ipv6/confirmed; touch /var/lib/tapal/ipv6/confirmed/half")
    confirm(data())
    on_vps(f"systemctl start {ROLLBACK}.service 2>/dev/null || true")
    assert addresses() == {ADDRESS}


@pytest.mark.parametrize("manager", ["netplan"], indirect=True)
def test_settings_of_others_that_take_ipv4_away_are_taken_back_with_ours(manager: str) -> None:
    del manager
    before = on_vps("ip -o -4 address show dev eth0")
    waiting = (
        "network: {version: 2, ethernets: {eth0: {addresses: !!seq [203.0.113.99/24],"
        " dhcp4: false, match: {name: nothing}}}}"
    )
    on_vps(f"printf '%s\\n' '{waiting}' >/etc/netplan/99-waits.yaml; chmod 600 /etc/netplan/*")
    nodes.run("vps", ["bash", "-c", f"{STEP} apply"], stdin=data().encode(), timeout=120)
    on_vps(f"systemctl start {ROLLBACK}.service 2>/dev/null || true")
    assert on_vps("ip -o -4 address show dev eth0") == before
    assert f"default via {plan.VPS_IPV4_GATEWAY}" in on_vps("ip route show default")


@pytest.mark.parametrize("manager", ["ifupdown"], indirect=True)
def test_a_folder_that_ifupdown_does_not_read_is_said(manager: str) -> None:
    del manager
    on_vps("sed -i /^source/d /etc/network/interfaces")
    before = looks()
    done = nodes.run("vps", ["bash", "-c", f"{STEP} apply"], stdin=data().encode())
    assert done.returncode == 1
    assert b"source /etc/network/interfaces.d/*" in done.stdout
    assert looks() == before
