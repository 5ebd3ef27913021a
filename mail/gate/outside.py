"""Mail that comes without a password: it may not bear a name of ours that it cannot prove.

chasquid forwards mail under an envelope of ours, from our address: whatever names us in it would
pass DMARC at the last receiver. So a name of ours needs a signature that chasquid verified, or an
envelope for which SPF passed, of a domain that is aligned with it.
"""

from collections.abc import Iterable

from mail.gate import authors, names, results
from mail.gate.envelope import Envelope
from mail.gate.headers import AUTHORS, Head
from mail.gate.policy import Policy
from mail.gate.verdict import Verdict, refused


def decide(envelope: Envelope, head: Head, policy: Policy) -> Verdict:
    """Return what becomes of a mail from outside that has one From line."""
    claims: dict[str, str] = {}
    for kind in AUTHORS:
        for field in head.all(kind):
            line = authors.read(field.value)
            fault = field.fault or line.fault
            if fault and (shown := policy.shown(line.text)):
                return _doubtful(kind.title(), fault, shown)
            domains = (one.domain for one in line.mailboxes)
            claims = _claims(domains, f"{kind.title()} line", policy) | claims
    claims = _claims(_domains(envelope.sender), "envelope sender", policy) | claims
    return _prove(claims, envelope, head, policy) if claims else Verdict()


def _claims(domains: Iterable[str], where: str, policy: Policy) -> dict[str, str]:
    return {
        name: where for domain in domains for name in names.read_as(domain) if policy.is_claim(name)
    }


def _domains(address: str) -> list[str]:
    """Return what follows each ``@``: chasquid splits at the first, others at the last."""
    return [part for part in (address.partition("@")[2], address.rpartition("@")[2]) if part]


def _prove(claims: dict[str, str], envelope: Envelope, head: Head, policy: Policy) -> Verdict:
    proofs = [names.loose(one) for one in results.signed_by(head, policy.host)]
    if envelope.spf:
        proofs += map(names.loose, _domains(envelope.sender)[:1])
    for name, where in claims.items():
        if not any(policy.is_proven(name, one) for one in proofs):
            return _unproven(name, where)
    return Verdict()


def _doubtful(line: str, fault: str, shown: str) -> Verdict:
    reason = f"the {line} line {fault}, and may be read as an address of {shown}"
    return refused("5.7.1", f"{reason}, whose mail is sent from here; write it plainly")


def _unproven(name: str, where: str) -> Verdict:
    reason = f"the {where} is of {name}, whose mail is sent from here"
    cure = f"it needs a valid DKIM signature of {name}, or SPF pass for an envelope of {name}"
    return refused("5.7.26", f"{reason}: {cure}, or a login")
