"""What time brings about in campaigns, once each: over two years, across restarts, changes of clocks and edits."""

import random
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.campaigns import cast
from tests.campaigns.cast import PASS, RULES

from greenboard.access.models import Entry
from greenboard.campaigns import forecast, progress, service, standing, tending
from greenboard.campaigns.definition import Definition
from greenboard.campaigns.forecast import Day
from greenboard.campaigns.models import Campaign, Edition, Point, Told
from greenboard.campaigns.service import Ending
from greenboard.core.errors import UserError
from greenboard.core.events import subscribed
from greenboard.core.happened import Happened


@pytest.fixture
def heard():
    found = []
    with subscribed(Happened, found.append):
        yield found


def occasions(heard):
    """What the owner of the campaigns was told, in its order."""
    return [(one.data["campaign"], one.data["occasion"], one.at) for one in heard if one.people]


@pytest.mark.slow
def test_two_years_bring_each_occasion_once_whoever_looks_and_whatever_is_down(company, time, heard):
    """Three campaigns, looked at by two workers every few hours, with nobody there for weeks in between."""
    lots = random.Random(7)
    zones = ("UTC", "Europe/Berlin", "America/New_York")
    for number, zone in enumerate(zones):
        start = date(2026, 3, 20) + timedelta(days=200 * number)
        parts = {"start": start, "due": start + timedelta(days=60), "zone": zone, "reminders": [14, 3]}
        milestones = [{"on": start + timedelta(days=30), "share": 50}]
        service.make(cast.definition(title=f"c{number}", milestones=milestones, **parts), "ada", cast.BEGAN)
    time.now = cast.BEGAN
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(progress, "fill", lambda *_: 0)  # days are counted in a test of their own
        while time.now < cast.days(730):
            time.go(hours=lots.choice((5, 7, 11)) if lots.random() < 0.98 else 24 * 9)
            tending.tend(time.now)
            tending.tend(time.now)  # the other worker
    told = [(name, what) for name, what, _ in occasions(heard)]
    for number in range(3):
        own = [what for name, what in told if name == f"c{number}"]
        assert [what for what in own if what != "reminder"] == ["started", "milestone", "due"]
        assert 1 <= own.count("reminder") <= 2
        assert Told.objects.filter(campaign__name=f"c{number}").count() == 5
    begun = [at for name, what, at in occasions(heard) if (name, what) == ("c1", "started")]
    assert begun[0] >= Definition.model_validate(Edition.objects.get(campaign__name="c1").definition).starts_at


def test_days_are_those_of_the_campaigns_zone_also_where_clocks_change():
    made = cast.definition(start=date(2026, 3, 29), due=date(2026, 10, 25), zone="Europe/Berlin", reminders=[7])
    assert made.starts_at.isoformat() == "2026-03-28T23:00:00+00:00"
    assert made.due_at.isoformat() == "2026-10-25T23:00:00+00:00"  # a day of 25 hours
    [reminder] = [one for one in made.occasions() if one.what == "reminder"]
    assert reminder.at.astimezone(ZoneInfo("Europe/Berlin")).hour == 9


def test_each_team_with_something_open_is_told_once_and_others_not(company, time, heard):
    service.make(cast.definition(), "ada", cast.BEGAN)
    cast.judge({("search", rule): PASS for rule in RULES}, cast.days(2))
    tending.tend(time.now)
    assert [[str(team) for team in one.teams] for one in heard] == [[], ["team:default/buyers"]]
    assert heard[1].title.endswith(": buyers has 3 of 4 open.")
    assert heard[0].people == ("ada",)


def test_of_several_reminders_that_were_missed_the_last_is_told_and_none_once_it_is_due(company, time, heard):
    service.make(cast.definition(reminders=[14, 7, 3]), "ada", cast.BEGAN)
    tending.tend(time.now)
    time.now = cast.days(86.4)  # the morning of 28 March, after weeks with nobody there
    tending.tend(time.now)
    assert [what for _, what, _ in occasions(heard)] == ["started", "reminder"]
    assert "is due in 3 days" in next(one for one in heard if one.data["occasion"] == "reminder").title
    time.now = cast.days(120)
    tending.tend(time.now)
    assert [what for _, what, _ in occasions(heard)] == ["started", "reminder", "due"]


def test_membership_and_progress_of_a_past_day_are_those_of_then(company, time):
    made = service.make(cast.definition(scope={"kind": ["service"], "tier": ["1"]}), "ada", cast.BEGAN)
    cast.judge({("search", rule): PASS for rule in RULES}, cast.days(35))
    tier = cast.Entity(cast.service("ledger"), tier=1)
    cast.catalog.save(
        cast.Declared(
            (tier,), (cast.Relation(cast.RelationKind.OWNS, cast.Ref("team", "default", "buyers"), tier.ref),)
        ),
        cast.days(37),
        cause="test",
    )
    wide = cast.definition(scope={"kind": ["service"]})
    service.change(made.name, 1, wide, "ada", cast.days(39))
    tending.tend(time.now)
    tending.tend(time.now)
    found = {row.day: (row.done, row.failing, row.undecided) for row in Point.objects.all()}
    assert found[date(2026, 2, 4)] == (0, 4, 0)  # two entities of tier 1, two rules
    assert found[date(2026, 2, 5)] == (2, 2, 0)
    assert found[date(2026, 2, 7)] == (3, 2, 1)  # the ledger became one of tier 1
    then = standing.pairs(made.definition, cast.days(36))
    assert {str(one.stored.ref) for one in then.told()} == {"service:default/checkout", "service:default/search"}


