"""chasquid's mail log as the journal has it: lines as they are, and such as others would like."""

import time

import pytest

from mail.chasquid import log
from mail.chasquid.log import Event

START = "1796086010.710573 smtp.tapal.test chasquid[3183]: 2026-12-01 06:16:50.710418 "
TIME = 1796086010.710573
REFUSED = 'mx.receiver.test.: MAIL/RCPT failed: 550 "5.1.1 <nobody@receiver.test>: unknown"'

LINES = [
    (
        "[2001:db8:130::2]:58904 auth succeeded for i@tapal.test",
        Event(time=TIME, kind="login", peer="[2001:db8:130::2]:58904", text="i@tapal.test"),
    ),
    (
        "192.0.2.7:4000 auth failed for admin",
        Event(time=TIME, kind="login refused", peer="192.0.2.7:4000", text="admin"),
    ),
    (
        "kxdMW5S5mWA from=i@tapal.test queued ip=[2001:db8:130::2]:58904 to=[a@b.test c@d.test]",
        Event(time=TIME, kind="queued", mail="kxdMW5S5mWA", sender="i@tapal.test",
              recipients=("a@b.test", "c@d.test"), peer="[2001:db8:130::2]:58904"),
    ),
    (
        "Ud3bCT6rBH0 from=i@tapal.test to=you@receiver.test sent",
        Event(time=TIME, kind="sent", mail="Ud3bCT6rBH0", sender="i@tapal.test",
              recipients=("you@receiver.test",)),
    ),
    (
        f"kxdMW5S5mWA from=<> to=nobody@receiver.test failed (permanent): {REFUSED}",
        Event(time=TIME, kind="permanent", mail="kxdMW5S5mWA", sender="<>",
              recipients=("nobody@receiver.test",), text=REFUSED),
    ),
    (
        "-_xMW5S5mW- from=i@tapal.test to=a@b.test failed (temporary): no such host",
        Event(time=TIME, kind="temporary", mail="-_xMW5S5mW-", sender="i@tapal.test",
              recipients=("a@b.test",), text="no such host"),
    ),
    (
        "fsxcg8nA66g from=i@tapal.test completed loop, next in 1m36.711962389s",
        Event(time=TIME, kind="waits", mail="fsxcg8nA66g", sender="i@tapal.test",
              text="1m36.711962389s"),
    ),
    (
        "fsxcg8nA66g from=i@tapal.test all done",
        Event(time=TIME, kind="done", mail="fsxcg8nA66g", sender="i@tapal.test"),
    ),
    (
        "[2001:db8::25]:33997 rejected from=i@a.test to=[x@a.test] - 5.7.26 the From line is …",
        Event(time=TIME, kind="rejected", peer="[2001:db8::25]:33997", sender="i@a.test",
              recipients=("x@a.test",), text="5.7.26 the From line is …"),
    ),
    (
        "192.0.2.7:4000 rejected - too many errors",
        Event(time=TIME, kind="rejected", peer="192.0.2.7:4000", text="too many errors"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("line", "event"), LINES, ids=[event.kind for _, event in LINES])
def test_what_is_told(line: str, event: Event) -> None:
    assert log.event_of(START + line) == event


def test_the_trace_that_names_a_bounce() -> None:
    line = (
        "1796086010.833340 smtp.tapal.test chasquid[3183]: _ queue.go:499       "
        "Queue.SendLoop kxdMW5S5mWA: queued DSN: S1E_E7h2iKQ"
    )
    assert log.event_of(line) == Event(
        time=1796086010.83334, kind="bounced", mail="kxdMW5S5mWA", text="S1E_E7h2iKQ"
    )


@pytest.mark.parametrize(
    "line",
    [
        "",
        "-- Boot 7e81d83b651536c961690cac2fd7e4d8 --",
        "1796086010.710573 smtp.tapal.test chasquid[3183]: [98B blob data]",
        "1796086010.710573 h chasquid[3183]: _ queue.go:355  Queue.SendLoop x: all done",
        START.replace("chasquid", "sshd") + "abcdefgh from=a all done",
        START + "daemon listening on [::]:25",
        START + "short from=a@b.test all done",
        START,
    ],
)
def test_what_tells_nothing(line: str) -> None:
    assert log.event_of(line) is None


def test_an_answer_cannot_pass_for_another_line() -> None:
    said = "550 no to=x@y.test sent - kxdMW5S5mWA from=a@b.test to=c@d.test failed (temporary): hm"
    event = log.event_of(f"{START}kxdMW5S5mWA from=i@a.test to=j@b.test failed (permanent): {said}")
    assert event is not None
    assert (event.kind, event.recipients, event.text) == ("permanent", ("j@b.test",), said)
    event = log.event_of(f"{START}192.0.2.7:1 rejected from=a@b.test to=[c@d.test] - x to=[e] - f")
    assert event is not None
    assert (event.recipients, event.text) == (("c@d.test",), "x to=[e] - f")


def test_control_characters_are_not_shown() -> None:
    event = log.event_of(f"{START}192.0.2.7:1 auth failed for \x1b]0;title\x07\u202eroot")
    assert event is not None
    assert event.text.isprintable()


@pytest.mark.parametrize(
    "line",
    [
        "kxdMW5S5mWA from=" + " to= queued ip=1:1" * 5000,
        "kxdMW5S5mWA from=" + " to= failed (" * 5000,
        "kxdMW5S5mWA from=" + " to= sent" * 5000 + ".",
        "1:1 rejected" + " from= to=[" * 5000,
        "1:1" * 5000,
    ],
)
def test_a_long_line_takes_no_time(line: str) -> None:
    began = time.monotonic()
    log.event_of(START + line)
    assert time.monotonic() - began < 1
