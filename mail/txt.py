r"""TXT values in zone presentation form, as Cloudflare stores them.

A TXT record is a list of strings of at most 255 bytes each (RFC 1035 §3.3.14). Cloudflare keeps
them quoted; a value sent unquoted or cut elsewhere is rewritten on its side and then drifts at
every refresh. So we quote and cut ourselves: every string but the last has exactly 255 bytes.
Inside the quotes ``"`` and ``\`` are escaped, and bytes outside printable ASCII are ``\DDD``
(RFC 1035 §5.1).
"""

import re

CHUNK = 255
_ESCAPED = {ord('"'): '\\"', ord("\\"): "\\\\"}
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"\s*', re.DOTALL)
_ESCAPE = re.compile(rb"\\(\d{3}|.)", re.DOTALL)


def quote(value: str) -> str:
    r"""Return ``value`` as quoted strings of at most 255 bytes, separated by single spaces.

    The bytes are those of UTF-8; lone surrogates (``surrogateescape``) stand for raw bytes.
    """
    data = value.encode("utf-8", "surrogateescape")
    chunks = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)] or [b""]
    return " ".join(f'"{_escape(chunk)}"' for chunk in chunks)


def unquote(content: str) -> str:
    """Return the value that ``content`` stands for: its strings joined, escapes resolved.

    Content that does not begin with a quote is taken as it is, as Cloudflare does.

    Raises:
        ValueError: A quote is not closed, or there is text outside the quotes.
    """
    text = content.strip()
    if not text.startswith('"'):
        return content
    chunks: list[bytes] = []
    position = 0
    while position < len(text):
        match = _STRING.match(text, position)
        if not match:
            raise ValueError(f"TXT content is not a list of quoted strings: {content!r}")
        chunks.append(_resolve(match.group(1).encode("utf-8", "surrogateescape")))
        position = match.end()
    return b"".join(chunks).decode("utf-8", "surrogateescape")


def same(one: str, other: str) -> bool:
    """Return whether two contents stand for the same value, however each is quoted and cut."""
    return unquote(one) == unquote(other)


def _escape(chunk: bytes) -> str:
    return "".join(
        _ESCAPED.get(byte) or (chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03d}")
        for byte in chunk
    )


def _resolve(text: bytes) -> bytes:
    return _ESCAPE.sub(_resolve_one, text)


def _resolve_one(match: re.Match[bytes]) -> bytes:
    token = match.group(1)
    if len(token) == 1:
        return token
    number = int(token)
    if number > 255:
        raise ValueError(f"TXT escape \\{number} is not a byte (0 to 255)")
    return bytes([number])
