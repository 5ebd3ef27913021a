"""``make graph``: a recorded state as boxes, their places, and the page."""

import copy
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tools import own_stack, pulumi
from tools.graph import boxes, command, draw, layout
from tools.graph.boxes import GROUPS, Box
from tools.pulumi import PulumiError

STATE: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("state.json").read_text(encoding="utf-8")
)
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
SVG = "{http://www.w3.org/2000/svg}"


def titled(state: list[dict[str, Any]]) -> dict[str, Box]:
    return {one.title: one for one in boxes.read(state)}


def with_domains(count: int) -> list[dict[str, Any]]:
    """The recorded state with ``count`` further domains."""
    state = copy.deepcopy(STATE)
    names = ("MailDomain::tapal.test", "DkimKeys::tapal.test-dkim", "DomainRecords::tapal.test-rec")
    own = [
        one for one in STATE
        if any(name in f"{one['urn']} {one.get('parent')}" for name in names)
    ]  # fmt: skip
    for number in range(count):
        text = json.dumps(own).replace("smtp.tapal.test", "SMTP")
        text = text.replace("tapal.test", f"a-rather-long-name-{number}.example")
        state += json.loads(text.replace("SMTP", "smtp.tapal.test"))
    return state


def test_what_there_is_in_its_groups() -> None:
    found = titled(STATE)
    assert {title: one.group for title, one in found.items()} == {
        "Base system": "Server",
        "Certificate": "Server",
        "chasquid": "Mail",
        "Gate and door": "Mail",
        "tapal.test: mail": "Mail",
        "chasquid runs": "Mail",
        "domains are served": "Mail",
        "Stops first at destroy": "Mail",
        "Server's records": "DNS",
        "tapal.test: records": "DNS",
        "tapal.test: DKIM keys": "Keys and accounts",
        "tapal.test: accounts": "Keys and accounts",
    }
    assert {one.group for one in found.values()} == set(GROUPS)
    assert "TXT _dmarc.tapal.test" in " ".join(found["tapal.test: records"].lines)
    assert sorted(found["tapal.test: accounts"].lines) == [
        "i@tapal.test", "news@tapal.test", "shop@tapal.test",
    ]  # fmt: skip
    told = [line for one in found.values() for line in one.lines]
    custom = [one for one in STATE if one.get("custom") and "providers" not in one["type"]]
    assert len(told) == len(custom), "each resource has a line"


def test_what_waits_for_what() -> None:
    found = titled(STATE)
    keys = {one.key: title for title, one in found.items()}
    waits = {title: {keys[each] for each in one.waits_for} for title, one in found.items()}
    assert waits["Certificate"] == {"Server's records"}
    assert {"chasquid", "tapal.test: DKIM keys", "tapal.test: accounts"} <= waits[
        "tapal.test: mail"
    ]
    assert {"Certificate", "Gate and door"} <= waits["chasquid runs"]
    assert waits["tapal.test: records"] == {"domains are served"}
    before: set[str] = set()
    for one in boxes.read(STATE):
        assert one.waits_for <= before, "each after those that it waits for"
        before.add(one.key)


def test_nothing_secret_is_shown() -> None:
    state = copy.deepcopy(STATE)
    for one in state:
        more = {
            "password": "hunter2hunter2",
            "private_pem": "-----BEGIN",
            "data": "hunter2",
            "files": {"key": "hunter2"},
            "text": "hunter2",
            "salt": "hunter2",
            "secret": SECRET,
        }
        one["inputs"] = {**(one.get("inputs") or {}), **more}
        one["outputs"] = more
        if one["type"].endswith(":DnsRecord"):
            one["inputs"]["content"] = SECRET
    page = draw.page("lab", boxes.read(state), "now")
    assert "hunter2" not in page
    assert "BEGIN" not in page
    assert next(iter(SECRET)) not in page


def test_names_of_others_are_text() -> None:
    state = copy.deepcopy(STATE)
    for one in state:
        if one["type"].endswith(":DnsRecord"):
            one["inputs"]["content"] = "</li><script>alert(1)</script>\u202e"
    page = draw.page("<b>", boxes.read(state), "now")
    assert "<script" not in page
    assert "<b>" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("count", [0, 1, 9])
