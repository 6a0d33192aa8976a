"""The kinds that Greenboard ships are not checked at each start; they are here."""

from __future__ import annotations

from greenboard.catalog import kinds


def test_the_shipped_kinds_pass_the_check_that_they_are_spared_at_start() -> None:
    assert kinds.load() == kinds.shipped()
    assert kinds.shipped()
