"""A host that gives up its IPv6 address, one that gets another name, and then all as before."""

from typing import Any

from lab import nodes, plan
from lab.demo import settings
from tests.e2e.conftest import Deployment, listed

ZONE = "tapal.test"
OTHER = "mail.tapal.test"
ON_HOST = ["/etc/letsencrypt/live", "/etc/chasquid/certs", "/etc/chasquid/domains"]
CLAIMS = "/var/lib/tapal/domains"


def at(name: str, kind: str) -> list[dict[str, Any]]:
    return [one for one in listed(ZONE) if (one["name"], one["type"]) == (name, kind)]


def folders(name: str) -> list[bool]:
    """Return whether the host has something of each kind under ``name``."""
    places = [f"{folder}/{name}" for folder in [*ON_HOST, CLAIMS]]
    return [nodes.run("vps", ["test", "-e", place]).returncode == 0 for place in places]


def test_ipv6_is_given_up_and_comes_back(deployment: Deployment) -> None:
    def without_ipv6(config: dict[str, Any]) -> None:
        del config["tapal:host"]["ipv6"]

    with settings.variant(without_ipv6) as changed:
        changed.up("--skip-preview").expect()
        assert at(plan.VPS.name, "AAAA") == []
        changed.preview("--expect-no-changes").expect()
    deployment.stack.up("--skip-preview").expect()
    assert [one["content"] for one in at(plan.VPS.name, "AAAA")] == [plan.VPS.ipv6]


def test_another_name_leaves_nothing_of_the_old_one(deployment: Deployment) -> None:
    def renamed(config: dict[str, Any]) -> None:
        config["tapal:host"]["name"] = OTHER
        settings.may_delete_mail_records(config)

    (before,) = at(f"_spf.{ZONE}", "TXT")
    with settings.variant(renamed) as changed:
        changed.up("--skip-preview").expect()
        (after,) = at(f"_spf.{ZONE}", "TXT")
        assert (after["id"], OTHER in after["content"]) == (before["id"], True)
        assert at(plan.VPS.name, "A") == []
        assert (folders(OTHER), folders(plan.VPS.name)) == ([True] * 4, [False] * 4)
        changed.preview("--expect-no-changes").expect()
    with settings.variant(settings.may_delete_mail_records) as back:
        back.up("--skip-preview").expect()
    deployment.stack.preview("--expect-no-changes").expect()
    assert (folders(OTHER), folders(plan.VPS.name)) == ([False] * 4, [True] * 4)
