"""Holds what a stack says of its server against rules that have nothing to do with mail."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from mail import address, ip
from mail.finding import Finding
from settings.rules import ssh
from settings.settings import LETS_ENCRYPT, PEM_MARK, Acme, Host, Ipv6, Server
from settings.stack_file import SOURCE

LONGEST_HOURS = 8760
_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?\.UTF-8(@[a-z]+)?|C\.UTF-8")
_DURATION = re.compile(r"([0-9]{1,6})h")
_FORBIDDEN_CONTACTS = ("example.com", "example.net", "example.org")
_WEB = ("https", "http")


def check(host: Host) -> list[Finding]:
    """Return what is wrong with the host's settings."""
    findings = address.check_domain(host.name, "host.name") or list(_below_something(host))
    findings += ip.check_ipv4(host.ipv4, "host.ipv4")
    findings += _ipv6(host.ipv6) if host.ipv6 else []
    findings += ssh.check(host.ssh)
    findings += _timezone(host.timezone) if host.timezone else []
    if host.locale and not _LOCALE.fullmatch(host.locale):
        reason = f"{host.locale!r} is no UTF-8 locale"
        cure = "write it like en_IN.UTF-8, or leave it out"
        findings.append(_finding("host-locale", "host.locale", reason, cure))
    return findings + _url(host.apt_mirror, "host.aptMirror", _WEB, rule="mirror-url")


def check_acme(acme: Acme) -> list[Finding]:
    """Return what is wrong with the settings of the certificate authority."""
    findings = address.check_mailbox(acme.email, "acme.email") or list(_contact(acme))
    findings += _url(acme.directory, "acme.directory", _WEB[:1], rule="acme-directory")
    findings += _ca_bundle(acme)
    for index, command in enumerate(acme.reload):
        try:
            words = shlex.split(command)
            cure = "write a command, or remove the line"
            problem = [] if words else [("it is empty", cure)]
        except ValueError:
            problem = [(f"{command!r} holds a quote that is not closed", "close it")]
        findings += [_finding("acme-reload", f"acme.reload[{index}]", *one) for one in problem]
    return findings


def check_server(server: Server) -> list[Finding]:
    """Return what is wrong with chasquid's own settings."""
    findings = []
    match = _DURATION.fullmatch(server.give_up_send_after)
    if not match or not 1 <= int(match[1]) <= LONGEST_HOURS:
        reason = f"{server.give_up_send_after!r} is no number of hours from 1h to {LONGEST_HOURS}h"
        cure = "write it like 120h: 4 to 5 days are customary"
        place = "server.giveUpSendAfter"
        findings.append(_finding("queue-time", place, reason, cure, "RFC 5321 §4.5.4.1"))
    return findings + _url(server.debian_mirror, "server.debianMirror", _WEB, rule="mirror-url")


def _below_something(host: Host) -> Iterator[Finding]:
    if "." not in host.domain:
        reason = f"{host.name} is a domain, and a server needs a name below one"
        cure = f"name it like smtp.{host.name}, in its reverse DNS too"
        yield _finding("host-name", "host.name", reason, cure)


def _ipv6(given: Ipv6) -> list[Finding]:
    problems = [
        replace(one, rests_on=("host.ipv6.address",))
        for one in ip.check_ipv6(given.address, "host.ipv6")
    ]
    if (given.gateway is None) != (given.prefix is None):
        reason = "only one of prefix and gateway is given"
        cure = "give both as the provider's panel shows them, or neither"
        half = _finding("ipv6-half", "host.ipv6", reason, cure)
        return [*problems, replace(half, rests_on=("host.ipv6.prefix", "host.ipv6.gateway"))]
    if given.gateway is not None and given.prefix is not None and not _errors(problems):
        found = ip.check_gateway(given.address, given.prefix, given.gateway, "host.ipv6.gateway")
        rests_on = ("host.ipv6.address", "host.ipv6.prefix")
        problems += [replace(one, rests_on=rests_on) for one in found]
    return problems


def _errors(findings: Sequence[Finding]) -> bool:
    return any(one.level == "error" for one in findings)


def _timezone(name: str) -> list[Finding]:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found, no possible name, a folder
        known = available_timezones()
        if not known:
            return []  # a machine without the database: the host has one, and says the same
        near = address.suggest(name, known)
        cure = f"did you mean {near!r}?" if near else "write it like Asia/Kolkata"
        reason = f"there is no time zone {name!r}"
        return [_finding("host-timezone", "host.timezone", reason, cure, "IANA time zone database")]
    return []


def _contact(acme: Acme) -> Iterator[Finding]:
    host = acme.email.rpartition("@")[2]
    if not acme.email.isascii():
        reason = f"{acme.email!r} is not ASCII, and the certificate authority takes nothing else"
        yield _finding("acme-email", "acme.email", reason, "write another address", "RFC 8555 §7.3")
    elif acme.directory == LETS_ENCRYPT and host in _FORBIDDEN_CONTACTS:
        reason = f"Let's Encrypt refuses addresses at {host}"
        cure = "write an address of yours that is read even when this server is down"
        yield _finding("acme-email-example", "acme.email", reason, cure, "RFC 8555 §7.3")


def _url(value: str | None, key: str, schemes: Sequence[str], *, rule: str) -> list[Finding]:
    if value is None:
        return []
    source = "RFC 8555 §6.1" if rule == "acme-directory" else SOURCE
    listed = " or ".join(f"{scheme}://" for scheme in schemes)
    cure = f"write it whole, such as {schemes[0]}://host.example/path, or leave it out"
    try:
        parts = urlsplit(value)
        place, port = parts.hostname or "", parts.port
    except ValueError:
        return [_finding(rule, key, f"{value!r} is no URL", cure, source)]
    if parts.username is not None or parts.password is not None:
        reason = "it holds a user's name or password, which would stand in clear on the server"
        return [_finding(rule, key, reason, "write it without", source)]
    if parts.scheme not in schemes or not place or not _is_plain(value) or port == 0:
        return [_finding(rule, key, f"{value!r} is no URL that begins with {listed}", cure, source)]
    return []


def _is_plain(url: str) -> bool:
    """Return whether ``url`` has only characters that mean nothing to a shell or to `sed`."""
    return re.fullmatch(r"[A-Za-z0-9:/._~%?=+\[\]-]+", url) is not None


def _ca_bundle(acme: Acme) -> Iterator[Finding]:
    key = "acme.caBundle"
    try:
        text = acme.ca_text() if _is_text_or_file(acme.ca_bundle) else ""
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        cure = "name a PEM file by its path in the project, or leave it out for a public CA"
        yield _finding("acme-ca-bundle", key, f"{acme.ca_bundle} cannot be read ({why})", cure)
        return
    if text is not None and f"{PEM_MARK}CERTIFICATE" not in text:
        cure = "convert it: openssl x509 -inform der -in FILE -out FILE.pem"
        yield _finding("acme-ca-bundle", key, f"{acme.ca_bundle} holds no certificate in PEM", cure)


def _is_text_or_file(bundle: str | None) -> bool:
    """Return whether reading the bundle comes to an end: a device's text never does."""
    if bundle is None or PEM_MARK in bundle:
        return True
    return not Path(bundle).exists() or Path(bundle).is_file()


def _finding(rule: str, key: str, reason: str, cure: str, source: str = SOURCE) -> Finding:
    return Finding(id=rule, key=key, reason=reason, cure=cure, source=source)
