"""The map of the repository, held by reading the source.

``mail/`` knows mail and no Pulumi; ``components/`` knows Pulumi; each foreign door has one keeper.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40

# Who may reach what lies outside, by importing a package or by naming a provider's resource.
KEEPERS = {
    "pulumi_command": "components/remote.py",
    "cloudflare:index/": "components/dns.py",
    "asyncssh": "components/ssh.py",
}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> Iterator[str]:
    """The packages that a module imports, at any depth of its code."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def reached(path: Path) -> set[str]:
    """What a module imports or writes as a constant."""
    constants = (
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {*imported(path), *constants}


PROGRAM = [*modules("mail", "components"), ROOT / "__main__.py"]
TOOLS = modules("tools")
EVERYTHING = [*PROGRAM, *TOOLS, *modules("lab")]


def test_there_is_something_to_read() -> None:
    assert {"mail/spf.py", "components/remote.py", "lab/plan.py"} <= set(map(name, EVERYTHING))


@pytest.mark.parametrize("path", modules("mail"), ids=name)
def test_mail_knows_no_pulumi(path: Path) -> None:
    foreign = {one for one in imported(path) if one.startswith("pulumi")}
    assert foreign | ({"components", "lab", "tests", "asyncssh"} & set(imported(path))) == set()


@pytest.mark.parametrize("path", [*PROGRAM, *TOOLS], ids=name)
def test_the_program_does_not_know_the_lab(path: Path) -> None:
    assert not {"lab", "tests"} & set(imported(path))


@pytest.mark.parametrize("path", PROGRAM, ids=name)
def test_the_program_does_not_need_the_tools(path: Path) -> None:
    assert "tools" not in imported(path)


# Who may import a package that reaches outside, where the name alone is written elsewhere too.
IMPORTERS = {
    "cloudflare": ["components/cloudflare_api.py"],
    "dns": ["components/name_servers.py", "mail/lookup.py"],
}


@pytest.mark.parametrize(("package", "keepers"), IMPORTERS.items())
def test_each_package_has_its_importers(package: str, keepers: list[str]) -> None:
    assert sorted(name(path) for path in PROGRAM if package in imported(path)) == keepers


@pytest.mark.parametrize(("door", "keeper"), KEEPERS.items())
def test_each_door_has_one_keeper(door: str, keeper: str) -> None:
    users = [name(path) for path in PROGRAM if any(one.startswith(door) for one in reached(path))]
    assert users == [keeper]


def test_nobody_imports_the_whole_provider() -> None:
    """`components/dns.py` tells why: it costs two seconds at each start."""
    assert not [name(path) for path in PROGRAM if "pulumi_cloudflare" in imported(path)]


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
