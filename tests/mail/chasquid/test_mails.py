"""The way of each mail, put together from the log's lines."""

import pytest

from mail.chasquid import log, mails
from mail.chasquid.mails import Mail

LOG = """\
100.5 h chasquid[1]: 2026-12-01 06:16:50.1 192.0.2.7:58904 auth succeeded for i@a.test
101.5 h chasquid[1]: 2026-12-01 06:16:50.1 kxdMW5S5mWA from=i@a.test queued ip=192.0.2.7:58904 to=[x@b.test y@a.test]
102.5 h chasquid[1]: 2026-12-01 06:16:50.1 kxdMW5S5mWA from=i@a.test to=x@b.test failed (temporary): try later
102.6 h chasquid[1]: 2026-12-01 06:16:50.1 kxdMW5S5mWA from=i@a.test to=me@c.test sent
103.5 h chasquid[1]: 2026-12-01 06:16:50.1 kxdMW5S5mWA from=i@a.test completed loop, next in 1m30s
104.5 h chasquid[1]: 2026-12-01 06:16:50.1 192.0.2.9:25 auth failed for root
200.5 h chasquid[1]: 2026-12-01 06:16:50.1 kxdMW5S5mWA from=i@a.test to=x@b.test failed (permanent): 550 no
200.6 h chasquid[1]: _ queue.go:499 Queue.SendLoop kxdMW5S5mWA: queued DSN: S1E_E7h2iKQ
200.7 h chasquid[1]: 2026-12-01 06:16:50.1 kxdMW5S5mWA from=i@a.test all done
200.8 h chasquid[1]: 2026-12-01 06:16:50.1 S1E_E7h2iKQ from=<> to=me@c.test sent
"""  # noqa: E501 - as the log has them


def gathered(until: float = 1000.0) -> list[Mail]:
    return mails.gather(one for one in log.read(LOG.splitlines()) if one.time < until)


def test_a_mail_that_is_refused_after_a_second_try() -> None:
    first, bounce = gathered()
    assert (first.sender, first.account, first.peer) == ("i@a.test", "i@a.test", "192.0.2.7:58904")
    assert first.asked == ("x@b.test", "y@a.test")
    told = [(one.recipient, one.state, one.answer) for one in first.deliveries.values()]
    assert told == [("x@b.test", "refused", "550 no"), ("me@c.test", "sent", "")]
    assert [one.time for one in first.deliveries["x@b.test"].attempts] == [102.5, 200.5]
    assert (first.bounce, first.next_try) == (bounce.id, 0.0)
    assert (bounce.sender, bounce.account, bounce.seen) == ("<>", "", 200.8)


def test_one_that_waits() -> None:
    [mail] = gathered(until=150)
    assert mail.deliveries["x@b.test"].state == "waiting"
    assert mail.next_try == 103.5 + 90


def test_whose_it_is() -> None:
    mail, _ = gathered()
    for domain in ("a.test", "b.test", "c.test"):
        assert mail.is_about(frozenset({domain}))
    assert not mail.is_about(frozenset({"test", "d.test"}))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1m36.5s", 96.5), ("1h0m0s", 3600.0), ("20m", 1200.0), ("0.5s", 0.5), ("h", 0.0), ("", 0.0)],
)
def test_durations(text: str, seconds: float) -> None:
    assert mails.seconds(text) == seconds
