"""What every stack's state remembers: provider classes, type tokens, resource names, input names.

A changed line in ``frozen_names.txt`` replaces or loses what a user's state holds, so a new line
may be added and none may change. ``python -m tests.components.test_frozen_names`` writes the file
anew.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pulumi
from pulumi.dynamic import ResourceProvider

import components
from components.component import Component
from tests.components.example import declare, declared, stack
from tests.components.recorder import Record, World

GOLDEN = Path(__file__).with_name("frozen_names.txt")


def replaced() -> Record:
    """Declare the example in a zone whose SPF, DMARC and MX it replaces."""
    data = stack()
    data["domains"][0]["existing"] = {"spf": "merge", "dmarc": "replace", "mx": "replace"}
    texts = {"example.com": '"v=spf1 ~all"', "_dmarc.example.com": '"v=DMARC1; p=none"'}
    there = [{"name": n, "type": "TXT", "content": c, "id": n} for n, c in texts.items()]
    there.append({"name": "example.com", "type": "MX", "content": "a.example", "id": "mx"})
    return declare(data, world=World(records={"example.com": there}))


def classes() -> Iterator[type]:
    """Yield every class that the program's packages define."""
    for found in pkgutil.walk_packages(components.__path__, "components."):
        module = importlib.import_module(found.name)
        yield from (
            one
            for one in vars(module).values()
            if isinstance(one, type) and one.__module__ == module.__name__
        )


def frozen() -> list[str]:
    """Return a line for each thing that a state remembers."""
    providers = (one for one in classes() if issubclass(one, ResourceProvider))
    lines = {f"provider {one.__module__}.{one.__qualname__}" for one in providers}
    for record in (declared(), replaced()):
        for one in record.resources:
            inputs = ", ".join(sorted(one.inputs.keys() - {"__provider"}))
            lines |= {f"type {one.type} ({inputs})" if inputs else f"type {one.type}"}
            lines |= {f"resource {one.type} {one.name}"}
    return sorted(lines)


def test_what_a_state_remembers_never_changes() -> None:
    assert "\n".join(frozen()) == GOLDEN.read_text(encoding="utf-8").rstrip("\n")


def test_every_name_says_what_it_is_of_which_kind() -> None:
    """A URN's parts are divided by ``::``, and a name is its last."""
    components = {"certificate", "chasquid", "gate", "server", "service", "shutdown"}
    for one in declared().resources:
        assert "::" not in one.name, one.name
        assert one.name in components or re.fullmatch(r"[a-z]+: \S.*\S", one.name), one.name


def test_every_kind_of_resource_is_among_them() -> None:
    seen = GOLDEN.read_text(encoding="utf-8")
    for one in classes():
        if issubclass(one, Component) and one is not Component:
            assert f":{one.__name__}\n" in seen, one
        elif issubclass(one, pulumi.dynamic.Resource) and one.__name__[0] != "_":
            assert f"/tapal:{one.__name__} (" in seen, one


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(frozen()) + "\n", encoding="utf-8")
