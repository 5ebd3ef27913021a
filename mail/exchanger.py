"""Mail exchangers that a stack names itself: other servers that take a domain's mail."""

from collections.abc import Iterator, Sequence

from mail import address
from mail.finding import Finding

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
