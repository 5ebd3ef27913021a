"""What stands in for a required setting that cannot be read: valid, and recognisable."""

from settings.key_paths import Path

MARK = "tapal-stand-in"
HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
_MAILBOX = f"i@{MARK}.invalid"


def placeholder(path: Path) -> object:
    """Return what to put at ``path``; None where the setting can be left out instead."""
    number = "-".join(str(part) for part in path if isinstance(part, int))
    label = f"{MARK}-{number}"
    name = f"{label}.invalid"
    known: dict[str, object] = {
        "host.name": f"host.{MARK}.invalid",
        "host.ipv4": "203.0.113.1",
        "host.ipv6.address": "2001:db8::1",
        "host.ssh": {"hostKey": HOST_KEY},
        "host.ssh.hostKey": HOST_KEY,
        "acme.email": _MAILBOX,
        "acme.reload[]": "true",
        "domains[]": {"name": name},
        "domains[].name": name,
        "domains[].spf.include[]": name,
        "domains[].dmarc.aggregateReports[]": _MAILBOX,
        "domains[].dmarc.failureReports[]": _MAILBOX,
        "domains[].mx[]": {"host": name},
        "domains[].mx[].host": name,
        "domains[].dkim[]": {"selector": label},
        "domains[].dkim[].selector": label,
        "domains[].accounts[]": label,
        "domains[].aliases.*": [_MAILBOX],
        "domains[].aliases.*[]": _MAILBOX,
        "allow[]": "dkim-keys",
    }
    return known.get(_general(path))


def _general(path: Path) -> str:
    """Return ``path`` without its positions, and without the name of an alias."""
    parts = ["*" if path[2:3] == ("aliases",) and at == 3 else part for at, part in enumerate(path)]
    return "".join("[]" if isinstance(part, int) else f".{part}" for part in parts)[1:]
