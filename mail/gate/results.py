"""What chasquid itself found out about a mail's DKIM signatures.

For mail from outside chasquid puts one ``Authentication-Results`` (RFC 8601) on top of everything,
always, so only the very first field is its word; any below is the sender's, whatever host it
names. It is read in the one shape in which chasquid writes it, a line for each result::

    Authentication-Results: smtp.a.example
            ;spf=pass (matched ip)
            ;dkim=pass  header.b=Zm9vYmFyYmF6  header.d=a.example

RFC 8601 allows comments and quoted strings there. They are not read but refused: in a line that
holds one, what a stranger wrote (his ``d=``, his record's text) could be taken for a result.
"""

import re

from mail.gate.headers import Head

_FIRST = re.compile(rb"authentication-results:[ \t]*([a-z0-9.-]+)[ \t]*", re.IGNORECASE)
_PASS = re.compile(
    rb"[ \t]+;[ \t]*dkim=pass(?:[ \t]+header\.b=[A-Za-z0-9+/=]{1,64})?"
    rb"[ \t]+header\.d=([A-Za-z0-9._-]+)[ \t]*"
)


def signed_by(head: Head, host: str) -> "frozenset[str]":
    """Return the domains whose signature the server ``host`` verified, in lower case."""
    if not head.first:
        return frozenset()
    first = _FIRST.fullmatch(head.first[0])
    if not first or first.group(1).decode("ascii").lower() != host:
        return frozenset()
    found = map(_PASS.fullmatch, head.first[1:])
    return frozenset(one.group(1).decode("ascii").lower() for one in found if one)
