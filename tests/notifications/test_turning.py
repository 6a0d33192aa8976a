"""Results that turned, as notices: one for each entity and moment, with why and what to do; none for a first look."""

import importlib
from datetime import timedelta

import pytest
from django.db import connection
from tests.api.conftest import CARD, company  # noqa: F401 - a fixture

from greenboard.access import people as accounts
from greenboard.access.decide import sight
from greenboard.access.models import Person
from greenboard.core import clock
from greenboard.facts import service as facts
from greenboard.facts.store import vocabulary
from greenboard.facts.types import Fact, Source, SourceKind
from greenboard.notifications import inbox, turning
from greenboard.notifications.models import Notice, Turn
from greenboard.notifications.turning import gathered, tell
from greenboard.results import service as results
from greenboard.results.rows import Cause, Change
from greenboard.scorecards.store import standard

world = importlib.import_module("tests.notifications.conftest")
CAUSE = Cause("fact", "coverage.line_pct fell from 91 to 12", "coverage", "Codecov")
AT = clock.parse_time("2026-11-26T09:00:00Z")


def change(rule, before, after, worse=False, cause=CAUSE):
    return Change(world.CHECKOUT, rule, before, after, AT, cause, worse)


@pytest.fixture(scope="module")
def card(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return standard(CARD, vocabulary())


def said(card, *changes):
    (turned,) = gathered(changes)
    return tell(turned, card)


def test_a_level_that_is_lost_is_one_notice_with_the_rules_that_fail(card):
    first, second = card.rules[:2]
    low, high = card.levels[0], card.levels[1]
    event, sign = said(
        card,
        change(None, high.name, low.name, worse=True),
        change(first.id, "pass", "fail", worse=True),
        change(second.id, "pass", "fail", worse=True),
    )
    assert event.title == f"checkout lost {high.title} of {card.title} and is at {low.title} now."
    assert event.why == f"It fails “{first.title}”, “{second.title}”. {CAUSE.text} (Codecov)"
    assert event.todo
    assert (event.kind, event.severity, sign.glyph, sign.word) == ("level.changed", "warning", "▾", "Level lost")
    assert event.path.startswith(f"/entities/service/default/checkout?scorecard={CARD}#{first.id}")


def test_several_rules_are_one_notice_and_many_are_counted(card):
    event, sign = said(card, *(change(rule.id, "pass", "fail", worse=True) for rule in card.rules[:6]))
    assert event.title.startswith(f"checkout fails “{card.rules[0].title}”, ")
    assert event.title.endswith(" and 3 more rules now.")
    assert (event.kind, sign.glyph, sign.word) == ("result.changed", "✕", "Fail")


def test_what_gets_better_and_what_lost_its_data_are_told_apart(card):
    rule = card.rules[0]
    better, sign = said(card, change(rule.id, "fail", "pass"))
    assert (better.title, better.todo, sign.glyph) == (f"checkout meets “{rule.title}” now.", "", "✓")
    lost, sign = said(card, change(rule.id, "pass", "no_data", worse=True))
    assert (lost.title, sign.glyph, lost.severity) == (f"checkout lost the data for “{rule.title}”.", "◌", "info")
    reached, sign = said(card, change(None, None, card.levels[0].name), change(rule.id, "fail", "pass"))
    assert (reached.title, sign.word) == (f"checkout reached {card.levels[0].title} of {card.title}.", "Level reached")
    assert better.key != lost.key
    assert said(card, change(rule.id, None, "pass"), change(card.rules[1].id, "no_data", "error")) is None


@pytest.mark.django_db
def test_a_fact_that_changes_tells_the_owner_once_and_the_first_look_tells_nobody(company):  # noqa: F811 - the fixture
    ada = Person.objects.create_user("ada", password="a long password")
    accounts.join(ada, "payments")
    card = standard(CARD, vocabulary())
    results.evaluate(card, clock.now() - timedelta(minutes=30))
    assert not Turn.objects.exists()
    world.tell()
    assert not Notice.objects.exists()
    at = clock.now()
    tool = Source(SourceKind.CONNECTION, "Codecov")
    raw = vocabulary().normalise("coverage", {"line_pct": 3.0})
    facts.record([Fact(world.CHECKOUT, "coverage", raw, tool, at)], [], at)
    results.evaluate(card, at)
    world.tell()
    world.tell()
    assert not Turn.objects.exists()
    (line,) = list(inbox.lines(ada, sight(ada)))
    assert line.notice.title.startswith("checkout ")
    assert line.notice.why == "Coverage: lines 91 → 3 % (Codecov)"
    assert line.notice.todo
    assert line.count == 1


@pytest.mark.django_db
def test_nobody_who_writes_waits_while_what_turned_is_read(company, monkeypatch):  # noqa: F811 - the fixture
    card, at = standard(CARD, vocabulary()), clock.now()
    results.evaluate(card, at - timedelta(minutes=30))
    raw = vocabulary().normalise("coverage", {"line_pct": 3.0})
    facts.record([Fact(world.CHECKOUT, "coverage", raw, Source(SourceKind.CONNECTION, "Codecov"), at)], [], at)
    results.evaluate(card, at)
    outside, inside, read = len(connection.savepoint_ids), [], turning.results.changes
    monkeypatch.setattr(
        turning.results, "changes", lambda *asked: inside.append(len(connection.savepoint_ids)) or read(*asked)
    )
    assert turning.read() == 1
    assert inside == [outside]
    assert Notice.objects.exists()
