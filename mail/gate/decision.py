"""Whether a mail is taken: decided from its envelope, its head and the policy alone.

docs/decisions/0015-what-a-signature-of-ours-is-worth.md says why it is decided like this.
"""

from mail.gate import outside, submitted
from mail.gate.envelope import Envelope
from mail.gate.headers import Head
from mail.gate.policy import Policy
from mail.gate.verdict import Verdict, refused


def decide(envelope: Envelope, head: Head, policy: Policy) -> Verdict:
    """Return what becomes of a mail; never raises."""
    if head.fault:
        return refused("5.6.0", f"the header {head.fault}")
    count = len(head.all("from"))
    if count != 1:
        found = f"{count} From lines" if count else "no From line"
        return refused("5.6.0", f"the mail has {found}; it must have exactly one (RFC 5322 3.6)")
    if envelope.account:
        return submitted.decide(envelope, head, policy)
    return outside.decide(envelope, head, policy)
