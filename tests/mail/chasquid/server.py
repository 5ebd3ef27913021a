"""The real chasquid on loopback ports of its own, configured by what tapal renders."""

import datetime as dt
import ipaddress
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from mail import dkim
from mail.chasquid import files
from mail.password import Scrypt

HOST = "smtp.a.test"


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running chasquid.

    Attributes:
        smtp: Port for mail.
        submission: Port for STARTTLS submission.
        submissions: Port for TLS submission.
        cafile: What its certificate is signed by: itself.
        folder: Its configuration; ``log`` and the delivered mails are beside it.
        program: ``chasquid-util``.
        keys: Its DKIM keys by selector.
    """

    smtp: int
    submission: int
    submissions: int
    cafile: Path
    folder: Path
    program: Path
    keys: dict[str, str]

    @property
    def log(self) -> str:
        """Everything it has said so far."""
        return (self.folder.parent / "log").read_text()

    def resolve(self, address: str) -> list[str]:
        """Where the running server sends mail for ``address``."""
        command = [str(self.program), f"-C={self.folder}", "aliases-resolve", address]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
        if done.returncode:
            return [f"error: {done.stdout}{done.stderr}"]
        return [line.split(maxsplit=1)[1].strip() for line in done.stdout.splitlines()]

    def delivered(self, count: int) -> list[bytes]:
        """The mails handed to the delivery agent, once there are ``count``."""
        box = self.folder.parent / "box"
        for _ in range(200):
            mails = sorted(box.glob("*.eml"))
            if len(mails) >= count:
                return [mail.read_bytes() for mail in mails]
            time.sleep(0.05)
        raise AssertionError(f"{len(mails)} of {count} mails came\n{self.log}")


@contextmanager
def running(
    package: Path, folder: Path, accounts: dict[str, Scrypt], aliases: dict[str, list[str]]
) -> Iterator[Server]:
    """Run chasquid for domain ``a.test`` until the end of the block."""
    ports = _free_ports(3)
    server = Server(
        smtp=ports[0],
        submission=ports[1],
        submissions=ports[2],
        cafile=folder / "etc/certs" / HOST / "fullchain.pem",
        folder=folder / "etc",
        program=package / "usr/bin/chasquid-util",
        keys={"r1": dkim.generate("rsa"), "e1": dkim.generate("ed25519")},
    )
    _configure(server, accounts, aliases)
    command = [str(package / "usr/bin/chasquid"), f"-config_dir={server.folder}"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        try:
            _wait(ports, process, server)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _configure(server: Server, accounts: dict[str, Scrypt], aliases: dict[str, list[str]]) -> None:
    root, domain = server.folder.parent, server.folder / "domains/a.test"
    for directory in (domain, server.cafile.parent, root / "box", root / "data"):
        directory.mkdir(parents=True)
    config = files.Config(
        hostname=HOST,
        smtp=[f"127.0.0.1:{server.smtp}"],
        submission=[f"127.0.0.1:{server.submission}"],
        submission_tls=[f"127.0.0.1:{server.submissions}"],
    )
    # What is delivered to "box" is kept, to be looked at; other accounts get the real answer.
    real = "echo 'this address only sends mail'; exit 67"
    keep = f"case %to_user% in box) cd {root}/box && cat > $$ && mv $$ $$.eml;; *) {real};; esac"
    text = files.conf(config)
    assert real in text
    text = text.replace(f'"{real}"', f'"{keep}"')
    (server.folder / "chasquid.conf").write_text(f'{text}data_dir: "{root}/data"\n')
    (domain / "users").write_text(files.users(accounts))
    (domain / "aliases").write_text(files.aliases(aliases))
    for selector, pem in server.keys.items():
        (domain / dkim.file_name(selector)).write_text(pem)
    _certificate(server.cafile.parent)


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(HOST)]
    names.append(x509.IPAddress(ipaddress.ip_address("203.0.113.10")))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "privkey.pem").write_bytes(pem)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _wait(ports: list[int], process: "subprocess.Popen[bytes]", server: Server) -> None:
    for port in ports:
        for _ in range(100):
            if process.poll() is not None:
                raise AssertionError(f"chasquid ended at once\n{server.log}")
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
