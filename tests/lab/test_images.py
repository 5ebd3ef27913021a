"""The images: which there are, what they are named for, and which of them go."""

from pathlib import Path

import pytest

from lab import plan
from lab.errors import LabError
from lab.images import apt_files, image
from lab.images.mirror import Mirror, Source

ARCHIVE = "http://mirror.test/debian"


def test_one_recipe_makes_a_layer_of_each_suite() -> None:
    assert image.DEBIAN12.script == image.BASE.script
    assert image.DEBIAN12.key != image.BASE.key


@pytest.mark.parametrize(
    ("system", "layers"),
    [("debian13", ["base"]), ("debian12", ["debian12"]), ("ubuntu", ["ubuntu", "debian12"])],
)
def test_the_vps_starts_from_the_system_that_is_named(
    monkeypatch: pytest.MonkeyPatch, system: str, layers: list[str]
) -> None:
    monkeypatch.setattr(plan, "VPS_SYSTEM", system)
    lower = image.of_vps().lower
    assert [path.name.partition("-")[0] for path in lower] == layers
    assert set(plan.VPS_SYSTEMS) == {"debian13", "debian12", "ubuntu"}


def test_another_system_is_refused_with_those_that_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plan, "VPS_SYSTEM", "fedora")
    with pytest.raises(LabError, match="'fedora'; there are debian13, debian12, ubuntu"):
        image.of_vps()


def test_a_layer_is_built_after_what_it_lies_on_and_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TAPAL_CACHE", str(tmp_path))
    monkeypatch.setattr(plan, "VPS_SYSTEM", "debian13")
    assert image.missing() == [image.BASE, image.WORLD]
    monkeypatch.setattr(plan, "VPS_SYSTEM", "ubuntu")
    assert image.missing() == [image.BASE, image.WORLD, image.DEBIAN12, image.UBUNTU]
    image.DEBIAN12.path.mkdir(parents=True)
    assert image.missing(image.UBUNTU) == [image.UBUNTU]


def test_layers_of_older_recipes_go_and_those_of_other_systems_stay(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TAPAL_CACHE", str(tmp_path))
    for layer in image.ALL:
        layer.path.mkdir(parents=True)
    old = image.folder() / "ubuntu-0123456789ab"
    old.mkdir()
    image._prune()
    assert sorted(image.folder().iterdir()) == sorted(layer.path for layer in image.ALL)


def test_a_node_gets_the_sources_of_its_own_suite(tmp_path: Path) -> None:
    given = (Source(uri=ARCHIVE, suite="trixie"), Source(uri=ARCHIVE, suite="trixie-updates"))
    mirror = Mirror(sources=given, settings="a", proxies=(), endpoints=())
    apt_files.write_apt_files(tmp_path, mirror, "bookworm")
    text = (tmp_path / "sources.list.d/debian.sources").read_text()
    assert "Suites: bookworm bookworm-updates\n" in text
    assert "trixie" not in text


def test_every_layer_has_its_recipe() -> None:
    assert [layer.name for layer in image.ALL if not layer.script.exists()] == []
