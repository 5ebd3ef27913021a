"""A stack's file is read as the engine reads it, or refused.

tests/lab/engine/test_stack_yaml.py asks the engine itself.
"""

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
from settings.stack_yaml import YamlError

TEXT = st.text(st.characters(exclude_characters="\x85\u2028\u2029", codec="utf-8"), max_size=20)
"""Without the line breaks of YAML 1.1, which JSON leaves as they are."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
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
        (b"\xff\xfe", "no UTF-8 text"),
        (b"[1", "no YAML: line 1, column 3"),
        (b"config: {a: 1, a: 2}", "'a' is given twice (lines 1 and 1)"),
        (b'x: "\\UFFFFFFFF"', "no YAML"),
        (b"x: " + b"[" * 5000, "no YAML"),
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
