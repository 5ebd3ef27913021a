"""What an account may send in any span of time, whatever it tries and whatever the clock does."""

from hypothesis import given
from hypothesis import strategies as st

from mail.gate import quota
from mail.gate.quota import DAY, MINUTE, Limits, Minute, Window

STEPS = st.lists(st.floats(min_value=0, max_value=90), min_size=1, max_size=120)
RATES = st.builds(
    Limits, per_minute=st.integers(1, 200), burst=st.integers(1, 40), recipients_per_day=st.just(1)
)


def taken(steps: list[float], limits: Limits) -> list[float]:
    """Return when mails are taken that are tried after each of ``steps``."""
    now, tat = 1_000_000.0, 0.0
    found = []
    for step in steps:
        now += step
        free, after = quota.rate(tat, now, limits)
        if free <= now:
            found.append(now)
            tat = after
    return found


@given(STEPS, RATES)
def test_in_no_span_goes_more_than_the_burst_and_what_the_rate_gives(
    steps: list[float], limits: Limits
) -> None:
    times = taken(steps, limits)
    for first, begin in enumerate(times):
        for count, end in enumerate(times[first:], start=1):
            assert count <= limits.burst + (end - begin) / limits.interval + 1e-6


@given(STEPS, RATES)
def test_who_waits_as_told_is_taken(steps: list[float], limits: Limits) -> None:
    now, tat = 1_000_000.0, 0.0
    for step in steps:
        now += step
        free, after = quota.rate(tat, now, limits)
        if free > now:
            assert free - now <= limits.interval + 1e-6, "never longer than a mail takes"
            now = free + 1e-6
            free, after = quota.rate(tat, now, limits)
        assert free <= now
        tat = after


@given(RATES, st.floats(min_value=1, max_value=1e9))
def test_a_clock_that_is_set_back_shuts_nobody_out(limits: Limits, back: float) -> None:
    now, tat = 2e9, 0.0
    for _ in range(limits.burst):
        _, tat = quota.rate(tat, now, limits)
    now -= back
    free, _ = quota.rate(tat, now, limits)
    assert free <= now + limits.interval + 1e-2, "never longer than a mail takes"
    now = max(now, free + 1e-2)
    free, _ = quota.rate(tat, now, limits)
    assert free <= now


MAILS = st.lists(
    st.tuples(st.integers(0, 4 * 3600), st.integers(1, 30), st.booleans()), max_size=80
)


@given(MAILS, st.integers(1, 60))
def test_in_no_day_are_more_recipients_than_the_limit(
    mails: list[tuple[int, int, bool]], limit: int
) -> None:
    window, now, sent = Window(), 1_000_000, list[tuple[int, int]]()
    for step, count, waits in mails:
        now += step
        window.look(now)
        if window.recipients + count > limit and waits and count <= limit:
            now = max(now, window.free(limit, count, "recipients"))
            window.look(now)
            assert window.recipients + count <= limit, "there is room when it was told"
        if window.recipients + count <= limit:
            window.add(Minute(quota.minute_of(now), 1, count, 0))
            sent.append((now, count))
    for end, _ in sent:
        assert sum(count for time, count in sent if end - DAY < time <= end) <= limit


@given(MAILS)
def test_the_sum_is_that_of_the_minutes(mails: list[tuple[int, int, bool]]) -> None:
    window, now = Window(), 1_000_000
    for step, count, _ in mails:
        now += step
        window.look(now)
        window.add(Minute(quota.minute_of(now), 1, count, count // 2))
        minutes = window.minutes()
        assert window.recipients == sum(one.recipients for one in minutes)
        assert window.strangers == sum(one.strangers for one in minutes)
        assert Window(minutes).recipients == window.recipients
        assert window.since(now - DAY).recipients == window.recipients


@given(MAILS, st.integers(1, 10**9))
def test_what_seems_to_be_of_the_future_counts_as_of_now(
    mails: list[tuple[int, int, bool]], back: int
) -> None:
    window, now = Window(), 2_000_000_000
    for step, count, _ in mails:
        now += step
        window.look(now)
        window.add(Minute(quota.minute_of(now), 1, count, 0))
    before = window.recipients
    now -= back
    window.look(now)
    assert window.recipients == before
    assert all(one.begin <= now for one in window.minutes())
    window.look(now + DAY + MINUTE)
    assert window.recipients == 0


def test_a_day_lasts_a_day() -> None:
    window = Window([Minute(0, 1, 5, 2)])
    window.look(DAY + MINUTE - 1)
    assert (window.recipients, window.strangers) == (5, 2)
    window.look(DAY + MINUTE)
    assert (window.recipients, window.strangers) == (0, 0)


def test_the_policys_names_are_those_of_the_settings() -> None:
    changed = Limits().with_changes({"perMinute": 1, "burst": 2, "strangersPerDay": 0, "new": 5})
    assert changed == Limits(per_minute=1, burst=2, strangers_per_day=0)
