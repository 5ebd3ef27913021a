"""Which executables are taken: named ones, official ones, or our own."""

import json
import os
import shutil
from pathlib import Path

import pytest

from lab.engine import build, prepare
from lab.engine.prepare import BUNDLED, EXECUTOR, PROVIDERS, PrepareError
from tests.lab.engine.harness import Project

EXECUTABLES = (*BUNDLED, EXECUTOR, *(f"pulumi-resource-{name}" for name in PROVIDERS))
PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own that holds nothing but the built CLI."""
    built = build.cli()
    monkeypatch.delenv("TAPAL_PLUGINS", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("TAPAL_CACHE", str(tmp_path / "cache"))
    build.built().parent.mkdir(parents=True)
    shutil.copy(built, build.built())
    return tmp_path / "cache"


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_own_executables_are_made_once(cache: Path) -> None:
    folder = prepare.prepare()
    assert folder.is_relative_to(cache)
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("*")}
    assert prepare.prepare() == folder
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*")} == before


def test_damaged_executable_is_made_again(cache: Path) -> None:
    del cache
    folder = prepare.prepare()
    (folder / BUNDLED[0]).write_text("broken")
    (folder / "pulumi").unlink()
    prepare.prepare()
    assert (folder / BUNDLED[0]).read_text().startswith("#!/bin/sh\n")
    assert (folder / "pulumi").samefile(build.built())


def test_named_folder_is_used_as_it_is(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The named executables here are our own, moved and marked: only they answer."""
    own = prepare.prepare()
    named = tmp_path / "named"
    named.mkdir()
    marks = tmp_path / "marks"
    marks.mkdir()
    paths = [*(own / name for name in BUNDLED), *cache.glob("engine/clones/*/home/plugins/*/*")]
    for path in paths:
        executable(named / path.name, f'touch {marks}/{path.name}\nexec {path} "$@"')
    executable(named / EXECUTOR, "exit 1")  # which our own language host does without
    monkeypatch.setenv("TAPAL_PLUGINS", str(named))
    assert prepare.prepare() != own
    project = Project(tmp_path)
    project.write("__main__.py", (PROGRAMS / "resources.py").read_text())
    project.write("file_resource.py", (PROGRAMS / "file_resource.py").read_text())
    file = {"path": str(tmp_path / "file"), "text": "here"}
    project.write("resources.json", json.dumps({"x": file}))
    done = project.up().checked()
    assert "warning" not in done.output
    assert (tmp_path / "file").read_text() == "here"
    assert {mark.name for mark in marks.iterdir()} == set(BUNDLED)


def test_named_folder_must_be_complete(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del cache
    executable(tmp_path / "named" / EXECUTABLES[0], "true")
    monkeypatch.setenv("TAPAL_PLUGINS", str(tmp_path / "named"))
    with pytest.raises(PrepareError, match=f"lacks {', '.join(EXECUTABLES[1:])}"):
        prepare.prepare()


@pytest.mark.parametrize("fetches", [True, False])
def test_official_installation_fetches_its_plugins(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fetches: bool
) -> None:
    """An official CLI gets its plugins; where it cannot, the stand-ins take their place."""
    home = "$PULUMI_HOME/plugins/$3-$4-v$5"
    fetch = f'mkdir -p "{home}" && echo fetched >"{home}/pulumi-resource-$4"'
    official = executable(tmp_path / "official" / "pulumi", fetch if fetches else "exit 1").parent
    executable(official / BUNDLED[0], "true")
    monkeypatch.setenv("PATH", f"{official}{os.pathsep}{os.environ['PATH']}")
    assert prepare.prepare() == official
    plugins = [path for path in cache.glob("engine/clones/*/home/plugins/*/*") if path.is_file()]
    assert len(plugins) == len(PROVIDERS)
    for plugin in plugins:
        assert (plugin.read_text() == "fetched\n") == fetches


def test_clones_do_not_clash(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del cache
    first = prepare.prepare()
    monkeypatch.setattr(prepare, "REPOSITORY", tmp_path / "other")
    second = prepare.prepare()
    assert first != second
    assert str(tmp_path / "other") in (second / BUNDLED[0]).read_text()
    assert str(tmp_path / "other") not in (first / BUNDLED[0]).read_text()


def test_own_folder_on_path_is_not_official(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del cache
    folder = prepare.prepare()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    assert prepare.prepare() == folder
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" in prepare.environment(
        state=folder.parent / "state"
    )
