"""The lab's nodes take over this machine's apt settings."""

import pytest

from lab.errors import LabError
from lab.images.image import Layer
from lab.images.mirror import Endpoint, Mirror, Source, sources

ARCHIVE = "http://mirror.test/debian"


def test_the_suites_follow_this_machines_own() -> None:
    available = {
        "bookworm": ARCHIVE,
        "bookworm-security": "http://security.test/debian-security",
        "nodistro": "https://other.test",
    }
    assert sources(available, "bookworm") == (
        Source(uri=ARCHIVE, suite="trixie"),
        Source(uri="http://security.test/debian-security", suite="trixie-security"),
    )


@pytest.mark.parametrize("available", [{}, {"bookworm": "cdrom://x"}, {"sid": ARCHIVE}])
def test_a_machine_without_an_archive_by_http_is_told(available: dict[str, str]) -> None:
    with pytest.raises(LabError, match=r"no http source for bookworm main.*sources\.list"):
        sources(available, "bookworm")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "10.1.2.3"])
def test_hosts_without_a_public_name_go_by_their_lab_address(host: str) -> None:
    here = Endpoint(name=host, port=3142, real="127.0.0.1", inside="198.51.100.161")
    mirror = Mirror(sources=(), settings="", proxies=(), endpoints=(here,))
    line = f'Acquire::http::Proxy "http://{host}:3142";'
    assert mirror.inside(line) == 'Acquire::http::Proxy "http://198.51.100.161:3142";'


def test_a_named_host_keeps_its_name() -> None:
    there = Endpoint(name="mirror.test", port=80, real="10.1.2.3", inside="198.51.100.161")
    mirror = Mirror(sources=(), settings="", proxies=(), endpoints=(there,))
    assert mirror.inside(ARCHIVE) == ARCHIVE


def test_a_layers_key_follows_all_it_is_made_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    recipes, settings = tmp_path_factory.mktemp("recipes"), tmp_path_factory.mktemp("settings")
    monkeypatch.setattr("lab.images.image._RECIPES", recipes)
    for name in ("low", "high"):
        (recipes / f"{name}.sh").write_text(name)
    low = Layer(name="low")
    high = Layer(name="high", below=low, settings=settings)
    keys = [(low.key, high.key)]
    (settings / "a.conf").write_text("1")
    keys.append((low.key, high.key))
    (recipes / "low.sh").write_text("changed")
    keys.append((low.key, high.key))
    assert keys[0][0] == keys[1][0]
    assert len({high_key for _, high_key in keys}) == 3
    assert keys[2][0] != keys[1][0]
