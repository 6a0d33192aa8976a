"""Two who decide at once, each in a connection of their own: one is first, the other is told who was, nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.attestations.test_together import at_once

from greenboard.access.errors import InTheWay
from greenboard.access.models import Grant, Person, Role
from greenboard.access.roles import ensure
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.core.refs import Ref
from greenboard.exemptions import asking, deciding, store, tending
from greenboard.exemptions.models import Event, Exemption
from greenboard.exemptions.types import Category, Pair, State, Terms

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
DAY = timedelta(days=1)
PAIR = Pair(Ref("service", "default", "checkout"), "production-readiness", "cod-1-coverage")
TERMS = Terms(Category.WAIVED, "The tests are being rewritten", ends=NOW + 30 * DAY)


@pytest.fixture
def people():
    if not Role.objects.exists():
        ensure(sender=None)
    catalog.save(Declared((Entity(PAIR.entity),)), NOW - DAY, cause="test")
    made = {}
    for name, role in (("ann", "member"), ("bob", "maintainer"), ("carl", "maintainer")):
        made[name] = Person.objects.create_user(name, password="x")
        Grant.objects.create(role=Role.objects.get(name=role), person=made[name], created_at=NOW)
    yield made
    Exemption.objects.update(renews=None)
    for model in (Event, Exemption, Grant, Person):
        model.objects.all().delete()


def did(number):
    return list(Event.objects.filter(exemption=number).order_by("id").values_list("did", "by"))


def refused(found):
    several = [one for one in found if isinstance(one, InTheWay)]
    assert len(several) == 1, found
    return str(several[0])


def test_of_two_who_approve_and_deny_at_once_the_second_is_told_who_was_first(people):
    number = asking.ask([PAIR], TERMS, people["ann"], NOW).made[0]
    said = refused(
        at_once(
            lambda: deciding.approve({number: 1}, "Agreed", people["bob"], NOW),
            lambda: deciding.deny({number: 1}, "No", people["carl"], NOW),
        )
    )
    row = Exemption.objects.get()
    first = "bob" if row.state == State.APPROVED else "carl"
    assert f"was {row.state} by {first} first" in said
    assert did(number) == [("requested", "ann"), (row.state, first)]
    assert len(store.holding(PAIR.scorecard, NOW)) == (row.state == State.APPROVED)


def test_of_an_approval_and_a_withdrawal_and_of_two_revocations_one_is_lost_never(people):
    number = asking.ask([PAIR], TERMS, people["ann"], NOW).made[0]
    refused(
        at_once(
            lambda: deciding.approve({number: 1}, "Agreed", people["bob"], NOW),
            lambda: deciding.withdraw({number: 1}, people["ann"], NOW),
        )
    )
    if Exemption.objects.get().state == State.WITHDRAWN:
        number = asking.ask([PAIR], TERMS, people["ann"], NOW).made[0]
        deciding.approve({number: None}, "Agreed", people["bob"], NOW)
    said = refused(
        at_once(
            lambda: deciding.revoke({number: 2}, "An audit", people["bob"], NOW + DAY),
            lambda: deciding.revoke({number: 2}, "An audit", people["carl"], NOW + DAY),
        )
    )
    assert "was revoked by" in said
    assert [what for what, _ in did(number)] == ["requested", "approved", "revoked"]


def test_of_two_who_ask_for_the_same_at_once_one_does_and_workers_end_it_once(people):
    refused(at_once(*[lambda: asking.ask([PAIR], TERMS, people["ann"], NOW)] * 2))
    deciding.approve({Exemption.objects.get().pk: None}, "Agreed", people["bob"], NOW)
    at_once(*[lambda: tending.tend(NOW + 31 * DAY)] * 4)
    assert [what for what, _ in did(Exemption.objects.get().pk)].count("expired") == 1
