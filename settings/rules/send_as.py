"""Checks what accounts may send as, besides their own addresses (``domains[].sendAs``)."""

from collections.abc import Iterator, Sequence

from mail import address, gate_policy
from mail.alias.entry import CATCH_ALL
from mail.finding import Finding
from mail.rule import Rule
from settings.rules import account
from settings.settings import Domain
from settings.stack_file import SOURCE

ACCOUNT = Rule(
    id="send-as-account",
    source=SOURCE,
    why="Only an account of the domain logs in, so nobody else can be permitted anything.",
    cure="name an account of the domain, or add it to accounts",
)
WHOLE_DOMAIN = Rule(
    id="send-as-whole-domain",
    source=SOURCE,
    why="A whole domain can be given to an account only where the stack has that domain.",
    cure="name a domain of the stack, or single addresses",
)
ELSEWHERE = Rule(
    id="send-as-elsewhere",
    source=SOURCE,
    level="warning",
    why="Mail in the name of a domain that is not served here is not signed, and fails SPF and "
    "DMARC at its receivers, unless that domain's owner permits this server.",
    cure="leave it out, if it is not another stack's domain on this server",
)


def check(domains: Sequence[Domain]) -> list[Finding]:
    """Return what is wrong with ``sendAs`` of all ``domains`` of a stack."""
    names = {domain.name for domain in domains}
    findings: list[Finding] = []
    for index, domain in enumerate(domains):
        key = f"domains[{index}]"
        for name, permitted in domain.send_as.items():
            place = f"{key}.sendAs.{name}"
            findings += account.check(name, domain, ACCOUNT, place, key)
            for one in permitted:
                problems = address.check(gate_policy.send_as, one, place)
                findings += problems or _domain(one, names, place)
    return findings


def _domain(value: str, names: set[str], place: str) -> Iterator[Finding]:
    local, _, domain = gate_policy.send_as(value).rpartition("@")
    if domain in names:
        return
    if local == CATCH_ALL:
        reason = f"{domain} is not a domain of the stack"
        yield WHOLE_DOMAIN.found(place, reason=reason, rests_on=("domains",))
    else:
        reason = f"{value} is not of a domain of the stack"
        yield ELSEWHERE.found(place, reason=reason, rests_on=("domains",))
