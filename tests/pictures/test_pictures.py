"""docs/pictures/ is what the code draws today, and every picture is one that a reader can use."""

import re
import sys
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree as ET

import pytest

from lab.paths import REPOSITORY
from tests.pictures import record, terminal
from tests.pictures.gallery import FOLDER, PICTURES
from tests.pictures.screen import remaining
from tests.pictures.units import LEFT_OUT, UNITS, one_domain

SVG = "{http://www.w3.org/2000/svg}"
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
_IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_current(name: str) -> None:
    there = (FOLDER / name).read_text(encoding="utf-8")
    assert PICTURES[name]() == there, "draw it anew: python -m tests.pictures"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_for_everybody(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    picture = ET.fromstring(text)  # noqa: S314 - our own file
    told = [picture.findtext(f"{SVG}{part}") for part in ("title", "desc")]
    assert all(told), "what a reader is told who does not see it"
    assert "prefers-color-scheme: dark" in text
    # Nothing is fetched, which GitHub would not let happen anyway.
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|@import|@font-face|<script", text)


@pytest.mark.parametrize("name", PICTURES)
def test_words_stay_within_their_picture(name: str) -> None:
    picture = ET.parse(FOLDER / name).getroot()  # noqa: S314 - our own file
    width = float(picture.attrib["width"])
    for word in picture.iter(f"{SVG}text"):
        if word.get("text-anchor") is None and "textLength" not in word.attrib:
            each = 8.6 if "mono" in word.get("class", "") else 7.9
            assert float(word.attrib["x"]) + each * len(word.text or "") < width, word.text


def test_every_picture_is_shown_with_words_for_who_does_not_see_it() -> None:
    shown = {}
    for page in PAGES:
        for words, target in _IMAGE.findall(page.read_text(encoding="utf-8")):
            shown[(page.parent / target).resolve()] = words
    assert shown.keys() == {FOLDER / name for name in PICTURES}
    assert all(len(words) > 20 for words in shown.values())


def test_the_graph_has_every_resource_in_one_box() -> None:
    graph = one_domain()
    assert sum(graph.counted.values()) == graph.resources
    assert set(graph.counted) == set(UNITS), "a box without a resource"
    assert LEFT_OUT not in {unit.component for unit in UNITS}


def test_the_graph_says_what_waits_for_what() -> None:
    waits = {
        unit.title: {one.title for one in others} for unit, others in one_domain().waits.items()
    }
    assert waits["Basics"] == set()
    assert waits["First start"] == {"Certificate", "Gate and door"}
    assert waits["Signing keys"] == {"DKIM records", "The domain"}
    assert waits["Mail records"] == {"Start"}


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("one\r\ntwo  \r\n\r\n", "one\ntwo\n"),
        ("· up …\r\x1b[2K✓ up\n", "✓ up\n"),
        ("1 of 3\n2 of 3\n\x1b[2A\x1b[1G\x1b[2Kall\n\x1b[2Kthree\n", "all\nthree\n"),
        ("a\nb\nc\n\x1b[3A\x1b[Jz", "z\n"),
        ("\x1b[?25l\x1b[32mgreen\x1b[0m \x1b[?25h\n", "\x1b[32mgreen\x1b[0m\n"),
        ("\x1b]0;title\x07text", "text\n"),
        ("a\rb", "b\n"),
        ("a\r\x1b[0m\n", "a\x1b[0m\n"),
    ],
)
def test_progress_that_was_drawn_over_is_gone(said: str, left: str) -> None:
    assert remaining(said) == left


def test_a_recording_becomes_a_picture_in_its_colours() -> None:
    drawn = terminal.picture("$ make <up> {}\n\x1b[32m+ TXT\x1b[0m _dmarc & more\n")
    assert '<title id="title">make &lt;up&gt; {}</title>' in drawn
    light, dark = drawn.split("@media", 1)
    assert "fill: #1a7f37" in light
    assert "fill: #3fb950" in dark
    assert "_dmarc&#160;&amp;&#160;more" in drawn


def test_a_run_is_recorded_as_a_person_sees_it(tmp_path: Path) -> None:
    program = "import sys; print('working', end='\\r'); print(sys.stdout.isatty(), flush=True)"
    file = tmp_path / "terminal.txt"
    with patch.object(record, "RECORDING", file):
        status = record.main([sys.executable, "-c", program])
    assert status == 0
    command, said = file.read_text().splitlines()
    assert command.startswith("$ ")
    assert said == "True"
