"""Postfix with a milter that signs, in a tree of its own, doing the same work as chasquid.

TLS and AUTH with Dovecot (a password hashed by scrypt with chasquid's own parameters), a sender
that the account must own, the queue on the same disk, a process at the end that takes each mail
and throws it away. Of OpenDKIM and rspamd nothing runs but signing.
"""

import base64
import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ed25519

from benchmarks import control_group
from benchmarks.client import ACCOUNT, PASSWORD
from benchmarks.rig import Rig, certificate, free_port, wait_for
from lab.images import image
from mail import dkim
from mail.template import render

OPENDKIM, RSPAMD = "opendkim", "rspamd"
_HERE = Path(__file__).parent
_PLACES = {"opendkim.conf": "opendkim.conf", "rspamd.conf": "rspamd/signing.conf"}
_SCRYPT = "$7$C6..../....tapalbenchmark$"  # crypt(5): N = 2^14, r = 8, p = 1, as chasquid's
_WAITING = ("maildrop", "incoming", "active", "deferred")


@contextlib.contextmanager
def running(milter: str) -> Iterator[Rig]:
    """Run Postfix with `OPENDKIM` or `RSPAMD` until the end of the block.

    Raises:
        LabError: its packages cannot be fetched.
        RuntimeError: it does not start.
    """
    image.build_all(image.BASE, image.WORLD, image.RIVALS)
    with (
        tempfile.TemporaryDirectory(prefix="tapal-benchmark-") as name,
        control_group.made(f"postfix-{milter}") as group,
    ):
        folder, port = Path(name), free_port()
        for part in ("upper", "work", "root", "queue"):
            (folder / part).mkdir()
        folder.chmod(0o755)  # the tree is for its users too
        _configure(folder / "upper" / "etc", port)
        lower = ":".join(map(str, image.RIVALS.lower))
        unshared = ["unshare", "--mount", "--propagation=private", "--pid", "--fork"]
        command = ["bash", str(_HERE / "boot.sh"), lower, str(folder), milter]
        log = folder / "boot.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                group.enter([*unshared, "--kill-child", "--", *command]),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            wait_for(port, process, log)
            queue = tuple(folder / "queue" / one for one in _WAITING)
            yield Rig(port=port, groups=(group,), queue=queue)
        finally:
            process.kill()  # and with it, all that runs in its namespaces
            process.wait(timeout=20)


def _configure(etc: Path, port: int) -> None:
    certificate(etc / "postfix")
    for name in ("main.cf", "master.cf"):
        text = render(
            f"benchmarks/postfix/{name}.j2",
            account=ACCOUNT,
            port=port,
            milter="/run/milter/milter.sock",
        )
        (etc / "postfix" / name).write_text(text)
    for name, place in {**_PLACES, "dovecot.conf": "dovecot/dovecot.conf"}.items():
        (etc / place).parent.mkdir(exist_ok=True)
        shutil.copy(_HERE / name, etc / place)
    (etc / "dovecot" / "accounts").write_text(f"{ACCOUNT}:{{CRYPT}}{_hashed(PASSWORD)}\n")
    (etc / "dkim").mkdir()
    (etc / "dkim" / "a.pem").write_text(dkim.generate("rsa"))
    (etc / "dkim" / "e.key").write_text(_ed25519())
    for key in (etc / "dkim").iterdir():
        key.chmod(0o644)  # of a domain that lives for some minutes
    (etc / "hosts").write_text("127.0.0.1 localhost\n")


def _ed25519() -> str:
    """Return an Ed25519 key as rspamd reads it: both halves in base64."""
    key = ed25519.Ed25519PrivateKey.generate()
    return base64.b64encode(key.private_bytes_raw() + key.public_key().public_bytes_raw()).decode()


def _hashed(password: str) -> str:
    program = "print crypt(<STDIN>, $ARGV[0])"
    command = ["perl", "-e", program, _SCRYPT]
    done = subprocess.run(command, input=password, check=True, capture_output=True, text=True)
    return done.stdout
