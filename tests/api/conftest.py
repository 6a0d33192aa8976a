"""Three services in a real database, people who ask, and a client that speaks JSON."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from greenboard.access import tokens
from greenboard.access.models import Person
from greenboard.access.permissions import Permission
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import service as facts
from greenboard.facts.described import describe
from greenboard.facts.store import vocabulary
from greenboard.facts.types import Fact, Source, SourceKind
from greenboard.results import past, present

RULE = "cod-1-coverage"
CARD = "production-readiness"
ADDRESS = f"/api/v1/scorecards/{CARD}/rules/{RULE}"
COVERAGE = {"checkout": 91.0, "ledger": 72.0, "search": 12.0}


@dataclass
class Asker:
    """Sends JSON as somebody, with the CSRF token unless told otherwise."""

    client: Client

    def ask(self, method: str, path: str, body: Any = None, *, raw: str | None = None, **headers: str) -> Any:
        content = raw if raw is not None else None if body is None else json.dumps(body)
        return self.client.generic(method, path, content or "", content_type="application/json", headers=headers)

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.ask("POST", f"/api/v1/{path}", body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.ask("PUT", path, body, **headers)

    def delete(self, path: str, body: Any) -> Any:
        return self.ask("DELETE", path, body)


@pytest.fixture(autouse=True)
def _read_anew():
    present.forget()
    past.forget()
    yield
    present.forget()
    past.forget()


@pytest.fixture
def company(db):
    at = clock.now() - timedelta(hours=1)
    team = Ref("team", "default", "payments")
    entities = [Entity(Ref("service", "default", name), tier=2, lifecycle="production") for name in COVERAGE]
    owned = [Relation(RelationKind.OWNS, team, one.ref) for one in entities[:1]]
    declared = Declared((Entity(team), *entities), tuple(owned))
    catalog.save(declared, at, cause="test")
    facts.record(describe(declared, at, complete=True), [], at)
    tool = Source(SourceKind.CONNECTION, "Codecov")
    said = [
        Fact(one.ref, "coverage", vocabulary().normalise("coverage", {"line_pct": COVERAGE[one.ref.name]}), tool, at)
        for one in entities
    ]
    facts.record(said, [], at)
    return declared


def _asker(name: str, **more: bool) -> Asker:
    client = Client()
    client.force_login(Person.objects.create_user(name, password="a long password", **more))
    return Asker(client)


@pytest.fixture
def reader(company) -> Asker:
    """Somebody who may read."""
    return _asker("ada")


@pytest.fixture
def administrator(company) -> Asker:
    return _asker("grace", is_superuser=True)


@pytest.fixture
def server(live_server, company) -> str:
    """The address of the product behind a real socket. What is entered is committed, as the server has connections of its own."""
    return live_server.url


@pytest.fixture
def token(administrator) -> str:
    """A token that may read, state and manage hooks."""
    person = Person.objects.get(username="grace")
    may = (Permission.READ, Permission.CATALOG_WRITE, Permission.FACTS_WRITE, Permission.HOOKS_MANAGE)
    return tokens.make(person, tokens.Wish("ci", (*may, Permission.RULES_PREVIEW, Permission.RULES_WRITE)), person)[1]
