"""A connected tool over real sockets, a small catalog, and collections that run here instead of in a worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.collection.tool import KEY, Tool, serving

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.collection import models, reaching, running, trying
from greenboard.collection.jobs import collection as workflow
from greenboard.collection.types import Kind
from greenboard.connections import service
from greenboard.connections.models import Connection
from greenboard.connections.service import Told, Wish
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.types import Fact, Gap
from greenboard.outbound.addresses import Allowed

HOOK = "what signs messages"
CHECKOUT, LEDGER, SEARCH = (Ref("service", "default", name) for name in ("checkout", "ledger", "search"))


@pytest.fixture
def tool(settings, monkeypatch, tmp_path) -> Iterator[Tool]:
    monkeypatch.setenv("GREENBOARD_INTEGRATIONS", str(Path(__file__).parent / "lookout"))
    settings.OUTBOUND_ALLOW = Allowed.read(["127.0.0.1"])
    settings.BASE_DIR = tmp_path
    reaching._client.cache_clear()
    with serving(Tool()) as made:
        made.service("s1", "checkout")
        made.service("s2", "ledger", levels=1)
        made.service("s9", "billing-v2")
        made.objective("s1", "Orders are accepted")
        made.objective("s1", "Payments are quick")
        yield made
    reaching._client.cache_clear()


@pytest.fixture
def company(db) -> None:
    """Three services; the ledger is known to Lookout by its id."""
    known = {"lookout.example/id": "s2"}
    entities = (Entity(CHECKOUT), Entity(LEDGER, annotations=known), Entity(SEARCH))
    code = Ref("repository", "default", "shop")
    lives = Relation(RelationKind.LIVES_IN, SEARCH, code)
    catalog.save(Declared((*entities, Entity(code)), (lives,)), clock.now(), cause="test")


@pytest.fixture
def lookout(tool, company) -> Connection:
    """The tool, connected."""
    told = Told({"url": tool.url}, {"key": KEY, "hook": HOOK})
    return service.make(Wish("lookout", "lookout", told), clock.now())


def collect(connection: Connection, kind: Kind = Kind.WHOLE) -> models.Collection:
    """Run a collection as a worker would, step by step."""
    row = running.start(connection, workflow, kind=kind, by="ada")
    if running.begin(row.pk):
        if kind is Kind.TRIAL:
            trying.attempt(row.pk)
        else:
            while running.pull(row.pk):
                pass
            running.settle(row.pk)
            last: int | None = 0
            while last is not None:
                last = running.record(row.pk, last)
        running.end(row.pk)
    row.refresh_from_db()
    return row


def said(ref: Ref) -> dict[str, object]:
    """What is known of an entity, by fact type."""
    return {fact.type: fact.value for fact in told(ref)[0]}


def missing(ref: Ref) -> dict[str, str]:
    """What is not known of it, and why."""
    return {gap.type: gap.reason for gap in told(ref)[1]}


def told(ref: Ref) -> tuple[list[Fact], list[Gap]]:
    found, gaps = facts.current(None, [ref])[ref]
    ours = {fact.source.name for fact in found} & {"lookout"}
    return [fact for fact in found if fact.source.name in ours], [gap for gap in gaps if gap.source.name == "lookout"]
