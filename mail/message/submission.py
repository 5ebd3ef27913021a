"""Submits a mail as a user's mail program does: TLS verified against the name, then AUTH.

465 is TLS from the first byte, 587 upgrades by STARTTLS (RFC 8314 §3.3). An address to connect to
may be given beside the server's name; the certificate must hold the name all the same.
"""

import smtplib
import socket
import ssl
import time
from dataclasses import dataclass, field

from mail.finding import Finding, render
from mail.message.compose import Mail
from mail.rule import Rule

_SOURCE = "RFC 6409, RFC 8314"
_LOG = "see the server's log: journalctl -u chasquid"

CERTIFICATE = Rule(
    id="submission-certificate",
    source=_SOURCE,
    why="A mail program gives the password only to a server whose certificate it can trust.",
    cure="check that the certificate is for the server's name and from a trusted CA",
)
TLS = Rule(
    id="submission-tls",
    source=_SOURCE,
    why="Mail is submitted over TLS alone: from the first byte on port 465, by STARTTLS on 587.",
    cure="check that this port speaks TLS: 465 at once, 587 after STARTTLS",
)
LOGIN = Rule(
    id="submission-login",
    source=_SOURCE,
    why="The server takes mail only from its accounts, with their passwords.",
    cure="check the password, and that the login is the complete address",
)
RECIPIENT = Rule(
    id="submission-recipient",
    source=_SOURCE,
    why="The server refuses a recipient whose address it cannot deliver to.",
    cure="check the recipient's address",
)
SENDER = Rule(
    id="submission-sender",
    source=_SOURCE,
    why="An account sends as its own address, and not as somebody else.",
    cure="send as an address that the account may use",
)
REFUSED = Rule(
    id="submission-refused",
    source=_SOURCE,
    why="The server read the mail and refused it; its log says why.",
    cure=_LOG,
)
NAME = Rule(
    id="submission-name",
    source=_SOURCE,
    why="A mail program finds the server by the address of its name in the DNS.",
    cure="check that the server's name has an address in the DNS",
)
TIMED_OUT = Rule(
    id="submission-timeout",
    source=_SOURCE,
    why="A server that does not answer is down, or a firewall drops the connection.",
    cure="check that the server runs and no firewall drops this port",
)
CLOSED = Rule(
    id="submission-closed",
    source=_SOURCE,
    why="The host answers, and no mail server listens on the port.",
    cure="check that the server runs: systemctl status chasquid",
)
FAILED = Rule(
    id="submission-failed",
    source=_SOURCE,
    why="The submission failed in a way that has no rule of its own.",
    cure=_LOG,
)

# The first that fits counts: a certificate's error is an ssl.SSLError too.
_RULES: tuple[tuple[type[Exception], Rule], ...] = (
    (ssl.SSLCertVerificationError, CERTIFICATE),
    (ssl.SSLError, TLS),
    (smtplib.SMTPAuthenticationError, LOGIN),
    (smtplib.SMTPRecipientsRefused, RECIPIENT),
    (smtplib.SMTPSenderRefused, SENDER),
    (smtplib.SMTPDataError, REFUSED),
    (socket.gaierror, NAME),
    (TimeoutError, TIMED_OUT),
    (ConnectionRefusedError, CLOSED),
)

