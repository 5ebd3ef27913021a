"""Mail exchangers that a stack names itself: other servers that take a domain's mail."""

from collections.abc import Iterator, Sequence

from mail import address
from mail.finding import Finding
from mail.resolve import Resolve
from mail.rule import Rule

WORDS = ("host", "keep")
_SOURCE = "RFC 5321 §5.1"

EMPTY = Rule(
    id="mx-empty",
    source=_SOURCE,
    why="Without any MX, receivers deliver to the address of the domain's own name.",
    cure="write host (mail comes to the server), keep (the MX stays as it is) or names",
)
TWICE = Rule(
    id="mx-twice",
    source=_SOURCE,
    why="The same MX a second time adds nothing.",
    cure="remove one of them",
)
WORD = Rule(
    id="mx-word",
    source=_SOURCE,
    why="The words host and keep stand alone; a list holds the names of mail servers.",
    cure="write the word without a list, or list the names of the servers",
)
CNAME = Rule(
    id="mx-cname",
    source="RFC 2181 §10.3, RFC 5321 §5.1",
    why="An MX names a server that has addresses; some senders refuse a name that is a CNAME.",
    cure="write the name that the CNAME stands for",
)
NO_ADDRESS = Rule(
    id="mx-no-address",
    source=_SOURCE,
    why="Mail cannot be delivered to a server whose name has no address.",
    cure="check its spelling, or give it an A or AAAA record first",
)


def check(names: Sequence[str], host: str | None, key: str) -> list[Finding]:
    """Return what is wrong with the MX targets ``names`` of one domain.

    Args:
        names: Their names; none at all is a mistake too.
        host: The server's own name, if it is known.
        key: Path of the list.
    """
    if not names:
        reason = "the list is empty, so receivers would look for an address of the domain itself"
        return [EMPTY.found(key, reason=reason)]
    findings: list[Finding] = []
    seen: set[str] = set()
    for index, name in enumerate(names):
        findings += _check_one(name, host, f"{key}[{index}]")
        if name in seen:
            findings.append(TWICE.found(f"{key}[{index}]", reason=f"{name} is given twice"))
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
        return [CNAME.found(key, reason=reason, cure=cure)]
    if not resolve(name, "A") and not resolve(name, "AAAA"):
        return [NO_ADDRESS.found(key, reason=f"{name} has no address in the DNS")]
    return []


def _check_one(name: str, host: str | None, place: str) -> Iterator[Finding]:
    if name == "host":
        cure = f"write {host!r}" if host else "write the server's name"
        reason = "in a list the server is named by its name"
        yield WORD.found(place, reason=reason, cure=cure)
    elif name == "keep":
        cure = "write mx: keep alone, or list the names that are there now"
        reason = "what is there cannot be kept and added to"
        yield WORD.found(place, reason=reason, cure=cure)
    else:
        yield from address.check_domain(name, f"{place}.host")
