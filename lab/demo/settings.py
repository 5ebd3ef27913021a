"""Variants of the lab's stack file, so that a trial changes no tracked file."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from lab import paths, plan
from lab.images import mirror
from lab.operator.stack import Stack

Change = Callable[[dict[str, Any]], None]


def stack_file() -> Path:
    """Return the tracked file of the lab's stack."""
    return paths.REPOSITORY / "stacks" / "Pulumi.lab.yaml"


@contextmanager
def variant(change: Change, *, name: str = "lab") -> Iterator[Stack]:
    """Yield the stack ``name`` with ``change`` made to a copy of the lab's configuration.

    Args:
        change: gets the ``config`` mapping of the lab's stack file and alters it in place.
        name: the stack; any other has the passphrase and the secrets of ``lab``.
    """
    changed = yaml.safe_load(stack_file().read_text(encoding="utf-8"))
    of_the_vps(changed["config"])
    change(changed["config"])
    with tempfile.TemporaryDirectory(prefix="tapal-") as folder:
        file = Path(folder, f"Pulumi.{name}.yaml")
        file.write_text(yaml.safe_dump(changed, sort_keys=False), encoding="utf-8")
        yield Stack(name=name, config_file=file)


def of_the_vps(config: dict[str, Any]) -> None:
    """Fit the configuration to what the lab's VPS runs (``$TAPAL_VPS``): on Ubuntu not as root."""
    if plan.VPS_SYSTEM == "ubuntu":
        config["tapal:host"]["ssh"]["user"] = plan.UBUNTU_USER
        here = mirror.machine()
        config["tapal:server"]["debianMirror"] = here.inside(here.archive)


def another_alias(config: dict[str, Any]) -> None:
    """Forward one more address."""
    config["tapal:domains"][0]["aliases"]["press"] = "you@receiver.test"


def may_delete_mail_records(config: dict[str, Any]) -> None:
    """Allow all deletions that the guard refuses; the lab's own stack allows some."""
    config["tapal:allow"] = ["dkim-keys", "mail-records"]


def host_alone(config: dict[str, Any]) -> None:
    """Leave the host without a domain."""
    config["tapal:domains"] = []


def domain_on_the_lab_host(domain: str) -> Change:
    """Return the change that makes a stack of one domain on the host of the stack ``lab``."""

    def change(config: dict[str, Any]) -> None:
        for key in ("tapal:host", "tapal:acme", "tapal:server"):
            del config[key]
        config["tapal:hostStack"] = "lab"
        config["tapal:domains"][0] |= {
            "name": domain,
            "dmarc": {"policy": "quarantine", "aggregateReports": [f"dmarc@{domain}"]},
        }

    return change


def many_mistakes(config: dict[str, Any]) -> None:
    """Make ten mistakes, one in each of ten keys."""
    host, domain = config["tapal:host"], config["tapal:domains"][0]
    host["ipv4"] = "10.0.0.1"
    host["ipv6"] = {"address": "203.0.113.10", "prefix": 64, "gateway": "fe80::1"}
    host["ssh"]["hostKey"] = "ssh-rsa AAAA"
    config["tapal:acme"]["email"] = "nobody"
    config["tapal:acme"]["directory"] = "http://ca.lab.test/dir"
    config["tapal:acme"]["caBundle"] = "no-such-file.pem"
    domain["spf"] = {"include": ["https://_spf.example.com/"]}
    domain["dmarc"]["policy"] = "rejct"
    domain["dkim"][0]["selector"] = "2026 A"
    domain["accounts"].append("a b")
