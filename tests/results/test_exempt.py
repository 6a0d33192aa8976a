"""Exemptions stand beside outcomes: what they change, what they leave, and what a fail must lie within."""

from datetime import timedelta

import pytest

from greenboard.access.models import Person
from greenboard.catalog.paging import Part
from greenboard.exemptions import asking, deciding
from greenboard.exemptions.types import EVERYWHERE, Category, Pair, Terms, Within
from greenboard.results import feed, service, store
from greenboard.results.changes import changes
from greenboard.rules.types import Outcome

from .history_cast import BRONZE, CARD, CHECKOUT, CODE, SILVER, day, enter, run, say, scorecard

pytestmark = pytest.mark.django_db
WHY = "The tests are being rewritten"


@pytest.fixture(autouse=True)
def standards(tmp_path, monkeypatch):
    """The small scorecard stands where those that ship do."""
    rules = (BRONZE, SILVER, ("small", "workload.all(w, w.replicas >= 2)", "bronze"))
    card = scorecard(tmp_path, *rules)
    monkeypatch.setattr("greenboard.scorecards.store.standards", lambda words: (card,))
    return card


@pytest.fixture
def people():
    return (
        Person.objects.create_superuser("ann", password="x"),
        Person.objects.create_superuser("bob", password="x"),
    )


def exempt(people, at, *, rule="covered", ends=None, within=EVERYWHERE):
    asker, decider = people
    terms = Terms(Category.WAIVED, WHY, ends=None if ends is None else day(ends), within=within)
    asked = asking.ask([Pair(CHECKOUT, CARD, rule)], terms, asker, day(at))
    deciding.approve(dict.fromkeys(asked.made), "Agreed", decider, day(at))
    return asked.made[0]


def stands():
    row = store.levels(CARD)[0]
    return row.level, row.score, row.exempt, row.without.level, row.without.score


def begin(card):
    enter()
    say(0, ("coverage", {"line_pct": 50.0}), ("branch_policy", {"required_reviews": 1}), ("workload", []))
    say(0, ("branch_policy", {"required_reviews": 1}), entity=CODE)
    run(card, 0)


def test_the_outcome_stays_and_the_level_is_known_with_and_without(standards, people):
    begin(standards)
    assert stands()[:3] == (None, stands()[1], 0)
    number = exempt(people, 1, ends=5)
    run(standards, 1)
    row = next(one for one in store.results(CARD) if one.rule == "covered")
    assert (row.outcome, row.exempt, row.since) == (Outcome.FAIL, True, day(0))
    assert (row.cause.kind, row.cause.link) == ("exemption", f"/exemptions/{number}")
    assert stands() == ("silver", 100.0, 1, None, pytest.approx(200 / 3))
    run(standards, 6)
    assert stands()[:3] == (None, pytest.approx(200 / 3), 0)


def test_changes_name_the_exemption_and_link_its_page(standards, people):
    begin(standards)
    number = exempt(people, 1)
    run(standards, 1)
    deciding.revoke({number: None}, "The audit came early", people[1], day(2))
    run(standards, 2)
    told = store.changes(CARD, day(0))
    ours = [(one.rule, one.pardon, one.worse, one.cause.text) for one in told if one.cause.kind == "exemption"]
    assert ("covered", True, False, "Exempt: waived, approved by bob, without an end") in ours
    assert ("covered", False, True, "Exemption revoked by bob: The audit came early") in ours
    assert {one.after for one in told if one.rule is None and one.cause.kind == "exemption"} == {"silver", None}
    assert {one.cause.link for one in told if one.cause.kind == "exemption"} == {f"/exemptions/{number}"}
    assert changes(CARD, day(0), day(9)).told() == told
    asked = feed.Asked(CARD, day(0), day(9))
    assert sorted(map(str, feed.changes(asked, Part(50)).rows)) == sorted(map(str, told))


def test_the_page_of_an_entity_shows_what_is_exempt_with_its_evidence(standards, people):
    begin(standards)
    exempt(people, 1)
    run(standards, 1)
    judged = service.explain(standards, CHECKOUT)
    result = judged.result("covered")
    assert (result.outcome, result.exempt, judged.standing.level) == (Outcome.FAIL, True, "silver")
    before = service.explain(standards, CHECKOUT, day(0.5))
    assert not before.result("covered").exempt


@pytest.mark.parametrize(
    ("workloads", "pardoned"),
    [
        ([("staging", 1), ("prod", 3)], True),
        ([("staging", 1), ("prod", 1)], False),
        ([(None, 1), ("staging", 1)], False),
    ],
)
def test_an_exemption_of_an_environment_pardons_only_what_fails_there(standards, people, workloads, pardoned):
    begin(standards)
    items = [
        {"name": f"deployment/{number}", "replicas": count, **({"environment": name} if name else {})}
        for number, (name, count) in enumerate(workloads)
    ]
    say(1, ("workload", items))
    exempt(people, 1, rule="small", within=Within(environment="staging"))
    run(standards, 1)
    row = next(one for one in store.results(CARD) if one.rule == "small")
    assert (row.outcome, row.exempt) == (Outcome.FAIL, pardoned)


@pytest.mark.parametrize(
    ("as_root", "pardoned"),
    [
        ({"legacy/Dockerfile": True, "api/Dockerfile": False}, True),
        ({"legacy/old/Dockerfile": True}, True),
        ({"legacy/Dockerfile": True, "legacy-too/Dockerfile": True}, False),
    ],
)
def test_an_exemption_of_a_path_pardons_only_what_fails_there_or_below(
    tmp_path, monkeypatch, people, as_root, pardoned
):
    card = scorecard(tmp_path, BRONZE, ("small", "container_file.all(c, !c.runs_as_root)", "bronze"))
    monkeypatch.setattr("greenboard.scorecards.store.standards", lambda words: (card,))
    begin(card)
    say(1, ("container_file", [{"path": path, "runs_as_root": root} for path, root in as_root.items()]))
    exempt(people, 1, rule="small", within=Within(path="legacy"))
    run(card, 1)
    row = next(one for one in store.results(CARD) if one.rule == "small")
    assert (row.outcome, row.exempt) == (Outcome.FAIL, pardoned)


def test_an_exemption_of_an_environment_stops_covering_what_fails_elsewhere(standards, people):
    begin(standards)
    staging = {"name": "deployment/a", "replicas": 1, "environment": "staging"}
    say(1, ("workload", [staging]))
    number = exempt(people, 1, rule="small", within=Within(environment="staging"))
    run(standards, 1)
    say(2, ("workload", [staging, {"name": "deployment/b", "replicas": 1, "environment": "prod"}]))
    run(standards, 2, [CHECKOUT])
    row = next(one for one in store.results(CARD) if one.rule == "small")
    assert not row.exempt
    assert row.cause.text == "What is exempt no longer covers all that fails (environment staging)"
    assert row.cause.link == f"/exemptions/{number}"
    assert row.since == day(1)
    assert day(2) - row.since == timedelta(days=1)
