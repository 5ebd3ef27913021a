"""Checks a stack's settings against all rules; every finding names the key it is about."""

from collections.abc import Iterator

from mail.alias import check as alias_check
from mail.finding import Finding
from mail.rule import Rule
from settings.recover import Recovered
from settings.rules import domain as domain_rules
from settings.rules import host as host_rules
from settings.rules import ignore as ignore_rules
from settings.rules import limits as limits_rules
from settings.rules import mail_in as mail_in_rules
from settings.rules import send_as as send_as_rules
from settings.settings import Domain, Host, Server, Settings
from settings.stack_file import SOURCE

SHAPE = Rule(
    id="stack-shape",
    source=SOURCE,
    why="A stack is a server with its domains, a server alone, or domains on another stack's "
    "server.",
    cure="give the stack one of the three shapes",
)
DOMAIN_TWICE = Rule(
    id="domain-twice",
    source=SOURCE,
    why="A domain has one entry, which says everything about it.",
    cure="merge the two entries",
)

_NO_HOST = "the stack has no host of its own"


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
    findings += send_as_rules.check(settings.domains)
    findings += limits_rules.check(settings.domains)
    findings += mail_in_rules.check(settings.domains)
    findings += ignore_rules.check(settings.ignore)
    # Two rules may look at one name; a finding of both is reported once.
    return list(dict.fromkeys(findings))


def _host_zone(host: Host) -> list[Finding]:
    if host.zone is None:
        return []
    return domain_rules.check_zone(host.name, host.zone, "host.zone", "host.name")


def _stack_shape(settings: Settings) -> Iterator[Finding]:
    host, other = settings.host, settings.host_stack
    if host is None and other is None:
        reason = "the stack has neither a host nor a hostStack"
        cure = "describe the server under host, or name the stack that owns it: hostStack"
        yield SHAPE.found("host", reason=reason, cure=cure, rests_on=("hostStack",))
    if host is not None and other is not None:
        reason = "the stack has a host of its own too"
        cure = "keep host where the server belongs to this stack, else hostStack"
        yield SHAPE.found("hostStack", reason=reason, cure=cure, rests_on=("host",))
    if host is not None and settings.acme is None:
        reason = "it is missing: a host needs a certificate"
        cure = "add acme.email: the certificate authority's warnings go there"
        yield SHAPE.found("acme", reason=reason, cure=cure, rests_on=("host",))
    if host is None and settings.acme is not None:
        cure = "leave it out: the certificate belongs to the host's stack"
        yield SHAPE.found("acme", reason=_NO_HOST, cure=cure, rests_on=("host",))
    if host is None and settings.server != Server():
        cure = "leave it out: chasquid's own settings belong to the host's stack"
        yield SHAPE.found("server", reason=_NO_HOST, cure=cure, rests_on=("host",))
    if host is None and other is not None and not settings.domains:
        reason = "the stack has nothing to do"
        yield SHAPE.found("domains", reason=reason, cure="list a domain", rests_on=("host",))


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
            reason = f"{domain.name} is given twice"
            cure = f"merge the entry with domains[{seen[domain.name]}]"
            yield DOMAIN_TWICE.found(f"domains[{index}].name", reason=reason, cure=cure)
        seen.setdefault(domain.name, index)
