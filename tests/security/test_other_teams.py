"""Things of others, asked for by their very address: not found, not counted, not changed."""

import pytest
from tests.access.test_routes import OPERATIONS
from tests.api.conftest import Asker, company, reader  # noqa: F401 - fixtures

from greenboard.access import tokens
from greenboard.access.models import Grant, Person, Role, Token
from greenboard.access.permissions import Permission
from greenboard.core import clock
from greenboard.results import service as results
from greenboard.web import content

OTHER, OWN = "service/default/ledger", "service/default/checkout"
READS = [name.removeprefix("GET /") for name in OPERATIONS if name.startswith("GET /entities/{kind}")]
LISTS = ["entities", "relations", "teams", "facts", "gaps", "results", "levels", "changes", "tags"]


@pytest.fixture
def ada(reader):  # noqa: F811
    """Somebody who may do what a maintainer may, for what the team payments owns and nothing else."""
    results.evaluate(content.scorecards()[0], clock.now())
    Grant.objects.all().delete()
    person = Person.objects.get(username="ada")
    maintainer = Role.objects.get(name="maintainer")
    Grant.objects.create(role=maintainer, person=person, scope="team:default/payments", created_at=clock.now())
    return Asker(reader.client)


def filled(path, entity):
    kind, namespace, name = entity.split("/")
    return path.format(kind=kind, namespace=namespace, name=name)


@pytest.mark.parametrize("path", READS)
def test_what_is_of_others_is_not_found_just_as_what_there_is_not(ada, path):
    assert ada.get(f"/api/v1/{filled(path, OWN)}").status_code == 200
    told = [ada.get(f"/api/v1/{filled(path, f'service/default/{name}')}") for name in ("ledger", "nobody")]
    assert [answer.status_code for answer in told] == [404, 404]
    assert told[0].json()["detail"].replace("ledger", "nobody") == told[1].json()["detail"]
    assert ada.client.get(f"/entities/{OTHER}").status_code == 404


@pytest.mark.parametrize("path", LISTS)
def test_no_list_names_what_is_of_others_however_it_is_asked(ada, path):
    for more in ("", "?limit=200", "?as_of=2999-01-01"):
        answer = ada.get(f"/api/v1/{path}{more}")
        if answer.status_code == 200:
            assert b"default/ledger" not in answer.content
    for name in ("entity", "source", "target", "about"):
        answer = ada.get(f"/api/v1/{path}?{name}=service:default/ledger")
        assert answer.status_code in (200, 400, 404, 422)
        assert answer.status_code != 200 or next(iter(answer.json().values())) == []


def test_what_is_of_others_is_not_changed_by_its_address(ada):
    said = {"title": "Mine"}
    assert ada.put(f"/api/v1/entities/{OTHER}", said).status_code in (400, 404)
    assert ada.delete(f"/api/v1/entities/{OTHER}", None).status_code == 404
    fact = {"entity": "service:default/ledger", "type": "coverage", "value": {"line_pct": 1.0}, "source": {"name": "x"}}
    assert ada.post("facts", {"facts": [fact]}).status_code == 400
    owns = {"kind": "owns", "source": "team:default/payments", "target": "service:default/ledger"}
    assert ada.put("/api/v1/relations", owns).status_code in (400, 404)


def test_a_token_of_somebody_else_is_not_there(ada):
    eve = Person.objects.create_user("eve", password="a long password")
    Grant.objects.create(role=Role.objects.get(name="viewer"), person=eve, created_at=clock.now())
    hers, _ = tokens.make(eve, tokens.Wish("hers", [Permission.READ]), eve)
    assert hers.prefix not in ada.get("/api/v1/tokens").content.decode()
    assert ada.delete(f"/api/v1/tokens/{hers.prefix}", None).status_code == 404
    assert ada.client.post(f"/tokens/{hers.prefix}/revoke").status_code == 404
    assert Token.objects.get(pk=hers.pk).revoked_at is None


def test_what_is_about_the_installation_is_not_reached_from_one_team(ada):
    for path in ("people", "people/ada", "roles", "grants", "hooks", "hooks/1", "inlets", "audit", "service-accounts"):
        assert ada.get(f"/api/v1/{path}").status_code == 403, path
    for path in ("/people", "/access", "/hooks", "/hooks/1", "/audit"):
        assert ada.client.get(path).status_code == 403, path
