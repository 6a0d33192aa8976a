"""Texts that would like to be a query, a program, a header or a line of something else: they stay texts."""

import re

import pytest
from django.db import connection
from django.test import Client
from tests.access.test_routes import pages
from tests.api.conftest import administrator, company  # noqa: F401 - fixtures

from greenboard.access.models import Entry, Person
from greenboard.api import app
from greenboard.facts import vocabulary
from greenboard.rules.language import RuleError
from greenboard.rules.language import compile as compile_rule

SQL = ["' OR '1'='1", "1); DROP TABLE access_person;--", "%' UNION SELECT password FROM access_person--", "\\' OR 1=1#"]
CARD = "production-readiness"


def lists():
    """Every operation that lists, with its parameters."""
    for path, described in app.api.get_openapi_schema()["paths"].items():
        for parameter in described.get("get", {}).get("parameters", []):
            if "{" not in path and parameter["in"] == "query":
                yield path.removeprefix("/"), parameter["name"]


@pytest.mark.parametrize("text", SQL)
def test_no_parameter_of_the_api_reaches_a_query_as_anything_but_a_value(administrator, text):  # noqa: F811
    before = Person.objects.count()
    told = {}
    for path, name in lists():
        answer = administrator.client.get(f"/{path}", {name: text})
        told[path, name] = answer.status_code
        if answer.status_code == 200:
            found = next(iter(answer.json().values()))
            assert found in ([], None) or name in ("scorecard", "rule"), (path, name)
    assert set(told.values()) <= {200, 400, 404, 422}, told
    assert Person.objects.count() == before
    assert "argon" not in str(told)


@pytest.mark.parametrize(
    "name", ["kind__startswith", "person__password", "entity__versions__data", "order_by", "pk", "id__in"]
)
def test_no_parameter_names_a_column(administrator, name):  # noqa: F811
    for path in ("entities", "results", "facts", "people", "audit"):
        assert administrator.get(f"/api/v1/{path}?{name}=x").status_code in (400, 422)


@pytest.mark.parametrize("text", SQL[:2])
def test_no_page_hands_its_address_to_the_database(administrator, text):  # noqa: F811
    names = (
        "q",
        "team",
        "kind",
        "tier",
        "system",
        "sort",
        "by",
        "rule",
        "outcome",
        "level",
        "page",
        "since",
        "as_of",
        "state",
    )
    for _, method, url in pages():
        if method == "GET" and url != "/sign-out":
            answer = administrator.client.get(url, dict.fromkeys((*names, "actor", "action", "target", "below"), text))
            assert answer.status_code in (200, 302, 400, 404), url
    assert "access_person" in connection.introspection.table_names()


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('id') == 0",
        "entity.__class__ == ''",
        "''.__class__.__mro__[1].__subclasses__() == []",
        "open('/etc/passwd') == ''",
        "eval('1') == 1",
        "entity.name.format(entity) == ''",
        "{}.constructor == null",
        "request.user.is_superuser",
        "settings.SECRET_KEY == ''",
        "entity.name == '${7*7}' ? $('id') : true",
    ],
)
def test_an_expression_reaches_nothing_but_facts(expression):
    with pytest.raises(RuleError):
        compile_rule(expression, vocabulary.load())


def test_a_pattern_that_never_ends_does_not_exist(administrator):  # noqa: F811
    for pattern in ("(a+)+$", "^(a|a)*$"):
        body = {"scorecard": CARD, "expression": f"('{'a' * 60}b').matches('{pattern}')"}
        assert administrator.post("rules/check", body).status_code < 500
    assert (
        administrator.post("rules/check", {"scorecard": CARD, "expression": "'a'.matches('(?=a)')"}).status_code < 500
    )


@pytest.mark.parametrize("value", ["x\r\nSet-Cookie: a=b", "%0d%0aSet-Cookie:a=b", "\n\nbody"])
def test_no_value_begins_a_header_of_its_own(administrator, value):  # noqa: F811
    client = administrator.client
    answers = [
        client.get("/catalog.csv", {"q": value}),
        client.get("/api/v1/entities", {"text": value, "limit": 1}),
        client.get("/sign-in", {"next": f"/{value}"}),
        client.post("/sign-in", {"username": "grace", "password": "a long password", "next": f"/{value}"}),
        client.get("/", headers={"X-Request-Id": value, "X-Forwarded-For": value, "If-None-Match": value}),
    ]
    for answer in answers:
        assert answer.status_code < 500
        assert "a" not in answer.cookies
        assert not [text for text in answer.headers.values() if re.search(r"[\r\n]", text)]


def test_a_body_that_is_nested_without_end_is_refused(administrator):  # noqa: F811
    for raw in ("[" * 100_000, '{"a":' * 100_000, '{"entities": ' + "[" * 5000 + "]" * 5000 + "}"):
        assert administrator.ask("POST", "/api/v1/bulk", raw=raw).status_code in (400, 422)


def test_an_account_s_name_makes_no_second_line_in_the_audit_log(administrator):  # noqa: F811
    Client().post("/sign-in", {"username": "x\n2026 grant.made root", "password": "guess"})
    refused = Entry.objects.get(action="session.refused")
    assert refused.target == "account:x\ufffd2026 grant.made root"
    exported = b"".join(administrator.client.get("/audit.jsonl")).decode()
    assert len(exported.splitlines()) == Entry.objects.count()
