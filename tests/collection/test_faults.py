"""Faults between the tool and us: no fact is lost or invented, and what is said of each is true.

The table in docs/connections.md is what these tests say.
"""

from __future__ import annotations

import pytest
from tests.collection.conftest import CHECKOUT, LEDGER, collect, missing, said
from tests.collection.test_removing import MANY, many, ref, spoken

from greenboard.collection.types import State

__all__ = ["many"]
pytestmark = pytest.mark.django_db

FAULTS = {
    "drop": ("theirs", "The connection broke"),
    "truncate": ("theirs", "The connection broke"),
    "html": ("theirs", ""),
    "wrong": ("theirs", ""),
    "limit": ("limit", "allows no more calls"),
    "401": ("permission", "does not accept the token"),
    "403": ("permission", "may not read this"),
    "404": ("permission", "knows no such thing"),
    "500": ("theirs", "has a fault"),
    "503": ("theirs", "has a fault"),
}


def everything() -> dict[str, object]:
    return {str(one): said(one) for one in (CHECKOUT, LEDGER, *map(ref, range(MANY)))}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_first_collection_invents_nothing(lookout, tool, fault):
    tool.fail(fault)
    row = collect(lookout)
    assert row.state == State.FAILED
    assert said(CHECKOUT) == {}
    whose, text = FAULTS[fault]
    assert {one["fault"] for one in row.faults} == {whose}
    assert all(text in str(one["text"]) for one in row.faults)


_SLOW = {"401", "404", "500", "truncate", "wrong"}


@pytest.mark.parametrize(
    "fault", [pytest.param(one, marks=pytest.mark.slow) if one in _SLOW else one for one in FAULTS]
)
def test_a_fault_in_the_middle_loses_nothing_and_rules_are_told(lookout, tool, many, fault):
    before = everything()
    tool.service("m00", "shop-00", levels=5)
    tool.fail(fault, at="/objectives", after=1)
    row = collect(lookout)
    assert row.state == State.PARTIAL
    after = everything()
    assert after["service:default/shop-00"]["oncall"]["escalation_levels"] == 5
    after["service:default/shop-00"] = before["service:default/shop-00"]
    assert after == before
    assert FAULTS[fault][1] in missing(ref(MANY - 1))["slo"]
    assert {one["fault"] for one in row.faults} == {FAULTS[fault][0]}


@pytest.mark.parametrize("fault", ["drop", "truncate", "limit", "500"])
def test_what_fails_once_is_asked_again_and_nobody_hears_of_it(lookout, tool, fault):
    tool.fail(fault, times=1)
    row = collect(lookout)
    assert (row.state, row.faults) == (State.DONE, [])
    assert said(CHECKOUT)["oncall"]["responders"] == 3


@pytest.mark.parametrize("fault", ["delay", "reorder"])
def test_what_is_late_or_in_another_order_is_the_same(lookout, tool, many, fault):
    before = everything()
    tool.fail(fault)
    row = collect(lookout)
    assert row.state == State.DONE
    assert row.outcome["facts"]["began"] == row.outcome["facts"]["ended"] == 0
    assert everything() == before


@pytest.mark.parametrize("fault", ["empty", "half"])
def test_a_tool_that_lies_about_how_much_there_is_is_not_believed(lookout, tool, many, fault):
    before = everything()
    tool.fail(fault)
    collect(lookout)
    assert everything() == before
    assert spoken() == MANY
