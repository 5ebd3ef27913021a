"""Files of chasquid's queue, as version 1.19 writes them."""

from mail.chasquid import queue

FILE = r"""ID: "gufNlqgtsb0"
from:  "i@tapal.test"
To: "a@lab.test"
rcpt:  {
  address: "done@lab.test"
  status: SENT
}
rcpt: {
  address: "a@lab.test"
  last_failure_message:  "mx.b.test.: DATA failed: 451 \"4.7.1 later\n4.7.1 \x1b[2J\""
  original_address: "a@lab.test"
}
created_at_ts: {
  seconds: 1796086011
  nanos:  443295417
}
"""


def test_a_mail_that_waits() -> None:
    found = queue.read(FILE.splitlines())
    assert found is not None
    assert (found.id, found.sender, found.since) == ("gufNlqgtsb0", "i@tapal.test", 1796086011.0)
    [(recipient, why)] = found.recipients
    assert recipient == "a@lab.test"
    assert why.startswith('mx.b.test.: DATA failed: 451 "4.7.1 later 4.7.1 ')
    assert why.isprintable()


def test_one_that_nobody_waits_for_any_more() -> None:
    assert queue.read(FILE.replace('"a@lab.test"\n  last', '"a@lab.test"\n  status: FAILED\n  last')
                      .splitlines()) is None  # fmt: skip


def test_a_bounce_and_a_torn_file() -> None:
    lines = [line for line in FILE.splitlines() if not line.startswith(("from", "  seconds"))]
    found = queue.read(lines)
    assert found is not None
    assert (found.sender, found.since) == ("<>", 0.0)
    assert queue.read([]) is None
    assert queue.read(["ID: 7", "rcpt: {", 'address: "x', "}"]) is not None
    assert queue.read(["}", "{", "rcpt: {"]) is None
