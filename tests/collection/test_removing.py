"""What a tool no longer shows goes after a complete look, waits where it is much, and can be brought back."""

from __future__ import annotations

import pytest
from tests.collection.conftest import CHECKOUT, LEDGER, collect, missing, said

from greenboard.access.models import Entry
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.collection import deciding, models
from greenboard.collection.removing import Decided, Limit
from greenboard.collection.types import RemovalState, State
from greenboard.core import clock
from greenboard.core.refs import Ref

pytestmark = pytest.mark.django_db
MANY = 24
GONE = 17
"""So many of them and of the three others the tool leaves out when it shows half of its first page."""


def ref(number: int) -> Ref:
    return Ref("service", "default", f"shop-{number:02}")


@pytest.fixture
def many(lookout, tool) -> None:
    """More services, which the tool shows on two pages."""
    catalog.save(Declared(tuple(Entity(ref(number)) for number in range(MANY))), clock.now(), cause="test")
    for number in range(MANY):
        tool.service(f"m{number:02}", f"shop-{number:02}")
        tool.objective(f"m{number:02}", "It answers")
    collect(lookout)


def spoken() -> int:
    return sum("oncall" in said(ref(number)) for number in range(MANY))


def removal(name: str = "oncall") -> models.Removal:
    return models.Removal.objects.select_related("connection").filter(type=name).latest("id")


@pytest.mark.parametrize(
    ("count", "total", "exceeded"), [(10, 20, False), (11, 20, True), (11, 110, False), (12, 110, True), (0, 0, False)]
)
def test_more_than_a_tenth_and_more_than_ten_is_too_much(count, total, exceeded):
    assert Limit(0.1, 10).exceeded(count, total) is exceeded


def test_little_goes_at_once(lookout, tool):
    collect(lookout)
    del tool.services["s1"]
    collect(lookout)
    assert said(CHECKOUT) == {}
    assert said(LEDGER)["oncall"]["responders"] == 3
    assert models.Subject.objects.get(subject="s1").gone
    assert removal().state == RemovalState.DONE


def test_an_item_that_is_gone_goes_at_once_too(lookout, tool):
    collect(lookout)
    del tool.objectives["s1/Payments are quick"]
    collect(lookout)
    assert [one["name"] for one in said(CHECKOUT)["slo"]] == ["Orders are accepted"]


def test_half_of_everything_waits_and_says_so(lookout, tool, many):
    tool.fail("half")
    row = collect(lookout)
    assert spoken() == MANY
    assert removal().state == RemovalState.WAITING
    assert (removal().count, removal().total) == (GONE, MANY + 3)
    assert "until somebody confirms" in missing(ref(MANY - 1))["oncall"]
    assert {one["state"] for one in row.outcome["removed"]} == {"waiting"}


def test_what_waited_goes_when_it_is_confirmed_and_comes_back_when_that_is_undone(lookout, tool, many):
    tool.fail("half")
    collect(lookout)
    deciding.decide(removal(), "confirm", clock.now(), by="ada")
    assert spoken() == MANY - GONE
    assert missing(ref(MANY - 1)).keys() <= {"slo"}
    deciding.decide(removal(), "undo", clock.now(), by="ada")
    assert spoken() == MANY
    assert {"removal.done", "removal.undone"} <= set(Entry.objects.values_list("action", flat=True))


def test_what_was_brought_back_does_not_go_again_by_itself(lookout, tool):
    collect(lookout)
    del tool.services["s1"]
    collect(lookout)
    deciding.decide(removal(), "undo", clock.now(), by="ada")
    assert said(CHECKOUT)["oncall"]["responders"] == 3
    collect(lookout)
    assert said(CHECKOUT)["oncall"]["responders"] == 3
    assert removal().state == RemovalState.WAITING


def test_what_was_kept_is_asked_about_again(lookout, tool, many):
    tool.fail("half")
    collect(lookout)
    first = removal()
    deciding.decide(first, "refuse", clock.now(), by="ada")
    assert (spoken(), missing(ref(MANY - 1)).get("oncall")) == (MANY, None)
    collect(lookout)
    assert removal().pk != first.pk
    assert (removal().state, spoken()) == (RemovalState.WAITING, MANY)


def test_two_looks_that_miss_the_same_ask_once(lookout, tool, many):
    tool.fail("half")
    collect(lookout)
    collect(lookout)
    assert models.Removal.objects.filter(type="oncall", state="waiting").count() == 1


def test_what_is_shown_again_waits_no_longer(lookout, tool, many):
    tool.fail("half")
    collect(lookout)
    tool.mend()
    assert collect(lookout).state == State.DONE
    assert removal().state == RemovalState.OVER
    assert missing(ref(MANY - 1)) == {}
    with pytest.raises(Decided):
        deciding.decide(removal(), "confirm", clock.now(), by="ada")


def test_a_look_that_did_not_see_everything_takes_nothing_away(lookout, tool, many):
    del tool.services["m00"]
    tool.fail("503", at="/services", after=1)
    row = collect(lookout)
    assert row.state == State.PARTIAL
    assert spoken() == MANY
    assert not models.Removal.objects.exists()


def test_what_was_said_of_an_entity_that_it_is_no_longer_ends(lookout, tool):
    collect(lookout)
    tool.service("s1", "no-such-name")
    collect(lookout)
    assert said(CHECKOUT) == {}
