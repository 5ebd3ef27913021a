"""Which stack a person means, and what its file says of its server and domains."""

import contextlib
from collections.abc import Mapping
from typing import Any

from mail import address
from mail.address import AddressError
from settings import stack_file
from settings.stack_file import StackFileError

# What comes with the repository is nobody's server.
EXAMPLES = ("example.com", "lab")


def named(stack: str | None) -> str:
    """Return ``stack``, or the only one that there is if none is named.

    Raises:
        StackFileError: none is named and there is not exactly one, or there is none of that name.
    """
    known = stack_file.names()
    if stack:
        stack_file.config(stack)
        return stack
    own = [one for one in known if one not in EXAMPLES]
    if len(own) == 1:
        return own[0]
    here = ", ".join(own or known)
    raise StackFileError(
        f"name a stack with STACK=…; the stacks here are {here}"
        if own
        else 'there is no stack of your own yet: "make new DOMAIN=…" makes one'
    )


def host(config: stack_file.Config) -> Mapping[str, Any]:
    """Return the stack's host, or that of the stack whose server it uses; empty if there is none.

    Raises:
        StackFileError: that stack has no file.
    """
    own = config.get("tapal:host")
    if isinstance(own, dict) and own:
        return own
    other = config.get("tapal:hostStack")
    found = stack_file.config(str(other)).get("tapal:host") if other else None
    return found if isinstance(found, dict) else {}


def host_name(config: stack_file.Config) -> str:
    """Return the name of the stack's server; empty if it has none.

    Raises:
        StackFileError: the stack whose server it uses has no file.
    """
    with contextlib.suppress(AddressError):
        return address.dns_name(str(host(config).get("name")))
    return ""


def domains(config: stack_file.Config) -> frozenset[str]:
    """Return the names of the stack's domains that can be read."""
    listed = config.get("tapal:domains")
    names: set[str] = set()
    for one in listed if isinstance(listed, list) else []:
        with contextlib.suppress(AttributeError, AddressError):  # `make lint-stacks` says it
            names.add(address.domain(one.get("name")))
    return frozenset(names)


def signers(config: stack_file.Config, domain: str) -> str:
    """Return the selectors that sign mail of ``domain``, as the stack's file names them."""
    listed = config.get("tapal:domains")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and str(one.get("name", "")).lower() == domain.lower():
            keys = one.get("dkim") if isinstance(one.get("dkim"), list) else []
            active = (key for key in keys or [] if isinstance(key, dict))
            return " and ".join(
                f"{key.get('selector')} ({key.get('algorithm')})"
                for key in active
                if key.get("state") == "active"
            )
    return ""


def accounts(config: stack_file.Config) -> list[str]:
    """Return the addresses of the stack's accounts that can be read, in the file's order."""
    listed = config.get("tapal:domains")
    found: list[str] = []
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and isinstance(one.get("accounts"), list):
            name = str(one.get("name", "")).lower()
            found += [f"{account}@{name}".lower() for account in one["accounts"]]
    return found
