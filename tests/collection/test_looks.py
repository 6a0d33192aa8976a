"""What was only seen again is told by one row of its source, and by none of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.collection.conftest import CHECKOUT, LEDGER, collect, told
from tests.collection.test_removing import many, ref  # noqa: F401 - one is a fixture

from greenboard.collection import models, running
from greenboard.collection.jobs import collection as workflow
from greenboard.core import clock, events
from greenboard.facts import service, store
from greenboard.facts.events import FactsChanged
from greenboard.facts.models import FactInterval, GapInterval, Look
from greenboard.facts.types import SourceKind

pytestmark = pytest.mark.django_db


def rows() -> list[list[tuple[object, ...]]]:
    """All that is kept of what tools said, row by row."""
    several = (FactInterval, GapInterval, models.Observation, models.Subject, models.Miss, models.Removal)
    return [list(one.objects.order_by("id").values_list()) for one in several]


def observed(ref=CHECKOUT):
    return {fact.type: fact.observed_at for fact in told(ref)[0]}


def test_a_second_collection_with_nothing_changed_writes_no_row_of_what_it_saw(lookout, many):  # noqa: F811
    collect(lookout)
    before = observed()
    kept = rows()
    row = collect(lookout)
    assert rows() == kept
    assert row.outcome["facts"]["same"] > 0
    assert observed() == dict.fromkeys(before, row.now)
    assert {one.seen for one in models.Subject.objects.select_related("look")} == {row.now}
    assert set(Look.objects.values_list("at", "seen_at")) == {(row.now, row.now)}


def test_what_was_not_seen_stays_of_the_moment_when_it_was(lookout, tool, many):  # noqa: F811
    first = collect(lookout)
    tool.fail("503", at="/objectives", after=1)
    half = collect(lookout)
    assert observed() == {"oncall": half.now, "slo": half.now}
    assert observed(ref(23)) == {"oncall": half.now, "slo": first.now}
    tool.fail("503", at="/objectives")
    last = collect(lookout)
    assert observed() == {"oncall": last.now, "slo": half.now}
    assert observed(ref(23)) == {"oncall": last.now, "slo": first.now}
    tool.mend()
    again = collect(lookout)
    assert observed() == {"oncall": again.now, "slo": again.now}


def test_what_ended_is_of_the_last_look_that_saw_it(lookout, tool):
    collect(lookout)
    second = collect(lookout)
    tool.service("s1", "checkout", levels=5)
    third = collect(lookout)
    ended = FactInterval.objects.get(type="oncall", valid_to__isnull=False)
    assert (ended.observed_at, ended.look) == (second.now, None)
    assert observed()["oncall"] == third.now


def test_until_facts_are_made_of_a_look_they_are_of_the_one_before(lookout):
    first = collect(lookout)
    row = running.start(lookout, workflow)
    running.begin(row.pk)
    while running.pull(row.pk):
        pass
    running.settle(row.pk)
    assert observed(LEDGER) == {"oncall": first.now, "slo": first.now}
    assert running.record(row.pk, 0)
    running.end(row.pk)
    row.refresh_from_db()
    assert observed(LEDGER) == {"oncall": row.now, "slo": row.now}


def test_a_hole_between_two_looks_that_is_longer_than_facts_may_age_stays_visible(lookout):
    collect(lookout)
    long_ago = clock.now() - timedelta(days=400)
    Look.objects.update(at=long_ago, seen_at=long_ago)
    for model in (FactInterval, models.Observation):
        model.objects.update(seen_at=long_ago, observed_at=long_ago)
    FactInterval.objects.update(valid_from=long_ago)
    collect(lookout)
    ages = store.vocabulary().types
    holes = set(FactInterval.objects.filter(source="lookout", valid_to__isnull=False).values_list("type", flat=True))
    assert holes == {name for name in ("oncall", "slo") if ages[name].max_age is not None}


def test_what_stopped_to_count_while_facts_were_made_is_told_when_it_counts_again(lookout):
    collect(lookout)
    at = clock.now()
    old = at - timedelta(days=2, seconds=1)
    Look.objects.update(at=old, seen_at=at - timedelta(days=1))
    FactInterval.objects.update(observed_at=old)
    heard: list[FactsChanged] = []
    with events.subscribed(FactsChanged, heard.append):
        service.tell(SourceKind.CONNECTION, "lookout", at)
    assert [one.paths[CHECKOUT] for one in heard] == [{"oncall"}]
    assert observed()["oncall"] == at - timedelta(days=1)
