"""What follows from the outcomes of days: counts, who flaps, who failed when first."""

from datetime import date

import numpy as np
import pytest

from greenboard.catalog.types import Entity
from greenboard.core.refs import Ref
from greenboard.results.backtest import ABSENT, Course
from greenboard.results.ground import ERROR, FAIL, NO_DATA, NOT_APPLICABLE, PASS
from greenboard.rules.types import Outcome

SIGNS = {"p": PASS, "f": FAIL, "n": NO_DATA, "e": ERROR, "-": NOT_APPLICABLE, ".": ABSENT}


def course(**told):
    """A course of entities given as a sign for each day."""
    codes = np.array([[SIGNS[sign] for sign in signs] for signs in told.values()], dtype=np.int8).T
    days = tuple(date(2026, 9, 1 + number) for number in range(len(codes)))
    return Course(days, [Entity(Ref("service", "default", name)) for name in told], codes)


@pytest.mark.parametrize(
    ("signs", "turns"),
    [
        ("pfpf", 3),
        ("pfp", 2),
        ("pf", 0),
        ("pppp", 0),
        ("pnfnp", 2),
        ("pnpnp", 0),
        ("p.f-p", 2),
        ("nfepn", 0),
        ("...", 0),
    ],
)
def test_an_entity_flaps_that_turns_between_pass_and_fail_at_least_twice(signs, turns):
    assert [one.turns for one in course(a=signs).flapping] == ([turns] if turns else [])


def test_those_that_flap_most_come_first():
    found = course(a="pfppp", b="pfpfp", c="fpfff", d="ppppp").flapping
    assert [(one.entity.ref.name, one.turns) for one in found] == [("b", 4), ("a", 2), ("c", 2)]


def test_the_first_day_on_which_something_failed_or_was_undecided_is_told():
    found = course(late="ppf", early="ffp", never="pp-", unsure="npe", gone="..n")
    assert [(one.entity.ref.name, one.day.day) for one in found.first_failed] == [("early", 1), ("late", 3)]
    assert [(one.entity.ref.name, one.day.day) for one in found.first_undecided] == [("unsure", 1), ("gone", 3)]


def test_who_is_absent_is_not_counted_and_undecided_days_have_no_rate():
    first, second = course(a="pn", b="f.", c=".-").counted
    assert {outcome: count for outcome, count in first.counts.items() if count} == {Outcome.PASS: 1, Outcome.FAIL: 1}
    assert (first.rate, second.rate) == (0.5, None)
    assert second.counts[Outcome.NOT_APPLICABLE] == 1


def test_no_entities_are_no_trouble():
    empty = Course((date(2026, 9, 1),), (), np.zeros((1, 0), dtype=np.int8))
    assert (empty.flapping, empty.first_failed, empty.counted[0].rate) == ((), (), None)
