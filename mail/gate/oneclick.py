"""One-click unsubscription (RFC 8058): one more signature, which covers ``List-Unsubscribe-Post``.

chasquid signs ``List-Unsubscribe`` but not the field that makes it one click, and RFC 8058 §4 wants
both under a signature. So of a mail that has both, the gate hands on the hook's connection to the
signer (`mail.gate.signer`), which may read the keys and answers in its place; the gate itself may
not, and does not wait.
"""

import socket

from mail.gate import headers
from mail.gate.envelope import Envelope
from mail.gate.headers import ONE_CLICK, Head
from mail.gate.policy import Policy
from mail.gate.verdict import TAKEN, Verdict, later

SOCKET = "/run/tapal-gate/sign.sock"
PATIENCE = 1.0  # seconds for a signer that takes nothing
NO_SIGNER = later(
    "4.3.0", "the mail cannot be signed for one-click unsubscription, try again later"
)


def wanted(verdict: Verdict, envelope: Envelope, head: Head, policy: Policy) -> Verdict:
    """Return ``verdict``, with the domain that is to sign if the mail asks for one click.

    The domain is that of the envelope, as chasquid does it.
    """
    asks = all(map(head.all, ONE_CLICK))
    if verdict.status != TAKEN or not envelope.account or not asks:
        return verdict
    domain = policy.domain(envelope.sender.rpartition("@")[2])
    return Verdict(reason=verdict.reason, signs=domain.name) if domain else verdict


def hand_on(hook: socket.socket, domain: str, mail: bytes, path: str = SOCKET) -> None:
    """Hand the ``hook``'s connection to the signer, which answers it.

    It gets a line with the length of the head and the domain, then the head; less than that it does
    not answer.

    Raises:
        OSError: The signer is not there, or takes nothing.
    """
    end = headers.end(mail)
    head = mail if end < 0 else mail[:end]
    data = f"{len(head)} {domain}\n".encode() + head
    with socket.socket(socket.AF_UNIX) as signer:
        signer.settimeout(PATIENCE)
        signer.connect(path)
        sent = socket.send_fds(signer, [data], [hook.fileno()])
        signer.sendall(data[sent:])
