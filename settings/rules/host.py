"""Checks what a stack says of its server: name, addresses, certificate authority, limits."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from mail import address, ip
from mail.finding import Finding, errors
from mail.rule import Rule
from settings.rules import door, ssh, upkeep
from settings.settings import LETS_ENCRYPT, PEM_MARK, Acme, Host, Ipv6, Server
from settings.stack_file import SOURCE

LONGEST_HOURS = 8760

NAME = Rule(
    id="host-name",
    source=SOURCE,
    why="The server's name lies below a domain, which holds the SPF record of the server.",
    cure="name the server like smtp.example.com, in its reverse DNS too",
)
IPV6_HALF = Rule(
    id="ipv6-half",
    source=SOURCE,
    why="IPv6 is set up on the host by prefix and gateway together.",
    cure="give both as the provider's panel shows them, or neither",
)
LOCALE = Rule(
    id="host-locale",
    source=SOURCE,
    why="The host's locale is a UTF-8 one, so that every name can be written.",
    cure="write it like en_IN.UTF-8, or leave it out",
)
TIMEZONE = Rule(
    id="host-timezone",
    source="IANA time zone database",
    why="The host's time zone is named as the time zone database names it.",
    cure="write it like Asia/Kolkata",
)
MIRROR_URL = Rule(
    id="mirror-url",
    source=SOURCE,
    why="The host fetches its packages from a mirror by a plain URL.",
    cure="write it whole, such as https://host.example/path, or leave it out",
)
ACME_DIRECTORY = Rule(
    id="acme-directory",
    source="RFC 8555 §6.1",
    why="Certificates are ordered from the authority's directory, over HTTPS.",
    cure="write it whole, such as https://host.example/path, or leave it out",
)
ACME_EMAIL = Rule(
    id="acme-email",
    source="RFC 8555 §7.3",
    why="The certificate authority takes contact addresses in ASCII alone.",
    cure="write another address",
)
ACME_EMAIL_EXAMPLE = Rule(
    id="acme-email-example",
    source="RFC 8555 §7.3",
    why="Let's Encrypt refuses the example domains in a contact address.",
    cure="write an address of yours that is read even when this server is down",
)
ACME_CA_BUNDLE = Rule(
    id="acme-ca-bundle",
    source=SOURCE,
    why="A certificate authority of one's own is trusted by its certificate, in PEM.",
    cure="name a PEM file by its path in the project, or leave it out for a public CA",
)
ACME_RELOAD = Rule(
    id="acme-reload",
    source=SOURCE,
    why="Each line is a command that the host runs after a renewal.",
    cure="write a command, or remove the line",
)
QUEUE_TIME = Rule(
    id="queue-time",
    source="RFC 5321 §4.5.4.1",
    why="Mail that cannot be delivered is tried again for a number of hours, and then returned.",
    cure="write it like 120h: 4 to 5 days are customary",
)

_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?\.UTF-8(@[a-z]+)?|C\.UTF-8")
_DURATION = re.compile(r"([0-9]{1,6})h")
_FORBIDDEN_CONTACTS = ("example.com", "example.net", "example.org")


def check(host: Host) -> list[Finding]:
    """Return what is wrong with the host's settings."""
    findings = address.check_domain(host.name, "host.name") or list(_below_something(host))
    findings += ip.check_ipv4(host.ipv4, "host.ipv4")
    findings += _ipv6(host.ipv6) if host.ipv6 else []
    findings += ssh.check(host.ssh)
    findings += _timezone(host.timezone) if host.timezone else []
    if host.locale and not _LOCALE.fullmatch(host.locale):
        findings.append(
            LOCALE.found("host.locale", reason=f"{host.locale!r} is not a UTF-8 locale")
        )
    findings += _url(host.apt_mirror, "host.aptMirror", MIRROR_URL)
    return findings + upkeep.check(host) + door.check(host)


def check_acme(acme: Acme) -> list[Finding]:
    """Return what is wrong with the settings of the certificate authority."""
    findings = address.check_mailbox(acme.email, "acme.email") or list(_contact(acme))
    findings += _url(acme.directory, "acme.directory", ACME_DIRECTORY, schemes=("https",))
    findings += _ca_bundle(acme)
    for index, command in enumerate(acme.reload):
        key = f"acme.reload[{index}]"
        try:
            empty = not shlex.split(command)
        except ValueError:
            reason = f"{command!r} holds a quote that is not closed"
            findings.append(ACME_RELOAD.found(key, reason=reason, cure="close it"))
            continue
        findings += [ACME_RELOAD.found(key, reason="it is empty")] if empty else []
    return findings


