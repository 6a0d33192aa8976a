"""Digests and quiet hours on the clock of the wall: two simulated years, any zone, whatever its clock does."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from greenboard.core.errors import UserError
from greenboard.notifications import scheduling
from greenboard.notifications.scheduling import next_digest, quiet_until
from greenboard.notifications.types import Digest, Times

START = datetime(2026, 1, 1, tzinfo=UTC)
YEARS = timedelta(days=730)
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Santiago",
    "Pacific/Chatham",
]
zones = st.sampled_from(ZONES) | st.sampled_from(scheduling.zones())
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
moments = st.integers(0, int(YEARS.total_seconds() // 60)).map(lambda minutes: START + timedelta(minutes=minutes))


def digests(wanted: Times) -> list[datetime]:
    """Every digest of two years, each asked for at the moment of the one before."""
    found = [next_digest(wanted, START)]
    while found[-1] < START + YEARS:
        found.append(next_digest(wanted, found[-1]))
    return found


@settings(max_examples=12)
@given(zones, times)
@example("Europe/Berlin", time(2, 30))
@example("America/Santiago", time(0, 0))
@example("Australia/Lord_Howe", time(2, 0))
def test_there_is_one_daily_digest_on_each_day_of_the_wall(zone, at):
    found = digests(Times(zone, digest=Digest.DAILY, digest_at=at))
    days = [moment.astimezone(ZoneInfo(zone)).date() for moment in found]
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))]
    assert all(timedelta(hours=22) <= later - earlier <= timedelta(hours=26) for earlier, later in pairwise(found))
    shown = [moment.astimezone(ZoneInfo(zone)) for moment in found]
    assert all(
        one.time() == at or one.replace(fold=0).utcoffset() != (one - timedelta(hours=2)).utcoffset() for one in shown
    )


@settings(max_examples=20)
@given(zones, times, st.integers(0, 6))
def test_there_is_one_weekly_digest_on_its_day(zone, at, day):
    found = digests(Times(zone, digest=Digest.WEEKLY, digest_at=at, digest_day=day))
    days = [moment.astimezone(ZoneInfo(zone)).date() for moment in found]
    assert {one.weekday() for one in days} == {day}
    assert all(later - earlier == timedelta(days=7) for earlier, later in pairwise(days))


@given(zones, times, moments)
def test_the_next_digest_is_the_same_whenever_it_is_asked_for_before_it(zone, at, now):
    wanted = Times(zone, digest_at=at)
    due = next_digest(wanted, now)
    assert due > now
    assert next_digest(wanted, due - timedelta(seconds=1)) == due


@given(zones, times, times, moments)
@example("Europe/Berlin", time(22), time(2, 30), datetime(2026, 10, 24, 23, 50, tzinfo=UTC))
@example("Europe/Berlin", time(22), time(2, 30), datetime(2026, 3, 29, 0, 10, tzinfo=UTC))
def test_quiet_hours_end_at_their_end_and_it_is_not_quiet_then(zone, start, end, now):
    assume(timedelta() < scheduling._length(start, end) <= scheduling.LONGEST)
    wanted = Times(zone, start, end)
    until = quiet_until(wanted, now)
    wall = now.astimezone(ZoneInfo(zone)).time()
    inside = start <= wall < end if start < end else wall >= start or wall < end
    assert (until is not None) is inside
    if until is not None:
        assert now < until <= now + scheduling.LONGEST + timedelta(hours=2)
        assert quiet_until(wanted, until) is None


def test_berlin_over_its_clock_changes():
    wanted = Times("Europe/Berlin", time(22), time(7), digest_at=time(9))
    assert next_digest(wanted, datetime(2026, 3, 28, 12, tzinfo=UTC)) == datetime(2026, 3, 29, 7, tzinfo=UTC)
    assert next_digest(wanted, datetime(2026, 10, 24, 12, tzinfo=UTC)) == datetime(2026, 10, 25, 8, tzinfo=UTC)
    assert quiet_until(wanted, datetime(2026, 3, 28, 23, tzinfo=UTC)) == datetime(2026, 3, 29, 5, tzinfo=UTC)
    assert quiet_until(wanted, datetime(2026, 10, 24, 23, tzinfo=UTC)) == datetime(2026, 10, 25, 6, tzinfo=UTC)
    assert quiet_until(wanted, datetime(2026, 10, 25, 12, tzinfo=UTC)) is None
    assert date(2026, 3, 29).weekday() == 6


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (Times("Europe/Berlim"), "Did you mean 'Europe/Berlin'"),
        (Times(quiet_from=time(22)), "half of the quiet hours"),
        (Times(quiet_from=time(8), quiet_to=time(7)), "more than 16 hours"),
        (Times(digest_day=7), "no such day"),
    ],
)
def test_times_that_cannot_be_kept_are_refused(wrong, why):
    with pytest.raises(UserError, match=why):
        scheduling.check(wrong)


def test_who_wants_no_digest_gets_none():
    assert next_digest(Times(digest=Digest.OFF), START) is None
    assert quiet_until(Times(), START) is None
    assert quiet_until(Times(quiet_from=time(9), quiet_to=time(9)), START) is None
