"""Moments and spans as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from greenboard.core import clock
from greenboard.core.errors import UserError


def test_a_moment_without_zone_is_utc() -> None:
    assert clock.parse_time("2026-11-23T09:00:00") == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_a_moment_of_another_zone_becomes_utc() -> None:
    assert clock.format_time(clock.parse_time("2026-11-23T10:00:00+01:00")) == "2026-11-23T09:00:00Z"


def test_a_span_adds_its_parts() -> None:
    assert clock.parse_span("1d12h") == timedelta(hours=36)


@pytest.mark.parametrize("text", ["", "d", "1x", "1d 2h", "-1d"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="not a length of time"):
        clock.parse_span(text)
