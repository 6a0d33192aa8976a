"""Results that turned, as notices: one for each entity and moment, with why and what to do; none for a first look."""

import importlib
import re
from datetime import timedelta

import pytest
from django.db import connection
from tests.api.conftest import CARD, company  # noqa: F401 - a fixture

from greenboard.access import people as accounts
from greenboard.access.decide import sight
from greenboard.access.models import Person
from greenboard.catalog.models import Entity as Identity
from greenboard.core import clock
from greenboard.core.events import announce
from greenboard.core.happened import Happening, Severity
from greenboard.core.refs import Ref
from greenboard.facts import service as facts
from greenboard.facts.store import vocabulary
from greenboard.facts.types import Fact, Source, SourceKind
from greenboard.notifications import inbox, levels, turning, wanting
from greenboard.notifications.models import Message, Notice, Turn
from greenboard.notifications.turning import gathered, tell
from greenboard.results import models
from greenboard.results import service as results
from greenboard.results.rows import Cause, Change
from greenboard.scorecards.store import standard

world = importlib.import_module("tests.notifications.conftest")
telling = importlib.import_module("tests.notifications.test_telling")
DAY = timedelta(days=1)
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
    digest = levels.standing(world.PAYMENTS, at - timedelta(minutes=1))
    assert digest.startswith(f"{card.title}: ")
    assert re.search(r"\d+ at [\w ]+[,;].* since \d{4}-\d\d-\d\d\.", digest)
    assert levels.standing(Ref("team", "default", "nobody"), at) == ""
    (line,) = list(inbox.lines(ada, sight(ada)))
    assert line.notice.title.startswith("checkout ")
    assert line.notice.why == "Coverage: lines 91 → 3 % (Codecov)"
    assert line.notice.todo
    assert line.count == 1


def levelled(entity, stretches):
    """An entity that stood on ranks since moments, as evaluations write it."""
    card, _ = models.Scorecard.objects.get_or_create(name=CARD)
    run = models.Run.objects.create(scorecard=card, at=AT, full=False, entities=1, results_changed=0, levels_changed=1)
    cause = models.Cause.objects.create(kind=1, text="test", run=run)
    ends = [*(since for _, since in stretches[1:]), None]
    for (rank, since), end in zip(stretches, ends, strict=True):
        models.LevelInterval.objects.create(
            entity_id=entity, scorecard=card, rank=rank, passed=1, decided=1, undecided=0, cause=cause,
            level_since=since, evaluated_at=since, valid_from=since, valid_to=end,
        )  # fmt: skip


@pytest.mark.django_db
def test_the_digest_of_a_team_says_where_it_stands_and_who_moved(people, tool):
    """Of two that payments owns one reached a level and the other lost two since the last digest."""
    card = standard(CARD, vocabulary())
    ids = {name: Identity.objects.get(kind="service", name=name).pk for name in ("checkout", "ledger")}
    levelled(ids["checkout"], [(0, AT - 3 * DAY), (1, AT - timedelta(hours=2))])
    levelled(ids["ledger"], [(3, AT - 3 * DAY), (1, AT - timedelta(hours=1))])
    said = f"{card.title}: 2 at {card.levels[0].title}; 1 rose and 1 fell since 2026-11-25."
    assert levels.standing(world.PAYMENTS, AT - DAY) == said
    chat = world.channel("slack-webhook", url=f"{tool.url}/services/x")
    wanting.set_team(world.PAYMENTS, wanting.Wanted(channel=chat.pk))
    announce(telling.happened("Good news.", kind=Happening.EXEMPTION_ENDED, todo="", severity=Severity.INFO))
    world.deliver()
    world.deliver(clock.now() + timedelta(days=1, minutes=5))
    intro = Message.objects.get(gathers="digest").letter["intro"]
    assert intro.startswith(f"{card.title}: 2 at {card.levels[0].title}; ")
    assert intro.endswith("What happened since the last digest.")


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
