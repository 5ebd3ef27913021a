"""A stack's file read without the engine means what the engine reads in it."""

import json
from itertools import product
from pathlib import Path

import pytest
import yaml

from settings import stack_file, stack_yaml
from settings.stack_yaml import YamlError
from tests.lab.engine.harness import NAME, STACK, Project

# Values that are read, without quotes and with them.
SCALARS = [
    "no", "Yes", "on", "true", "tRue", "false", "null", "~", "", "nUll", "0", "2026", "-1", "1.5",
    "-0.25", "0.000001", "999999999999999", "60:30", "1.2.3", "203.0.113.10", "2001:db8::1", "120h",
    "'2026-01-02'", '"no"', "=", "<<", "'a''b'", '"a\\nb\\u00e9\\x41"', "é", "a b  # c",
    "+", ".", "..", "0x", "1e", "e1", "١٢", "1 2", "'~'", "?x", "2026-01", "_5", "12ab", "v1:AA=:B",
]  # fmt: skip
BLOCKS = {
    "folded": ">-\n      a\n      b\n",
    "kept": "|\n      a\n      b\n",
    "merged": "\n      <<: {q: 1, x: 3}\n      x: 2\n",
    "merged_list": "\n      <<: [{q: 1}, {q: 2, r: 3}]\n",
    "keys": "{1: a, true: b, 1.5: d, no: f, '1 ': h}\n",
    "nested": "[1, [x, null, {b: 1}], {}, []]\n",
    "anchored": "[&one {a: 1}, *one]\n",
    "anchored_key": "[&key 5, {*key : 1}]\n",
}
# Values that the engine does not leave as they are written, or would not in another place.
UNCLEAR = [
    "True", "TRUE", "FALSE", "Null", "NULL", "0815", "010", "0x1f", "0o17", "0b11", "-0x1", "+5",
    "1_000", "0_7", "08", "00", "-0", "1.50", "1.0", ".5", "5.", "+.5", "1e3", "2026e1", "-1.5e-3",
    "1e21", "1_0.5", "0x_1", "1__0", "+1_", "9007199254740993", "9223372036854775808",
    "18446744073709551615", "123456789012345678901234567890", "2026-01-02", "2026-1-2",
    "2026-01-02T03:04:05Z", "2026-01-02 03:04:05", "2026-01-02T03:04:05.120+05:30",
]  # fmt: skip
REFUSED = [
    "{x: 1, x: 2}", "{1: a, '1': b}", "&a [*a]", ".inf", "-.Inf", ".nan", "!!bool 'yes'", "[",
    "{a: b", "'a", "%a", "`a", "a: b: c", "*nowhere", "!!int x", "{? [a] : b}", "@x", "-",
    '"\\ud83d\\udcee"', '"\\UFFFFFFFF"', "{<<: 5}", "{<<: {a: 1}, <<: {b: 2}}",
]  # fmt: skip


