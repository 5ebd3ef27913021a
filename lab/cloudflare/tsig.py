"""The TSIG key that signs updates (RFC 8945): one line, or a key clause as BIND writes it."""

import re
from pathlib import Path

import dns.name
import dns.tsig

_CLAUSE = re.compile(
    r'key\s+"?(?P<name>[^"\s{]+)"?\s*\{[^}]*?algorithm\s+"?(?P<algorithm>[\w.-]+?)"?\s*;'
    r'\s*secret\s+"(?P<secret>[^"]+)"\s*;',
)


def from_line(line: str) -> dns.tsig.Key:
    """Return the key of ``NAME:ALGORITHM:SECRET`` (the secret in base64).

    Raises:
        ValueError: the line has another form.
    """
    parts = line.strip().split(":")
    if len(parts) != 3:
        raise ValueError("a TSIG key is NAME:ALGORITHM:SECRET")
    name, algorithm, secret = parts
    return dns.tsig.Key(dns.name.from_text(name), secret, dns.name.from_text(algorithm))


def from_file(path: Path) -> dns.tsig.Key:
    """Return the key in ``path``: BIND's key clause (``tsig-keygen``), or one line.

    Raises:
        ValueError: the file holds neither.
        OSError: it cannot be read.
    """
    content = path.read_text()
    if clause := _CLAUSE.search(content):
        return from_line(f"{clause['name']}:{clause['algorithm']}:{clause['secret']}")
    return from_line(content)
