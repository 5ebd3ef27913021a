"""A stack's file read without the engine means what the engine reads in it."""

import json
from pathlib import Path

import pytest
import yaml

from settings import stack_yaml
from settings.stack_yaml import YamlError
from tests.lab.engine.harness import STACK, Project

SCALARS = [
    "no", "Yes", "on", "true", "True", "TRUE", "tRue", "false", "null", "~", "", "NULL", "nUll",
    "2026", "0815", "010", "0x1f", "0o17", "0b11", "-0x1", "+5", "1_000", "0_7", "-1", "08", "00",
    "1.50", ".5", "5.", "1e3", "2026e1", "1e400", "-1.5e-3", "1e21", "60:30", "1_0.5", "0x_1",
    "1__0", "18446744073709551615", "18446744073709551616", "9223372036854775808",
    "-9223372036854775809",
    "123456789012345678901234567890", "2026-01-02", "2026-1-2", "2026-13-45",
    "2026-01-02T03:04:05Z", "2026-01-02 03:04:05", "2026-01-02T03:04:05.120+05:30",
    "'2026-01-02'", '"no"', "=", "<<",
    "!!str 5", "!!int '5'", "!foo bar", "!!binary aGFsbG8=", "'a''b'", '"a\\nb\\u00e9\\x41"', "é",
    "a b  # c",
    "+.5", "+", ".", "..", "0x", "1e", "e1", "+1_", "١٢", "1 2", "'~'", "?x",
]  # fmt: skip
BLOCKS = {
    "folded": ">-\n      a\n      b\n",
    "kept": "|\n      a\n      b\n",
    "merged": "\n      <<: {q: 1, x: 3}\n      x: 2\n",
    "merged_list": "\n      <<: [{q: 1}, {q: 2, r: 3}]\n",
    "keys": "{1: a, true: b, null: c, 1.50: d, 010: e, no: f, 2026-01-02: g, '1 ': h}\n",
    "nested": "[1, [x, null, {b: 1}], {}, []]\n",
    "anchored": "[&one {a: 1}, *one]\n",
}
REFUSED = [
    "{x: 1, x: 2}", "&a [*a]", ".inf", "-.Inf", ".nan", "!!bool 'yes'", "[", "{a: b", "'a", "%a",
    "`a", "a: b: c", "*nowhere", "!!int x", "{? [a] : b}", "@x", "-",
    '"\\ud83d\\udcee"', '"\\UFFFFFFFF"',
]  # fmt: skip


def engine(project: Project, text: str) -> dict[str, str] | None:
    """The configuration as the program gets it; None if the engine refuses the file."""
    file = project.folder / f"Pulumi.{STACK}.yaml"
    file.write_text(text)
    done = project.preview()
    if done.status:
        return None
    [said] = [one.message for one in done.report.said if one.message.startswith("CONFIG ")]
    found: dict[str, str] = json.loads(said.removeprefix("CONFIG "))
    return found


@pytest.fixture
def printing(project: Project) -> Project:
    """A project whose program prints its configuration."""
    project.write(
        "__main__.py",
        "import json\nfrom pulumi.runtime.config import CONFIG\n"
        "print('CONFIG ' + json.dumps(CONFIG.get()))\n",
    )
    return project


def dump(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def readable(text: str) -> bool:
    try:
        return stack_yaml.load(text).twice == ()
    except YamlError:
        return False


def test_values_are_the_engine_s(printing: Project) -> None:
    lines = [f"    s{at}: {one}\n" for at, one in enumerate(SCALARS)]
    lines += [f"    {name}: {text}" for name, text in BLOCKS.items()]
    text = "config:\n  try:all:\n" + "".join(lines)
    found = engine(printing, text)
    assert found is not None
    content = stack_yaml.load(text).value
    assert isinstance(content, dict)
    config = content["config"]
    assert isinstance(config, dict)
    ours, theirs = config["try:all"], json.loads(found["try:all"])
    assert isinstance(ours, dict)
    assert len(theirs) == len(SCALARS) + len(BLOCKS)
    # As text, because 1 equals True in Python.
    different = {
        key: (ours[key], theirs[key]) for key in theirs if dump(ours[key]) != dump(theirs[key])
    }
    assert different == {}


@pytest.mark.parametrize("value", REFUSED)
def test_what_the_engine_refuses_is_refused(printing: Project, value: str) -> None:
    text = f"config:\n  try:all:\n    x: {value}\n"
    assert engine(printing, text) is None
    assert not readable(text)


def test_keys_without_a_namespace_are_the_project_s(printing: Project, tmp_path: Path) -> None:
    # `settings.stack_file` reads them the same way; this is the engine's side of it.
    text = yaml.safe_dump({"config": {"plain": {"a": 1}, "other:b": 2}, "beside": 3})
    assert engine(printing, text) == {"try:plain": '{"a":1}', "other:b": "2"}
    assert tmp_path.exists()
