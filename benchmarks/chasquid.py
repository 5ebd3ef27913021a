"""The real chasquid of the package that the lab uses, and how fast it takes submitted mail.

On loopback, with TLS, AUTH, queue and local delivery; mail of one domain is signed by two DKIM
keys, mail of another by none.
"""

import contextlib
import smtplib
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

from lab.images import chasquid_package
from mail import dkim, password
from mail.chasquid import files

CONNECTIONS = 8
PASSWORD = "benchmark-only-password"  # noqa: S105 - of a server that lives for some seconds
BODY = "".join(f"line {number} of a mail of ordinary size\r\n" for number in range(60))
SIGNED, UNSIGNED, SINK = "signed.test", "unsigned.test", "sink.test"
ACCOUNT = f"i@{SINK}"


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running chasquid.

    Attributes:
        root: its configuration.
        port: where it takes submitted mail.
        process: its process.
    """

    root: Path
    port: int
    process: "subprocess.Popen[bytes]"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _certificate(folder: Path) -> None:
    folder.mkdir(parents=True)
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)


def _configure(root: Path, port: int) -> None:
    _certificate(root / "certs" / "localhost")
    config = files.Config(
        hostname="localhost",
        max_queue_items=100_000,
        smtp=[f"127.0.0.1:{_free_port()}"],
        submission=[f"127.0.0.1:{_free_port()}"],
        submission_tls=[f"127.0.0.1:{port}"],
    )
    own = f'\ndata_dir: "{root / "data"}"\nmail_log_path: "{root / "mail.log"}"\n'
    agent = 'mail_delivery_agent_bin: "/bin/true"\n'
    # All of the real configuration but for where its log, data and local mail go.
    lines = files.conf(config).splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith("mail_"))
    (root / "chasquid.conf").write_text(text + own + agent)
    for name in (SIGNED, UNSIGNED, SINK):
        (root / "domains" / name).mkdir(parents=True)
    for selector, algorithm in (("a", "rsa"), ("e", "ed25519")):
        key = root / "domains" / SIGNED / dkim.file_name(selector)
        key.write_text(dkim.generate(algorithm))
    hashed = password.scrypt(PASSWORD, password.new_salt())
    (root / "domains" / SINK / "users").write_text(files.users({"i": hashed, "sink": hashed}))


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Run chasquid in a folder of its own until the end of the block."""
    binary = chasquid_package.folder() / "usr/bin/chasquid"
    with tempfile.TemporaryDirectory(prefix="tapal-benchmark-") as name:
        root, port = Path(name), _free_port()
        _configure(root, port)
        with (root / "server.log").open("w") as log:
            process = subprocess.Popen(
                [binary, f"--config_dir={root}"], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        try:
            _wait_for(port, process, root / "server.log")
            yield Server(root=root, port=port, process=process)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"chasquid did not start:\n{log.read_text()}")


def _context() -> ssl.SSLContext:
    # Its certificate was made a second ago on this very machine: there is nothing to verify.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _send(port: int, sender: str, mails: int) -> None:
    with smtplib.SMTP_SSL("127.0.0.1", port, context=_context(), timeout=60) as session:
        session.login(ACCOUNT, PASSWORD)
        for number in range(mails):
            session.sendmail(f"i@{sender}", [f"sink@{SINK}"], _mail(sender, number))


def _mail(sender: str, number: int) -> str:
    fields = {
        "From": f"i@{sender}",
        "To": f"sink@{SINK}",
        "Subject": str(number),
        "Date": formatdate(),
        "Message-ID": f"<{number}@{sender}>",
    }
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + f"\r\n{BODY}"


def rate(server: Server, sender: str, mails: int) -> float:
    """Submit ``mails`` mails of domain ``sender`` over all connections; return mails a second."""
    each = mails // CONNECTIONS
    start = time.monotonic()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        # A mail that is refused raises here: it would make the rate look better.
        list(pool.map(lambda _: _send(server.port, sender, each), range(CONNECTIONS)))
    return each * CONNECTIONS / (time.monotonic() - start)


def settle(server: Server) -> None:
    """Wait until all that was submitted is delivered."""
    queue = server.root / "data" / "queue"
    deadline = time.monotonic() + 30
    while any(queue.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