def check_server(server: Server) -> list[Finding]:
    """Return what is wrong with chasquid's own settings."""
    findings = []
    match = _DURATION.fullmatch(server.give_up_send_after)
    if not match or not 1 <= int(match[1]) <= LONGEST_HOURS:
        hours = f"a number of hours from 1h to {LONGEST_HOURS}h"
        reason = f"{server.give_up_send_after!r} is not {hours}"
        findings.append(QUEUE_TIME.found("server.giveUpSendAfter", reason=reason))
    return findings + _url(server.debian_mirror, "server.debianMirror", MIRROR_URL)


def _below_something(host: Host) -> Iterator[Finding]:
    if "." not in host.domain:
        reason = f"{host.name} is a domain, and a server needs a name below one"
        cure = f"name it like smtp.{host.name}, in its reverse DNS too"
        yield NAME.found("host.name", reason=reason, cure=cure)


def _ipv6(given: Ipv6) -> list[Finding]:
    problems = [
        replace(one, rests_on=("host.ipv6.address",))
        for one in ip.check_ipv6(given.address, "host.ipv6")
    ]
    if (given.gateway is None) != (given.prefix is None):
        reason = "only one of prefix and gateway is given"
        rests_on = ("host.ipv6.prefix", "host.ipv6.gateway")
        return [*problems, IPV6_HALF.found("host.ipv6", reason=reason, rests_on=rests_on)]
    if given.gateway is not None and given.prefix is not None and not errors(problems):
        found = ip.check_gateway(given.address, given.prefix, given.gateway, "host.ipv6.gateway")
        rests_on = ("host.ipv6.address", "host.ipv6.prefix")
        problems += [replace(one, rests_on=rests_on) for one in found]
    return problems


def _timezone(name: str) -> list[Finding]:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found, not a possible name, a folder
        known = available_timezones()
        if not known:
            return []  # a machine without the database: the host has one, and checks it later
        near = address.suggest(name, known)
        cure = f"did you mean {near!r}?" if near else None
        reason = f"there is no time zone {name!r}"
        return [TIMEZONE.found("host.timezone", reason=reason, cure=cure)]
    return []


def _contact(acme: Acme) -> Iterator[Finding]:
    host = acme.email.rpartition("@")[2]
    if not acme.email.isascii():
        reason = f"{acme.email!r} is not ASCII, and the certificate authority takes nothing else"
        yield ACME_EMAIL.found("acme.email", reason=reason)
    elif acme.directory == LETS_ENCRYPT and host in _FORBIDDEN_CONTACTS:
        reason = f"Let's Encrypt refuses addresses at {host}"
        yield ACME_EMAIL_EXAMPLE.found("acme.email", reason=reason)


def _url(
    value: str | None, key: str, rule: Rule, *, schemes: Sequence[str] = ("https", "http")
) -> list[Finding]:
    if value is None:
        return []
    try:
        parts = urlsplit(value)
        place, port = parts.hostname or "", parts.port
    except ValueError:
        return [rule.found(key, reason=f"{value!r} is not a URL")]
    if parts.username is not None or parts.password is not None:
        reason = "it holds a user's name or password, which would stand in plain text on the server"
        return [rule.found(key, reason=reason, cure="write it without")]
    if parts.scheme not in schemes or not place or not _is_plain(value) or port == 0:
        listed = " or ".join(f"{scheme}://" for scheme in schemes)
        return [rule.found(key, reason=f"{value!r} is not a URL that begins with {listed}")]
    return []


def _is_plain(url: str) -> bool:
    """Return whether ``url`` has only characters that mean nothing to a shell or to `sed`."""
    return re.fullmatch(r"[A-Za-z0-9:/._~%?=+\[\]-]+", url) is not None


def _ca_bundle(acme: Acme) -> Iterator[Finding]:
    key = "acme.caBundle"
    try:
        text = acme.ca_text() if _is_text_or_file(acme.ca_bundle) else ""
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        yield ACME_CA_BUNDLE.found(key, reason=f"{acme.ca_bundle} cannot be read ({why})")
        return
    if text is not None and f"{PEM_MARK}CERTIFICATE" not in text:
        cure = "convert it: openssl x509 -inform der -in FILE -out FILE.pem"
        reason = f"{acme.ca_bundle} holds no certificate in PEM"
        yield ACME_CA_BUNDLE.found(key, reason=reason, cure=cure)


def _is_text_or_file(bundle: str | None) -> bool:
    """Return whether reading the bundle comes to an end: a device such as /dev/zero has none."""
    if bundle is None or PEM_MARK in bundle:
        return True
    return not Path(bundle).exists() or Path(bundle).is_file()
