"""The mark ``needs_lab``: whom it is put on, and on whom it is not."""

import re

from tests.conftest import FIXTURES, GROUPS, NEED_LAB, NEED_NOTHING, ROOT, group, needs_lab

NONE = frozenset[str]()


def test_whoever_is_named_is_there() -> None:
    assert [one for one in (*NEED_LAB, *NEED_NOTHING, *GROUPS) if not (ROOT / one).exists()] == []
    code = "".join(file.read_text() for file in (ROOT / "tests").rglob("*.py"))
    made = set(re.findall(r"@pytest\.fixture.*\ndef (\w+)\(", code))
    assert FIXTURES - made == set()


def test_folders_and_modules_have_the_mark() -> None:
    assert needs_lab(ROOT / "tests/e2e/test_guard.py", NONE)
    assert needs_lab(ROOT / "tests/docs/test_walk.py", NONE)
    assert not needs_lab(ROOT / "tests/docs/test_pages.py", NONE)
    assert not needs_lab(ROOT / "tests/mail/test_dkim.py", NONE)


def test_a_module_in_such_a_folder_can_be_left_out() -> None:
    assert needs_lab(ROOT / "tests/lab/engine/test_cases.py", NONE)
    assert not needs_lab(ROOT / NEED_NOTHING[0], NONE)


def test_users_of_a_fixture_have_the_mark() -> None:
    files = ROOT / "tests/mail/chasquid/test_files.py"
    assert needs_lab(files, frozenset({"tmp_path", "util", "chasquid_folder"}))
    assert not needs_lab(files, frozenset({"tmp_path"}))


def test_what_shares_a_deployment_is_one_group() -> None:
    names = ("test_guard.py::test_x", "test_zz_destroy.py::test_x[a@b.test]")
    assert {group(f"tests/e2e/{name}") for name in names} == {"e2e"}
    assert group("tests/e2e_gate/test_gate.py::test_x") == "gate"
    assert group("tests/lab/engine/test_zone.py::test_x") == "engine"
    assert group("tests/lab/test_vps.py::test_x") == group("tests/lab/test_world.py::test_x")
    assert group("tests/mail/test_dkim.py::test_x") == "tests/mail/test_dkim.py"
