"""The script runs on whatever Linux there is, and its answer is read whole or not at all."""

import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facts import survey
from facts.survey import Attempt, SurveyError
from tests.components.preflight.servers.table import CASES

TEXTS = [case.read_text(encoding="utf-8") for case in CASES]


def test_it_runs_here() -> None:
    """On a machine without SSH, systemd or a network too; no server is tried."""
    start = time.monotonic()
    done = subprocess.run(
        survey.command("", []), capture_output=True, text=True, check=False, timeout=30
    )
    assert time.monotonic() - start < 15
    found = survey.parse(done.stdout)
    assert abs(found.clock - time.time()) < 30
    assert found.init == Path("/proc/1/comm").read_text().strip()
    assert found.attempts == ()
    assert not found.is_neighbour


def test_a_server_that_is_not_there_is_unresolved() -> None:
    no_name = f"{'a' * 64}.invalid"  # longer than a label can be, so that nobody is asked
    done = subprocess.run(
        survey.command("", [no_name]), capture_output=True, text=True, check=False
    )
    found = set(survey.parse(done.stdout).attempts)
    assert found == {
        Attempt(name=no_name, family=family, outcome="unresolved") for family in (4, 6)
    }


@pytest.mark.parametrize("around", ["Welcome!\n\tnews\n", "stty: not a terminal\n"])
def test_what_is_printed_around_it_does_not_matter(around: str) -> None:
    assert survey.parse(around + TEXTS[0] + around) == survey.parse(TEXTS[0])


@pytest.mark.parametrize("name", ["uid", "machine", "clock", "memory"])
def test_an_answer_that_lacks_something_is_none(name: str) -> None:
    lines = [line for line in TEXTS[0].splitlines() if not line.startswith(f"{name}\t")]
    with pytest.raises(SurveyError):
        survey.parse("\n".join(lines))


@given(st.sampled_from(TEXTS), st.floats(min_value=0, max_value=0.999))
def test_an_answer_that_was_cut_off_is_none(text: str, part: float) -> None:
    cut = text[: int((len(text) - 1) * part)]
    with pytest.raises(SurveyError) as said:
        survey.parse(cut)
    assert said.value.said == cut


@given(st.sampled_from(TEXTS), st.data())
def test_whatever_a_line_becomes_it_is_read_or_refused(text: str, data: st.DataObject) -> None:
    lines = text.splitlines()
    at = data.draw(st.integers(min_value=0, max_value=len(lines) - 1))
    name, tab, _ = lines[at].partition("\t")
    lines[at] = name + tab + data.draw(st.text())
    try:
        survey.parse("\n".join(lines))
    except SurveyError:
        return
