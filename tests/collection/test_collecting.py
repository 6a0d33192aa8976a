"""A tool is collected over real sockets: what it shows becomes facts, what it refuses a reason, and nothing is guessed."""

from __future__ import annotations

import pytest
from tests.collection.conftest import CHECKOUT, LEDGER, SEARCH, collect, missing, said

from greenboard.collection import models, running, telling
from greenboard.collection.jobs import collection as workflow
from greenboard.collection.types import Kind, Standing, State
from greenboard.core import events
from greenboard.core.happened import Happened, Happening
from greenboard.facts.models import FactInterval, GapInterval

pytestmark = pytest.mark.django_db


def intervals() -> list[tuple[object, ...]]:
    return [
        *FactInterval.objects.order_by("id").values_list("id", "value", "valid_to"),
        *GapInterval.objects.order_by("id").values_list("id", "reason", "valid_to"),
    ]


def test_what_a_tool_shows_becomes_facts_of_the_entities_that_it_is_about(lookout):
    row = collect(lookout)
    assert (row.state, row.faults) == (State.DONE, [])
    assert said(CHECKOUT)["oncall"] == {"escalation_levels": 2, "responders": 3}
    assert said(LEDGER)["oncall"] == {"escalation_levels": 1, "responders": 3}
    assert [one["name"] for one in said(CHECKOUT)["slo"]] == ["Orders are accepted", "Payments are quick"]
    assert said(SEARCH) == {}
    assert row.outcome["subjects"] == {"matched": 2, "missing": 1}


def test_a_complete_look_without_items_is_known_to_be_empty(lookout):
    collect(lookout)
    assert said(LEDGER)["slo"] == ()


def test_a_second_collection_with_nothing_changed_writes_no_interval(lookout):
    collect(lookout)
    before = intervals()
    row = collect(lookout)
    assert intervals() == before
    assert row.outcome["facts"] == {"began": 0, "ended": 0, "same": 4}


def test_what_changed_ends_and_begins_once(lookout, tool):
    collect(lookout)
    tool.service("s1", "checkout", levels=3)
    row = collect(lookout)
    assert said(CHECKOUT)["oncall"]["escalation_levels"] == 3
    assert (row.outcome["facts"]["began"], row.outcome["facts"]["ended"]) == (1, 1)


def test_one_collection_at_a_time_runs_through_a_connection(lookout):
    running.start(lookout, workflow)
    with pytest.raises(running.Busy):
        running.start(lookout, workflow, kind=Kind.TRIAL)


def test_progress_and_calls_are_told(lookout):
    row = collect(lookout)
    assert row.progress == {"services": [3, None], "objectives": [2, None]}
    assert row.streams["services"]["calls"] == 1
    assert models.Calls.objects.get().count == 2


def test_a_collection_that_is_stopped_says_so_and_loses_nothing(lookout):
    collect(lookout)
    before = said(CHECKOUT)
    row = running.start(lookout, workflow)
    running.stop(row, by="ada")
    running.begin(row.pk)
    while running.pull(row.pk):
        pass
    running.settle(row.pk)
    running.end(row.pk)
    row.refresh_from_db()
    assert row.state == State.STOPPED
    assert said(CHECKOUT) == before
    assert missing(CHECKOUT) == {}


def test_a_wrong_secret_is_a_reason_for_every_entity_and_takes_nothing_away(lookout):
    collect(lookout)
    lookout.secrets = '{"key": "another"}'
    lookout.save()
    row = collect(lookout)
    assert row.state == State.FAILED
    assert {one["fault"] for one in row.faults} == {"permission"}
    assert said(CHECKOUT)["oncall"]["responders"] == 3
    assert "does not accept the token" in missing(CHECKOUT)["oncall"]
    assert "does not accept the token" in missing(LEDGER)["slo"]


def test_a_reason_goes_when_the_tool_answers_again(lookout, tool):
    tool.fail("503", at="/objectives")
    row = collect(lookout)
    assert row.state == State.PARTIAL
    assert "has a fault" in missing(CHECKOUT)["slo"]
    assert said(CHECKOUT)["oncall"]["responders"] == 3
    tool.mend()
    assert collect(lookout).state == State.DONE
    assert missing(CHECKOUT) == {}
    assert len(said(CHECKOUT)["slo"]) == 2


def test_an_integration_that_was_taken_away_is_said(lookout):
    lookout.integration = "gone"
    lookout.save()
    row = collect(lookout)
    assert row.state == State.FAILED
    assert "there is no integration 'gone'" in row.error


def test_a_trial_says_what_would_change_and_writes_nothing(lookout, tool):
    collect(lookout)
    before = intervals()
    tool.service("s1", "checkout", levels=3)
    tool.objective("s2", "Bookings are exact")
    del tool.objectives["s1/Payments are quick"]
    kept = list(models.Observation.objects.values_list("id", "value", "seen_at"))
    row = collect(lookout, Kind.TRIAL)
    assert row.state == State.DONE
    assert row.outcome["types"]["oncall"] == {"changed": 1, "same": 2}
    assert row.outcome["types"]["slo"]["gone"] == 1
    assert any("escalation levels" in one["said"] for one in row.outcome["shown"])
    assert intervals() == before
    assert list(models.Observation.objects.values_list("id", "value", "seen_at")) == kept


def test_a_trial_says_what_it_could_not_look_at(lookout, tool):
    tool.fail("403", at="/objectives")
    row = collect(lookout, Kind.TRIAL)
    assert (row.state, {one["fault"] for one in row.faults}) == (State.PARTIAL, {"permission"})
    assert missing(CHECKOUT) == {}


def test_what_the_catalog_lacks_is_told_once_the_first_time_together_then_each_by_itself(lookout, tool, monkeypatch):
    heard: list[Happened] = []
    monkeypatch.setattr(events, "announce", lambda one: isinstance(one, Happened) and heard.append(one))
    collect(lookout)
    collect(lookout)
    tool.service("s10", "refunds")
    collect(lookout)
    collect(lookout)
    assert [one.title for one in heard if one.kind is Happening.ENTITY_DISCOVERED] == [
        "lookout shows one thing that the catalog lacks.",
        "lookout shows refunds, which the catalog lacks.",
    ]
    data = heard[-1].data
    assert (data["connection"], data["subject"], data["kinds"], data["count"]) == ("lookout", "s10", ["service"], 1)
    for number in range(telling.MOST + 1):
        tool.service(f"m{number}", f"more-{number}")
    collect(lookout)
    assert heard[-1].title == f"lookout shows {telling.MOST + 1} things that the catalog lacks."


def test_subjects_are_kept_with_what_they_may_be(lookout):
    collect(lookout)
    rows = {row.subject: row for row in models.Subject.objects.all()}
    assert rows["s2"].why == "annotation lookout.example/id=s2"
    assert (rows["s1"].standing, rows["s1"].why) == (Standing.MATCHED, "name checkout")
    assert rows["s9"].standing == Standing.MISSING
