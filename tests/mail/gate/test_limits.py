"""How accounts are held to their limits: what is counted, kept, told, and forgotten."""

import contextlib
import os
import sqlite3
from dataclasses import replace
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from mail.gate import spool, verdict
from mail.gate.account import Account
from mail.gate.database import KEY, NAME
from mail.gate.ledger import REMEMBERED
from mail.gate.limits import AGAIN, GATHER, QUIET, UNCONFIRMED, Limiter
from mail.gate.policy import Domain, Policy
from mail.gate.quota import DAY, Limits
from mail.gate.verdict import Verdict

START = 1_790_000_000.0  # 2026-09-21 14:13:20 UTC
LIMITS = Limits(per_minute=60, burst=5, recipients_per_day=12, strangers_per_day=8)
CLIENT = "[2001:db8::9]:4711"


class Server:
    """A limiter with a clock that the test sets, and one account."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = START
        self.account = Account(name="i@a.test", addresses=frozenset())
        self.limits = LIMITS
        self.start()

    def start(self) -> None:
        """Start it anew, as after a crash."""
        self.limiter = Limiter(self.folder, clock=lambda: self.now)

    @property
    def policy(self) -> Policy:
        """The policy as it is now."""
        domain = Domain(name="a.test", spellings=("a.test",), accounts={"i": self.account})
        return Policy(
            host="smtp.a.test", domains=[domain], postmaster="p@b.test", limits=self.limits
        )

    def send(self, *recipients: str, account: Account | None = None, after: float = 0) -> Verdict:
        """Hand in a mail."""
        self.now += after
        return self.limiter.take(account or self.account, recipients, CLIENT, self.policy)

    def sent(self, *recipients: str, after: float = 0) -> bool:
        """Hand in a mail; return whether it was taken."""
        return self.send(*recipients, after=after).status == verdict.TAKEN

    def look_around(self, after: float = 0) -> None:
        """Let time pass."""
        self.now += after
        self.limiter.look_around(self.policy)

    def go_on(self, count: int = 200) -> list[Verdict]:
        """Try to write to many more, one after the other."""
        return [self.send(f"more{number}@b.test") for number in range(count)]

    @property
    def notices(self) -> list[Message]:
        """The mails to the postmaster."""
        found = sorted((self.folder / "notices").glob("*"), key=lambda path: path.stat().st_mtime)
        return [message_from_bytes(path.read_bytes()) for path in found]

    @property
    def to_deny(self) -> list[str]:
        """The accounts whose denial is asked for."""
        return [path.name for path in (self.folder / "deny").glob("*")]


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def text(notice: Message) -> str:
    payload = notice.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def test_a_burst_goes_and_then_so_many_a_minute(server: Server) -> None:
    assert [server.sent("x@b.test") for _ in range(7)] == [True] * 5 + [False] * 2
    assert [server.sent("x@b.test", after=1) for _ in range(5)] == [True] * 5
    said = server.send("x@b.test")
    assert said.status == verdict.LATER
    assert said.reason == (
        "4.7.28 i@a.test may send 60 mails a minute (perMinute), 5 at once (burst); "
        "the next one at 2026-09-21 14:13:26 UTC"
    )


def test_recipients_of_a_day(server: Server) -> None:
    server.limits = replace(LIMITS, strangers_per_day=12)
    names = [f"n{number}@b.test" for number in range(10)]
    assert server.sent(*names)
    assert server.sent(*names[:2], after=3600)
    said = server.send(names[0], after=60)
    assert said.reason == (
        "4.7.28 i@a.test may write to 12 recipients a day (recipientsPerDay), 12 are used up; "
        "room for 1 more at 2026-09-22 14:14:00 UTC"
    )
    server.now = START - START % 60 + DAY + 60
    assert server.sent(*names[:10])
    assert not server.sent(names[0])


def test_strangers_of_a_day_and_those_who_are_none(server: Server) -> None:
    server.limits = replace(LIMITS, recipients_per_day=1000)
    names = [f"n{number}@b.test" for number in range(8)]
    assert server.sent(*names)
    assert server.sent(*names, after=60)
    assert server.sent("N3@B.test", after=60), "no stranger in capitals"
    said = server.send("new@b.test", after=60)
    assert "8 new recipients a day (strangersPerDay), 8 are used up; room for 1" in said.reason
    server.now += DAY
    assert server.sent("new@b.test")


def test_one_that_was_not_written_to_for_long_is_a_stranger_again(server: Server) -> None:
    server.limits = replace(LIMITS, strangers_per_day=1)
    assert server.sent("x@b.test")
    server.look_around(after=(REMEMBERED - 1) * DAY)
    assert server.sent("x@b.test", after=60)
    assert server.sent("y@b.test")
    server.look_around(after=(REMEMBERED + 1) * DAY)
    assert server.sent("x@b.test")
    assert not server.sent("y@b.test", after=60)


def test_a_mail_that_could_never_go_is_refused_for_good(server: Server) -> None:
    many = [f"n{number}@b.test" for number in range(13)]
    said = server.send(*many)
    assert (said.status, said.reason.split()[0]) == (verdict.REFUSED, "5.5.3")
    assert server.send(*many[:9]).reason == (
        "5.5.3 i@a.test may write to 8 new recipients a day (strangersPerDay), and this mail has 9"
    )
    assert server.sent(*many[:8]), "nothing was counted"


def test_a_recipient_counts_once_in_a_mail(server: Server) -> None:
    assert server.sent(*["x@b.test"] * 100)


def test_what_is_refused_is_not_counted(server: Server) -> None:
    assert server.sent("a@b.test", "b@b.test", "c@b.test", "d@b.test", "e@b.test", "f@b.test")
    assert not server.sent("g@b.test", "h@b.test", "i@b.test")
    assert server.sent("g@b.test", "h@b.test")


def test_each_account_has_its_own(server: Server) -> None:
    other = Account(name="k@a.test", addresses=frozenset(), limits={"burst": 2})
    assert [server.sent("x@b.test") for _ in range(6)].count(True) == 5
    taken = [server.send("x@b.test", account=other).status == verdict.TAKEN for _ in range(4)]
    assert taken.count(True) == 2


def test_a_restart_forgets_nothing(server: Server) -> None:
    taken = 0
    for number in range(30):
        taken += server.sent(f"n{number % 5}@b.test")
        server.start()
    assert taken == 5
    assert server.sent("n5@b.test", "n6@b.test", "n7@b.test", after=60)
    server.start()
    assert server.sent("n1@b.test", after=60)
    server.start()
    assert not server.sent("new@b.test", after=60)


def test_whom_it_wrote_to_does_not_stand_in_the_files(server: Server) -> None:
    server.sent("secret.friend@b.test")
    content = b"".join(path.read_bytes() for path in server.folder.glob("limits.db*"))
    assert b"friend" not in content
    key = (server.folder / KEY).read_bytes()
    server.start()
    server.sent("x@b.test")
    assert (server.folder / KEY).read_bytes() == key


@pytest.mark.parametrize("back", [3600, DAY, 400 * DAY])
def test_a_clock_that_is_set_back_shuts_nobody_out_for_ever(server: Server, back: int) -> None:
    names = [f"n{number}@b.test" for number in range(8)]
    assert server.sent(*names)
    server.now -= back
    assert server.sent(*names[:4], after=2)
    assert not server.sent(names[0], after=2), "the limit of the day holds still"
    server.start()
    assert not server.sent(names[0], after=60)
    assert server.sent(names[0], after=DAY)


def test_the_postmaster_is_told_once_in_an_episode(server: Server) -> None:
    server.limits = replace(LIMITS, burst=1000)
    for _ in range(3):
        server.go_on(10)
        server.look_around(after=GATHER + 1)
    (notice,) = server.notices
    assert notice["To"] == "p@b.test"
    assert notice["From"] == "Mail gate <postmaster@smtp.a.test>"
    assert notice["Subject"] == "i@a.test is over its limit"
    assert "its limit is 8 recipients in 24" in text(notice)
    assert "2001:db8::9, port 4711" in text(notice)
    assert "limits:\n          i: {strangersPerDay: 16}\n" in text(notice)
    server.start()
    server.go_on(10)
    server.look_around(after=GATHER + 1)
    assert len(server.notices) == 1, "a restart is no new episode"
    server.now += QUIET + 60
    server.go_on(10)
    server.look_around(after=GATHER + 1)
    assert len(server.notices) == 2


def test_an_episode_is_told_of_although_the_service_ended_before(server: Server) -> None:
    server.go_on(10)
    server.start()
    server.look_around(after=GATHER + 1)
    assert len(server.notices) == 1


def test_who_goes_on_is_denied_and_the_postmaster_has_one_mail(server: Server) -> None:
    said = server.go_on()
    taken = [one for one in said if one.status == verdict.TAKEN]
    assert len(taken) == 5
    assert said[-1].status == verdict.REFUSED
    assert said[-1].reason.startswith("5.7.13 i@a.test is denied")
    assert server.to_deny == ["i@a.test"]
    server.look_around(after=GATHER + 1)
    (notice,) = server.notices
    assert notice["Subject"] == "i@a.test is denied"
    assert "it cannot log in any more" in text(notice)
    assert "make up STACK=" in text(notice)


def test_a_program_that_repeats_what_it_could_not_send_is_not_denied(server: Server) -> None:
    server.go_on(20)
    for _ in range(100):
        assert server.send(*[f"more{number}@b.test" for number in range(8)]).status
        server.now += 30
    assert server.to_deny == []


def test_a_newsletter_that_runs_into_its_limit_is_not_denied(server: Server) -> None:
    server.limits = Limits()
    said = server.go_on(1000)
    assert {one.status for one in said} == {verdict.TAKEN, verdict.LATER}
    assert server.to_deny == []
    assert server.go_on(2000)[-1].status == verdict.REFUSED


def test_the_denial_holds_until_the_policy_lifts_it(server: Server) -> None:
    plain = server.account
    server.go_on()
    server.account = replace(plain, denied="2026-09-21 14:13 UTC")
    server.now += UNCONFIRMED + 1
    server.start()
    assert server.send("x@b.test").status == verdict.REFUSED
    server.account = plain
    assert server.sent("x@b.test"), "`up` gave it back"
    assert server.sent(*[f"more{number}@b.test" for number in range(6)]), "they are strangers anew"
    assert not server.sent("y@b.test", "z@b.test")
    server.go_on()
    server.look_around()
    assert len(server.notices) == 2, "another episode"


def test_the_denial_follows_the_policy_although_no_mail_comes(server: Server) -> None:
    plain = server.account
    server.go_on()
    server.account = replace(plain, denied="2026-09-21 14:13 UTC")
    server.look_around(after=5)
    server.account = plain
    server.start()
    server.look_around(after=60)
    assert server.sent("x@b.test"), "`up` gave it back"
    server.look_around(after=GATHER + 1)
    assert len(server.notices) == 1


def test_a_denial_that_no_file_shows_is_asked_for_again_and_ends(server: Server) -> None:
    server.go_on()
    for path in (server.folder / "deny").iterdir():
        path.unlink()
    assert server.send("x@b.test", after=AGAIN).status == verdict.REFUSED
    assert server.to_deny == ["i@a.test"]
    for path in (server.folder / "deny").iterdir():
        path.unlink()
    server.look_around(after=AGAIN)
    assert server.to_deny == ["i@a.test"], "although no mail comes"
    assert server.sent("x@b.test", after=UNCONFIRMED)


def test_a_denial_that_the_policy_has_and_the_state_has_not(server: Server) -> None:
    plain = server.account
    server.account = replace(plain, denied="2026-09-21 14:13 UTC")
    assert server.send("x@b.test").status == verdict.REFUSED
    server.account = plain
    assert server.sent("x@b.test")


def test_a_state_that_is_gone_starts_anew_and_says_so(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    while server.sent("x@b.test"):
        pass
    caplog.clear()
    for path in server.folder.glob("limits.db*"):
        path.unlink()
    server.look_around()
    assert server.sent("x@b.test")
    assert "counting starts anew" in caplog.text


@pytest.mark.parametrize(
    "content", [b"no database at all" * 400, b"SQLite format 3\0" + b"\xff" * 8000]
)
def test_a_state_that_is_broken_is_put_aside(
    server: Server, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (server.folder / NAME).write_bytes(content)
    assert server.sent("x@b.test") or server.sent("x@b.test")
    assert "is broken" in caplog.text
    assert (server.folder / "limits.broken").read_bytes() == content


def test_a_state_that_breaks_meanwhile(server: Server) -> None:
    for number in range(8):
        server.sent(f"x{number}@b.test")
    with contextlib.closing(sqlite3.connect(server.folder / NAME)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = (server.folder / NAME).stat().st_size
    with (server.folder / NAME).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    server.start()
    assert any(server.sent("x@b.test", after=60) for _ in range(3))


def test_another_holds_the_file(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    server.sent("x@b.test")
    opened = sqlite3.connect(server.folder / NAME, isolation_level=None)
    with contextlib.closing(opened) as other:
        other.execute("BEGIN IMMEDIATE")
        said = server.send("x@b.test")
        assert (said.status, said.reason.split()[0]) == (verdict.LATER, "4.3.1")
        assert "submitted mail has to wait" in caplog.text
        other.execute("ROLLBACK")
    assert server.sent("x@b.test")


def test_a_folder_that_cannot_be_written(server: Server) -> None:
    server.folder = server.folder / "nowhere"
    server.start()
    assert server.send("x@b.test").status == verdict.LATER
    server.folder.mkdir()
    assert server.sent("x@b.test")


@pytest.mark.parametrize("name", ["../x", "..", ".", "", "a/b"])
def test_no_account_leads_out_of_the_spool(tmp_path: Path, name: str) -> None:
    spool.ask_to_deny(tmp_path, name)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("secret", ["", "..", "0" * 31, "0" * 33, "../deny/x", "0" * 32 + "\n"])
def test_no_other_secret_opens(tmp_path: Path, secret: str) -> None:
    right = spool.tell(tmp_path, b"From: x\n\ny\n")
    assert spool.is_notice(tmp_path, right)
    assert not spool.is_notice(tmp_path, secret)
    assert not spool.is_notice(tmp_path, "0" * 32)
    os.unlink(tmp_path / "notices" / f"{right}.eml")  # noqa: PTH108
    assert not spool.is_notice(tmp_path, right)
