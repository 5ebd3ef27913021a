"""Which stack a DNS record belongs to: written into the record's comment, where everybody sees it.

A record with a stack's comment belongs to that stack. Any other was there before or is somebody
else's, and stays as it is unless the stack's file says otherwise.
"""

import hashlib
import re

LONGEST = 100  # characters of a comment on Cloudflare's free plan

_PREFIX = "tapal: stack "
_COMMENT = re.compile(rf"{_PREFIX}(?P<stack>[A-Za-z0-9._~-]+)")


def comment(stack: str) -> str:
    """Return the comment that marks a record as one of ``stack``, at most `LONGEST` characters."""
    return f"{_PREFIX}{short(stack)}"


def stack_of(text: str) -> str:
    """Return the stack that the comment ``text`` names, as `short` writes it; empty if none."""
    match = _COMMENT.match(text.strip())
    return match["stack"] if match else ""


def is_of(text: str, stack: str) -> bool:
    """Return whether a record with the comment ``text`` is one of ``stack``."""
    return stack_of(text) == short(stack)


def short(stack: str) -> str:
    """Return the name of ``stack`` as comments hold it: a very long one is cut."""
    room = LONGEST - len(_PREFIX)
    if len(stack) <= room:
        return stack
    digest = hashlib.sha256(stack.encode()).hexdigest()[:8]
    return f"{stack[: room - len(digest) - 1]}~{digest}"
