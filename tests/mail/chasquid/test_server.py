"""A running chasquid on what we render: submission, signatures, aliases, refusals."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dkim as dkimpy
import pytest

from mail import dkim
from mail.alias import check
from mail.alias.entry import DomainAddresses
from mail.message import compose, signature, submission
from mail.message.submission import Account, SubmissionError
from mail.password import scrypt
from tests.mail.chasquid.server import HOST, Server, running

SECRET = "correct horse battery"
ALIASES = {
    "postmaster": ["box"],
    "list": ["box", "x@b.test"],
    "n.ested": ["list"],
    "box+special": ["special@b.test"],
    "out": ["me@b.test via mx.b.test"],
    "*": ["*@b.test"],
}
ACCOUNTS = ("i", "box", "silent")


@pytest.fixture(scope="module")
def server(chasquid_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    accounts = {name: scrypt(SECRET, bytes(16)) for name in ACCOUNTS}
    with running(chasquid_folder, tmp_path_factory.mktemp("chasquid"), accounts, ALIASES) as found:
        yield found


@pytest.fixture
def account(server: Server) -> Account:
    return Account(
        host=HOST,
        user="i@a.test",
        password=SECRET,
        port=server.submission,
        address="127.0.0.1",
        cafile=str(server.cafile),
        timeout=10,
    )


def test_submission_signature_and_delivery(server: Server, account: Account) -> None:
    mail = compose.compose("i@a.test", ["box@a.test"], "hello", "body\n.dot\nend")
    timings = submission.submit(account, mail)
    assert timings.tls == "TLSv1.3"
    assert 0 < timings.connected < timings.authenticated < timings.accepted
    (raw,) = server.delivered(1)
    assert mail.token.encode() in raw

    def lookup(name: str) -> str | None:
        names = {dkim.record_name(s, "a.test"): dkim.record(pem) for s, pem in server.keys.items()}
        return names.get(name)

    results = signature.verify(raw, lookup)
    assert {(one.selector, one.algorithm, one.passed) for one in results} == {
        ("r1", "rsa-sha256", True),
        ("e1", "ed25519-sha256", True),
    }, results
    assert all(one.domain == "a.test" for one in results)
    broken = signature.verify(raw.replace(b"hello", b"hallo"), lookup)
    assert [one.passed for one in broken] == [False, False]
    first, second = (one.selector for one in results)
    half = signature.verify(raw, lambda name: lookup(name) if name.startswith(second) else None)
    assert [(one.selector, one.passed) for one in half] == [(first, False), (second, True)]
    missing = signature.verify(raw, lambda _name: None)
    assert all(not one.passed and one.reason for one in missing)
    swapped = signature.verify(raw, lambda _name: dkim.record(dkim.generate("rsa")))
    assert not any(one.passed for one in swapped)
    assert not dkimpy.verify(raw, dnsfunc=lambda _name, timeout=5: b"v=DKIM1; p=")  # noqa: ARG005


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("list", ["box@a.test", "x@b.test"]),
        ("nested", ["box@a.test", "x@b.test"]),
        ("box", ["box@a.test"]),
        ("b.ox+any", ["b.ox+any@b.test"]),
        ("box+special", ["special@b.test"]),
        ("out", ["me@b.test"]),
        ("who.ever", ["who.ever@b.test"]),
        ("silent", ["silent@a.test"]),
    ],
)
def test_aliases_lead_where_we_say(server: Server, asked: str, expected: list[str]) -> None:
    assert [one.split()[0] for one in server.resolve(f"{asked}@a.test")] == expected


CIRCLES = {
    "x": ["y"],
    "y": ["x"],
    "self": ["self+again"],
    **{f"n{i}": [f"n{i + 1}"] for i in range(9)},
    "n9": ["me@b.test"],
    "short": ["n2"],
}


def test_the_check_agrees_with_the_server(chasquid_folder: Path, tmp_path: Path) -> None:
    """Chasquid gives up exactly on what the check refuses."""
    aliases = {**CIRCLES, "*": ["box+rest"]}
    domain = DomainAddresses(name="a.test", accounts=("box",), aliases=aliases)
    refused = {f.key.rpartition(".")[2] for f in check.check([domain]) if f.level == "error"}
    assert refused == {"x", "self", "n0", "*"}
    refused.add("y")  # on the circle that is told of at x
    accounts = {"box": scrypt(SECRET, bytes(16))}
    with running(chasquid_folder, tmp_path / "chasquid", accounts, aliases) as server:
        for left in aliases:
            asked = f"{'whoever' if left == '*' else left}@a.test"
            gave_up = server.resolve(asked)[0].startswith("error")
            assert gave_up is (left in refused), (left, server.resolve(asked))


def test_mail_to_a_sending_account_comes_back_at_once(server: Server, account: Account) -> None:
    before = len(list((server.folder.parent / "box").glob("*.eml")))
    mail = compose.compose("box@a.test", ["silent@a.test"], "lost", "body")
    submission.submit(replace(account, user="box@a.test"), mail)
    bounce = server.delivered(before + 1)
    text = next(raw for raw in bounce if b"this address only sends mail" in raw).decode()
    assert mail.token in text
    assert "postmaster-dsn@" in text


@pytest.mark.parametrize(
    ("change", "rule", "temporary"),
    [
        ({"password": "wrong"}, "submission-login", False),
        ({"host": "other.a.test"}, "submission-certificate", False),
        ({"cafile": None}, "submission-certificate", False),
        ({"address": "127.0.0.2"}, "submission-closed", True),
        ({"address": None, "host": "nowhere.invalid"}, "submission-name", True),
    ],
)
def test_refusals_say_why(
    account: Account,
    change: dict[str, str | None],
    rule: str,
    temporary: bool,
) -> None:
    mail = compose.compose("i@a.test", ["box@a.test"], "x", "y")
    changed = replace(account, **change)  # type: ignore[arg-type]
    with pytest.raises(SubmissionError) as caught:
        submission.submit(changed, mail)
    assert caught.value.finding.id == rule
    assert caught.value.temporary is temporary
    assert caught.value.finding.cure in str(caught.value)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(changed)


def test_refused_recipient_and_sender(account: Account) -> None:
    # The domain has a catch-all, so only a broken address is refused.
    mail = compose.compose("i@a.test", ["box@a.test"], "x", "y")
    with pytest.raises(SubmissionError) as caught:
        submission.submit(account, replace(mail, recipients=("box@a.test", "bad")))
    assert caught.value.finding.id == "submission-recipient"
    assert "bad" in caught.value.finding.reason


def test_tls_submission(server: Server, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on 465, which a test cannot bind."""
    connect = submission._Tls._socket

    def redirected(self: submission._Tls, host: str, port: int, limit: float) -> object:
        assert port == 465
        return connect(self, host, server.submissions, limit)

    monkeypatch.setattr(submission._Tls, "_socket", redirected)
    mail = compose.compose("i@a.test", ["nobody@a.test"], "x", "y")
    assert submission.submit(replace(account, port=465), mail).tls == "TLSv1.3"
