"""Holds a stack's settings against all rules; every finding names the key it is about."""

from collections.abc import Iterator
from dataclasses import replace

from mail.alias import check as alias_check
from mail.finding import Finding
from settings.recover import Recovered
from settings.rules import domain as domain_rules
from settings.rules import host as host_rules
from settings.settings import Domain, Host, Server, Settings
from settings.stack_file import SOURCE


def check(stack: Recovered, host: Host | None) -> list[Finding]:
    """Return everything that is wrong with the settings of ``stack``, or worth knowing.

    Args:
        stack: as far as it could be read.
        host: what its domains send from, if that is known.
    """
    settings = stack.settings
    findings = list(_stack_shape(settings))
    if settings.host is not None:
        findings += host_rules.check(settings.host)
        findings += _host_zone(settings.host)
    findings += host_rules.check_acme(settings.acme) if settings.acme else []
    findings += host_rules.check_server(settings.server)
    for index, domain in enumerate(settings.domains):
        findings += domain_rules.check(domain, host, f"domains[{index}]")
    findings += [*_twice(settings.domains), *_aliases(stack)]
    # Two rules may look at one name; what they both say is said once.
    return list(dict.fromkeys(findings))


def _host_zone(host: Host) -> list[Finding]:
    if host.zone is None:
        return []
    return domain_rules.check_zone(host.name, host.zone, "host.zone", "host.name")


def _stack_shape(settings: Settings) -> Iterator[Finding]:
    if settings.host is None and settings.host_stack is None:
        cure = "describe the server under host, or name the stack that owns it: hostStack"
        yield _shape("host", "the stack has neither a host nor a hostStack", cure, "hostStack")
    if settings.host is not None and settings.host_stack is not None:
        cure = "keep host where the server belongs to this stack, else hostStack"
        yield _shape("hostStack", "the stack has a host of its own too", cure, "host")
    if settings.host is not None and settings.acme is None:
        cure = "add acme.email: the certificate authority's warnings go there"
        yield _shape("acme", "it is missing: a host needs a certificate", cure, "host")
    if settings.host is None and settings.acme is not None:
        cure = "leave it out: the certificate belongs to the host's stack"
        yield _shape("acme", "the stack has no host of its own", cure, "host")
    if settings.host is None and settings.server != Server():
        cure = "leave it out: chasquid's own settings belong to the host's stack"
        yield _shape("server", "the stack has no host of its own", cure, "host")
    if settings.host is None and settings.host_stack is not None and not settings.domains:
        yield _shape("domains", "the stack has nothing to do", "list a domain", "host")


def _shape(key: str, reason: str, cure: str, other: str) -> Finding:
    found = Finding(id="stack-shape", key=key, reason=reason, cure=cure, source=SOURCE)
    return replace(found, rests_on=(other,))


def _aliases(stack: Recovered) -> list[Finding]:
    domains = stack.settings.domains
    names = [domain.name for domain in domains]
    return alias_check.check(
        [
            domain.addresses(
                complete=names.count(domain.name) == 1
                and stack.is_known(f"domains[{index}].aliases")
                and stack.is_whole(f"domains[{index}].accounts"),
            )
            for index, domain in enumerate(domains)
        ]
    )


def _twice(domains: tuple[Domain, ...]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, domain in enumerate(domains):
        if domain.name in seen:
            yield Finding(
                id="domain-twice",
                key=f"domains[{index}].name",
                reason=f"{domain.name} is given twice",
                cure=f"merge the entry with domains[{seen[domain.name]}]",
                source=SOURCE,
            )
        seen.setdefault(domain.name, index)
