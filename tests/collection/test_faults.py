"""Faults between the tool and us: no fact is lost or invented, and what is said of each is true.

The table in docs/connections.md is what these tests say.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.collection.conftest import CHECKOUT, LEDGER, collect, missing, said
from tests.collection.test_removing import MANY, many, ref, spoken

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.collection.types import State
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts.models import FactInterval

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


TOLD = {
    "the connection drops, an answer is cut off": ("drop", "truncate"),
    "an answer is late": ("delay",),
    "items come in another order": ("reorder",),
    "429 with `Retry-After`": ("limit",),
    "401": ("401",),
    "403, 404": ("403", "404"),
    "500, 503": ("500", "503"),
    "HTML with status 200, JSON of another shape": ("html", "wrong"),
    "an empty list after many things": ("empty",),
    "half of the things gone": ("half",),
}
NAMED = {"theirs": "the tool", "limit": "its limits", "permission": "a permission"}


def test_the_documentation_says_of_each_fault_what_was_tried_here():
    page = (Path(__file__).parents[2] / "docs" / "connections.md").read_text(encoding="utf-8")
    lines = page.partition("| fault |")[2].partition("\n\n")[0].splitlines()[2:]
    table = {fault.strip(): said for _, fault, _, said, _ in (line.split("|") for line in lines)}
    assert table.keys() == TOLD.keys()
    assert {fault for several in TOLD.values() for fault in several} == {*FAULTS, "delay", "reorder", "empty", "half"}
    for line, several in TOLD.items():
        for fault in several:
            assert (NAMED[FAULTS[fault][0]] if fault in FAULTS else "complete") in table[line]


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["empty", "half"])
def test_ten_thousand_things_do_not_go_because_a_tool_says_so(lookout, tool, fault):
    count = 10_000
    catalog.save(Declared(tuple(Entity(shop(number)) for number in range(count))), clock.now(), cause="test")
    for number in range(count):
        tool.service(f"m{number}", f"shop-{number}")
    collect(lookout)
    tool.fail(fault)
    row = collect(lookout)
    assert (row.state, row.outcome["facts"]["ended"]) == (State.DONE, 0)
    held = FactInterval.objects.filter(type="oncall", source="lookout", valid_to=None)
    assert held.count() == count + 2
    [waiting] = [one for one in row.outcome["removed"] if one["type"] == "oncall"]
    assert waiting["state"] == "waiting"
    assert waiting["count"] >= count // 2


def shop(number: int) -> Ref:
    return Ref("service", "default", f"shop-{number}")
