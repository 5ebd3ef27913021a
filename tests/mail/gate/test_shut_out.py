"""What acts for the gate: shutting accounts out, telling the postmaster, saying what is sent."""

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import threading
from pathlib import Path

import pytest

from mail import gate_policy
from mail.alias.entry import DomainAddresses
from mail.chasquid import files
from mail.gate import deny, notice, post, spool, store, usage
from mail.gate.account import Account
from mail.gate.limits import Limiter
from mail.gate.policy import Policy
from mail.gate_policy import GateDomain
from mail.password import scrypt

SECRET = "correct horse battery"
DOMAIN = "xn--mnchen-3ya.example"
NOW = 1_790_000_000.0


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    """A policy as the deployment writes it, beside chasquid's users."""
    domain = GateDomain(
        addresses=DomainAddresses(name=DOMAIN, accounts=["i", "k"]),
        limits={"k": {"strangersPerDay": 7}},
    )
    folder = tmp_path / "policy"
    (folder / "domains").mkdir(parents=True)
    (folder / "host.json").write_text(gate_policy.host_text("smtp.a.example", "p@b.example"))
    for name, text in gate_policy.domain_texts([domain]).items():
        (folder / "domains" / f"{name}.json").write_text(text)
    return store.load(folder)


@pytest.fixture
def config(tmp_path: Path, chasquid_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return chasquid's folder with the users of a domain, and its own tool."""
    monkeypatch.setenv("PATH", f"{chasquid_folder}/usr/bin:{os.environ['PATH']}")
    folder = tmp_path / "chasquid" / "domains" / DOMAIN
    folder.mkdir(parents=True)
    hashed = scrypt(SECRET, bytes(16))
    (folder / "users").write_text(files.users({"i": hashed, "k": hashed}))
    (folder / "users").chmod(0o640)
    (tmp_path / "chasquid" / "chasquid.conf").write_text('hostname: "smtp.a.example"\n')
    return tmp_path / "chasquid"


def logs_in(config: Path, name: str) -> bool:
    tool = shutil.which("chasquid-util")
    command = f"{tool} -C={config} authenticate {name}@{DOMAIN} --password='{SECRET}' >/dev/null"
    return os.system(command) == 0  # noqa: S605


def test_a_denied_account_cannot_log_in_and_its_neighbour_can(
    policy: Policy, config: Path, tmp_path: Path
) -> None:
    name = f"i@{DOMAIN}"
    domain = deny.accounts(policy.domains)[name]
    file = tmp_path / "policy/domains" / f"{DOMAIN}.json"
    before = file.read_text().splitlines()
    assert logs_in(config, "i")
    for _ in range(2):  # a crash may have it done again
        deny.deny(name, domain, config=config, policy=tmp_path / "policy")
        assert (logs_in(config, "i"), logs_in(config, "k")) == (False, True)
    assert (config / "domains" / DOMAIN / "users").stat().st_mode & 0o777 == 0o640
    after = file.read_text().splitlines()
    new = [line for line in after if line not in before and line + "," not in before]
    assert len(new) == 1, "one line of the diff says so"
    assert "denied" in new[0]
    account = store.load(tmp_path / "policy").account(name)
    assert account
    assert account.denied.endswith("UTC: it went on sending when it was over its limits")


def test_names_are_taken_from_the_folder_and_no_link_is_followed(tmp_path: Path) -> None:
    assert deny.taken(tmp_path) == []
    spool.ask_to_deny(tmp_path, "i@a.example")
    assert deny.taken(tmp_path) == ["i@a.example"]
    assert deny.taken(tmp_path) == []
    other = tmp_path / "other"
    other.mkdir()
    (other / "i@a.example").touch()
    (tmp_path / "deny").rmdir()
    (tmp_path / "deny").symlink_to(other)
    assert deny.taken(tmp_path) == []
    assert (other / "i@a.example").exists()


def test_who_is_logged_in_is_read_from_chasquids_journal() -> None:
    said = """\
2026-11-25 20:35:43.827926 [2001:db8:130::2]:44996 auth succeeded for i@münchen.example
2026-11-25 20:35:43.827926 192.0.2.9:44997 auth succeeded for i@münchen.example
192.0.2.9:44998 auth succeeded for i@münchen.example
192.0.2.9:44998 auth failed for i@münchen.example
192.0.2.9:1 auth succeeded for k@münchen.example
192.0.2.9:2 rejected from=x@b.test to=[y] - 192.0.2.9:25 auth succeeded for i@münchen.example
2026-11-25 20:35:43.827926 $(reboot):3 auth succeeded for i@münchen.example
-x 192.0.2.9:4 auth succeeded for i@münchen.example
"""
    assert deny.logins(said, {"i@münchen.example", f"i@{DOMAIN}"}) == [
        ("2001:db8:130::2", 44996),
        ("192.0.2.9", 44997),
        ("192.0.2.9", 44998),
    ]


class Chasquid:
    """A server that takes mail, or answers with another code."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.mails: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as talk:
                self._talk(talk)

    def _talk(self, talk) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        def say(line: bytes) -> None:
            talk.write(line + b"\r\n")
            talk.flush()

        say(b"220 hello")
        while line := talk.readline():
            if line.upper().startswith(b"DATA"):
                say(b"354 go")
                mail = b"".join(iter(talk.readline, b".\r\n"))
                self.mails.append(mail)
                say(self.answer)
            elif line.upper().startswith(b"QUIT"):
                say(b"221 bye")
                return
            else:
                self.mails += [] if b"@" not in line and b"<>" not in line else [line]
                say(b"250 ok")


def test_a_notice_is_sent_and_then_its_secret_opens_nothing(tmp_path: Path) -> None:
    secret = spool.tell(tmp_path, b"From: x\n\n.text\n")
    server = Chasquid(b"250 taken")
    told = post.send(tmp_path, "smtp.a.example", "postmaster@smtp.a.example", server.address)
    server.listener.close()
    assert told == 0
    # How smtplib writes its commands is another matter from one Python to the next.
    assert [one.lower() for one in server.mails[:2]] == [
        b"mail from:<>\r\n",
        b"rcpt to:<postmaster@smtp.a.example>\r\n",
    ]
    assert server.mails[2:] == [
        f"{spool.FIELD}: {secret}\r\nFrom: x\r\n\r\n..text\r\n".encode(),
    ]
    assert not spool.is_notice(tmp_path, secret)


def test_a_notice_waits_while_it_is_not_taken(tmp_path: Path) -> None:
    secret = spool.tell(tmp_path, b"From: x\n\ntext\n")
    server = Chasquid(b"451 later")
    assert post.send(tmp_path, "smtp.a.example", "p@smtp.a.example", server.address) == post.LATER
    server.listener.close()
    assert post.send(tmp_path, "smtp.a.example", "p@smtp.a.example", server.address) == post.LATER
    assert spool.is_notice(tmp_path, secret)
    old = NOW - 6 * 24 * 3600
    os.utime(tmp_path / "notices" / f"{secret}.eml", (old, old))
    assert post.send(tmp_path, "smtp.a.example", "p@smtp.a.example", server.address) == 0
    assert not spool.is_notice(tmp_path, secret), "after five days it is given up"


def test_what_accounts_send_is_said(policy: Policy, tmp_path: Path) -> None:
    clock = [NOW - 2 * 3600]
    limiter = Limiter(tmp_path, clock=lambda: clock[0])
    account = policy.account(f"k@{DOMAIN}")
    assert account
    for later in (0, 3600, 3600 + 1800, 7200):
        clock[0] = NOW - 7200 + later
        limiter.take(account, [f"x{later}@b.test", "y@b.test"], "", policy)
    idle, busy = usage.usage(policy, tmp_path / "limits.db", NOW)
    assert idle["account"] == f"i@{DOMAIN}"
    assert (idle["lastMail"], idle["recipientsInDay"]) == (0, 0)
    assert busy == {
        "account": f"k@{DOMAIN}",
        "mailsInMinute": 1,
        "mailsInHour": 3,
        "mailsInDay": 4,
        "recipientsInDay": 8,
        "strangersInDay": 5,
        "lastMail": NOW,
        "denied": "",
        "isBeingDenied": False,
        "limits": {
            "perMinute": 60,
            "burst": 20,
            "recipientsPerDay": 500,
            "strangersPerDay": 7,
        },
    }
    assert json.loads(json.dumps(busy)) == busy


def test_without_a_record_nobody_has_sent_anything(policy: Policy, tmp_path: Path) -> None:
    rows = usage.usage(policy, tmp_path / "limits.db", NOW)
    assert [row["mailsInDay"] for row in rows] == [0, 0]
    assert list(tmp_path.glob("limits*")) == []


def test_reading_leaves_the_record_to_the_gate(policy: Policy, tmp_path: Path) -> None:
    limiter = Limiter(tmp_path)
    account = Account(name=f"i@{DOMAIN}", addresses=frozenset())
    limiter.take(account, ["x@b.test"], "", policy)
    with contextlib.closing(sqlite3.connect(tmp_path / "limits.db")) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM sent").fetchall()
        assert limiter.take(account, ["x@b.test"], "", policy).status == 0
    assert usage.usage(policy, tmp_path / "limits.db", NOW)


def test_the_notice_goes_to_the_postmaster_of_the_servers_own_name(policy: Policy) -> None:
    assert notice.address(policy) == "postmaster@smtp.a.example"
