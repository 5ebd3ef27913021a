"""What could be better in a stack that works, for `make lint-stacks`; a preview says none of it."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mail import dkim
from mail.finding import Finding
from mail.rule import Rule
from settings.settings import Domain, Settings
from settings.stack_file import SOURCE

STAGING = "staging"
LEAST_HOURS = 96
NONE_DAYS = 30  # how long p=none is a way to gather reports; after that it is a habit
SOFTFAIL_DAYS = 180

_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")

NO_IPV6 = Rule(
    id="host-no-ipv6",
    source="RFC 6540 §2",
    level="warning",
    why="A server without an IPv6 address cannot exchange mail with servers that have only IPv6.",
    cure="most providers give one with the server: write the address, and set its reverse DNS",
)
STAGING_CERTIFICATE = Rule(
    id="acme-staging",
    source="Let's Encrypt, Staging",
    level="warning",
    why="Nobody trusts the certificates of a staging authority, which is there for trials.",
    cure="leave it out once the trial is over",
)
QUEUE_TIME_SHORT = Rule(
    id="queue-time-short",
    source="RFC 5321 §4.5.4.1",
    level="warning",
    why="A receiver may be down for some days, so mail that waits for it is tried for 4 to 5 days.",
    cure="leave it out: 120h is the default",
)
ALLOW_LEFT = Rule(
    id="allow-left",
    source=SOURCE,
    level="warning",
    why="A permission in tapal:allow that is left there lets every later change delete as well.",
    cure="remove it once that change is through",
)
NONE_OLD = Rule(
    id="dmarc-none-old",
    source="RFC 9989 §4.7",
    level="warning",
    why=f"After {NONE_DAYS} days of reports a policy of none has done its work, and protects "
    "nobody from forged mail.",
    cure=f"after {NONE_DAYS} days of reports that show only your own servers: quarantine",
)
SOFTFAIL_OLD = Rule(
    id="spf-softfail-old",
    source="RFC 7208 §8.5",
    level="warning",
    why="An SPF record that ends in ~all leaves it to receivers what becomes of forged mail.",
    cure="once reports show only your own servers, set all: fail",
)
NO_REPORTS = Rule(
    id="dmarc-no-reports",
    source="RFC 9990 §1",
    level="warning",
    why="Only reports show who sends as the domain, and so whether its policy can be raised.",
    cure="name an address",
)
NO_ED25519 = Rule(
    id="dkim-no-ed25519",
    source="RFC 8463 §1",
    level="warning",
    why="With keys of two kinds, mail still has a good signature if one kind can be broken.",
    cure="add a key with algorithm: ed25519 beside it",
)
KEY_OLD = Rule(
    id="dkim-key-old",
    source="M3AAWG DKIM Key Rotation Best Common Practices",
    level="warning",
    why="A DKIM key that may have been stolen unnoticed loses its worth when it is replaced, so "
    "keys are replaced at least once a year.",
    cure="add a new key as published, then make it active and retire this one",
)
KEY_WEAK = Rule(
    id="dkim-key-weak",
    source="RFC 8301 §3.2",
    level="warning",
    why=f"RSA keys of fewer than {dkim.RSA_BITS} bits can be broken, and some receivers ignore "
    "their signatures.",
    cure=f"publish a new key, of {dkim.RSA_BITS} bits: `pulumi up` makes those of this stack",
)


@dataclass(frozen=True, kw_only=True)
class Age:
    """How long something has been as it is.

    Attributes:
        days: At least so many; None if it is not known.
        known: Where ``days`` is not the whole truth, why: ``the clone is shallow …``; else empty.
    """

    days: int | None
    known: str = ""

    def __str__(self) -> str:
        if self.days is None:
            return f"age unknown: {self.known}"
        counted = f"{self.days} day" if self.days == 1 else f"{self.days} days"
        return f"at least {counted}: {self.known}" if self.known else counted


def check(settings: Settings, year: int) -> Iterator[Finding]:
    """Yield what could be better in ``settings``, looked at in the calendar's ``year``."""
    if settings.host is not None and settings.host.ipv6 is None:
        reason = "the server has no IPv6 address, and mail to and from IPv6 alone is lost"
        yield NO_IPV6.found("host.ipv6", reason=reason)
    if settings.acme is not None and STAGING in settings.acme.directory:
        reason = "a staging authority's certificates are trusted by nobody"
        yield STAGING_CERTIFICATE.found("acme.directory", reason=reason)
    hours = settings.server.give_up_send_after.removesuffix("h")
    if hours.isdecimal() and int(hours) < LEAST_HOURS:
        reason = (
            f"mail is given up after {int(hours)} hours, while a receiver may be down for longer"
        )
        yield QUEUE_TIME_SHORT.found("server.giveUpSendAfter", reason=reason)
    for index, domain in enumerate(settings.domains):
        yield from _domain(domain, year, f"domains[{index}]")
    for index, permission in enumerate(settings.allow):
        reason = f"{permission} may be deleted by any change, not only by the one it was meant for"
        yield ALLOW_LEFT.found(f"allow[{index}]", reason=reason)


