"""The tree of resources: which there are, under whom, with which type tokens."""

import pytest

from components.refusal import Refusal
from tests.components.example import STACK, declare, declared, stack

TOKENS = {
    "tapal:host:Host",
    "tapal:dns:HostRecords",
    "tapal:dns:DomainRecords",
    "tapal:host:Certificate",
    "tapal:chasquid:MailServer",
    "tapal:dns:DkimKeys",
    "tapal:chasquid:MailDomain",
    "tapal:chasquid:MailService",
    "tapal:chasquid:MailShutdown",
    "tapal:gate:MailGate",
    "pulumi-python:dynamic/tapal:HostFile",
    "pulumi-python:dynamic/tapal:HostFolder",
    "pulumi-python:dynamic/tapal:HostStep",
    "pulumi-python:dynamic/tapal:DkimKey",
    "pulumi-python:dynamic/tapal:Account",
    "pulumi-python:dynamic/tapal:DnsPropagation",
    "cloudflare:index/dnsRecord:DnsRecord",
}


def test_type_tokens_are_stable() -> None:
    # They are in every stack's URNs: a renamed one replaces what it names.
    assert {item.type for item in declared().resources} == TOKENS


def test_only_components_stand_at_the_root() -> None:
    for item in declared().resources:
        parent = item.parent.split("::")[2].split("$")[-1]
        if item.type.startswith("tapal:"):
            assert parent == "pulumi:pulumi:Stack", item.name
        else:
            assert parent.startswith("tapal:"), item.name


def test_names_are_unique_within_a_type() -> None:
    urns = [item.urn for item in declared().resources]
    assert len(urns) == len(set(urns))


def test_records_of_the_host() -> None:
    records = declared().records()
    assert ("smtp.example.com", "A", "198.51.100.7") in records
    assert ("smtp.example.com", "AAAA", "2001:db8::7") in records
    assert ("smtp.example.com", "TXT", '"v=spf1 a -all"') in records
    assert ("_spf.example.com", "TXT", '"v=spf1 a:smtp.example.com ~all"') in records


def test_records_of_a_domain() -> None:
    records = declared().records()
    assert ("example.com", "MX", "smtp.example.com") in records
    spf = '"v=spf1 include:_spf.example.com include:_spf.google.com -all"'
    assert ("example.com", "TXT", spf) in records
    dmarc = '"v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com"'
    assert ("_dmarc.example.com", "TXT", dmarc) in records


def test_a_domain_by_default_is_cautious() -> None:
    records = declared().records()
    assert ("_dmarc.second.example", "TXT", '"v=DMARC1; p=none"') in records
    assert ("second.example", "TXT", '"v=spf1 include:_spf.example.com ~all"') in records


def test_mx_can_be_kept_or_given() -> None:
    # In whatever order they were registered.
    exchangers = sorted(record for record in declared().records("MX") if record[0] != "example.com")
    assert exchangers == [
        ("third.example", "MX", "mx1.example.net"),
        ("third.example", "MX", "mx2.example.net"),
    ]


@pytest.mark.parametrize(
    ("selector", "on_host"), [("2026a", True), ("2026e", True), ("2027a", False), ("2025a", False)]
)
def test_a_key_is_in_the_zone_and_when_active_on_the_host(selector: str, on_host: bool) -> None:
    record = declared()
    names = [name for name, kind, _ in record.records() if kind == "TXT"]
    assert names.count(f"{selector}._domainkey.example.com") == 1
    path = f"/etc/chasquid/domains/example.com/dkim:{selector}.pem"
    assert [path in item.paths() for item in record.resources].count(True) == int(on_host)


def test_the_record_is_computed_from_the_key_on_the_host() -> None:
    record = declared()
    name = "key: DKIM 2026a of example.com"
    published = record.named("dns: DKIM 2026a of example.com").inputs["content"]
    assert published == f'"v=DKIM1; k=rsa; p={name}"'
    path = "/etc/chasquid/domains/example.com/dkim:2026a.pem"
    assert record.file(path).paths()[path]["value"] == f"PEM-of-{name}"


def test_records_go_to_the_right_zone_and_are_never_proxied() -> None:
    for item in declared().of_type("DnsRecord"):
        zone = item.inputs["zoneId"].removeprefix("zone-of-")
        assert item.inputs["name"].endswith(zone), item.name
        assert item.inputs["proxied"] is False, item.name


def test_the_host_may_lie_in_a_zone_of_its_own() -> None:
    host = {**STACK["host"], "name": "smtp.mail.example.net", "zone": "example.net"}
    record = declare(stack(host=host))
    assert record.named("dns: A of smtp.mail.example.net").inputs["zoneId"] == "zone-of-example.net"
    assert ("_spf.mail.example.net", "TXT", '"v=spf1 a:smtp.mail.example.net ~all"') in (
        record.records()
    )


def test_without_ipv6_there_is_no_aaaa_and_no_step_for_it() -> None:
    host = {key: value for key, value in STACK["host"].items() if key != "ipv6"}
    record = declare(stack(host=host))
    assert record.records("AAAA") == []
    assert "server: IPv6" not in {item.name for item in record.resources}


def test_a_host_alone_has_no_domain() -> None:
    record = declare({**stack(domains=[]), "host": {**STACK["host"], "zone": "example.com"}})
    assert record.of_type("MailDomain") == []
    assert record.named("chasquid: start with its settings")


def test_the_firewall_opens_ssh_where_it_listens() -> None:
    rules = declared().file("/etc/tapal/firewall.nft").inputs["content"]
    assert "tcp dport { 25, 80, 465, 587, 2222 } accept" in rules
    assert "policy drop" in rules


def test_the_deploy_hook_runs_the_stacks_own_commands() -> None:
    hook = declared().file("/etc/letsencrypt/renewal-hooks/deploy/tapal").inputs["content"]
    assert "bash -c 'systemctl reload nginx'" in hook


def test_preview_of_a_new_stack_lists_everything() -> None:
    assert len(declare(STACK, preview=True).resources) == len(declared().resources)


def test_mocks_see_a_bad_stack_refused() -> None:
    with pytest.raises(Refusal, match=r"domains\[0\]\.name"):
        declare(stack(domains=[{"name": "https://example.com/"}]))