TIMEOUT = 30.0
PORTS = (465, 587)
# RFC 5321 §4.1.4: a client without a name of its own says an address literal.
_CLIENT = "[127.0.0.1]"


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where and as whom to submit.

    Attributes:
        host: The server's name, which its certificate must hold.
        user: The complete address, which is also the login.
        password: Never shown.
        port: 465 (TLS) or 587 (STARTTLS).
        address: Where to connect to, if not to what ``host`` resolves to.
        cafile: PEM file of the only CA to trust, if not the system's.
        timeout: Seconds for each step.
    """

    host: str
    user: str
    password: str = field(repr=False)
    port: int = 465
    address: str | None = None
    cafile: str | None = None
    timeout: float = TIMEOUT


@dataclass(frozen=True, kw_only=True)
class Timings:
    """How the submission went, in seconds since it began, and over which TLS."""

    connected: float
    authenticated: float
    accepted: float
    tls: str
    cipher: str
    reply: str


class SubmissionError(Exception):
    """The server did not take the mail; ``finding`` says why and what helps.

    ``temporary`` says whether trying again later may do (RFC 5321 §4.2.1).
    """

    def __init__(self, finding: Finding, *, temporary: bool) -> None:
        super().__init__(render([finding]))
        self.finding = finding
        self.temporary = temporary


def submit(account: Account, mail: Mail) -> Timings:
    """Hand ``mail`` to the server, for all of its recipients or for none.

    Raises:
        SubmissionError: It was not taken: not reached, not trusted, not let in, or refused.
    """
    start = time.monotonic()
    try:
        with _connect(account) as server:
            connected = time.monotonic() - start
            server.login(account.user, account.password)
            authenticated = time.monotonic() - start
            reply = _deliver(server, mail)
            accepted = time.monotonic() - start
            tls, cipher = _tls(server)
    except (smtplib.SMTPException, OSError) as error:
        raise _explained(error, account) from error
    return Timings(
        connected=connected,
        authenticated=authenticated,
        accepted=accepted,
        tls=tls,
        cipher=cipher,
        reply=reply,
    )


class _Direct:
    """Connects to a given address, while the host's name stays what TLS is verified against."""

    address: str | None = None

    def _socket(self, host: str, port: int, limit: float) -> socket.socket:
        return socket.create_connection((self.address or host, port), limit)


class _Tls(_Direct, smtplib.SMTP_SSL):
    """TLS from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> ssl.SSLSocket:
        plain = self._socket(host, port, timeout)
        return self.context.wrap_socket(plain, server_hostname=host)


class _StartTls(_Direct, smtplib.SMTP):
    """Plain until STARTTLS."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._socket(host, port, timeout)


def _connect(account: Account) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=account.cafile)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    server: _Tls | _StartTls
    if account.port == 465:
        server = _Tls(local_hostname=_CLIENT, timeout=account.timeout, context=context)
    else:
        server = _StartTls(local_hostname=_CLIENT, timeout=account.timeout)
    server.address = account.address
    # As the constructor sets it when it connects by itself; starttls() verifies against it.
    vars(server)["_host"] = account.host
    try:
        _greet(server, account, context)
    except BaseException:
        server.close()
        raise
    return server


def _greet(server: smtplib.SMTP, account: Account, context: ssl.SSLContext) -> None:
    code, greeting = server.connect(account.host, account.port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, greeting)
    if account.port != 465:
        server.starttls(context=context)


def _deliver(server: smtplib.SMTP, mail: Mail) -> str:
    """Send as ``sendmail()`` does, but return the reply to the data, and accept no refusal."""
    code, reply = server.mail(mail.sender, [f"size={len(mail.content)}"])
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, reply, mail.sender)
    for recipient in mail.recipients:
        code, reply = server.rcpt(recipient)
        if code not in (250, 251):
            raise smtplib.SMTPRecipientsRefused({recipient: (code, reply)})
    code, reply = server.data(mail.content)
    if code != 250:
        raise smtplib.SMTPDataError(code, reply)
    return reply.decode(errors="replace")


def _tls(server: smtplib.SMTP) -> tuple[str, str]:
    assert isinstance(server.sock, ssl.SSLSocket)  # noqa: S101 - for the type checker
    cipher = server.sock.cipher()
    return server.sock.version() or "", cipher[0] if cipher else ""


def _explained(error: Exception, account: Account) -> SubmissionError:
    code, said = _reply(error)
    rule = next((rule for kind, rule in _RULES if isinstance(error, kind)), FAILED)
    cure = _cures(account).get(rule)
    finding = rule.found(f"{account.host}:{account.port}", reason=said, cure=cure)
    unreached = isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException)
    unreached = unreached and not isinstance(error, ssl.SSLError)
    return SubmissionError(finding, temporary=unreached or 400 <= code < 500)


def _reply(error: Exception) -> tuple[int, str]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        recipient, (code, said) = next(iter(error.recipients.items()))
        return code, f"{recipient}: {code} {said.decode(errors='replace')}"
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        shown = text.decode(errors="replace") if isinstance(text, bytes) else text
        return error.smtp_code, f"{error.smtp_code} {shown}"
    return 0, str(error) or type(error).__name__


def _cures(account: Account) -> dict[Rule, str]:
    """Return the cures that name the account's own server or address."""
    trusted = f"check that the certificate is for {account.host} and from a trusted CA (cafile)"
    return {
        CERTIFICATE: trusted,
        SENDER: f"send as an address that {account.user} may use",
        NAME: f"check that {account.host} has an address in the DNS",
    }
