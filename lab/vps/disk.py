"""Writes what the provider's first boot leaves on a blank VPS.

IPv4 by netplan, IPv6 switched off and in no file, root by SSH key only, the provider's name for the
host, and some seconds during which it is still "starting" and dpkg is locked.
"""

import hashlib
import os
import shutil
from pathlib import Path

from lab import keys, plan
from lab.images.apt_files import write_apt_files, write_apt_settings
from lab.images.mirror import Mirror
from mail.template import render

_FILES = Path(__file__).resolve().parent
_UDEV = ("systemd-udevd.service", "systemd-udevd-control.socket", "systemd-udevd-kernel.socket")
_SERVICE = "etc/systemd/system/first-boot.service"


def write(root: Path, mirror: Mirror) -> None:
    """Write the files below ``root``, a layer of a VPS that does not run."""
    for folder in ("etc/netplan", "etc/sysctl.d", "etc/ssh", "root", "usr/local/sbin",
                   "etc/systemd/system/multi-user.target.wants"):  # fmt: skip
        (root / folder).mkdir(parents=True, exist_ok=True)
    _write_identity(root / "etc")
    _write_network(root / "etc")
    _write_ssh(root)
    _write_first_boot(root)
    _write_udev(root)
    if plan.VPS_SYSTEM == "ubuntu":  # which has sources of its own
        write_apt_settings(root / "etc/apt", mirror, inside=True)
    else:
        write_apt_files(root / "etc/apt", mirror, plan.VPS_SYSTEMS[plan.VPS_SYSTEM], inside=True)


def _write_identity(etc: Path) -> None:
    (etc / "hostname").write_text(f"{plan.VPS_HOSTNAME}\n")
    hosts = render("lab/vps/hosts.j2", fqdn=plan.VPS_PTR_BEFORE, hostname=plan.VPS_HOSTNAME)
    (etc / "hosts").write_text(hosts)
    identity = hashlib.sha256(plan.VPS_HOSTNAME.encode()).hexdigest()[:32]
    (etc / "machine-id").write_text(f"{identity}\n")


def _write_network(etc: Path) -> None:
    netplan = etc / "netplan/50-cloud-init.yaml"
    netplan.touch(mode=0o600)
    netplan.write_text(
        render(
            "lab/vps/50-cloud-init.yaml.j2",
            ipv4=plan.VPS.ipv4,
            prefix=plan.VPS_IPV4_PREFIX,
            gateway=plan.VPS_IPV4_GATEWAY,
            resolver=plan.RESOLVER.ipv4,
        )
    )
    shutil.copy(_FILES / "99-disable-ipv6.conf", etc / "sysctl.d")


def _write_ssh(root: Path) -> None:
    host_key = root / "etc/ssh/ssh_host_ed25519_key"
    host_key.touch(mode=0o600)
    host_key.write_text(keys.private_key("host"))
    host_key.with_suffix(".pub").write_text(f"{keys.public_key('host')}\n")
    (root / "root").chmod(0o700)
    _authorize(root / "root", 0)
    if plan.VPS_SYSTEM == "ubuntu":
        home = root / "home" / plan.UBUNTU_USER
        home.mkdir(parents=True, mode=0o750)
        _authorize(home, plan.UBUNTU_UID)


def _authorize(home: Path, owner: int) -> None:
    """Let the operator's key log in to the account whose home this is."""
    folder, authorized = home / ".ssh", home / ".ssh/authorized_keys"
    folder.mkdir(mode=0o700)
    authorized.touch(mode=0o600)
    authorized.write_text(f"{keys.public_key('operator')} operator\n")
    for path in (home, folder, authorized):
        os.chown(path, owner, owner)


def _write_first_boot(root: Path) -> None:
    script = root / "usr/local/sbin/first-boot"
    shutil.copy(_FILES / "first_boot.py", script)
    script.chmod(0o755)
    shutil.copy(_FILES / "first-boot.service", root / _SERVICE)
    wanted = root / "etc/systemd/system/multi-user.target.wants/first-boot.service"
    wanted.symlink_to(f"/{_SERVICE}")


def _write_udev(root: Path) -> None:
    for unit in _UDEV:
        drop_in = root / f"etc/systemd/system/{unit}.d"
        drop_in.mkdir()
        shutil.copy(_FILES / "systemd-udevd.conf", drop_in / "lab.conf")
    shutil.copy(_FILES / "udevadm", root / "usr/local/sbin")
