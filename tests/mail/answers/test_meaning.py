"""The table of answers: whole, and right for what receivers really write."""

import re

import pytest

from lab.paths import REPOSITORY
from mail.answers import meaning
from mail.answers.answer import Answer, read
from mail.answers.meaning import Meaning

TABLE = meaning.table()
GOOGLE = "gmail-smtp-in.l.google.com"
MICROSOFT = "example-com.mail.protection.outlook.com"


def said(code: int, words: str, server: str = "mx.b.test") -> Answer:
    return read(f'{server}.: DATA failed: {code} "{words}"')


CASES = [
    *(
        (said(550, f"5.7.{number} see https://support.google.com", GOOGLE), words)
        for number, words in (
            (25, "PTR"), (26, "SPF nor DKIM"), (27, "SPF"), (28, "unsolicited"), (29, "TLS"),
            (30, "DKIM"), (32, "alignment"), (40, "DMARC record"),
        )
    ),
    (said(421, "4.7.28 Gmail has detected an unusual rate", GOOGLE), "slows it down"),
    (said(550, "5.7.1 likely unsolicited mail", GOOGLE), "unsolicited"),
    (said(550, "5.7.25 no", "mx.b.test"), "PTR"),
    (said(550, "5.7.515 Access denied, it doesn't meet the level", MICROSOFT), "all three"),
    (said(550, "5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. (S3150)", MICROSOFT),
     "own blocklist"),
    (said(550, "5.7.511 Access denied, banned sender", MICROSOFT), "Microsoft's blocklist"),
    (said(451, "4.7.500 Server busy. Please try again later", MICROSOFT), "slows down"),
    (said(550, "5.4.1 Recipient address rejected: Access denied", MICROSOFT), "no such recipient"),
    (said(421, "4.7.0 [TSS04] deferred", "mta5.am0.yahoodns.net"), "Yahoo takes"),
    (said(550, "5.1.1 user unknown"), "no such mailbox"),
    (said(452, "4.2.2 over quota"), "full"),
    (said(552, "5.3.4 too big"), "larger"),
    (said(556, "5.1.10 null MX"), "no mail at all"),
    (said(450, "4.7.1 Greylisted, please retry"), "greylisting"),
    (said(554, "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"),
     "blocklist"),
    (said(550, "5.7.1 Fix reverse DNS for 192.0.2.1"), "reverse DNS"),
    (read("all mail servers failed temporarily, last error: b.test: connection failed: dial tcp: "
          "lookup b.test on 127.0.0.53:53: no such host"), "does not exist"),
    (read("mx.b.test.: connection failed: dial tcp 192.0.2.1:25: i/o timeout"), "port 25"),
    (read("mx.b.test.: connection failed: dial tcp 192.0.2.1:25: connect: connection refused"),
     "no mail server runs"),
    (read('exit status 67: "this address only sends mail"'), "no alias"),
    (said(599, "whatever"), "for good"),
    (said(499, "whatever"), "this time"),
    (said(250, "2.0.0 queued"), "took the mail"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "words"), CASES)
def test_what_it_means(answer: Answer, words: str) -> None:
    assert words in meaning.explain(answer).means


@pytest.mark.parametrize("entry", TABLE)
def test_an_entry_is_whole(entry: Meaning) -> None:
    assert entry.codes or entry.words
    assert entry.means.endswith((".", ")."))
    assert entry.cure
    assert not entry.cure.endswith(".")
    assert entry.source
    assert entry.whose in ("ours", "theirs", "recipient", "wait")
    assert all(re.fullmatch(r"[x45]\.\d\.\d{1,3}|[45]\d\d", code) for code in entry.codes)
    assert all(word == word.lower() for word in entry.words)
    named = re.findall(r"docs/[\w.-]+", f"{entry.cure} {entry.source}")
    assert all((REPOSITORY / one.rstrip(".,")).exists() for one in named)


@pytest.mark.parametrize("entry", TABLE)
def test_no_entry_is_hidden_by_another(entry: Meaning) -> None:
    code = (entry.codes or ["451"])[0].replace("x.", "5.")
    servers = {
        "Google": GOOGLE,
        "Microsoft": MICROSOFT,
        "Yahoo": "mta.yahoodns.net",
        "": "mx.b.test",
    }
    asked = Answer(
        server=servers[entry.who],
        code=int(code) if code.isdecimal() else int(f"{code[0]}50"),
        enhanced="" if code.isdecimal() else code,
        said=(entry.words or [""])[0],
    )
    found = meaning.explain(asked)
    assert found == entry, found.means


def test_a_server_that_only_looks_like_google_s_is_not() -> None:
    assert meaning.receiver(said(550, "no", "google.com.evil.test")) == ""
    assert meaning.receiver(said(550, "no", "notgoogle.com")) == ""
    assert meaning.receiver(said(550, "no", "aspmx.l.google.com")) == "Google"
