"""What signing costs: mail submitted to chasquid on 465, signed by two DKIM keys or not at all.

The real chasquid of the package that the lab uses, on loopback, with TLS, AUTH, queue and local
delivery. Rounds of both kinds alternate, so that other work of the machine slows both alike.

    python -m benchmarks.submission [--rounds N] [--mails N] [--json]
"""

import argparse
import contextlib
import json
import smtplib
import socket
import ssl
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.images import chasquid_package
from mail import dkim, password
from mail.chasquid import files

CONNECTIONS = 8
PASSWORD = "benchmark-only-password"  # noqa: S105 - of a server that lives for some seconds
BODY = "".join(f"line {number} of a mail of ordinary size\r\n" for number in range(60))
SIGNED, UNSIGNED, SINK = "signed.test", "unsigned.test", "sink.test"


@dataclass(frozen=True, kw_only=True)
class Result:
    """Median rates (mails per second) and their ratio, signed to unsigned."""

    signed: float
    unsigned: float

    @property
    def ratio(self) -> float:
        """Return the signed rate as a part of the unsigned one."""
        return self.signed / self.unsigned


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
def _server() -> Iterator[int]:
    """Run chasquid in a folder of its own and yield its port."""
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
            yield port
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
    # Its certificate was made a second ago by this very program: there is nothing to verify.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _send(port: int, sender: str, mails: int) -> None:
    with smtplib.SMTP_SSL("127.0.0.1", port, context=_context(), timeout=60) as session:
        session.login(f"i@{SINK}", PASSWORD)
        for number in range(mails):
            message = f"From: i@{sender}\r\nTo: sink@{SINK}\r\nSubject: {number}\r\n\r\n{BODY}"
            session.sendmail(f"i@{sender}", [f"sink@{SINK}"], message)


def _round(port: int, sender: str, mails: int) -> float:
    """Return the rate of one round, in mails per second, over all connections."""
    each = mails // CONNECTIONS
    threads = [
        threading.Thread(target=_send, args=(port, sender, each)) for _ in range(CONNECTIONS)
    ]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return each * CONNECTIONS / (time.monotonic() - start)


def measure(rounds: int, mails: int) -> Result:
    """Measure ``rounds`` of ``mails`` mails, alternating, after one of each kind unmeasured."""
    signed: list[float] = []
    unsigned: list[float] = []
    with _server() as port:
        for number in range(rounds + 1):
            for sender, rates in ((UNSIGNED, unsigned), (SIGNED, signed)):
                rate = _round(port, sender, mails)
                if number:
                    rates.append(rate)
    return Result(signed=statistics.median(signed), unsigned=statistics.median(unsigned))


def main() -> None:
    """Measure, and print rates and their ratio: for a person, or as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mails", type=int, default=400)
    parser.add_argument("--json", action="store_true", help="print the rates as a JSON object")
    arguments = parser.parse_args()
    result = measure(arguments.rounds, arguments.mails)
    if arguments.json:
        print(json.dumps({"signed": result.signed, "unsigned": result.unsigned}))
        return
    print(f"unsigned  {result.unsigned:7.0f} mails/s")
    print(f"signed    {result.signed:7.0f} mails/s (RSA-2048 and Ed25519)")
    print(f"ratio     {result.ratio:7.1%}")


if __name__ == "__main__":
    main()
