"""Holds a stack's settings against the rules of mail; every finding names the key it is about."""

from collections.abc import Iterator

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from components.settings import PEM_MARK, Acme, Dmarc, Domain, Host, Server, Settings
from mail import address, alias, dkim, dmarc, ip
from mail.finding import Finding


def check(settings: Settings) -> list[Finding]:
    """Return everything that is wrong with ``settings``, or worth knowing."""
    findings = [*_stack_shape(settings)]
    findings += _host(settings.host) if settings.host else []
    findings += _acme(settings.acme) if settings.acme else []
    for index, domain in enumerate(settings.domains):
        findings += _domain(domain, f"domains[{index}]")
    findings += [*_twice(settings.domains), *_aliases(settings.domains)]
    # Two rules may look at one name; what they both say is said once.
    return list(dict.fromkeys(findings))


def _stack_shape(settings: Settings) -> Iterator[Finding]:
    if settings.host is None and settings.host_stack is None:
        cure = "describe the server under host, or name the stack that owns it: hostStack"
        yield _shape("host", "the stack has neither a host nor a hostStack", cure)
    if settings.host is not None and settings.host_stack is not None:
        cure = "keep host where the server belongs to this stack, else hostStack"
        yield _shape("hostStack", "the stack has a host of its own too", cure)
    if settings.host is not None and settings.acme is None:
        cure = "add acme.email: the certificate authority's warnings go there"
        yield _shape("acme", "it is missing: a host needs a certificate", cure)
    if settings.host is None and settings.acme is not None:
        cure = "leave it out: the certificate belongs to the host's stack"
        yield _shape("acme", "the stack has no host of its own", cure)
    if settings.host is None and settings.server != Server():
        cure = "leave it out: chasquid's own settings belong to the host's stack"
        yield _shape("server", "the stack has no host of its own", cure)
    if settings.host is None and not settings.domains:
        yield _shape("domains", "the stack has nothing to do", "list a domain")


def _shape(key: str, reason: str, cure: str) -> Finding:
    source = "docs/stack-files.md"
    return Finding(id="stack-shape", key=key, reason=reason, cure=cure, source=source)


def policy(settings: Dmarc) -> dmarc.Policy:
    """Return the settings as `mail.dmarc` takes them."""
    return dmarc.Policy(
        policy=settings.policy,
        subdomain_policy=settings.subdomain_policy,
        nonexistent_policy=settings.nonexistent_policy,
        aggregate_reports=settings.aggregate_reports,
        failure_reports=settings.failure_reports,
        failure_options=settings.failure_options,
        dkim_alignment=settings.dkim_alignment,
        spf_alignment=settings.spf_alignment,
    )


def _host(host: Host) -> Iterator[Finding]:
    yield from address.check_domain(host.name, "host.name")
    yield from ip.check_ipv4(host.ipv4, "host.ipv4")
    if host.ipv6 is not None:
        yield from ip.check_ipv6(host.ipv6.address, "host.ipv6")
        if (host.ipv6.gateway is None) != (host.ipv6.prefix is None):
            yield Finding(
                id="ipv6-half",
                key="host.ipv6",
                reason="only one of prefix and gateway is given",
                cure="give both as the provider's panel shows them, or neither",
            )
    if not _is_ed25519(host.ssh.host_key):
        yield Finding(
            id="ssh-host-key",
            key="host.ssh.hostKey",
            reason="it is not an Ed25519 key, the one kind that can be pinned",
            cure="write the two words of /etc/ssh/ssh_host_ed25519_key.pub (ssh-ed25519 AAAA…)",
            source="pulumi-command, connection.hostKey",
        )


def _is_ed25519(key: str) -> bool:
    try:
        return isinstance(load_ssh_public_key(key.encode()), Ed25519PublicKey)
    except (ValueError, UnsupportedAlgorithm):
        return False


def _acme(acme: Acme) -> Iterator[Finding]:
    yield from address.check_mailbox(acme.email, "acme.email")
    if not acme.directory.startswith("https://"):
        yield Finding(
            id="acme-directory",
            key="acme.directory",
            reason=f"{acme.directory!r} is not an https address",
            cure="leave it out for Let's Encrypt, or write the CA's directory address",
            source="RFC 8555 §6.1",
        )
    yield from _ca_bundle(acme)


def _ca_bundle(acme: Acme) -> Iterator[Finding]:
    try:
        text = acme.ca_text()
    except OSError as error:
        yield Finding(
            id="acme-ca-bundle",
            key="acme.caBundle",
            reason=f"{acme.ca_bundle} cannot be read ({error.strerror})",
            cure="name a PEM file by its path in the project, or leave it out for a public CA",
        )
        return
    if text is not None and PEM_MARK not in text:
        yield Finding(
            id="acme-ca-bundle",
            key="acme.caBundle",
            reason=f"{acme.ca_bundle} holds no certificate in PEM",
            cure="convert it: openssl x509 -inform der -in FILE -out FILE.pem",
        )


def _domain(domain: Domain, key: str) -> list[Finding]:
    findings = address.check_domain(domain.name, f"{key}.name")
    if not findings:
        findings += dmarc.check(policy(domain.dmarc), domain.name, f"{key}.dmarc")
    for index, name in enumerate(domain.spf.include):
        findings += address.check_dns_name(name, f"{key}.spf.include[{index}]")
    keys = [(item.selector, item.algorithm, item.state) for item in domain.dkim]
    findings += dkim.check_keys(keys, f"{key}.dkim")
    if not isinstance(domain.mx, str):
        for index, exchanger in enumerate(domain.mx):
            findings += address.check_domain(exchanger.host, f"{key}.mx[{index}].host")
    return findings


def _aliases(domains: tuple[Domain, ...]) -> list[Finding]:
    return alias.check([alias_domain(domain) for domain in domains])


def alias_domain(domain: Domain) -> alias.Domain:
    """Return the settings as `mail.alias` takes them."""
    return alias.Domain(name=domain.name, accounts=domain.accounts, aliases=domain.aliases)


def _twice(domains: tuple[Domain, ...]) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, domain in enumerate(domains):
        if domain.name in seen:
            yield Finding(
                id="domain-twice",
                key=f"domains[{index}].name",
                reason=f"{domain.name} is given twice",
                cure="merge the two entries",
            )
        seen.add(domain.name)
