"""Reports of pipelines sent as they are: read whole, or refused with the place of each mistake."""

import gzip

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.api.test_reading import listed
from tests.api.test_refusals import problem
from tests.repository import samples_of_reports as samples

from greenboard.access import tokens
from greenboard.access.models import Person
from greenboard.access.permissions import Permission
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core import clock
from greenboard.core.refs import Ref

ADDRESS = "/api/v1/reports?entity=service:default/checkout"
PLAIN = "application/octet-stream"


@pytest.fixture
def send(administrator):
    """Send one report as the body."""

    def sent(text, more="", **headers):
        raw = text.encode() if isinstance(text, str) else text
        return administrator.client.generic("POST", ADDRESS + more, raw, content_type=PLAIN, headers=headers)

    return sent


def facts(asker, type_, entity="service:default/checkout"):
    return listed(asker, "facts", "facts", entity=entity, type=type_)


def test_a_report_becomes_facts_of_the_entity(send, administrator):
    answer = send(samples.JUNIT, "&name=build/junit.xml&commit=4f0c1d2&link=https://ci.example.com/4711")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["reports"] == [{"name": "build/junit.xml", "format": "junit", "title": "JUnit (XML)"}]
    assert (told["types"], told["facts"]["began"]) == (["test_suite"], 1)
    (fact,) = facts(administrator, "test_suite")
    assert fact["value"][0]["total"] == 4
    source = {"kind": "report", "name": "junit: unit", "commit": "4f0c1d2", "link": "https://ci.example.com/4711"}
    assert source.items() <= fact["source"].items()
    assert fact["observed_at"] == "2026-11-22T10:00:00Z"


def test_several_reports_go_as_the_files_of_a_form(administrator):
    files = {
        "report": [
            SimpleUploadedFile("lcov.info", samples.LCOV.encode()),
            SimpleUploadedFile("osv.json", samples.OSV.encode()),
        ],
        "infra/tfplan.json": SimpleUploadedFile("tfplan.json", gzip.compress(samples.PLAN.encode())),
    }
    answer = administrator.client.post(ADDRESS, files)
    assert answer.status_code == 200, answer.content
    assert [one["format"] for one in answer.json()["reports"]] == ["lcov", "osv-scanner", "terraform-plan"]
    (resources,) = facts(administrator, "cloud_resource")
    assert resources["value"][0]["address"] == "infra/aws_db_instance.orders"


def test_jobs_that_report_of_different_things_do_not_end_each_other(send, administrator):
    send(samples.JUNIT, "&name=unit/junit.xml")
    send(samples.JUNIT, "&name=e2e/junit.xml")
    assert {one["value"][0]["kind"] for one in facts(administrator, "test_suite")} == {"unit", "e2e"}
    send(samples.JUNIT.replace('<testcase name="a"/>', ""), "&name=unit/junit.xml")
    assert sorted(one["value"][0]["total"] for one in facts(administrator, "test_suite")) == [3, 4]


def test_severities_that_are_not_known_are_a_gap_until_they_are(send, administrator):
    send(samples.TRIVY.replace('"LOW"', '"UNKNOWN"'))
    assert "carry no severity" in listed(administrator, "gaps", "gaps", entity="service:default/checkout")[0]["reason"]
    send(samples.TRIVY)
    assert listed(administrator, "gaps", "gaps", entity="service:default/checkout") == []


def test_what_is_about_the_repository_goes_there(send, administrator):
    home, part = Ref("repository", "default", "shop"), Ref("service", "default", "checkout")
    lives = Relation(RelationKind.LIVES_IN, part, home)
    catalog.save(Declared((Entity(home), Entity(part)), (lives,)), clock.now(), cause="test")
    assert send(samples.SCORECARD).status_code == 200
    assert facts(administrator, "security_practice", str(home))[0]["value"][0]["name"] == "overall"


def test_one_broken_report_refuses_all(administrator):
    files = {
        "report": [
            SimpleUploadedFile("lcov.info", samples.LCOV.encode()),
            SimpleUploadedFile("junit.xml", b"<testsuite>\n <testcase"),
            SimpleUploadedFile("notes.txt", b"hello"),
        ]
    }
    told = problem(administrator.client.post(ADDRESS, files), 400)
    assert [(one["where"], one["line"]) for one in told["errors"]] == [("notes.txt", 1), ("junit.xml", 2)]
    assert "no format that is known" in told["errors"][0]["message"]
    assert facts(administrator, "coverage")[0]["source"]["name"] == "Codecov"


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("", "", "an empty body"),
        ("hello", "&format=junt", "Did you mean 'junit'?"),
        ("hello", "&format=junit", "not whole XML"),
        (samples.CUSTOM.replace("line_pct", "line_pc"), "", "line_pc"),
        (samples.CUSTOM.replace('"coverage"', '"coverag"'), "", "Did you mean 'coverage'?"),
        (b"PK\x03\x04", "", "an archive"),
        (samples.LCOV, "&observed_at=2999-01-01", "observed after now"),
    ],
)
def test_what_is_no_report_is_refused(send, text, more, said):
    told = send(text, more).json()
    assert told["status"] == 400
    assert said in str(told)


def test_an_entity_that_there_is_not_has_no_reports(administrator):
    address = ADDRESS.replace("checkout", "nobody")
    answer = administrator.client.generic("POST", address, samples.LCOV, content_type=PLAIN)
    assert "no entity service:default/nobody" in problem(answer, 400)["errors"][0]["message"]


def test_a_component_need_not_be_named_by_its_kind(administrator):
    address = ADDRESS.replace("service:", "component:")
    assert administrator.client.generic("POST", address, samples.LCOV, content_type=PLAIN).status_code == 200


def test_the_same_key_takes_a_report_once(send, administrator):
    first = send(samples.LCOV, **{"Idempotency-Key": "build-1"})
    again = send(samples.LCOV, **{"Idempotency-Key": "build-1"})
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    problem(send(samples.GO, **{"Idempotency-Key": "build-1"}), 422)


def test_who_may_not_state_facts_is_refused(administrator, client):
    person = Person.objects.get(username="grace")
    _, key = tokens.make(person, tokens.Wish("ci", (Permission.READ,)), person)
    form = {"report": SimpleUploadedFile("lcov.info", samples.LCOV.encode())}
    assert client.post(ADDRESS, form, headers={"Authorization": f"Bearer {key}"}).status_code == 403
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(person)
    form = {"report": SimpleUploadedFile("lcov.info", samples.LCOV.encode())}
    assert forged.post(ADDRESS, form).status_code == 403
