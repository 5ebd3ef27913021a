"""What waits for what, so that a first `up` on a blank server works in one go."""

import pytest

from tests.components.example import declared
from tests.components.recorder import Declared

KEY = "/etc/chasquid/domains/example.com/dkim:2026a.pem"
HOOK = "/etc/chasquid/hooks/post-data"
GATE = "/etc/tapal/gate/domains/example.com.json"


def _named(what: str) -> Declared:
    record = declared()
    return record.file(what) if what.startswith("/") else record.named(what)


@pytest.mark.parametrize(
    ("later", "earlier", "why"),
    [
        ("host-wait", "host-steps", "a step needs its script"),
        ("host-packages", "host-wait", "cloud-init holds dpkg's lock"),
        ("host-firewall", "host-packages", "nft is a package"),
        ("host-firewall", "/etc/tapal/firewall.nft", "it loads them"),
        ("host-firewall", "host-firewall-units", "it enables it"),
        (
            "host-records-a-smtp.example.com",
            "host-firewall",
            "no address is published before the host is set up",
        ),
        ("host-records-aaaa-smtp.example.com", "host-ipv6", "no AAAA before IPv6 works"),
        ("certificate-issue-smtp.example.com", "host-records-a-served", "the CA looks the name up"),
        ("certificate-issue-smtp.example.com", "host-records-aaaa-served", "the CA prefers IPv6"),
        (
            "certificate-issue-smtp.example.com",
            "/etc/letsencrypt/renewal-hooks/deploy/tapal",
            "certbot runs it",
        ),
        ("host-packages", "/etc/apt/preferences.d/tapal-testing", "it names the source of testing"),
        ("host-packages", "/etc/apt/keyrings/tapal-debian.asc", "which those keys have signed"),
        ("host-packages", "host-upkeep", "apt-get needs memory"),
        (
            "host-records-a-smtp.example.com",
            "host-packages",
            "no address is published for a host that chasquid cannot be installed on",
        ),
        ("mail-install", "/etc/apt/preferences.d/tapal-testing", "nothing else comes from testing"),
        ("/etc/chasquid/chasquid.conf", "mail-install", "it replaces the package's own"),
        (
            "mail-own-domain-smtp.example.com",
            "/etc/chasquid/chasquid.conf",
            "a folder is refused on a server of another name",
        ),
        ("example.com-folder", "mail-install", "the group must exist"),
        (KEY, "example.com-folder", "it lies in it"),
        (KEY, "example.com-dkim-2026a-served", "no mail is signed with an unpublished key"),
        ("example.com-dkim-2026a-served", "example.com-dkim-2026a-record", "that is waited for"),
        ("service-start", "certificate-issue-smtp.example.com", "chasquid does not start without"),
        ("domains-start", KEY, "keys are read at start"),
        (
            "domains-start",
            "/etc/chasquid/domains/example.com/users",
            "a start without them fails",
        ),
        ("domains-start", "/etc/chasquid/domains/example.com/aliases", "the same"),
        ("service-start", "/etc/chasquid/chasquid.conf", "the same"),
        ("domains-start", "service-start", "the host's own start comes first"),
        ("gate-start", "mail-install", "its socket belongs to chasquid's group"),
        ("gate-start", "/etc/tapal/gate/host.json", "it reads it"),
        ("gate-start", "gate-program", "it runs it"),
        ("gate-start", "gate-units", "it starts it"),
        ("gate-door-start", "gate-units", "it starts it"),
        (HOOK, "gate-start", "chasquid asks a gate that answers"),
        (HOOK, "mail-install", "it replaces the package's own"),
        ("service-start", HOOK, "no mail is taken that the gate was not asked about"),
        ("gate-needed", HOOK, "chasquid does not start without it"),
        ("service-start", "gate-needed", "nor does it at the first start"),
        ("shutdown-stop", HOOK, "on destroy the hook stays until the server has stopped"),
        ("gate-door-start", "host-firewall", "it fills the firewall's sets"),
        ("gate-door-start", "gate-door-program", "it runs it"),
        ("gate-door-start", "/etc/tapal/door.json", "it reads it"),
        ("service-start", "gate-door-start", "nobody guesses unseen"),
        (GATE, "example.com-folder", "another stack's domain is refused first"),
        (
            "/etc/chasquid/domains/example.com/users",
            GATE,
            "on destroy the domain has no account when the gate forgets it",
        ),
        ("/etc/chasquid/domains/example.com/aliases", GATE, "nor an alias"),
        ("shutdown-stop", KEY, "on destroy the server stops before its files go"),
        *(
            ("shutdown-stop", f"example.com-{record}", "a refused destroy has removed no record")
            for record in (
                "records-mx-smtp.example.com",
                "records-spf",
                "records-dmarc",
                "dkim-2026a-record",
            )
        ),
        ("shutdown-stop", "host-records-a-smtp.example.com", "nor one of the host's"),
        (
            "example.com-records-mx-smtp.example.com",
            "domains-start",
            "no MX before the server answers",
        ),
        ("example.com-records-spf", "domains-start", "the domain's records come last"),
    ],
)
def test_order(later: str, earlier: str, why: str) -> None:
    assert declared().comes_after(_named(later), _named(earlier)), why


def test_a_restart_is_triggered_by_what_is_read_at_start_and_by_nothing_else() -> None:
    record = declared()
    assert record.named("service-start").inputs["after"] == [
        "revision-of-mail-conf",
        "revision-of-mail-hardening",
    ]
    after = record.named("domains-start").inputs["after"]
    assert after[:4] == [
        "revision-of-example.com-folder",
        "revision-of-example.com-users",  # which need no restart, and are read again at once
        "revision-of-example.com-key-2026a",
        "revision-of-example.com-key-2026e",
    ]
    assert not [one for one in after if "aliases" in one]


def test_a_retired_key_is_dropped_by_who_signs_with_it() -> None:
    for item in declared().of_type("HostFile"):
        told, is_key = item.inputs["after_delete"], "dkim:" in str(item.inputs["path"])
        assert told == ("systemctl try-restart chasquid.service" if is_key else "")


def test_how_to_reach_the_host_is_no_input_of_what_is_there() -> None:
    # A new SSH key or port then changes nothing, and restarts nothing.
    for kind in ("HostFile", "HostFolder", "HostStep"):
        for item in declared().of_type(kind):
            for word in ("ssh-ed25519", "198.51.100.7:22", "PRIVATE KEY"):
                assert word not in str(item.inputs), item.name
