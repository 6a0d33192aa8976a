"""Of two connections that disagree, the one with the higher priority is believed, as soon as somebody says so."""

from __future__ import annotations

import pytest
from tests.collection.conftest import CHECKOUT, collect
from tests.collection.tool import KEY, Tool, serving

from greenboard.connections import service
from greenboard.connections.models import Connection
from greenboard.connections.service import Told, Wish
from greenboard.core import clock
from greenboard.facts import store as facts
from greenboard.results.models import Mark
from greenboard.results.service import subjects
from greenboard.scorecards.store import standard

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(lookout) -> Connection:
    """A second tool, collected later, that knows fewer levels."""
    with serving(Tool()) as second:
        second.service("o1", "checkout", levels=1)
        told = Told({"url": second.url}, {"key": KEY})
        row = service.make(Wish("lookout-old", "lookout", told), clock.now())
        collect(lookout)
        collect(row)
        yield row


def test_the_higher_number_is_believed_and_what_it_speaks_of_is_judged_again(lookout, other):
    def levels() -> object:
        card = standard("production-readiness", facts.vocabulary())
        (one,) = subjects(card, None, [CHECKOUT]).values()
        return one.snapshot.values["oncall"]["escalation_levels"]

    assert levels() == 1
    Mark.objects.all().delete()
    service.change(lookout, Wish("lookout", "lookout", Told(lookout.settings), priority=5), clock.now())
    assert levels() == 2
    marked = Mark.objects.filter(entity_id=facts.known([CHECKOUT])[CHECKOUT])
    assert {path for mark in marked for path in mark.paths.split("\n")} == {"oncall", "slo"}
    service.change(other, Wish("lookout-old", "lookout", Told(other.settings), priority=9), clock.now())
    assert levels() == 1
