"""The policy's files: read, read again when they change, and never taken for empty."""

import json
from pathlib import Path

import pytest

from mail.gate.store import FRESH, PolicyError, Store, load
from tests.mail.gate import world


class Clock:
    """A clock that the test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    world.write(tmp_path)
    return tmp_path


def rewrite(path: Path, change: str, to: str) -> None:
    """Write a file as the deployment does: beside, then over it."""
    beside = path.with_suffix(".new")
    beside.write_text(path.read_text().replace(change, to))
    beside.rename(path)


def test_what_the_deployment_writes_is_read(folder: Path) -> None:
    policy = load(folder)
    assert policy.host == world.HOST
    assert policy.postmaster == "me@mailbox.example"
    robot = policy.account("robot@a.example")
    assert robot
    assert robot.limits == {"perMinute": 200}
    assert policy.account("jürgen@münchen.example")
    assert policy.account("jürgen@xn--mnchen-3ya.example")
    assert not policy.account("nobody@a.example")
    assert not policy.account("i@elsewhere.example")


def test_a_change_is_seen_after_a_second_and_not_looked_for_before(folder: Path) -> None:
    clock = Clock()
    store = Store(folder, clock=clock)
    before = store.current()
    rewrite(folder / "domains/b.example.json", '"i"', '"k"')
    assert store.current() is before
    clock.now += FRESH
    after = store.current()
    assert after.account("k@b.example")
    clock.now += FRESH
    assert store.current() is after


@pytest.mark.parametrize("kind", ["new", "gone"])
def test_a_domain_that_comes_or_goes_is_seen(folder: Path, kind: str) -> None:
    clock = Clock()
    store = Store(folder, clock=clock)
    store.current()
    path = folder / "domains/d.example.json"
    if kind == "new":
        path.write_text('{"domain": "d.example", "accounts": {"i": {"addresses": []}}}')
    else:
        (folder / "domains/c.example.json").unlink()
    clock.now += FRESH
    policy = store.current()
    assert policy.is_claim("d.example") == (kind == "new")
    assert policy.is_claim("c.example") == (kind == "new")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("host.json", ""),
        ("host.json", "[]"),
        ("host.json", "{}"),
        ("host.json", '{"host": 1}'),
        ("host.json", '{"host": ""}'),
        ("domains/a.example.json", '{"domain": "a.exa'),
        ("domains/a.example.json", "\udcff"),
        ("domains/a.example.json", '{"spellings": []}'),
        ("domains/a.example.json", '{"domain": "a.example", "accounts": []}'),
        ("domains/a.example.json", '{"domain": "a.example", "accounts": {"i": []}}'),
        ("domains/a.example.json", '{"domain": "a.example", "accounts": {"i": {"not": [1]}}}'),
        ("domains/a.example.json", '{"domain": "a.example", "accounts": {"i": {"limits": 1}}}'),
        ("domains/a.example.json", '{"domain": "a.example", "spellings": "a.example"}'),
        ("host.json", '{"host": "a.example", "limits": {"perMinute": 0}}'),
        ("host.json", '{"host": "a.example", "limits": {"burst": -1}}'),
        ("host.json", '{"host": "a.example", "limits": {"burst": true}}'),
        ("domains/a.example.json", '{"domain": "a.example", "accounts": {"i": {"denied": 1}}}'),
    ],
)
def test_a_broken_file_is_an_error_and_not_an_empty_policy(
    folder: Path, name: str, text: str
) -> None:
    clock = Clock()
    store = Store(folder, clock=clock)
    store.current()
    good = (folder / name).read_text()
    (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    for _ in range(2):
        clock.now += FRESH
        with pytest.raises(PolicyError, match=Path(name).name.replace(".", r"\.")):
            store.current()
    (folder / name).write_text(good)
    assert store.current().is_claim("a.example")


@pytest.mark.parametrize("gone", ["host.json", "domains", "domains/*"])
def test_what_is_gone_is_an_error(folder: Path, gone: str) -> None:
    clock = Clock()
    store = Store(folder, clock=clock)
    store.current()
    if gone == "domains":
        (folder / gone).rename(folder / "elsewhere")
    else:
        for path in folder.glob(gone):
            path.unlink()
    clock.now += FRESH
    with pytest.raises(PolicyError, match="cannot be read"):
        store.current()


def test_a_file_that_cannot_be_opened_is_an_error(folder: Path) -> None:
    (folder / "host.json").unlink()
    (folder / "host.json").mkdir()
    with pytest.raises(PolicyError, match="host"):
        load(folder)


def test_other_files_in_the_folder_are_let_be(folder: Path) -> None:
    (folder / "domains/a.example.json.dpkg-old").write_text("x")
    assert load(folder)


def test_a_key_that_a_later_version_writes_is_let_be(folder: Path) -> None:
    path = folder / "domains/a.example.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"new": 1}))
    assert load(folder)
