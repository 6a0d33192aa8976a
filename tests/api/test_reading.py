"""Lists of the API: each row once, whatever page it is on; filtered, as of any moment, and kept by their tags."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openapi_spec_validator import validate
from tests.api.conftest import CARD, COVERAGE
from tests.api.test_refusals import problem

from greenboard.api import reference
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import service as facts
from greenboard.facts.store import vocabulary
from greenboard.facts.types import Fact, Gap, Source, SourceKind
from greenboard.results import service, store
from greenboard.scorecards.store import standard

TOOL = Source(SourceKind.CONNECTION, "Codecov")
SEARCH = Ref("service", "default", "search")


def listed(asker, path, name, **parameters):
    """All rows of a list, page by page."""
    rows, cursor = [], None
    while True:
        query = "&".join(f"{key}={value}" for key, value in {**parameters, "cursor": cursor}.items() if value)
        answer = asker.get(f"/api/v1/{path}?{query}")
        assert answer.status_code == 200, answer.content
        told = answer.json()
        rows += told[name]
        cursor = told["next"]
        assert (cursor is None) == ("Link" not in answer.headers)
        if cursor is None:
            return rows
        assert f"cursor={cursor}" in answer.headers["Link"]


def refs(asker, **parameters):
    return sorted(row["name"] for row in listed(asker, "entities", "entities", **parameters))


@pytest.fixture
def judged(company):
    """The company, judged twice: coverage of search got better in between, and somebody could not look."""
    card, at = standard(CARD, vocabulary()), clock.now() - timedelta(minutes=50)
    service.evaluate(card, at)
    better = vocabulary().normalise("coverage", {"line_pct": 99.0})
    later = at + timedelta(minutes=10)
    facts.record([Fact(SEARCH, "coverage", better, TOOL, later)], [], later)
    facts.record([], [Gap(SEARCH, "slo", "the tool did not answer", TOOL, later)], later)
    service.evaluate(card, later)
    return card


def test_pages_give_each_entity_once(reader):
    whole = refs(reader)
    assert whole == ["checkout", "ledger", "payments", "search"]
    for limit in (1, 2, 3, 4):
        assert refs(reader, limit=limit) == whole


def test_a_page_goes_on_where_the_last_ended_whatever_changed_meanwhile(reader):
    first = reader.get("/api/v1/entities?limit=2").json()
    seen = [row["ref"] for row in first["entities"]]
    catalog.rename(Ref.parse(seen[1]), Ref("service", "default", "zzz"), clock.now(), cause="test")
    catalog.save(Declared((Entity(Ref("service", "default", "aaa")),)), clock.now(), cause="test")
    rest = reader.get(f"/api/v1/entities?limit=10&cursor={first['next']}").json()
    names = [row["name"] for row in rest["entities"]]
    assert len(names) == 3
    assert not set(names) & {Ref.parse(ref).name for ref in seen}
    assert "aaa" in names


def test_the_entities_of_a_team_follow_who_owns_what(reader):
    assert refs(reader, owner="payments") == ["checkout"]
    cart, owner = Ref("service", "default", "cart"), Ref("team", "default", "payments")
    relation = Relation(RelationKind.OWNS, owner, cart)
    catalog.save(Declared((Entity(cart),), (relation,)), clock.now(), cause="test")
    assert refs(reader, owner="payments") == ["cart", "checkout"]
    catalog.save(Declared((Entity(cart),)), clock.now(), cause="test")
    assert refs(reader, owner="payments") == ["checkout"]
    assert "cart" in refs(reader, owner="none")
    catalog.retire([cart], clock.now())
    assert "cart" not in refs(reader, owner="none")


def test_filters_let_through_what_they_say(reader):
    system = Ref("system", "default", "shop")
    part = Ref("service", "default", "cart")
    catalog.save(
        Declared(
            (Entity(system, title="The Shop"), Entity(part, tags=("java", "web"), tier=0)),
            (
                Relation(RelationKind.OWNS, Ref("team", "default", "payments"), system),
                Relation(RelationKind.PART_OF, part, system),
            ),
        ),
        clock.now(),
        cause="test",
    )
    assert refs(reader, kind="service") == ["cart", "checkout", "ledger", "search"]
    assert refs(reader, owner="payments") == ["cart", "checkout", "shop"]
    assert refs(reader, owner="none", kind="service") == ["ledger", "search"]
    assert refs(reader, owner="nobody") == []
    assert refs(reader, system="shop") == ["cart"]
    assert refs(reader, tag="java") == ["cart"]
    assert refs(reader, tier="none") == ["payments", "shop"]
    assert reader.get("/api/v1/entities?tier=0&tier=2").json()["next"] is None
    assert refs(reader, text="the+shop") == ["shop"]
    assert refs(reader, lifecycle="production", kind="service") == ["checkout", "ledger", "search"]
    (cart,) = listed(reader, "entities", "entities", text="cart")
    assert (cart["owner"], cart["system"]) == ("team:default/payments", "system:default/shop")


def test_every_list_shows_how_it_was(reader):
    before = clock.format_time(clock.now() - timedelta(days=2))
    for path in ("entities", "relations", "teams", "facts", "gaps", "results", "levels", "changes"):
        assert listed(reader, path, path, as_of=before) == []
    assert reader.get(f"/api/v1/entities/service/default/search?as_of={before}").status_code == 404


def test_a_misspelt_parameter_is_refused_with_the_one_that_was_meant(reader):
    told = problem(reader.get("/api/v1/entities?ownr=payments"), 422)
    assert "Did you mean 'owner'?" in told["detail"]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=1.0", "limit=1&limit=2", "cursor=x", "as_of=yesterday", "as_of=2026-13-01",
     "tier=5", "fields=nothing", "entity=checkout", "outcome=good", "exempt=yes", "limit=", "kind="],
)  # fmt: skip
def test_what_no_parameter_can_mean_is_refused(reader, query):
    problem(reader.get(f"/api/v1/results?{query}"), 422)


def test_only_the_fields_that_are_asked_for_come_and_the_name(reader):
    answer = reader.get("/api/v1/entities?fields=tier,owner&kind=service&limit=1").json()
    assert answer["entities"] == [{"ref": "service:default/checkout", "tier": 2, "owner": "team:default/payments"}]


def test_what_did_not_change_is_not_sent_again(reader):
    for path in ("entities", "entities/service/default/search", "facts", "scorecards", "fact-types", "openapi.json"):
        first = reader.get(f"/api/v1/{path}")
        again = reader.get(f"/api/v1/{path}", **{"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    facts.record(
        [Fact(SEARCH, "coverage", vocabulary().normalise("coverage", {"line_pct": 50}), TOOL, clock.now())],
        [],
        clock.now(),
    )
    tag = reader.get("/api/v1/facts?type=coverage").headers["ETag"]
    assert reader.get("/api/v1/facts?type=coverage", **{"If-None-Match": tag}).status_code == 304


def test_facts_say_who_said_what_and_whether_it_still_counts(reader, judged):
    rows = listed(reader, "facts", "facts", type="coverage", limit=1)
    assert {row["entity"]: row["value"]["line_pct"] for row in rows} == {
        f"service:default/{name}": 99.0 if name == "search" else pct for name, pct in COVERAGE.items()
    }
    assert {row["source"]["name"] for row in rows} == {"Codecov"}
    assert not any(row["stale"] or row["declared"] for row in rows)
    (gap,) = listed(reader, "gaps", "gaps", entity="service:default/search", type="slo")
    assert gap["reason"] == "the tool did not answer"
    problem(reader.get("/api/v1/facts?type=coverag"), 404)


def test_results_and_levels_are_those_of_the_store(reader, judged):
    rows = listed(reader, "results", "results", limit=7)
    expected = {(str(one.entity), one.rule, one.outcome.value) for one in store.results(CARD)}
    assert len(rows) == len(expected)
    assert {(row["entity"], row["rule"], row["outcome"]) for row in rows} == expected
    failed = listed(reader, "results", "results", limit=50, outcome="fail")
    assert {row["outcome"] for row in failed} == {"fail"}
    assert len(failed) == sum(outcome == "fail" for _, _, outcome in expected)
    levels = listed(reader, "levels", "levels", limit=1)
    assert {(row["entity"], row["level"]) for row in levels} == {
        (str(one.entity), one.level) for one in store.levels(CARD)
    }
    one = listed(reader, "results", "results", entity=str(SEARCH), limit=100)
    assert {row["entity"] for row in one} == {str(SEARCH)}
    assert listed(reader, "levels", "levels", level="none") == [row for row in levels if row["level"] is None]
    problem(reader.get("/api/v1/levels?level=goold"), 404)


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("first", ["true", "false"])
def test_changes_come_each_once_in_order_with_their_cause(reader, judged, order, first):
    rows = listed(reader, "changes", "changes", limit=3, order=order, first=first)
    since = clock.now() - timedelta(days=7)
    expected = store.changes(CARD, since, first=first == "true")
    assert expected

    def told(row):
        return row["at"], row["entity"], row["rule"], row["before"], row["after"], row["cause"]["kind"], row["worse"]

    def known(one):
        return clock.format_time(one.at), str(one.entity), one.rule, one.before, one.after, one.cause.kind, one.worse

    assert sorted(map(told, rows), key=str) == sorted(map(known, expected), key=str)
    moments = [row["at"] for row in rows]
    assert moments == sorted(moments, reverse=order == "newest")
    if first == "false":
        assert any(row["cause"]["fact_type"] == "coverage" for row in rows)


def test_a_judgement_has_the_evidence(reader, judged):
    answer = reader.get("/api/v1/entities/service/default/search/judgement?rule=cod-1-coverage").json()
    (result,) = answer["results"]
    assert result["outcome"] == "pass"
    assert [one["value"] for one in result["evidence"] if one["fact"] == "coverage.line_pct"] == [99.0]
    problem(reader.get("/api/v1/entities/team/default/payments/judgement"), 404)


def test_scorecards_rules_teams_kinds_and_the_trend_can_be_read(reader, judged):
    (card, *_) = reader.get("/api/v1/scorecards").json()["scorecards"]
    assert (card["name"], card["rules"]) == (CARD, len(judged.rules))
    rules = reader.get(f"/api/v1/scorecards/{CARD}/rules?fields=counts").json()["rules"]
    counts = {rule["id"]: rule["counts"] for rule in rules}
    assert counts["cod-1-coverage"]["fail"] + counts["cod-1-coverage"]["pass"] == 3
    (team,) = reader.get("/api/v1/teams").json()["teams"]
    assert (team["name"], team["owns"], team["members"]) == ("payments", 1, [])
    assert "service" in {kind["name"] for kind in reader.get("/api/v1/kinds").json()["kinds"]}
    points = reader.get(f"/api/v1/scorecards/{CARD}/trend?days=3").json()["points"]
    assert sum(points[-1]["by_level"].values()) == 3


def test_a_page_takes_as_many_queries_however_many_rows_there_are(reader, judged):
    def asked(path):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert reader.get(f"/api/v1/{path}").status_code == 200
        return len(caught)

    for path in ("entities", "facts", "results", "levels", "changes"):
        few = asked(f"{path}?limit=1")
        assert asked(f"{path}?limit=200") <= few + 3, path


def test_the_description_is_valid_and_says_what_every_operation_answers(reader):
    import json

    document = json.loads(reference.text())
    validate(document)
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            good = [status for status in operation["responses"] if status.startswith("2")]
            assert good, (method, path)
            for status in good:
                content = operation["responses"][status].get("content", {})
                empty = status == "204" or path.endswith("/slack")  # Slack wants 200, and nothing in it
                assert empty or (content and all(part["schema"] for part in content.values())), (method, path)
            for parameter in operation.get("parameters", []):
                bounded = {"enum", "pattern", "maximum", "format", "items", "anyOf", "const", "maxLength", "$ref"}
                assert parameter["schema"].get("type") == "boolean" or bounded & set(parameter["schema"]), parameter


def test_every_list_has_a_tag_and_gives_nothing_again_that_did_not_change(administrator, judged):
    answers = {}
    for path, told in reference.document()["paths"].items():
        asked = told.get("get")
        required = any(one.get("required") for one in asked.get("parameters", ())) if asked else True
        if not required and "{" not in path:
            answers[path] = administrator.get(path)
    assert len(answers) > 30
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 200} == {}
    assert [path for path, answer in answers.items() if "ETag" not in answer.headers] == []
    told = {
        path: administrator.get(path, **{"If-None-Match": answer.headers["ETag"]}).status_code
        for path, answer in answers.items()
    }
    assert set(told.values()) == {304}
