"""Writes the world's files: ``world/root/`` as it lands, zones, keys and certificates."""

import base64
import ipaddress
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes

from lab import paths, plan
from lab.ca import certificates
from lab.images.mirror import Mirror
from mail.template import render

_TREE = Path(__file__).resolve().parent / "root"
ZONES = (*plan.STATIC_ZONES, *plan.CLOUDFLARE_ZONES, *plan.REVERSE_ZONES)
MAILBOXES = (plan.MAILBOX, plan.MAILBOX_V4, "friend@receiver.test", "postmaster@receiver.test")
MIRRORS = "etc/unbound/mirrors.conf"
ISSUER = "etc/postfix/issuer.pem"


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A user's numbers in the world's image."""

    uid: int
    gid: int


def key_file(name: str) -> Path:
    """Return this machine's copy of the TSIG key ``name``: ``cloudflare`` or ``panel``."""
    return paths.run() / f"{name}.key"


def write(root: Path, image: Path) -> None:
    """Write the files below ``root``, a layer over ``image`` of a world that does not run."""
    _write_tree(root, _users(image / "etc/passwd"))
    _write_zones(root / "etc/lab/zones")
    for name in ("cloudflare", "panel"):
        (root / f"etc/bind/{name}.key").write_text(_tsig_key(name))
    (root / "etc/hostname").write_text("world\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    (root / "etc/resolv.conf").write_text(f"nameserver {plan.RESOLVER.ipv4}\n")
    acme = certificates.issue(plan.CA.name)
    (root / "etc/pebble/certificate.pem").write_text(acme.certificate)
    (root / "etc/pebble/key.pem").write_text(acme.key)
    receiver = certificates.issue(plan.RECEIVER.name, plan.RECEIVER_V4.name)
    (root / "etc/postfix/mx.pem").write_text(receiver.key + receiver.certificate)
    (root / ISSUER).touch()


def mirrors(mirror: Mirror) -> str:
    """Return unbound's data for the hosts that apt talks to."""
    names = {endpoint.name: endpoint.inside for endpoint in mirror.endpoints}
    return render("lab/world/mirrors.conf.j2", names=names)


def _users(passwd: Path) -> Mapping[str, Owner]:
    fields = [line.split(":") for line in passwd.read_text().splitlines()]
    return {field[0]: Owner(uid=int(field[2]), gid=int(field[3])) for field in fields}


def _write_tree(root: Path, users: Mapping[str, Owner]) -> None:
    for source in sorted(_TREE.rglob("*")):
        target = root / source.relative_to(_TREE)
        if source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif source.suffix == ".j2":
            target = target.with_suffix("")
            target.write_text(_filled(source, users))
            shutil.copymode(source, target)
        else:
            shutil.copy(source, target)


def _filled(source: Path, users: Mapping[str, Owner]) -> str:
    template = f"lab/world/root/{source.relative_to(_TREE)}"
    return render(
        template,
        plan=plan,
        zones=ZONES,
        static_zones=plan.STATIC_ZONES,
        cloudflare_zones=plan.CLOUDFLARE_ZONES,
        reverse_zones=plan.REVERSE_ZONES,
        mailboxes=MAILBOXES,
        vmail=users["vmail"],
    )


def _write_zones(folder: Path) -> None:
    for zone in plan.CLOUDFLARE_ZONES:
        (folder / zone).write_text(render("lab/world/cloudflare.zone.j2", plan=plan))
    for zone in plan.REVERSE_ZONES:
        pointers = [pair for pair in _pointers() if pair[0].endswith(f".{zone}")]
        (folder / zone).write_text(
            render("lab/world/reverse.zone.j2", plan=plan, pointers=pointers)
        )


def _pointers() -> list[tuple[str, str]]:
    """Return owner and name of each PTR record; the VPS's IPv6 address has none at first."""
    named = [(plan.VPS.ipv4, plan.VPS_PTR_BEFORE)]
    for host in (*plan.WORLD, plan.OPERATOR):
        named += [(address, host.name) for address in (host.ipv4, host.ipv6) if address]
    return [(ipaddress.ip_address(address).reverse_pointer, name) for address, name in named]


def _tsig_key(name: str) -> str:
    """Return BIND's clause for a key of this machine's lab, made once (RFC 8945)."""
    file = key_file(name)
    if not file.exists():
        secret = base64.b64encode(token_bytes(32)).decode()
        file.touch(mode=0o600)
        file.write_text(
            f'key "{name}" {{\n    algorithm hmac-sha256;\n    secret "{secret}";\n}};\n'
        )
    return file.read_text()