def test_boxes_do_not_touch_and_lines_go_down(count: int) -> None:
    made = layout.place(boxes.folded(boxes.read(with_domains(count))))
    assert made.width <= 4 * layout.WIDTH, "still to be read on a phone"
    for one in made.boxes:
        assert 0 <= one.x <= made.width - layout.WIDTH + 0.01
        for other in made.boxes:
            apart = abs(one.x - other.x) >= layout.WIDTH or abs(one.y - other.y) >= layout.HEIGHT
            assert one is other or apart
    places = {one.box.key: one for one in made.boxes}
    for line in made.lines:
        ys = [y for _, y in line.points]
        assert ys == sorted(ys)
        assert ys[0] == places[line.start].y + layout.HEIGHT
        assert ys[-1] == places[line.end].y


def test_no_line_runs_through_a_box() -> None:
    made = layout.place(boxes.folded(boxes.read(STATE)))
    for line in made.lines:
        for x, y in line.points[1:-1]:
            for one in made.boxes:
                inside = one.y <= y <= one.y + layout.HEIGHT
                assert not (inside and one.x <= x <= one.x + layout.WIDTH), (line, one)


def test_many_domains_are_one_picture() -> None:
    found = boxes.folded(boxes.read(with_domains(9)))
    titles = {one.title: one for one in found}
    assert {"10 domains: mail", "10 domains: records", "10 domains: DKIM keys",
            "10 domains: accounts"} <= titles.keys()  # fmt: skip
    assert "Base system" in titles
    assert len(found) == len(boxes.read(STATE))
    assert len(titles["10 domains: accounts"].lines) == 30


def test_the_picture_is_svg_with_its_own_colours() -> None:
    root = ET.fromstring(draw.picture("lab", boxes.read(STATE)))  # noqa: S314 - our own
    assert root.tag == f"{SVG}svg"
    assert len(root.findall(f"{SVG}g")) == len(boxes.read(STATE))
    style = root.find(f"{SVG}style")
    assert style is not None
    assert "prefers-color-scheme: dark" in (style.text or "")


def test_the_page_loads_nothing() -> None:
    page = draw.page("lab", boxes.read(STATE), "now")
    assert not re.search(r"""(src|href)=|@import|url\((?!#)|https?://(?!www\.w3\.org)""", page)
    assert 'name="viewport"' in page
    for group in GROUPS:
        assert f"<h2>{group}</h2>" in page


def test_a_state_with_a_circle_is_drawn_all_the_same() -> None:
    first = Box(key="a", title="a", group="Mail", waits_for={"b"})
    other = Box(key="b", title="b", group="Mail", waits_for={"a"})
    ordered = boxes._in_order({"a": first, "b": other})
    assert len(layout.place(ordered).boxes) == 2
    assert layout.place([]).boxes == []


def test_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(own_stack, "named", lambda _: "lab")
    monkeypatch.setattr(pulumi, "resources", lambda _: STATE)
    monkeypatch.chdir(tmp_path)
    assert command.main([]) == 0
    assert "graph-lab.html" in capsys.readouterr().out
    assert (tmp_path / "graph-lab.html").read_text().startswith("<!DOCTYPE html>")
    assert command.main(["lab", "--out", "x.svg"]) == 0
    assert (tmp_path / "x.svg").read_text().startswith("<svg")
    assert command.main(["lab", "--out", "no/such/x.svg"]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_there_is_nothing_to_draw(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(own_stack, "named", lambda _: "lab")
    monkeypatch.setattr(pulumi, "resources", lambda _: [])
    assert command.main(["lab"]) == 1
    assert "make up STACK=lab" in capsys.readouterr().err

    def fail(_stack: str) -> None:
        raise PulumiError("no stack named 'lab'")

    monkeypatch.setattr(pulumi, "resources", fail)
    assert command.main(["lab"]) == 1
    assert "no stack named" in capsys.readouterr().err
