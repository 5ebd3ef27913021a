"""Mail exchangers that a stack names itself: other servers that take a domain's mail."""

from collections.abc import Iterator, Sequence

from mail import address
from mail.finding import Finding
from mail.resolve import Resolve

WORDS = ("host", "keep")
_SOURCE = "RFC 5321 §5.1"


def check(names: Sequence[str], host: str | None, key: str) -> list[Finding]:
    """Return what is wrong with the MX targets ``names`` of one domain.

    Args:
        names: Their names; none at all is a mistake too.
        host: The server's own name, if it is known.
        key: Path of the list.
    """
    if not names:
        cure = "write host (mail comes to the server), keep (the MX stays as it is) or names"
        reason = "the list is empty, so receivers would look for an address of the domain itself"
        return [_finding("mx-empty", key, reason, cure)]
    findings: list[Finding] = []
    seen: set[str] = set()
    for index, name in enumerate(names):
        findings += _check_one(name, host, f"{key}[{index}]")
        if name in seen:
            cure = "remove one of them"
            findings.append(_finding("mx-twice", f"{key}[{index}]", f"{name} is given twice", cure))
        seen.add(name)
    return findings


def look_up(name: str, resolve: Resolve, key: str) -> list[Finding]:
    """Return why mail cannot come to the MX target ``name``, as far as the DNS tells.

    Args:
        name: One target.
        resolve: How to ask the DNS for CNAME, A and AAAA.
        key: Path of the target.
    """
    if aliases := resolve(name, "CNAME"):
        reason = f"{name} is a CNAME, which an MX must not name: some senders refuse it"
        cure = f"write the name that it stands for: {aliases[0]}"
        source = "RFC 2181 §10.3, RFC 5321 §5.1"
        return [Finding(id="mx-cname", key=key, reason=reason, cure=cure, source=source)]
    if not resolve(name, "A") and not resolve(name, "AAAA"):
        cure = "check its spelling, or give it an A or AAAA record first"
        return [_finding("mx-no-address", key, f"{name} has no address in the DNS", cure)]
    return []


def _check_one(name: str, host: str | None, place: str) -> Iterator[Finding]:
    if name == "host":
        cure = f"write {host!r}" if host else "write the server's name"
        yield _finding("mx-word", place, "in a list the server is named by its name", cure)
    elif name == "keep":
        cure = "write mx: keep alone, or list the names that are there now"
        yield _finding("mx-word", place, "what is there cannot be kept and added to", cure)
    else:
        yield from address.check_domain(name, f"{place}.host")


def _finding(rule: str, key: str, reason: str, cure: str) -> Finding:
    return Finding(id=rule, key=key, reason=reason, cure=cure, source=_SOURCE)
