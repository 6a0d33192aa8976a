"""A company that was judged, connections to trackers with faults, and a clock that a test sets."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx2
import pytest
from tests.campaigns import cast

from greenboard.access.models import Person
from greenboard.collection import reaching
from greenboard.connections import calling, service
from greenboard.connections.service import Told, Wish
from greenboard.core import clock
from greenboard.outbound.addresses import Allowed


class Time:
    """The moment that the clock shows; it stands until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def go(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def time(monkeypatch) -> Time:
    found = Time(datetime(2026, 2, 10, 12, tzinfo=cast.BEGAN.tzinfo))
    monkeypatch.setattr(clock, "now", found)
    return found


@pytest.fixture
def company(db) -> None:
    Person.objects.create(username="ada")
    cast.company()
    both = {(name, rule): cast.FAIL for name in cast.NAMES for rule in cast.RULES}
    cast.judge(both | {("ledger", cast.RULES[0]): cast.PASS, ("ledger", cast.RULES[1]): cast.UNKNOWN}, cast.BEGAN)


@pytest.fixture
def tracker(company, time, settings, monkeypatch) -> cast.Tracker:
    """Both trackers in one, connected as jira and github."""
    made = cast.Tracker()
    settings.OUTBOUND_ALLOW = Allowed.read(["127.0.0.1"])
    monkeypatch.setattr(reaching, "_client", lambda: httpx2.Client(transport=httpx2.MockTransport(made)))
    monkeypatch.setattr(calling._Caller, "_pause", lambda *_: None)  # nobody waits here
    service.make(Wish("jira", "jira", Told({"url": "http://127.0.0.1"}, {"token": "t"})), clock.now())
    service.make(
        Wish("github", "github", Told({"org": "acme", "url": "http://127.0.0.1"}, {"token": "t"})), clock.now()
    )
    return made