def _domain(domain: Domain, year: int, key: str) -> Iterator[Finding]:
    # For reject without reports there is a rule already (dmarc-blind).
    if domain.dmarc.policy != "reject" and not domain.dmarc.aggregate_reports:
        reason = "nobody is told who sends as this domain, so the policy cannot be raised safely"
        yield NO_REPORTS.found(f"{key}.dmarc.aggregateReports", reason=reason)
    keys = [(one.selector, one.algorithm, one.state) for one in domain.dkim]
    yield from check_keys(keys, year, f"{key}.dkim")


def check_keys(keys: Sequence[tuple[str, str, str]], year: int, key: str) -> Iterator[Finding]:
    """Yield what could be better in a domain's keys.

    Args:
        keys: Each as ``(selector, algorithm, state)``.
        year: The calendar's.
        key: Path of the keys.
    """
    active = {algorithm for _, algorithm, state in keys if state == "active"}
    if active == {"rsa"}:
        reason = "RSA alone signs: no receiver can fall back on another kind of key"
        yield NO_ED25519.found(key, reason=reason)
    for index, (selector, _, state) in enumerate(keys):
        named = _YEAR.search(selector)
        if state == "active" and named and int(named[1]) < year:
            reason = f"{selector} signs and is named for {named[1]}"
            yield KEY_OLD.found(f"{key}[{index}].selector", reason=reason)


def none_since(first: dt.datetime | None, now: dt.datetime) -> Age | None:
    """Return how long a record with a policy of none is published; None if it is not yet.

    Args:
        first: when Cloudflare says that the stack's own record was made; None if there is none.
        now: the present.
    """
    if first is None:
        return None
    return Age(days=(now - first).days)


def check_none(age: Age, key: str, evidence: str = "") -> list[Finding]:
    """Return a warning if a DMARC policy of none is old, or may be.

    Args:
        age: its age.
        key: path of the policy.
        evidence: what tells the age, for a person; empty if the age says it itself.
    """
    if age.days is not None and age.days < NONE_DAYS and not age.known:
        return []
    shown = f"{age}, {evidence}" if evidence else str(age)
    reason = f"p=none asks receivers to do nothing about forged mail ({shown})"
    return [NONE_OLD.found(key, reason=reason)]


def check_softfail(age: Age, key: str) -> list[Finding]:
    """Return a warning if an SPF record that ends in ~all is old; ``age`` is its age."""
    if age.days is None or age.days < SOFTFAIL_DAYS:
        return []
    return [SOFTFAIL_OLD.found(key, reason=f"~all leaves mail from elsewhere undecided ({age})")]


def check_published_key(records: Sequence[str], name: str, key: str) -> list[Finding]:
    """Return a warning if the DKIM record that the DNS holds has a weak RSA key.

    Args:
        records: The TXT values at ``name``; none of them need hold a key.
        name: Where they are.
        key: Path of the selector.
    """
    bits = [found for text in records if (found := dkim.rsa_bits(text)) is not None]
    if not bits or min(bits) >= dkim.RSA_BITS:
        return []
    return [KEY_WEAK.found(key, reason=f"{name} holds an RSA key of {min(bits)} bits")]
