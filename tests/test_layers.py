"""The map of the repository, held by reading the source.

Each room has one kind of knowledge, and imports point one way: ``mail`` ← ``settings`` ← ``ssh``,
``components`` and ``tools``; ``facts`` knows none of them. The lab may know all of them, and none
of them knows the lab.
"""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
LONGEST_PROGRAM = 50

# Which rooms a room may import from.
ARROWS = {
    "mail": set(),
    "settings": {"mail"},
    "ssh": {"settings"},
    "facts": set(),
    "components": {"settings", "mail", "ssh", "facts"},
    "tools": {"settings", "mail", "ssh", "facts"},
    "lab": {"settings", "mail", "ssh", "facts", "components", "tools"},
}
WITHOUT_PULUMI = ("mail", "settings", "ssh", "facts", "tools")

# Who may reach what lies outside, by importing a package or by naming a provider's resource.
KEEPERS = {
    "cloudflare:index/": "components/dns/cloudflare_plugin.py",
    "asyncssh": "ssh/connection.py",
    "jinja2": "mail/template.py",
}
# Who may import a package that reaches outside, where the name alone is written elsewhere too.
IMPORTERS = {
    "cloudflare": ["components/dns/cloudflare_api.py"],
    "dns": ["components/dns/name_servers.py", "mail/lookup.py"],
}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def dotted(path: Path) -> str:
    return name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(path: Path) -> Iterator[str]:
    """What a module imports, whole, at any depth of its code."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def packages(path: Path) -> frozenset[str]:
    """The packages that a module imports from."""
    return frozenset(one.partition(".")[0] for one in imports(path))


def reached(path: Path) -> set[str]:
    """What a module imports or writes as a constant."""
    constants = (
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {*packages(path), *constants}


PROGRAM = [*modules("mail", "settings", "ssh", "facts", "components"), ROOT / "__main__.py"]
EVERYTHING = [*PROGRAM, *modules("tools", "lab")]
ROOMS = [path for path in EVERYTHING if path.parent != ROOT]


def test_there_is_something_to_read() -> None:
    known = {"mail/spf/record.py", "settings/check.py", "ssh/connection.py", "lab/plan.py"}
    assert known <= set(map(name, EVERYTHING))


@pytest.mark.parametrize("path", ROOMS, ids=name)
def test_imports_point_one_way(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    rooms = {*ARROWS, "tests", "benchmarks"}
    assert packages(path) & rooms - {room} <= ARROWS[room]


@pytest.mark.parametrize("path", modules(*WITHOUT_PULUMI), ids=name)
def test_who_needs_no_engine_imports_none(path: Path) -> None:
    assert not [one for one in packages(path) if one.startswith("pulumi")]


def test_no_module_is_in_a_circle() -> None:
    known = {dotted(path): path for path in EVERYTHING}
    graph = {
        module: {own for one in imports(path) for own in (one, one.rpartition(".")[0])}
        & (known.keys() - {module})
        for module, path in known.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_the_graph_is_read_at_a_glance() -> None:
    assert len((ROOT / "__main__.py").read_text().splitlines()) <= LONGEST_PROGRAM


@pytest.mark.parametrize(("package", "keepers"), IMPORTERS.items())
def test_each_package_has_its_importers(package: str, keepers: list[str]) -> None:
    assert sorted(name(path) for path in PROGRAM if package in packages(path)) == keepers


@pytest.mark.parametrize(("door", "keeper"), KEEPERS.items())
def test_each_door_has_one_keeper(door: str, keeper: str) -> None:
    users = [name(path) for path in PROGRAM if any(one.startswith(door) for one in reached(path))]
    assert users == [keeper]


def test_nobody_imports_the_whole_provider() -> None:
    """`components/dns/cloudflare_plugin.py` tells why: it costs two seconds at each start."""
    assert not [name(path) for path in PROGRAM if "pulumi_cloudflare" in packages(path)]


@pytest.mark.parametrize("path", EVERYTHING, ids=name)
def test_modules_and_functions_are_short(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST_MODULE
    long = [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("path", EVERYTHING, ids=name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))
