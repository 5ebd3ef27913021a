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
        ("server: boot", "server: step scripts", "a step needs its script"),
        ("server: packages", "server: boot", "cloud-init holds dpkg's lock"),
        ("server: firewall", "server: packages", "nft is a package"),
        ("server: firewall", "/etc/tapal/firewall.nft", "it loads them"),
        ("server: firewall", "server: firewall units", "it enables it"),
        (
            "dns: A of smtp.example.com",
            "server: firewall",
            "no address is published before the host is set up",
        ),
        ("dns: AAAA of smtp.example.com", "server: IPv6", "no AAAA before IPv6 works"),
        (
            "certificate: smtp.example.com",
            "served: A of smtp.example.com",
            "the CA looks the name up",
        ),
        (
            "certificate: smtp.example.com",
            "served: AAAA of smtp.example.com",
            "the CA prefers IPv6",
        ),
        (
            "certificate: smtp.example.com",
            "/etc/letsencrypt/renewal-hooks/deploy/tapal",
            "certbot runs it",
        ),
        (
            "server: packages",
            "/etc/apt/preferences.d/tapal-testing",
            "it names the source of testing",
        ),
        ("server: packages", "/etc/apt/keyrings/tapal-debian.asc", "which those keys have signed"),
        ("server: packages", "server: updates and swap", "apt-get needs memory"),
        (
            "dns: A of smtp.example.com",
            "server: packages",
            "no address is published for a host that chasquid cannot be installed on",
        ),
        (
            "chasquid: install",
            "/etc/apt/preferences.d/tapal-testing",
            "nothing else comes from testing",
        ),
        ("/etc/chasquid/chasquid.conf", "chasquid: install", "it replaces the package's own"),
        (
            "mail: folder of smtp.example.com",
            "/etc/chasquid/chasquid.conf",
            "a folder is refused on a server of another name",
        ),
        ("mail: folder of example.com", "chasquid: install", "the group must exist"),
        (KEY, "mail: folder of example.com", "it lies in it"),
        (KEY, "served: DKIM of example.com", "no mail is signed with an unpublished key"),
        (
            "served: DKIM of example.com",
            "dns: DKIM 2026a of example.com",
            "that is waited for",
        ),
        (
            "chasquid: start with its settings",
            "certificate: smtp.example.com",
            "chasquid does not start without",
        ),
        ("chasquid: start with the domains", KEY, "keys are read at start"),
        (
            "chasquid: start with the domains",
            "/etc/chasquid/domains/example.com/users",
            "a start without them fails",
        ),
        (
            "chasquid: start with the domains",
            "/etc/chasquid/domains/example.com/aliases",
            "the same",
        ),
        ("chasquid: start with its settings", "/etc/chasquid/chasquid.conf", "the same"),
        (
            "chasquid: start with the domains",
            "chasquid: start with its settings",
            "the host's own start comes first",
        ),
        ("gate: start", "chasquid: install", "its socket belongs to chasquid's group"),
        ("gate: start", "/etc/tapal/gate/host.json", "it reads it"),
        ("gate: start", "gate: program", "it runs it"),
        ("gate: start", "gate: units", "it starts it"),
        ("door: start", "gate: units", "it starts it"),
        (HOOK, "gate: start", "chasquid asks a gate that answers"),
        (HOOK, "chasquid: install", "it replaces the package's own"),
        (
            "chasquid: start with its settings",
            HOOK,
            "no mail is taken that the gate was not asked about",
        ),
        (
            "/etc/systemd/system/chasquid.service.d/tapal-gate.conf",
            HOOK,
            "chasquid does not start without it",
        ),
        (
            "chasquid: start with its settings",
            "/etc/systemd/system/chasquid.service.d/tapal-gate.conf",
            "nor does it at the first start",
        ),
        (
            "chasquid: stop on destroy",
            HOOK,
            "on destroy the hook stays until the server has stopped",
        ),
        ("door: start", "server: firewall", "it fills the firewall's sets"),
        ("door: start", "door: program", "it runs it"),
        ("door: start", "/etc/tapal/door.json", "it reads it"),
        ("chasquid: start with its settings", "door: start", "nobody guesses unseen"),
        (GATE, "mail: folder of example.com", "another stack's domain is refused first"),
        (
            "/etc/chasquid/domains/example.com/users",
            GATE,
            "on destroy the domain has no account when the gate forgets it",
        ),
        ("/etc/chasquid/domains/example.com/aliases", GATE, "nor an alias"),
        ("chasquid: stop on destroy", KEY, "on destroy the server stops before its files go"),
        *(
            (
                "chasquid: stop on destroy",
                f"dns: {record}",
                "a refused destroy has removed no record",
            )
            for record in (
                "MX of example.com to smtp.example.com",
                "SPF of example.com",
                "DMARC of example.com",
                "DKIM 2026a of example.com",
            )
        ),
        ("chasquid: stop on destroy", "dns: A of smtp.example.com", "nor one of the host's"),
        (
            "dns: MX of example.com to smtp.example.com",
            "chasquid: start with the domains",
            "no MX before the server answers",
        ),
        (
            "dns: SPF of example.com",
            "chasquid: start with the domains",
            "the domain's records come last",
        ),
    ],
)
def test_order(later: str, earlier: str, why: str) -> None:
    assert declared().comes_after(_named(later), _named(earlier)), why


def test_a_restart_is_triggered_by_what_is_read_at_start_and_by_nothing_else() -> None:
    record = declared()
    assert record.named("chasquid: start with its settings").inputs["after"] == [
        "revision-of-file: /etc/chasquid/chasquid.conf",
        "revision-of-file: /etc/systemd/system/chasquid.service.d/tapal.conf",
    ]
    after = record.named("chasquid: start with the domains").inputs["after"]
    assert after[:3] == [
        "revision-of-mail: folder of example.com",
        # Users need no restart, and are read again at once.
        "revision-of-file: /etc/chasquid/domains/example.com/users",
        "revision-of-mail: DKIM keys of example.com",
    ]
    assert not [one for one in after if "aliases" in one]


def test_how_to_reach_the_host_is_no_input_of_what_is_there() -> None:
    # A new SSH key or port then changes nothing, and restarts nothing.
    for kind in ("HostFile", "HostFolder", "HostStep"):
        for item in declared().of_type(kind):
            for word in ("ssh-ed25519", "198.51.100.7:22", "PRIVATE KEY"):
                assert word not in str(item.inputs), item.name
