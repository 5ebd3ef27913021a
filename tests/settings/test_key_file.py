"""A key file that cannot be used is named, with what to do instead."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from settings.ssh_target import SshTargetError, private_key


def key(encryption: KeySerializationEncryption) -> bytes:
    """Return a key as ssh-keygen writes it."""
    made = Ed25519PrivateKey.generate()
    return made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption)


def refused(file: Path) -> SshTargetError:
    """Return why a key file is refused."""
    with pytest.raises(SshTargetError) as caught:
        private_key(lambda _: None, str(file))
    assert caught.value.finding.key == "host.ssh.keyFile"
    return caught.value


def test_a_key_of_ssh_keygen_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "id"
    file.write_bytes(key(NoEncryption()))
    assert private_key(lambda _: None, str(file)) == file.read_text()


def test_a_passphrase_is_named_as_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "id"
    file.write_bytes(key(BestAvailableEncryption(b"a passphrase")))
    finding = refused(file).finding
    assert "has a passphrase" in finding.reason
    assert "ssh-add" in finding.cure


@pytest.mark.parametrize("content", [b"\xff\xfe\x00binary", b"", b"ssh-ed25519 AAAA me@here\n"])
def test_what_is_not_a_key_is_told_so(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "id"
    file.write_bytes(content)
    finding = refused(file).finding
    assert finding.reason == f"{file} is not an OpenSSH private key"
    assert "private half" in finding.cure


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / "none").finding.reason
