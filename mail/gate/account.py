"""An account and the addresses that it may use."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

EVERY = "*"
SUFFIX = "+"  # chasquid's suffix_separators
DROPPED = "."  # chasquid's drop_characters


def plain(local: str) -> str:
    """Return a local part as chasquid looks it up: lower case, no dots before the suffix.

    Beyond ASCII a little more is the same here than to chasquid (PRECIS, RFC 8265): it keeps a
    catch-all's owner from a name that only looks like another account.
    """
    low = local if local.isascii() else unicodedata.normalize("NFKC", local)
    low = low.lower()
    base, suffix, rest = low.partition(SUFFIX)
    return base.replace(DROPPED, "") + suffix + rest


@dataclass(frozen=True)
class Account:
    """Who logs in.

    Attributes:
        name: ``user@domain``, for people to read.
        addresses: What it may send as: `plain` local part and domain; ``*`` is every local part.
        excepted: What ``*`` does not mean since another is served there.
        limits: What of the server's limits is another for it, as the policy's file has it.
        denied: Since when it is shut out, and why, if it is.
    """

    name: str
    addresses: "frozenset[tuple[str, str]]"
    excepted: "frozenset[tuple[str, str]]" = frozenset()
    limits: Mapping[str, int] = field(default_factory=dict)
    denied: str = ""

    def may_use(self, local: str, domain: str) -> bool:
        """Return whether the account may send as an address, as the policy names its domain."""
        whole = plain(local)
        for one in (whole, whole.partition(SUFFIX)[0]):
            if (one, domain) in self.addresses:
                return True
            if (one, domain) in self.excepted:
                return False
        # No mail could come back to a name in quotes or with invisible characters.
        plainly = local.isprintable() and not local.startswith('"')
        return plainly and (EVERY, domain) in self.addresses
