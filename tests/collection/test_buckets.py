"""What a tool allows is counted in the database: all processes that call it share it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from greenboard.collection.buckets import SharedBuckets
from greenboard.core import clock

pytestmark = pytest.mark.django_db
NOW = clock.now()


@pytest.fixture
def workers(lookout) -> tuple[SharedBuckets, SharedBuckets]:
    """What two processes that use one connection have: nothing in common but the database."""
    return SharedBuckets(lookout.pk), SharedBuckets(lookout.pk)


def waits(workers, count: int, rate: float, burst: float, now=NOW) -> list[float]:
    return [workers[turn % 2].take("lookout", "key", rate, burst, now) for turn in range(count)]


@pytest.mark.parametrize("rate", [1.0, 20.0])
def test_together_they_take_no_more_than_one_may(workers, rate):
    burst = max(rate, 10)
    told = waits(workers, int(burst) + 2, rate, burst)
    assert told[: int(burst)] == [0.0] * int(burst)
    assert min(told[int(burst) :]) > 0


def test_what_waits_is_longer_for_who_comes_later_and_ends_when_it_has_filled(workers):
    told = waits(workers, 14, 1.0, 10)
    assert told[10:] == pytest.approx([1, 2, 3, 4])
    assert waits(workers, 1, 1.0, 10, NOW + timedelta(seconds=20)) == [0.0]


def test_when_the_tool_says_that_nothing_is_left_the_other_waits_too(workers):
    workers[0].empty("lookout", "key", NOW + timedelta(seconds=60))
    assert workers[1].take("lookout", "key", 1.0, 10, NOW) >= 60


def test_buckets_and_connections_do_not_take_from_each_other(workers, lookout):
    waits(workers, 10, 1.0, 10)
    assert workers[0].take("lookout", "search", 1.0, 10, NOW) == 0.0
