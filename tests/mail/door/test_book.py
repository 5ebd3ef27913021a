"""Who is blocked after what: guessers of all kinds, and people who are none."""

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.door import book, line
from mail.door.book import Book
from mail.door.line import Event
from mail.door.record import DAY, HOUR, LATELY, MONTH, WEEK

WHO, OTHER = "203.0.113.9", "2001:db8:5::"
NOW = 1_795_600_000.0
MINUTE = 60.0


def tries(kept: Book, times: Iterable[float], who: str = WHO) -> int | None:
    """Fail to log in at each of the times; return which try was one too many."""
    for number, at in enumerate(times, 1):
        if any(what == book.BLOCK for what, *_ in kept.take(Event(line.FAILED, who, at))):
            return number
    return None


def every(seconds: float, count: int = 1000) -> list[float]:
    return [NOW + number * seconds for number in range(count)]


@pytest.mark.parametrize(
    ("seconds", "most"), [(0.0, 5), (0.1, 5), (10.0, 5), (6 * MINUTE, 5), (14 * MINUTE, 5),
                          (16 * MINUTE, 10), (HOUR, 10), (2 * HOUR, 10)],
)  # fmt: skip
def test_a_guesser_is_blocked_after_ten_tries_at_most(seconds: float, most: int) -> None:
    assert tries(Book(), every(seconds)) == most


def test_three_wrong_tries_and_even_four_are_none_too_many() -> None:
    kept = Book()
    assert tries(kept, every(1.0, 4)) is None
    assert kept.blocked(NOW) == {}


@given(st.lists(st.floats(0, HOUR / 2), min_size=10, max_size=30))
def test_whatever_the_rhythm_ten_tries_in_half_an_hour_are_too_many(times: list[float]) -> None:
    assert (tries(Book(), sorted(NOW + one for one in times)) or 99) <= 10


@given(st.lists(st.tuples(st.floats(0, 3 * DAY), st.booleans()), max_size=60))
def test_to_log_in_oneself_does_not_let_one_guess_on(story: list[tuple[float, bool]]) -> None:
    """A guesser who has an account, and logs in between, gets ten tries an hour and no more."""
    kept, counted = Book(), 0
    for after, failed in sorted(story):
        at = NOW + after
        was_blocked = WHO in kept.blocked(at)
        changes = kept.take(Event(line.FAILED if failed else line.LOGGED_IN, WHO, at))
        blocked = any(what == book.BLOCK for what, *_ in changes)
        counted = 0 if blocked or was_blocked else counted + failed
        assert counted < 40
        recent = [one for one, wrong in story if wrong and 0 <= after - one < HOUR]
        assert len(recent) < 10 or blocked or was_blocked or kept.blocked(at)


def test_who_has_logged_in_before_gets_ten() -> None:
    kept = Book()
    kept.take(Event(line.LOGGED_IN, WHO, NOW - WEEK))
    assert tries(kept, every(5 * MINUTE)) == 10
    late = Book()
    late.take(Event(line.LOGGED_IN, WHO, NOW - MONTH - 1))
    assert tries(late, every(5 * MINUTE)) == 5


def test_who_has_sent_mail_alone_gets_five() -> None:
    kept = Book()
    kept.take(Event(line.MAILED, WHO, NOW - 1))
    assert tries(kept, every(1.0)) == 5


def test_one_source_does_not_count_for_another() -> None:
    kept = Book()
    tries(kept, every(1.0, 4))
    assert tries(kept, every(1.0, 4), OTHER) is None


def test_a_block_ends_and_the_next_one_is_longer() -> None:
    kept = Book()
    at, lengths = NOW, []
    for _ in range(5):
        tries(kept, [at] * 5)
        until = kept.blocked(at)[WHO]
        lengths.append((until - at) / HOUR)
        assert kept.blocked(until) == {}
        at = until + 1
    assert lengths == [1, 4, 16, 24, 24]
    tries(kept, [at + WEEK] * 5)
    assert kept.blocked(at + WEEK)[WHO] == at + WEEK + HOUR


def test_what_was_under_way_when_the_block_came_is_not_held_against_him() -> None:
    kept = Book()
    tries(kept, [NOW] * 5)
    assert tries(kept, [NOW + 0.1] * 20) is None
    assert tries(kept, [NOW + HOUR + 1] * 4) is None


