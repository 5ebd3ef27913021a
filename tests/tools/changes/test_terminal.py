"""What a person reads of a preview: the golden pages, their length, and that nothing runs wild."""

import copy
import json
import os
import re
import unicodedata
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.components import example
from tests.components.recorder import Declared, Record, is_secret
from tools.changes import terminal, thing
from tools.changes.plan import SECRET, UNSEEN, Plan, Properties, Step
from tools.changes.terminal import Line, wrapped

GOLDEN = Path(__file__).parent / "golden"
PTR = (
    "tapal:host.ipv4: 198.51.100.7 has no PTR record. Cure: in your provider's panel set the "
    "reverse DNS (PTR) of 198.51.100.7 to smtp.example.com. Rule: rdns-missing."
)


def stack(*accounts: str) -> dict[str, Any]:
    """Return a server with one domain, as `make new` writes it."""
    data = example.stack(domains=[{"name": "example.com", "accounts": list(accounts)}])
    data["domains"][0]["aliases"] = dict.fromkeys((*accounts, "*"), "me@elsewhere.test")
    data["host"] = {key: data["host"][key] for key in ("name", "ipv4", "ipv6", "ssh")}
    data["acme"] = {"email": "me@elsewhere.test"}
    return data


def shown(inputs: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return inputs as the engine tells them: no secret, and nothing that only `up` finds out."""
    plain = {key: SECRET if is_secret(one) else one for key, one in inputs.items()}
    if kind.endswith("DnsRecord") and "DKIM" in str(plain["content"]):
        plain["content"] = UNSEEN
    return {key: one for key, one in copy.deepcopy(plain).items() if key != "__provider"}


def step(one: Declared, old: Declared | None) -> Step:
    before = shown(old.inputs, one.type) if old else {}
    parent = one.parent.split("::")[2].rpartition("$")[2]
    return Step(
        kind="update" if old else "create", type=one.type, name=one.name, parent=parent,
        old=before, new=shown(one.inputs, one.type), urn=one.urn,
    )  # fmt: skip


def plan(after: Record, before: Record | None = None) -> Plan:
    """Return what `up` would do from one record of the program to another."""
    known = {one.urn: one for one in before.resources} if before else {}
    # In the order of their names, as registration has none.
    real = sorted(
        (one for one in after.resources if not one.type.startswith("tapal:")),
        key=lambda one: one.name,
    )
    changed = [one for one in real if one.urn not in known or _differs(known[one.urn], one)]
    steps = tuple(step(one, known.get(one.urn)) for one in changed)
    return Plan(
        steps=steps, unchanged=len(real) - len(steps), errors=(),
        warnings=() if before else (PTR, PTR.replace("ipv4", "ipv6")),
    )  # fmt: skip


def _differs(old: Declared, new: Declared) -> bool:
    # What is read by a step has another revision once it is written: a start that runs again.
    return old.inputs != new.inputs or new.name == "chasquid: start with the domains"


def page(told: Plan, width: int) -> str:
    out = StringIO()
    console = Console(file=out, width=width, force_terminal=True, color_system=None)
    terminal.show(console, terminal.lines(told))
    return out.getvalue()


def golden(name: str, text: str) -> str:
    file = GOLDEN / name
    if os.environ.get("TAPAL_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    return file.read_text(encoding="utf-8")


def first() -> Plan:
    return plan(example.declare(stack("i"), preview=True))


def one_more() -> Plan:
    before, after = (example.declare(stack(*names)) for names in (("i",), ("i", "news")))
    return plan(after, before)


@pytest.mark.parametrize("width", [80, 120])
def test_a_first_preview_fits_on_two_screens(width: int) -> None:
    # How long our files are is no matter of this page.
    printed = page(first(), width)
    text = re.sub(r"\d+ (files|lines)\b", r"12 \1", printed)
    assert text == golden(f"first-{width}.txt", text)
    assert len(text.splitlines()) <= 80
    assert max(map(len, printed.splitlines())) <= width


def test_one_more_account_is_a_dozen_lines() -> None:
    text = page(one_more(), 80)
    assert text == golden("account-80.txt", text)
    assert len(text.splitlines()) <= 12


def test_no_secret_and_no_key_is_shown() -> None:
    text = page(first(), 80) + page(one_more(), 80)
    assert example.GIVEN_PASSWORD not in text
    assert "PEM-of" not in text
    assert "generated-for" not in text


def test_every_step_says_what_it_does() -> None:
    for one in example.declared().of_type("HostStep"):
        assert thing.group(step(one, None)) in (thing.SERVER, thing.MAIL)
        assert len(one.inputs["does"]) > 10, one.name
        assert one.inputs["does"][0].islower(), one.name


def test_nothing_of_ours_belongs_to_no_group() -> None:
    real = [one for one in example.declared().resources if not one.type.startswith("tapal:")]
    assert {thing.group(step(one, None)) for one in real} == set(thing.GROUPS) - {thing.OTHER}


def changed(kind: str, old: Properties, new: Properties, how: str = "update") -> list[str]:
    one = Step(kind=how, type=f"x:{kind}", name="n", old=old, new=new)
    told = terminal.lines(Plan(steps=(one,), unchanged=0, errors=(), warnings=()))
    return [row for line in told[1:-2] for row in wrapped(line, 80)]


def test_a_record_shows_both_texts() -> None:
    old, new = ({"type": "TXT", "name": "a.test", "content": text} for text in ("a", "b"))
    assert changed("DnsRecord", old, new) == ["  ~ TXT  a.test", "    - a", "    + b"]


def test_a_lost_record_is_a_danger() -> None:
    old = {"type": "MX", "name": "a.test", "content": "b.test", "priority": 10}
    assert changed("DnsRecord", old, {}, how="delete") == [
        "  - MX   a.test  10 b.test ⚠"
    ]  # fmt: skip


def test_a_replaced_record_says_what_is_lost() -> None:
    old = {"type": "TXT", "name": "a.test", "content": "x"}
    rows = changed("DnsRecord", old, old | {"content": "y"}, how="replace")
    assert rows[:2] == ["  ± TXT  a.test", "    ⚠ it is taken away and made anew"]


@pytest.mark.parametrize(
    ("actions", "row"),
    [
        (["delete"], "  - stop it"),
        (["apply", "delete"], "  - undo: stop it"),
        (["apply"], "  - 1 steps that leave nothing to undo"),
    ],
)
def test_a_step_that_goes_says_what_is_undone(actions: list[str], row: str) -> None:
    assert changed("HostStep", {"does": "stop it", "actions": actions}, {}, how="delete") == [row]


def test_what_the_host_is_stands_below_the_step() -> None:
    old, new = ({"does": "start it", "facts": {"a.service": one}} for one in ("stopped", "running"))
    assert changed("HostStep", old, new) == ["  ~ start it", "      a.service: stopped → running"]
    assert changed("HostStep", new, new) == ["  ~ start it (runs again: what it reads has changed)"]


def test_a_file_shows_its_changed_lines_alone() -> None:
    old, new = ({"path": "/a", "content": f"one\n{middle}\nend\n"} for middle in ("x", "y"))
    assert changed("HostFile", old, new) == ["  ~ /a", "    - x", "    + y"]


def test_json_is_compared_by_value() -> None:
    old, new = (
        {"path": "/a.json", "content": json.dumps({"a": {"b": 1}, "same": [1]} | more, indent=2)}
        for more in ({}, {"c": {"d": ["x"]}})
    )
    assert changed("HostFile", old, new) == ["  ~ /a.json", '    + c.d: ["x"]']


def test_a_long_change_is_cut_and_says_so() -> None:
    old, new = ({"path": "/a", "content": text} for text in ("x\n", "y\n" * 100))
    rows = changed("HostFile", old, new)
    assert len(rows) == terminal.MOST_ROWS + 2
    assert rows[-1].strip() == "… and 61 more lines: ARGS=--raw shows them"


@given(st.text(), st.integers(min_value=20, max_value=200))
def test_no_text_escapes_its_line(text: str, width: int) -> None:
    rows = wrapped(Line(text=text, mark="+", indent=2), width)
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not [one for row in rows for one in row if unicodedata.category(one) in hidden]
    assert all(len(row) <= width for row in rows)
    assert len(wrapped(Line(text=text), None)) == 1


def test_a_pipe_gets_whole_lines_without_colours() -> None:
    out = StringIO()
    terminal.show(Console(file=out), [Line(text="a " * 200, mark="+", style="bold")])
    assert out.getvalue() == "+ " + "a " * 199 + "a\n"