DATES = (
    ("2026-01-02", "2026-1-2", "2026-13-45", "26-01-02", "2026-01"),
    ("", "T03:04:05", "t3:4:5", " 03:04:05", "T03:04", "T", "  03:04:05.12", "x"),
    ("", "Z", "+05:30", " +05:30"),
)
WORDS = ("true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf")
# What somebody may give to `pulumi config set` (but for <<, which the engine writes with a tag).
WRITTEN = [
    *UNCLEAR, "true", "null", "~", "", "no", "yes", "5", "1.5", "60:30", "=", "!!str x", "- a",
    "a: b", "'a'", '"a"', "a # b", "é", " a ", "a\nb", "{a", "@x", "%x", "&a", "*a", "v1:AA=:B==",
    "_5", "0xg", "2026-01", "12ab", "[1]", '{"a": 010}', "x" * 300,
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
        found = stack_yaml.load(text)
    except YamlError:
        return False
    return not (found.twice or found.unclear)


def is_one_scalar(text: str) -> bool:
    """Return whether ``text`` in a list is YAML, and the same text."""
    try:
        found: object = yaml.load(f"- {text}", Loader=yaml.BaseLoader)  # noqa: S506 - text alone
    except yaml.YAMLError:
        return False
    return found == [text.strip()]


def compare(project: Project, items: list[str]) -> set[str]:
    """Compare how the engine and we read ``items``, and return those that need quotes."""
    text = "config:\n  try:all:\n" + "".join(f"    - {one}\n" for one in items)
    ours, said = stack_yaml.load(text), engine(project, text)
    assert said is not None
    assert isinstance(ours.value, dict)
    assert isinstance(ours.value["config"], dict)
    values, theirs = ours.value["config"]["try:all"], json.loads(said["try:all"])
    assert isinstance(values, list)
    assert len(theirs) == len(values) == len(items)
    unclear = {path[2] for path, _ in ours.unclear}
    # As text, so that 1 and true are two things.
    different = {
        items[at]: (values[at], theirs[at])
        for at in range(len(items))
        if at not in unclear and dump(values[at]) != dump(theirs[at])
    }
    assert different == {}
    return {items[at] for at in range(len(items)) if at in unclear}


def test_values_are_the_engine_s(printing: Project) -> None:
    assert compare(printing, [*SCALARS, *BLOCKS.values()]) == set()


def test_what_does_not_stay_as_it_is_written_needs_quotes(printing: Project) -> None:
    assert compare(printing, UNCLEAR) == set(UNCLEAR)


def test_whatever_looks_like_a_number_or_a_word_is_the_engine_s_or_needs_quotes(
    printing: Project,
) -> None:
    numbers = ["".join(one) for size in (1, 2, 3, 4) for one in product("018._-+ex", repeat=size)]
    dates = ["".join(one) for one in product(*DATES)]
    words = [
        "".join(one) for word in WORDS for one in product(*zip(word, word.upper(), strict=True))
    ]
    items = [one for one in [*numbers, *dates, *words] if is_one_scalar(one)]
    assert len(items) > 5000
    unclear = compare(printing, items)
    assert 500 < len(unclear) < len(items) / 2


@pytest.mark.parametrize("value", REFUSED)
def test_what_the_engine_refuses_is_refused(printing: Project, value: str) -> None:
    text = f"config:\n  try:all:\n    x: {value}\n"
    assert engine(printing, text) is None
    assert not readable(text)


def test_what_the_engine_writes_is_read(project: Project) -> None:
    given = {f"k{at}": one for at, one in enumerate(WRITTEN)}
    words = [word for key, value in given.items() for word in ("--plaintext", f"{key}={value}")]
    project.pulumi("config", "set-all", *words).checked()
    project.pulumi("config", "set", "--path", "deep.list[0].010", "0x10").checked()
    project.pulumi("config", "set", "--path", "deep.port", "2222").checked()
    project.pulumi("config", "set", "--secret", "hidden", "canary").checked()
    text = (project.folder / f"Pulumi.{STACK}.yaml").read_text()
    assert readable(text)
    content = stack_yaml.load(text).value
    assert isinstance(content, dict)
    config = content["config"]
    assert isinstance(config, dict)
    assert {key: config[f"{NAME}:{key}"] for key in given} == given
    assert config[f"{NAME}:deep"] == {"list": [{"010": "0x10"}], "port": 2222}
    assert stack_file.is_secret(config[f"{NAME}:hidden"])


def test_keys_without_a_namespace_are_the_project_s(printing: Project, tmp_path: Path) -> None:
    # `settings.stack_file` reads them the same way; this is the engine's side of it.
    text = yaml.safe_dump({"config": {"plain": {"a": 1}, "other:b": 2}, "beside": 3})
    assert engine(printing, text) == {"try:plain": '{"a":1}', "other:b": "2"}
    assert tmp_path.exists()