@pytest.mark.parametrize("spared", ["203.0.113.9", "203.0.113.0/24", "203.0.113.9/32"])
def test_who_is_named_is_never_blocked(spared: str) -> None:
    assert tries(Book(spared=["2001:db8::/64", spared]), every(0.1)) is None
    assert tries(Book(spared=["2001:db8::/64", "203.0.113.10"]), every(0.1)) == 5


def test_an_ipv6_address_that_is_named_spares_its_whole_network() -> None:
    assert tries(Book(spared=["2001:db8:5::77"]), every(0.1), OTHER) is None


def test_an_operator_is_spared_for_a_week() -> None:
    kept = Book()
    kept.take(Event(line.OPERATOR, WHO, NOW - LATELY))
    assert tries(kept, every(0.1)) == 5
    fresh = Book()
    fresh.take(Event(line.OPERATOR, WHO, NOW - LATELY + 3600))
    assert tries(fresh, every(0.1)) is None


def test_an_operator_who_was_blocked_is_let_in_by_his_login() -> None:
    kept = Book()
    tries(kept, [NOW] * 5)
    assert kept.take(Event(line.OPERATOR, WHO, NOW + 1))[0][:2] == (book.FREE, WHO)
    assert kept.blocked(NOW + 1) == {}
    assert kept.take(Event(line.OPERATOR, WHO, NOW + 2)) == []


def test_freed_is_freed_of_what_came_before_too() -> None:
    kept = Book()
    tries(kept, [NOW] * 5)
    assert kept.take(Event(line.FREED, WHO, NOW + 1)) == [(book.FREE, WHO, NOW + 1)]
    assert tries(kept, [NOW + 2] * 4) is None
    tries(kept, [NOW + 3])
    assert kept.blocked(NOW + 3)[WHO] == NOW + 3 + HOUR


def test_whom_a_new_setting_spares_is_let_in() -> None:
    kept = Book()
    tries(kept, [NOW] * 5)
    again = Book(spared=[WHO])
    again.load(kept.dump())
    assert again.spare(NOW + 1) == [WHO]
    assert again.blocked(NOW + 1) == {}


def test_the_kernel_hears_once_a_day_who_is_known() -> None:
    kept = Book()
    first = kept.take(Event(line.MAILED, WHO, NOW))
    assert first == [(book.KNOW, WHO, NOW + MONTH)]
    assert kept.take(Event(line.LOGGED_IN, WHO, NOW + HOUR)) == []
    assert kept.take(Event(line.MAILED, WHO, NOW + 2 * DAY)) != []
    assert kept.known(NOW) == {WHO: NOW + 2 * DAY + MONTH}
    assert kept.known(NOW + 2 * MONTH) == {}


def test_so_many_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST", 50)
    kept = Book()
    tries(kept, [NOW] * 5)
    tries(kept, [NOW] * 4, OTHER)
    for number in range(200):
        kept.take(Event(line.FAILED, f"198.51.100.{number}", NOW + 1 + number / 100))
        assert WHO in kept.blocked(NOW + 2), "who is blocked is forgotten last"
    assert len(json.dumps(kept.dump())) < 50 * 200
    assert tries(kept, [NOW + 4], OTHER) is None, "the oldest went"


EVENTS = st.lists(
    st.builds(
        Event,
        st.sampled_from([line.FAILED, line.LOGGED_IN, line.MAILED, line.OPERATOR, line.FREED]),
        st.sampled_from([WHO, OTHER]),
        st.floats(NOW, NOW + DAY),
    ),
    max_size=60,
)


@given(EVENTS, st.integers(0, 60))
def test_wherever_it_is_interrupted_it_goes_on_the_same(events: list[Event], at: int) -> None:
    events = sorted(events, key=lambda one: one.at)
    whole, first, second = Book(), Book(), Book()
    expected = [change for event in events for change in whole.take(event)]
    found = [change for event in events[:at] for change in first.take(event)]
    second.load(json.loads(json.dumps(first.dump())))
    found += [change for event in events[at:] for change in second.take(event)]
    assert found == expected
    assert second.dump() == whole.dump()


@pytest.mark.parametrize(
    "data", [{}, {"version": 2, "records": {}}, {"version": 1, "records": []},
             {"version": 1, "records": {WHO: {"unknown": 1}}}],
)  # fmt: skip
def test_what_is_not_a_book_is_not_taken_for_one(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Book().load(data)


def test_a_wrong_network_is_said_at_the_start() -> None:
    with pytest.raises(ValueError, match="office"):
        Book(spared=["office.example"])
