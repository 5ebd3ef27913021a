"""TXT content as Cloudflare stores it: quoted strings of at most 255 bytes (RFC 1035 3.3.14).

Content may come unquoted, or as one or several quoted strings. What is stored is always quoted,
joined and split again at exactly 255 bytes, so that a client that sends another form reads another
value than it sent (cloudflare/terraform-provider-cloudflare#6238).
"""

import re

from lab.cloudflare.errors import TOO_LONG, ApiError, bad_content

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*')
_ESCAPE = re.compile(rb"\\(\d{3}|.)", re.DOTALL)


def normalise(content: str) -> str:
    """Return ``content`` quoted and chunked.

    Raises:
        ApiError: for a line break, unbalanced quotes, nothing at all, or more than 4,096 bytes.
    """
    if "\n" in content or "\r" in content:
        raise ApiError(400, bad_content("TXT"))
    value = _unquoted(content) if content.startswith('"') else _plain(content)
    chunks = [value[i : i + 255] for i in range(0, len(value), 255)] or [b""]
    if sum(len(chunk) + 1 for chunk in chunks) > 4096:
        raise ApiError(400, TOO_LONG)
    return " ".join(f'"{_escaped(chunk)}"' for chunk in chunks)


def _plain(content: str) -> bytes:
    if not content or '"' in content:
        raise ApiError(400, bad_content("TXT"))
    return content.encode()


def _unquoted(content: str) -> bytes:
    position, value = 0, b""
    while position < len(content):
        match = _QUOTED.match(content, position)
        if not match:
            raise ApiError(400, bad_content("TXT"))
        value += _ESCAPE.sub(_unescape, match[1].encode())
        position = match.end()
    return value


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if not (len(code) == 3 and code.isdigit()):
        return code
    if int(code) > 255:
        raise ApiError(400, bad_content("TXT"))
    return bytes([int(code)])


def _escaped(chunk: bytes) -> str:
    return "".join(_character(byte) for byte in chunk)


def _character(byte: int) -> str:
    if byte in b'"\\':
        return f"\\{chr(byte)}"
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03}"
