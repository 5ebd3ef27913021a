"""Asks a zone's own name servers what they serve."""

import time

import dns.exception
import dns.message
import dns.query
import dns.rdatatype
import dns.resolver

PAUSE = 0.5


class NotServedError(RuntimeError):
    """The name servers do not serve the record; the message has what they do serve."""

    # The engine shows the qualified name before the message; this keeps the line short.
    __module__ = "builtins"


def wait(name: str, kind: str, values: list[str], patience: float) -> None:
    """Return once every reachable name server of the zone serves ``values``.

    A and AAAA records must be exactly these, since a CA, and receivers, may take any of them. TXT
    records may have others beside them.

    Args:
        name: complete name without a final dot.
        kind: ``A``, ``AAAA`` or ``TXT`` (whose strings are joined before they are compared).
        values: what must be among the answers.
        patience: seconds.

    Raises:
        NotServedError: some name server still answers otherwise, or none can be asked.
    """
    deadline = time.monotonic() + patience
    while True:
        missing = _missing(name, kind, set(values))
        if not missing:
            return
        if time.monotonic() > deadline:
            raise NotServedError(
                f"{name} {kind}: {missing} after {patience:.0f} s. Nothing that relies on the "
                "record was changed. Remove what should not be there, or see that the zone is "
                "delegated to the DNS provider's name servers; then run `pulumi up` again."
            )
        time.sleep(PAUSE)


def _missing(name: str, kind: str, wanted: set[str]) -> str:
    servers = _authoritative(name)
    if not servers:
        return "the zone's name servers cannot be found"
    answered = False
    for server in servers:
        found = _ask(server, name, kind)
        if found is None:
            continue
        answered = True
        if not _holds(found, kind, wanted):
            return f"name server {server} serves {_listed(found)} instead of {_listed(wanted)}"
    return "" if answered else _by_resolver(name, kind, wanted)


def _authoritative(name: str) -> list[str]:
    try:
        zone = dns.resolver.zone_for_name(name)
        hosts = [str(ns.target) for ns in dns.resolver.resolve(zone, "NS")]
    except dns.exception.DNSException:
        return []
    found: list[str] = []
    for host in hosts:
        for kind in ("A", "AAAA"):
            try:
                found += [str(answer) for answer in dns.resolver.resolve(host, kind)]
            except dns.exception.DNSException:
                continue
    return found


def _ask(server: str, name: str, kind: str) -> set[str] | None:
    query = dns.message.make_query(name, kind, use_edns=0, payload=1232)
    try:
        answer, _ = dns.query.udp_with_fallback(query, server, timeout=2)
    except (dns.exception.DNSException, OSError):
        return None
    return _values(answer, kind)


def _values(answer: dns.message.Message, kind: str) -> set[str]:
    wanted = dns.rdatatype.from_text(kind)
    rdatas = [rdata for rrset in answer.answer if rrset.rdtype == wanted for rdata in rrset]
    if kind == "TXT":
        return {b"".join(rdata.strings).decode("utf-8", "replace") for rdata in rdatas}
    return {str(rdata) for rdata in rdatas}


def _by_resolver(name: str, kind: str, wanted: set[str]) -> str:
    # Some networks block questions to name servers; then the resolver's answer must do.
    try:
        answer = dns.resolver.resolve(name, kind, raise_on_no_answer=False)
        found = _values(answer.response, kind)
    except dns.resolver.NXDOMAIN:
        found = set()
    except dns.exception.DNSException as error:
        return f"the resolver answers: {error}"
    return "" if _holds(found, kind, wanted) else f"the resolver answers {_listed(found)}"


def _holds(found: set[str], kind: str, wanted: set[str]) -> bool:
    return found == wanted if kind in ("A", "AAAA") else wanted <= found


def _listed(values: set[str]) -> str:
    return ", ".join(sorted(values)) or "nothing"
