"""A named person states that an item holds, and the rules read it at once."""

from __future__ import annotations

import pytest
from tests.attestations import cast
from tests.attestations.cast import DAY, NOW, OTHER, OTHERS, SERVICE, TEAM

from greenboard.access.errors import Above, Absent
from greenboard.access.models import Entry
from greenboard.attestations import service
from greenboard.attestations.types import Given, Proof, State
from greenboard.core.errors import UserError
from greenboard.core.happened import Happening
from greenboard.facts.store import vocabulary
from greenboard.results import service as results
from greenboard.rules.types import Outcome
from greenboard.scorecards.definition import find

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company() -> None:
    cast.declared()


def judged(rule: str, at=NOW) -> tuple[Outcome, str]:  # type: ignore[no-untyped-def]
    judgement = results.explain(find("production-readiness", vocabulary()), SERVICE, at)
    result = judgement.result(rule)
    assert result is not None
    return result.outcome, result.message


def test_what_a_member_of_the_owning_team_attests_is_a_fact_that_rules_read() -> None:
    assert judged("cod-4-integration")[0] is Outcome.NO_DATA
    row = cast.give(cast.person("ada"))
    found = cast.listed()
    assert found is not None
    assert found["COD.4"]["by"] == "ada"
    assert found["COD.4"]["evidence"] == "https://wiki.example.com/report"
    assert row.state == State.HOLDS
    assert judged("cod-4-integration", NOW + DAY)[0] is Outcome.PASS


def test_one_attestation_says_nothing_of_other_items() -> None:
    cast.give(cast.person("ada"))
    assert judged("sec-2-audit", NOW + DAY)[0] is Outcome.NO_DATA
    assert judged("rel-3-restore", NOW + DAY)[0] is Outcome.NO_DATA


def test_what_ended_is_known_to_be_lacking_with_its_reason() -> None:
    ada = cast.person("ada")
    assert judged("doc-3-training")[0] is Outcome.NO_DATA
    row = cast.give(ada, "DOC.3")
    assert judged("doc-3-training")[0] is Outcome.PASS
    service.revoke(service.Change(row.pk, row.version, "nobody came"), ada, NOW + DAY)
    assert cast.listed() == {}
    assert judged("doc-3-training", NOW + 2 * DAY) == (Outcome.FAIL, "nobody attests DOC.3")
    row.refresh_from_db()
    assert (row.state, row.reason) == ("ended", "ada revoked it: nobody came")


def test_what_a_second_person_has_to_confirm_holds_only_then_and_never_by_ones_own_hand() -> None:
    ada, bob = cast.person("ada", role="maintainer"), cast.person("bob", role="maintainer", team=None)
    row = cast.give(ada, "SEC.2")
    assert (row.state, cast.listed()) == (State.WAITING, None)
    change = service.Change(row.pk, row.version)
    with pytest.raises(Above, match="your own"):
        service.confirm(change, ada, NOW)
    with cast.heard() as told:
        service.confirm(change, bob, NOW + DAY)
    assert cast.listed()["SEC.2"]["confirmed_by"] == "bob"  # type: ignore[index]
    assert [one.kind for one in told] == [Happening.ATTESTATION_CONFIRMED]


def test_who_may_confirm_by_a_role_is_told_that_one_waits_and_who_gave_it_is_not() -> None:
    ada = cast.person("ada", role="maintainer")
    cast.person("mia", role="maintainer", team=None), cast.person("max", role="maintainer", scope=str(cast.OTHER))
    with cast.heard() as told:
        cast.give(ada, "SEC.2")
        cast.give(ada, "COD.4")
    assert [(one.people, bool(one.todo)) for one in told] == [(("mia",), True), ((), False)]


def test_what_is_refused_never_held_and_says_why() -> None:
    ada, bob = cast.person("ada", role="maintainer"), cast.person("bob", role="maintainer", team=None)
    row = cast.give(ada, "SEC.2")
    service.refuse(service.Change(row.pk, row.version, "the report is of another product"), bob, NOW + DAY)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("refused", "the report is of another product")
    assert cast.listed() is None


@pytest.mark.parametrize(
    ("team", "role", "error"),
    [
        (OTHERS, "member", Above),
        (None, "viewer", Above),
        (TEAM, "viewer", Above),
    ],
)
def test_who_is_not_meant_by_the_policy_or_lacks_the_permission_is_refused(team, role, error) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error):
        cast.give(cast.person("eve", team=team, role=role))
    assert cast.listed() is None


def test_an_entity_out_of_sight_is_not_found() -> None:
    from greenboard.access.models import Grant

    Grant.objects.filter(everyone=True).delete()
    eve = cast.person("eve", scope=str(TEAM))
    with pytest.raises(Absent, match="no entity"):
        cast.give(eve, entity=OTHER)


def test_a_renewed_one_takes_the_place_of_the_one_before() -> None:
    ada = cast.person("ada")
    first = cast.give(ada)
    second = service.give(cast.wish(), ada, NOW + 10 * DAY, service.Said(renews=first.pk))
    first.refresh_from_db()
    assert (first.state, first.cause, second.state) == ("ended", "renewed", "holds")
    assert cast.listed()["COD.4"]["at"] == NOW + 10 * DAY  # type: ignore[index]


def test_one_of_production_counts_for_the_whole_and_one_of_staging_for_staging_only() -> None:
    ada = cast.person("ada")
    cast.give(ada, "OPS.3", environment="staging")
    assert set(cast.listed() or ()) == {"OPS.3@staging"}
    cast.give(ada, "OPS.3", environment="production")
    assert set(cast.listed() or ()) == {"OPS.3@staging", "OPS.3@production", "OPS.3"}


def test_everything_wrong_is_told_at_once_and_nothing_is_written() -> None:
    ada = cast.person("ada")
    answers = {"where": "somewhere", "last_run": "2027-01-01", "partners": "many", "colour": "red"}
    with pytest.raises(UserError) as refused:
        cast.give(ada, answers=answers, evidence=(Given(Proof.LINK, "javascript:alert(1)"),), until=NOW.date() - DAY)
    said = str(refused.value)
    for part in (
        "no question 'colour'",
        "in a pipeline",
        "not after today",
        "a whole number",
        "not an address",
        "until",
    ):
        assert part in said
    assert Entry.objects.filter(action="attestation.given").count() == 0


def test_who_did_what_when_stays_in_the_history_and_in_the_audit_log() -> None:
    ada, bob = cast.person("ada", role="maintainer"), cast.person("bob", role="maintainer", team=None)
    row = cast.give(ada, "SEC.2")
    service.confirm(service.Change(row.pk, row.version), bob, NOW + DAY)
    row.refresh_from_db()
    service.revoke(service.Change(row.pk, row.version, "mistaken"), bob, NOW + 2 * DAY)
    steps = [(one.done, one.by, one.at) for one in row.steps.order_by("id")]
    assert steps == [("given", "ada", NOW), ("confirmed", "bob", NOW + DAY), ("ended", "bob", NOW + 2 * DAY)]
    assert Entry.objects.filter(action__startswith="attestation.").count() == 3
