"""All rules, by id: collected from the constants of every module of ``mail`` and ``settings``.

Collecting imports all of those modules, which takes some tenths of a second (`mail.lookup` imports
dnspython), so it is done only when the rules are asked for.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import ModuleType

import mail
import settings
from mail.rule import Rule

PACKAGES = (mail, settings)


class RegistryError(Exception):
    """Two rules have one id; the message names it."""


@cache
def rules() -> Mapping[str, Rule]:
    """Return every rule by its id, sorted.

    Raises:
        RegistryError: two rules have one id.
    """
    return collected(module for package in PACKAGES for module in modules(package))


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Import and yield every module of ``package``, those of its packages included."""
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def collected(among: Iterable[ModuleType]) -> dict[str, Rule]:
    """Return the rules of the modules ``among`` by id, sorted; a rule may be in several modules.

    Raises:
        RegistryError: two rules have one id.
    """
    found: dict[str, Rule] = {}
    for module in among:
        for rule in in_module(module):
            if found.setdefault(rule.id, rule) is not rule:
                raise RegistryError(f"two rules have the id {rule.id!r}, one in {module.__name__}")
    return dict(sorted(found.items()))


def in_module(module: ModuleType) -> Iterator[Rule]:
    """Yield the rules among the globals of ``module``, also those in its mappings and tuples."""
    for value in vars(module).values():
        if isinstance(value, Mapping):
            held = tuple(value.values())
        else:
            held = value if isinstance(value, tuple) else (value,)
        yield from (one for one in held if isinstance(one, Rule))
