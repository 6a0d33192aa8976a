"""Some fields only: of every list of things, whatever it holds."""

import pytest
from tests.api.test_refusals import problem

from greenboard.access import audit
from greenboard.api import reference


@pytest.fixture
def lines(administrator):
    for number in range(3):
        audit.note("a.change", f"thing:{number}", after={"number": number})
    return administrator


def things(document):
    """The lists of things: path, their parameters, and the schema of one thing."""
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        told = operations.get("get", {})
        answer = told.get("responses", {}).get("200", {}).get("content", {}).get("application/json", {}).get("schema")
        page = schemas.get((answer or {}).get("$ref", "").rpartition("/")[2], {}).get("properties", {})
        several = [one for name, one in page.items() if name != "next"]
        if len(several) == 1 and "$ref" in several[0].get("items", {}):
            names = [one["name"] for one in told.get("parameters", ())]
            yield path, names, schemas[several[0]["items"]["$ref"].rpartition("/")[2]]


def test_every_list_of_things_takes_fields_and_says_that_all_but_the_name_may_be_missing():
    found = list(things(reference.document()))
    assert len(found) > 60
    assert [path for path, names, _ in found if names.count("fields") != 1] == []
    assert [path for path, _, thing in found if thing["properties"].keys() <= set(thing["required"])] == []


def test_only_what_is_asked_for_comes_with_the_name(lines):
    told = lines.get("/api/v1/audit?fields=action,target&action=a.change").json()
    assert told["lines"][0].keys() == {"number", "action", "target"}
    assert lines.get("/api/v1/people?fields=email").json()["people"][0].keys() == {"name", "email"}
    assert lines.get("/api/v1/roles?fields=name").json()["roles"][0].keys() == {"name"}


def test_the_next_page_has_the_same_fields_and_the_tag_is_that_of_the_whole(lines):
    answer = lines.get("/api/v1/audit?fields=target&limit=2")
    address = answer.headers["Link"].partition("<")[2].partition(">")[0]
    assert lines.get(address).json()["lines"][0].keys() == {"number", "target"}
    whole = lines.get("/api/v1/audit?limit=2")
    assert whole.headers["ETag"] == answer.headers["ETag"]
    again = lines.get("/api/v1/audit?fields=target&limit=2", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("query", ["fields=actin", "fields=", "fields=action&fields=target", "fields=action,"])
def test_fields_that_there_are_not_are_refused_with_those_that_there_are(lines, query):
    told = problem(lines.get(f"/api/v1/audit?{query}"), 422)
    assert "some of number, at, actor_kind" in told["errors"][0]["expected"]


def test_who_may_not_read_a_list_learns_no_fields_either(reader):
    problem(reader.get("/api/v1/audit?fields=nothing"), 403)


def test_a_list_without_filters_refuses_what_it_does_not_know(lines):
    told = problem(lines.get("/api/v1/roles?feilds=name"), 422)
    assert "Did you mean 'fields'?" in told["detail"]


def test_what_is_no_list_takes_none(lines):
    told = problem(lines.get("/api/v1/tags?fields=tags"), 422)
    assert "unknown parameter 'fields'" in told["detail"]
