"""CONTRIBUTING.md: what it names is there, and the map is the one that the tests hold."""

import re
import shlex
from importlib.util import find_spec

from lab.paths import REPOSITORY
from tests.test_layers import ARROWS

PAGE = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)/` \|.*\| ([^|]*) \|$", re.MULTILINE)


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", PAGE)
    assert links
    assert [link for link in links if not (REPOSITORY / link).exists()] == []


def test_every_target_is_one_of_the_makefile_s() -> None:
    named = set(re.findall(r"`make ([a-z-]+)", PAGE)) | {"venv-dev"}
    made = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    assert {"quick", "test", "coverage", "rules"} <= named <= made


def test_commands_name_what_is_there() -> None:
    [*blocks] = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    words = {word for line in "".join(blocks).splitlines() for word in shlex.split(line)}
    paths = {word for word in words if word.startswith("tests/")}
    assert paths
    assert [path for path in paths if not (REPOSITORY / path).exists()] == []
    modules = set(re.findall(r"python -m ([\w.]+)", PAGE))
    assert [name for name in modules if find_spec(name) is None] == []


def test_the_map_has_the_arrows() -> None:
    everything = set(ARROWS) - {"lab"}
    said = {
        room: set() if cell == "nothing of ours" else set(cell.split(", "))
        for room, cell in ROW.findall(PAGE)
    }
    said = {room: everything if "all of them" in cell else cell for room, cell in said.items()}
    assert {room: said[room] for room in ARROWS} == ARROWS
