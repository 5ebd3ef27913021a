"""Debian's keys that the repository carries: those that its page lists, public, and in force."""

import re
from datetime import UTC, datetime, timedelta

from pysequoia import Cert

from tools import debian_keys

ROW = re.compile(r"^\| (.+) \| `([0-9A-F]{40})` \| ([0-9-]+) \|$", re.MULTILINE)


def test_the_page_lists_the_keys_that_are_there() -> None:
    text = debian_keys.PAGE.read_text(encoding="utf-8")
    rows = [
        (f"{name} <ftpmaster@debian.org>", fingerprint.lower(), until)
        for name, fingerprint, until in ROW.findall(text)
    ]
    there = [
        (str(key.user_ids[0]), key.fingerprint, str(key.expiration.date()))
        for key in debian_keys.listed()
        if key.expiration
    ]
    assert rows == there
    version = re.search(r"`debian-archive-keyring` (\S+),", text)
    assert version is not None
    assert text == debian_keys.page(version[1]), "run `make debian-keys`"


def test_a_key_is_there_for_each_release_that_signs() -> None:
    named = [str(key.user_ids[0]) for key in debian_keys.listed()]
    assert [name.partition("/")[2].partition(")")[0] for name in named] == [*debian_keys.RELEASES]


def test_only_public_keys_are_carried() -> None:
    text = debian_keys.KEYS.read_text(encoding="ascii")
    assert text.count("-----BEGIN ") == 1, "apt reads one armoured block in a file"
    assert text.startswith("-----BEGIN PGP PUBLIC KEY BLOCK-----\n")


def test_no_key_is_revoked_or_ends_within_a_year() -> None:
    soon = datetime.now(UTC) + timedelta(days=365)
    assert [
        str(key) for key in debian_keys.listed() if key.is_revoked or not _lasts(key, soon)
    ] == [], "run `make debian-keys`, and see components/host/keys/README.md"


def _lasts(key: Cert, moment: datetime) -> bool:
    return key.expiration is None or key.expiration > moment
