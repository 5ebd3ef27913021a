"""Debian 12 and a stand-in for Ubuntu, from a blank VPS to a verified mail, and their updates."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from lab import lifecycle, nodes
from lab.paths import REPOSITORY

pytestmark = pytest.mark.chaos

# chasquid's own package under an older version, to be upgraded from.
OLDER = """
set -e
cd "$(mktemp -d)"
apt-get -q download chasquid
dpkg-deb -R chasquid_*.deb tree
sed -i 's/^Version: .*/Version: 1.18.9-1/' tree/DEBIAN/control
echo >>tree/usr/bin/chasquid
dpkg-deb -b tree older.deb
dpkg --force-confold -i older.deb 2>&1
"""
# Its package restarts the sockets one after the other, and the service with each.
UNTIL_ACTIVE = (
    "sleep 1; timeout 20 bash -c 'until systemctl is-active -q chasquid; do sleep 0.2; done'"
)
PID = "systemctl show -P MainPID chasquid"
# What is installed in a version that testing alone has; the stand-in's own archive lacks some.
FROM_TESTING = "apt list --installed 2>/dev/null | sed -n 's#/testing,now.*##p' | sort"
VERSION = "dpkg-query -W -f='${Version}' chasquid"
SOURCE = "/etc/apt/sources.list.d/tapal-testing.sources"


def on_vps(text: str, *, stdin: str = "", timeout: float = 300) -> str:
    """Run a script on the VPS, which must succeed, and return what it says."""
    done = nodes.run("vps", ["bash", "-c", text], stdin=stdin.encode(), timeout=timeout)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout.decode().strip()


@pytest.fixture(scope="module", params=["debian12", "ubuntu"])
def system(request: pytest.FixtureRequest) -> Iterator[str]:
    """Walk the demo's way on a blank VPS of that system; return its name."""
    name: str = request.param
    done = subprocess.run(
        [sys.executable, "-m", "lab.demo", "short"],
        cwd=REPOSITORY,
        env={**os.environ, "TAPAL_VPS": name},
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    print(done.stdout[-6000:])
    assert done.returncode == 0, done.stdout + done.stderr
    yield name
    with lifecycle.alone():
        lifecycle.down()


def test_it_is_the_system_that_was_asked_for(system: str) -> None:
    release = on_vps(". /etc/os-release; echo $ID $VERSION_ID")
    assert release == {"debian12": "debian 12", "ubuntu": "ubuntu 22.04"}[system]


def test_chasquid_is_proved_by_the_right_keys(system: str) -> None:
    keys = on_vps(f"sed -n 's/^Signed-By: //p' {SOURCE}")
    assert ("tapal" in keys) == (system == "ubuntu")
    assert (on_vps("ls /usr/share/keyrings | grep -c debian || true") == "0") == (
        system == "ubuntu"
    )


def test_chasquids_own_needs_are_met_by_ubuntu_22_04(system: str) -> None:  # noqa: ARG001
    needs = on_vps("dpkg-query -W -f='${Depends}' chasquid")
    assert needs.startswith("libc6 (>= ")
    least = needs.removeprefix("libc6 (>= ").partition(")")[0]
    assert tuple(map(int, least.split("."))) <= (2, 35), "Ubuntu 22.04 has 2.35"


def test_nothing_but_chasquid_comes_from_testing(system: str) -> None:  # noqa: ARG001
    for what in ("dist-upgrade", "install htop"):
        listed = on_vps(f"apt-get --simulate -q -y {what} | grep ^Inst || true").splitlines()
        assert [line for line in listed if "testing" in line] == []
    assert listed, "htop is there to be had"


def test_updates_come_by_themselves_and_leave_a_running_server(system: str) -> None:  # noqa: ARG001
    newest = on_vps(VERSION)
    on_vps(OLDER)
    before, others = on_vps(PID), on_vps(FROM_TESTING).split()
    assert on_vps(VERSION) == "1.18.9-1"
    on_vps(UNTIL_ACTIVE)
    said = on_vps("unattended-upgrade --debug 2>&1")
    assert "origin=Debian,archive=testing,label=Debian" in said
    assert on_vps(VERSION) == newest, said
    assert on_vps(FROM_TESTING).split() == sorted({*others, "chasquid"})
    on_vps(UNTIL_ACTIVE)
    assert on_vps(PID) not in (before, "0")
    assert "deleted" not in on_vps(f"readlink /proc/$({PID})/exe")


def test_an_upgrade_that_restarted_nothing_is_mended(system: str) -> None:  # noqa: ARG001
    data = "minimum=1.19\nmirror=\n" + on_vps(f"sed -n 's/^URIs: /mirror=/p' {SOURCE}") + "\n"
    on_vps(OLDER)
    on_vps(UNTIL_ACTIVE)
    on_vps(
        "printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d"
    )
    try:
        on_vps("apt-get -q -y -o Dpkg::Options::=--force-confold install chasquid")
    finally:
        on_vps("rm -f /usr/sbin/policy-rc.d")
    assert "deleted" in on_vps(f"readlink /proc/$({PID})/exe")
    steps = "/usr/local/lib/tapal/steps"
    assert "starting chasquid anew" in on_vps(f"bash {steps}/chasquid-install.sh apply", stdin=data)
    assert "deleted" not in on_vps(f"readlink /proc/$({PID})/exe")


def test_the_steps_of_upkeep_can_be_repeated_and_undone(system: str) -> None:  # noqa: ARG001
    step = "bash /usr/local/lib/tapal/steps/upkeep.sh"
    on_vps(f"{step} apply", stdin="upgrades=yes\nat=04:00\nreboot=yes\nswap=256\n")
    shown = on_vps("systemctl show -P TimersCalendar apt-daily-upgrade.timer")
    assert "*-*-* 04:00:00" in shown
    assert "06:00" not in shown
    dump = on_vps("apt-config dump Unattended-Upgrade::Automatic-Reboot")
    assert dump == 'Unattended-Upgrade::Automatic-Reboot "true";'
    on_vps(f"{step} apply", stdin="upgrades=yes\nat=\nreboot=no\nswap=auto\n")
    assert "06:00" in on_vps("systemctl show -P TimersCalendar apt-daily-upgrade.timer")
    assert on_vps("ls /var/lib/tapal/swap 2>/dev/null || true") == ""


def test_a_package_that_needs_a_later_libc_is_refused_with_the_cause(system: str) -> None:  # noqa: ARG001
    fake = """
    set -e
    mkdir -p /root/later/DEBIAN
    cd /root/later/DEBIAN
    printf '%s\\n' 'Package: chasquid' 'Version: 9.9-1' 'Architecture: amd64' \\
      'Maintainer: a <a@a.test>' 'Depends: libc6 (>= 9.42)' 'Description: later' >control
    dpkg-deb -b /root/later /root/later.deb >/dev/null
    """
    on_vps(fake)
    parts = ". /usr/local/lib/tapal/steps/lib.sh; . /usr/local/lib/tapal/steps/debian-testing.sh"
    data = b"minimum=1.19\nmirror=\n"
    text = f"{parts}; install_packages /root/later.deb"
    done = nodes.run("vps", ["bash", "-c", text], stdin=data, timeout=120)
    said = done.stdout.decode()
    assert done.returncode == 1, said
    assert "needs libc6 (>= 9.42), and this host has 2." in said
    on_vps("rm -r /root/later /root/later.deb")
