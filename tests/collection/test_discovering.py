"""What the tool shows and the catalog lacks is accepted, ignored or created, and has its facts at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.collection.conftest import CHECKOUT, SEARCH, collect, said

from greenboard.access.models import Entry
from greenboard.access.sight import EVERYTHING, NOTHING
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.collection import discovering, models, placing, refreshing
from greenboard.collection.discovering import Name
from greenboard.collection.types import Standing
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref

pytestmark = pytest.mark.django_db
BILLING = Ref("service", "default", "billing-v2")


@pytest.fixture
def billing(lookout) -> models.Subject:
    """Something that the tool shows and the catalog lacks."""
    collect(lookout)
    return models.Subject.objects.select_related("connection").get(subject="s9")


def test_what_is_accepted_has_its_facts_at_once_and_keeps_them(billing, lookout, tool):
    asked = len(tool.calls)
    discovering.accept(billing, SEARCH, EVERYTHING, by="ada")
    assert said(SEARCH)["oncall"] == {"escalation_levels": 2, "responders": 3}
    assert len(tool.calls) == asked
    collect(lookout)
    assert said(SEARCH)["oncall"] == {"escalation_levels": 2, "responders": 3}
    billing.refresh_from_db()
    assert (billing.decided, billing.why) == (True, "said by ada")


def test_what_is_created_is_an_entity_that_the_next_collection_knows_by_its_id(billing, lookout):
    assert discovering.create(billing, Name("service"), EVERYTHING, by="ada") == BILLING
    made = catalog.find(BILLING)
    assert made is not None
    assert made.entity.annotations == {"greenboard.io/lookout": "s9"}
    assert said(BILLING)["oncall"]["responders"] == 3
    discovering.reconsider(billing)
    billing.refresh_from_db()
    assert (billing.standing, billing.why) == (Standing.MATCHED, "id s9")


def test_what_is_ignored_has_no_facts_and_is_not_asked_about_again(lookout):
    collect(lookout)
    row = models.Subject.objects.select_related("connection").get(subject="s1")
    discovering.ignore(row)
    assert said(CHECKOUT) == {}
    collect(lookout)
    row.refresh_from_db()
    assert row.standing == Standing.IGNORED
    discovering.reconsider(row)
    assert said(CHECKOUT)["oncall"]["responders"] == 3


def test_what_was_accepted_moves_when_somebody_says_another(billing):
    discovering.accept(billing, SEARCH, EVERYTHING, by="ada")
    discovering.accept(billing, CHECKOUT, EVERYTHING, by="ada")
    assert said(SEARCH) == {}
    assert said(CHECKOUT)["oncall"]["responders"] == 3


@pytest.mark.parametrize(
    ("ref", "sight"),
    [
        (Ref("service", "default", "nobody"), EVERYTHING),
        (Ref("repository", "default", "shop"), EVERYTHING),
        (SEARCH, EVERYTHING.within([Ref("service", "default", "ledger")])),
    ],
)
def test_what_cannot_be_or_may_not_be_seen_is_not_accepted(billing, ref, sight):
    with pytest.raises(UserError):
        discovering.accept(billing, ref, sight, by="ada")
    billing.refresh_from_db()
    assert billing.standing == Standing.MISSING


@pytest.mark.parametrize("name", [Name("team"), Name("service", "checkout"), Name("service", "No Name")])
def test_what_cannot_be_created_is_refused_whole(billing, name):
    before = len(catalog.entities())
    with pytest.raises(UserError):
        discovering.create(billing, name, EVERYTHING, by="ada")
    assert len(catalog.entities()) == before


def test_nobody_creates_beyond_their_reach(billing):
    with pytest.raises(UserError):
        discovering.create(billing, Name("service"), NOTHING, by="ada")
    assert catalog.find(BILLING) is None


def test_what_the_catalog_has_and_the_tool_lacks_is_named(lookout):
    collect(lookout)
    assert [one.ref for one in discovering.absent(lookout, EVERYTHING)] == [SEARCH]


def test_two_that_claim_one_name_are_asked_about_and_tell_nothing_until_then(lookout, tool):
    tool.service("s3", "checkout", levels=9)
    collect(lookout)
    rows = list(models.Subject.objects.filter(title="checkout").select_related("connection"))
    assert {row.standing for row in rows} == {Standing.AMBIGUOUS}
    assert said(CHECKOUT) == {}
    assert discovering.seen(rows, EVERYTHING).candidates(rows[0]) == [CHECKOUT]
    discovering.accept(next(row for row in rows if row.subject == "s3"), CHECKOUT, EVERYTHING, by="ada")
    assert said(CHECKOUT)["oncall"]["escalation_levels"] == 9


def test_a_descriptor_that_names_the_id_later_is_followed(billing, lookout):
    made = Declared((Entity(BILLING, annotations={"greenboard.io/lookout": "s9"}),))
    catalog.save(made, clock.now(), cause="test")
    assert placing.place(lookout)
    collect(lookout)
    assert said(BILLING)["oncall"]["responders"] == 3


def test_decisions_are_in_the_audit_log(billing):
    discovering.accept(billing, SEARCH, EVERYTHING, by="ada")
    line = Entry.objects.get(action="subject.accepted")
    assert (line.target, line.after) == ("connection:lookout/services/s9", '{"entity":"service:default/search"}')


def test_what_comes_into_the_catalog_is_matched_without_another_look(billing, tool):
    asked = len(tool.calls)
    catalog.save(Declared((Entity(BILLING),)), clock.now(), cause="test")
    assert refreshing.work(clock.now()) == 0, "changes that follow each other are waited for"
    assert refreshing.work(clock.now() + timedelta(seconds=10)) == 1
    assert said(BILLING)["oncall"] == {"escalation_levels": 2, "responders": 3}
    assert len(tool.calls) == asked
    assert not models.Refresh.objects.exists()
