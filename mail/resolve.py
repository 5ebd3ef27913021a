"""How the DNS is asked (`mail.spf.Resolve`): what may go wrong, and what need not be asked."""

from collections.abc import Mapping, Sequence

from mail.spf import Resolve

Records = Mapping[tuple[str, str], Sequence[str]]
"""By name and type: the values, or none where there is no such record."""


class UnansweredError(Exception):
    """A question could not be asked, or nobody answered it: not the same as no such record."""


def overlay(planned: Records, resolve: Resolve) -> Resolve:
    """Return a look-up of ``planned`` first: what will be, whatever the DNS says today."""

    def look_up(name: str, kind: str) -> Sequence[str]:
        known = planned.get((name.rstrip(".").lower(), kind))
        return resolve(name, kind) if known is None else known

    return look_up
