"""The SPF records of a tapal server and its domains, as they are published (RFC 7208).

``_spf.<host domain>`` names the host once, and every domain includes it. The host's own name has
a record too: bounces have a null sender, so receivers check the HELO name instead (RFC 7208
§2.4), and chasquid signs no bounce.
"""

from collections.abc import Sequence
from typing import Literal, get_args

All = Literal["softfail", "fail"]
ALLS: tuple[All, ...] = get_args(All)

_QUALIFIERS = {"softfail": "~", "fail": "-"}


def record_name(domain: str) -> str:
    """Return where the host's own record is published, to be included by every domain."""
    return f"_spf.{domain}"


def host_record(host: str) -> str:
    """Return the record that allows ``host`` by name, over whatever addresses it has."""
    return f"v=spf1 a:{host} ~all"


def helo_record() -> str:
    """Return the record of the HELO name itself, by which bounces pass."""
    return "v=spf1 a -all"


def domain_record(includes: Sequence[str], policy: str = "softfail") -> str:
    """Return a domain's record: its ``includes`` in order, each once, and how it ends.

    Raises:
        ValueError: ``policy`` is not one of `ALLS`.
    """
    if policy not in _QUALIFIERS:
        raise ValueError(f"{policy!r} cannot end an SPF record; choose {' or '.join(ALLS)}")
    terms = [f"include:{name}" for name in dict.fromkeys(includes)]
    return " ".join(["v=spf1", *terms, f"{_QUALIFIERS[policy]}all"])
