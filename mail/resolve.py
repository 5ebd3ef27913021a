"""How the DNS is asked (`Resolve`), what may go wrong, and which answers are known beforehand."""

from collections.abc import Callable, Mapping, Sequence

from mail.rule import Rule

Resolve = Callable[[str, str], Sequence[str]]
"""``resolve(name, type)`` returns the values (TXT unquoted); none for NXDOMAIN and no data."""

UNANSWERED = Rule(
    id="dns-unanswered",
    source="RFC 1035 §7.2",
    level="warning",
    why="A question to the DNS that nobody answered says nothing about anybody's records.",
    cure="nothing depends on it now; see that this machine's name server works, or wait",
)

Records = Mapping[tuple[str, str], Sequence[str]]
"""By name and type: the values; an empty list where there will not be such a record."""


class UnansweredError(Exception):
    """A question could not be asked, or nobody answered it; the record may exist all the same."""


def overlay(planned: Records, resolve: Resolve) -> Resolve:
    """Return a look-up that answers from ``planned`` where it can, and else by ``resolve``.

    So what is going to be published counts, whatever the DNS says today.
    """

    def look_up(name: str, kind: str) -> Sequence[str]:
        known = planned.get((name.rstrip(".").lower(), kind))
        return resolve(name, kind) if known is None else known

    return look_up
