"""A stack file is read as the engine reads it (tests/lab/engine/test_stack_yaml.py), or refused."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import stack_file, stack_yaml
from settings.check import check_config
from settings.recover import read
from settings.stack_file import StackFileError
from settings.stack_yaml import Document, Plain, YamlError

TEXT = st.text(st.characters(exclude_characters="\x85\u2028\u2029", codec="utf-8"), max_size=20)
"""Without the line breaks of YAML 1.1, which JSON leaves as they are."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15) + 1, 10**15 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)

LAUGHTER = b"".join(
    b"%c: &%c [%s]\n" % (name, name, b", ".join([b"*%c" % (name - 1) if name > 97 else b"x"] * 10))
    for name in b"abcdef"
)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = stack_file.parse(text)
    except StackFileError:
        return
    assert all(isinstance(key, str) and ":" in key for key in found.config)
    json.dumps(dict(found.config), allow_nan=False)


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "Pulumi.any.yaml"
    file.write_bytes(data)
    with contextlib.suppress(StackFileError):
        assert isinstance(stack_file.read(file), dict)


@given(JSON)
def test_json_is_yaml(value: object) -> None:
    try:
        found = stack_yaml.load(json.dumps(value, ensure_ascii=False))
    except YamlError:
        return  # a key of more than 1,024 characters, or what YAML forbids
    assert found.value == value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("25", 25), ("-1", -1), ("0", 0), ("1.5", 1.5), ("999999999999999", 999999999999999),
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        ("no", "no"), ("tRue", "tRue"), ("60:30", "60:30"), ("203.0.113.10", "203.0.113.10"),
        ("120h", "120h"), ("2026-01", "2026-01"), ("v1:AA=:B/+=", "v1:AA=:B/+="), ("=", "="),
        ("'010'", "010"), ('"2026-01-02"', "2026-01-02"), ("<<", "<<"), ("_5", "_5"),
    ],
)  # fmt: skip
def test_what_is_written_plainly_is_read(written: str, value: Plain) -> None:
    found = stack_yaml.load(f"x: {written}")
    assert found == Document(value={"x": value})
    assert isinstance(found.value, dict)
    assert type(found.value["x"]) is type(value)


@pytest.mark.parametrize(
    "written",
    [
        "010", "0815", "00", "-0", "+1", "0x1f", "0o17", "0b11", "1_000", "2026e1", ".5", "5.",
        "1.50", "1.0", "1000000000000000", "-9007199254740993", ".inf", "-.INF", ".nan", "True",
        "NULL", "FALSE", "2026-01-02", "2026-1-2", "2026-01-02T03:04:05Z", "2026-01-02 03:04:05",
    ],
)  # fmt: skip
def test_what_does_not_stay_as_it_is_written_needs_quotes(written: str) -> None:
    found = stack_yaml.load(f"a:\n- x: {written}\n  {written}: {{}}\n- '{written}'\n")
    assert found.value == {"a": [{"x": written, written: {}}, written]}
    [(key, said_of_key), (value, said_of_value)] = found.unclear
    assert (key, value) == (("a", 0, written), ("a", 0, "x"))
    assert (
        said_of_key == f"line 3: without quotes, the key {written} does not stay as it is written"
    )
    assert said_of_value == f"line 2: without quotes, {written} does not stay as it is written"


def test_what_an_anchor_or_a_merge_repeats_is_said_once() -> None:
    found = stack_yaml.load("a: &a {x: 010}\nb: *a\nc: {<<: *a, y: 1}\nd: &n 5\n*n : z\n")
    each = {"x": "010"}
    assert found.value == {"a": each, "b": each, "c": {**each, "y": 1}, "d": 5, "5": "z"}
    assert [path for path, _ in found.unclear] == [("a", "x")]


@given(st.dictionaries(st.sampled_from(["host", "acme", "domains", "allow", "x", "server"]), JSON))
def test_any_settings_are_read_or_named(raw: dict[str, object]) -> None:
    found = read(raw)
    assert all(one.key and one.reason and one.cure and one.source for one in found.findings)
    check_config({f"tapal:{key}": value for key, value in raw.items()})


@pytest.mark.parametrize(
    ("name", "stack"),
    [
        ("Pulumi.example.com.yaml", "example.com"),
        ("Pulumi.yaml", None),
        ("Pulumi..yaml", None),
        ("x.yaml", None),
    ],
)
def test_the_stack_is_in_the_file_s_name(name: str, stack: str | None) -> None:
    assert stack_file.name(Path(name)) == stack


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", ""),
        (b"config:\n", ""),
        (b"\xff\xfe", "not UTF-8 text"),
        (b"[1", "cannot be read: line 1, column 3"),
        (b"config: {a: 1, a: 2}", "a: it is given twice (lines 1 and 1)"),
        (b'x: "\\UFFFFFFFF"', "cannot be read: "),
        (b"x: " + b"[" * 5000, "cannot be read: "),
        (b"config: {x: 010, y: 0x1f}", "x: line 1: without quotes, 010 does not stay"),
        (b"a: !!str x", "line 1: tags such as !!str are not taken"),
        (b"a: b\n~: x", "line 2: a key must be text"),
        (b"? [a]\n: x", "line 1: a key must be text"),
        (b"a: &a [*a]", "contains itself"),
        (b'a: "\\ud83d"', "line 1: \\ud800 to \\udfff are not characters"),
        (b"a: {<<: 5}", "line 1, column 9: expected a mapping"),
        (b"a: 1\n---\nb: 2\n", "more than one document"),
        (LAUGHTER, "more than 100000 values"),
    ],
)
def test_what_the_engine_would_not_read(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "Pulumi.x.yaml"
    file.write_bytes(content)
    if not reason:
        assert stack_file.read(file) == {}
        return
    with pytest.raises(StackFileError) as refused:
        stack_file.read(file)
    assert reason in str(refused.value)
    assert str(refused.value).startswith("Pulumi.x.yaml ")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackFileError, match=r"Pulumi\.x\.yaml cannot be read \(No such file"):
        stack_file.read(tmp_path / "Pulumi.x.yaml")


def test_keys_without_a_namespace_are_ours() -> None:
    found = stack_file.parse("config: {host: {}, 'tapal:acme': {}, 'other:x': 1}")
    assert sorted(found.config) == ["other:x", "tapal:acme", "tapal:host"]
