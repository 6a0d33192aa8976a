"""Marks are written with the change that they tell of, and name the rules that it concerns."""

import pytest
from django.db import transaction

from greenboard.facts import store as facts
from greenboard.results import marks
from greenboard.results.reading import Reading

from .history_cast import BRONZE, CHECKOUT, CODE, SILVER, day, enter, fail, say, scorecard

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    enter()
    return marks.Reader()


def told(reader):
    ids = {number: ref for ref, number in facts.identify([CHECKOUT, CODE]).items()}
    return [(ids[mark.entity], set(mark.paths)) for mark in reader.read()]


def test_a_first_fact_marks_its_type(reader):
    say(1, ("coverage", {"line_pct": 60.0}))
    assert told(reader) == [(CHECKOUT, {"coverage"})]


def test_another_value_marks_the_fields_that_differ(reader):
    say(1, ("coverage", {"line_pct": 60.0, "branch_pct": 50.0}))
    reader.read()
    say(2, ("coverage", {"line_pct": 80.0, "branch_pct": 50.0}))
    assert told(reader) == [(CHECKOUT, {"coverage.line_pct"})]


def test_the_same_again_marks_nothing(reader):
    say(1, ("coverage", {"line_pct": 60.0}))
    reader.read()
    say(2, ("coverage", {"line_pct": 60.0}))
    assert told(reader) == []


def test_a_failing_look_marks_its_type(reader):
    fail(1, "oncall")
    assert told(reader) == [(CHECKOUT, {"oncall"})]


def test_a_change_of_the_catalog_marks_anything(reader):
    enter(1, tier=3)
    assert told(reader) == [(CHECKOUT, {marks.ANYTHING})]


def test_a_change_that_is_rolled_back_leaves_no_mark(reader):
    with transaction.atomic():
        say(1, ("coverage", {"line_pct": 60.0}))
        transaction.set_rollback(True)
    assert told(reader) == []
    assert not [mark for mark in marks.pending(10) if "coverage" in mark.paths]


def test_marks_that_are_finished_wait_no_more_and_are_still_read_by_others(reader):
    say(1, ("coverage", {"line_pct": 60.0}))
    marks.finish(marks.pending(10))
    assert not marks.waiting()
    assert told(reader) == [(CHECKOUT, {"coverage"})]


def test_marks_that_are_done_are_forgotten_after_a_while_and_others_never(reader):
    say(1, ("coverage", {"line_pct": 60.0}))
    marks.finish(marks.pending(10))
    say(2, ("readme", {"exists": True}))
    marks.purge(day(3))
    assert told(reader) == [(CHECKOUT, {"readme"})]


def test_only_the_rules_that_read_what_changed_are_concerned(tmp_path):
    rules = (
        BRONZE,
        SILVER,
        ("counted", "size(slo) > 0", "bronze"),
        ("near", "slo.exists(s, s.target_pct > 9.0)", "bronze"),
    )
    reading = Reading(scorecard(tmp_path, *rules))
    assert reading.affected(["coverage.line_pct"]) == {"covered"}
    assert reading.affected(["coverage.branch_pct"]) == set()
    assert reading.affected(["coverage"]) == {"covered"}
    assert reading.affected(["slo"]) == {"counted", "near"}
    assert reading.affected(["slo.target_pct"]) == {"counted", "near"}
    assert reading.affected([marks.ANYTHING]) == {"covered", "reviewed", "counted", "near"}