def test_who_changes_or_ends_second_is_told_who_was_first(company, time):
    made = service.make(cast.definition(), "ada", cast.BEGAN)
    service.change(made.name, 1, cast.definition(title="Other"), "bob", time.now)
    with pytest.raises(UserError, match="bob changed it at") as second:
        service.end(made.name, 1, Ending(), "ada", time.now)
    assert second.value.status == 409
    service.end(made.name, 2, Ending(), "ada", time.now)
    with pytest.raises(UserError, match="ada ended it at"):
        service.change(made.name, 2, cast.definition(), "bob", time.now)
    assert Campaign.objects.get().version == 3


def test_a_forecast_holds_in_as_many_cases_as_it_says():
    """Walks of a known pace: in about 80 of 100 the end lies within the interval that was told on the way."""
    lots = random.Random(3)
    held = known = 0
    for _ in range(300):
        left, days, today = 300, [], date(2026, 1, 1)
        told, ended = None, None
        for at in range(400):
            days.append(Day(today + timedelta(days=at), 1000, 1000 - left))
            if at == 30:
                told = forecast.forecast(days, date(2026, 12, 31))
            if left <= 0:
                ended = days[-1].on
                break
            left = max(0, left - lots.choice((0, 0, 1, 4, 12)))
        assert told is not None
        if ended is not None:
            known += 1
            held += told.earliest <= ended and (told.latest is None or ended <= told.latest)
    assert 0.70 < held / known < 0.92


def test_nothing_is_foretold_of_few_days_and_never_may_be_an_answer():
    flat = [Day(date(2026, 1, 1) + timedelta(days=at), 10, 5) for at in range(30)]
    assert forecast.forecast(flat[:5], date(2026, 3, 1)) is None
    told = forecast.forecast(flat, date(2026, 3, 1))
    assert (told.earliest, told.likely, told.latest, told.by_due) == (None, None, None, 0.0)


def test_what_was_only_asked_counts_from_a_day_on(company, time):
    from greenboard.campaigns.enforcing import Enforcing
    from greenboard.scorecards.types import Enforcement

    made = service.make(cast.definition(), "ada", cast.BEGAN)
    wanted = Enforcing(Enforcement.BLOCKS_RELEASE, date(2026, 2, 1))
    said = service.end(made.name, 1, Ending(enforcing=wanted), "ada", time.now)
    assert [one.rpartition(": ")[2] for one in said] == ["blocks-release from now on"] * 2


def test_what_counts_already_is_made_stricter_on_the_day_that_was_chosen_and_once(company, time, heard):
    from greenboard.campaigns.enforcing import Enforcing
    from greenboard.scorecards.types import Enforcement

    made = service.make(cast.definition(), "ada", cast.BEGAN)
    later = Enforcing(Enforcement.BLOCKS_RELEASE, date(2026, 3, 1), "It was asked for months.")
    said = service.end(made.name, 1, Ending(enforcing=later), "ada", time.now)
    assert all(one.endswith("blocks-release from 2026-03-01 on; until then it counts as it does") for one in said)
    before = {one.rule.enforcement for one in standing.rules(made.definition)}
    assert Enforcement.BLOCKS_RELEASE not in before
    time.now = cast.days(58.9)
    tending.tend(time.now)
    assert {one.rule.enforcement for one in standing.rules(made.definition)} == before
    time.now = cast.days(59)
    tending.tend(time.now)
    tending.tend(time.now)  # the other worker
    assert {one.rule.enforcement for one in standing.rules(made.definition)} == {Enforcement.BLOCKS_RELEASE}
    assert Entry.objects.filter(action="campaign.enforced").count() == 1


def test_a_day_on_which_rules_cannot_be_made_stricter_is_told(company, time, heard, monkeypatch):
    from greenboard.campaigns import enforcing
    from greenboard.campaigns.enforcing import Enforcing
    from greenboard.scorecards.types import Enforcement

    made = service.make(cast.definition(), "ada", cast.BEGAN)
    service.end(
        made.name, 1, Ending(enforcing=Enforcing(Enforcement.BLOCKS_RELEASE, date(2026, 3, 1))), "ada", time.now
    )

    def refuse(*_):
        raise UserError("the rule needs a fix first")

    monkeypatch.setattr(enforcing.editing, "save", refuse)
    time.now = cast.days(60)
    assert [enforcing.due(time.now), enforcing.due(time.now)] == [1, 0]
    assert heard[-1].title == "The rules of the campaign “Owners everywhere” could not be made stricter today"
    assert (heard[-1].why, heard[-1].people) == ("the rule needs a fix first", ("ada",))


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"asks": [{"scorecard": cast.CARD, "rules": ["own-1-ownr"]}]}, "Did you mean 'own-1-owner'?"),
        ({"asks": [{"scorecard": "x", "rules": ["y"]}]}, "no scorecard 'x'"),
        ({"asks": [{"scorecard": cast.CARD, "level": "gld"}]}, "no level 'gld'"),
        ({"owner": "nobody"}, "there is no account 'nobody'"),
        ({"tickets": {"connection": "none"}}, "no connection 'none'"),
    ],
)
def test_what_there_is_not_cannot_be_asked(company, parts, said):
    with pytest.raises(UserError) as error:
        service.make(cast.definition(**parts), "ada", cast.BEGAN)
    assert said in str(error.value)
    assert not Campaign.objects.exists()


def test_what_does_not_apply_is_not_asked(company):
    cast.judge({("checkout", RULES[0]): cast.NOT}, cast.days(1))
    assert standing.pairs(cast.definition()).counts.total == 5
