"""Error texts as a Go program writes them: what users of the official plugin read."""

import asyncio
import os
import socket

import asyncssh

_ESCAPES = {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t",
            "\v": r"\v", '"': r"\"", "\\": r"\\"}  # fmt: skip


def quoted(text: str) -> str:
    """Return ``text`` in double quotes, as Go's ``%q`` does it."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def dial_failure(error: BaseException, *, host: str, port: int, methods: list[str]) -> str:
    """Return why a dial failed; ``methods`` are the ways of authentication that were offered."""
    if isinstance(error, asyncssh.HostKeyNotVerifiable):
        return "ssh: handshake failed: ssh: host key mismatch"
    if isinstance(error, asyncssh.PermissionDenied):
        tried = " ".join(["none", *methods])
        return (
            "ssh: handshake failed: ssh: unable to authenticate, attempted methods "
            f"[{tried}], no supported methods remain"
        )
    if isinstance(error, asyncssh.ConnectionLost):
        return "ssh: handshake failed: EOF"
    if isinstance(error, asyncssh.Error):
        return f"ssh: handshake failed: ssh: {error.reason}"
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return f"dial tcp {where}: {_network_failure(error, host)}"


def _network_failure(error: BaseException, host: str) -> str:
    if isinstance(error, asyncio.TimeoutError):
        return "i/o timeout"
    if isinstance(error, socket.gaierror):
        return f"lookup {host}: no such host"
    if isinstance(error, OSError) and error.errno:
        return f"connect: {os.strerror(error.errno).lower()}"
    return str(error)


def key_failure(error: Exception, *, passphrase: str | None) -> str:
    """Return why a private key cannot be used, without quoting the key."""
    if passphrase is None and "Passphrase must be specified" in str(error):
        return "ssh: this private key is passphrase protected"
    if isinstance(error, asyncssh.KeyEncryptionError):
        return "x509: decryption password incorrect"
    return "ssh: no key found"
