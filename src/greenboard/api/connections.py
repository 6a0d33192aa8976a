"""Connections: configured uses of integrations. Their secrets are taken in and never given out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from greenboard.access import audit
from greenboard.api import answers
from greenboard.api.guard import CONNECTIONS, CONNECTIONS_READ
from greenboard.api.query import Word
from greenboard.api.shapes import Strict
from greenboard.collection import reaching, running, supplying
from greenboard.collection.costs import Cost
from greenboard.collection.jobs import retirement
from greenboard.connections import service, store
from greenboard.connections.models import Connection
from greenboard.connections.service import Told, Wish
from greenboard.connections.types import Fault, Probe
from greenboard.core import clock
from greenboard.facts.store import vocabulary
from greenboard.scorecards.store import standards

router = Router(tags=["Connections"])
ConnectionName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", examples=["pagerduty-eu"])]
_CONNECTION = "/connections/{name}"


class ScopeGiven(Strict):
    """Patterns of ids or titles, `*` for anything: what is covered, and what is left out of that."""

    include: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(default=[], max_length=200)
    exclude: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(default=[], max_length=200)


class ConnectionChanged(Strict):
    """A connection as it is to be. Secrets that are not given stay."""

    settings: dict[Word, Any] = Field(default={}, max_length=100)
    secrets: dict[Word, Annotated[str, Field(max_length=20_000)]] = Field(default={}, max_length=50)
    scope: ScopeGiven = ScopeGiven()
    every: Annotated[int, Field(ge=60, le=31_536_000)] | None = Field(
        default=service.HOURLY, description="Seconds between two collections; null: only when somebody asks."
    )
    priority: Annotated[int, Field(ge=0, le=100, strict=True)] = 0
    enabled: Annotated[bool, Field(strict=True)] = True


class ConnectionGiven(ConnectionChanged):
    """A new connection."""

    name: ConnectionName
    integration: Word


class CheckShown(BaseModel):
    """One thing that a test looked at. `missing` names the permission that would help."""

    what: str
    ok: bool
    fault: Fault | None
    reason: str
    missing: str
    types: list[str]


class TestShown(BaseModel):
    """Whether a connection works. `account` is whom the tool takes it for."""

    ok: bool
    account: str
    at: datetime
    checks: list[CheckShown]


class ConnectionShown(BaseModel):
    """A connection without its secrets; `secrets` are the names of those that it has."""

    name: str
    integration: str
    settings: dict[str, Any]
    secrets: list[str]
    scope: dict[str, Any]
    every: int | None
    priority: int
    enabled: bool
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None
    tested_at: datetime | None
    webhook: str


class ConnectionList(BaseModel):
    connections: list[ConnectionShown]


class CostShown(BaseModel):
    """The calls of the last collection that a rule needs; `alone` are those that no other rule needs."""

    scorecard: str
    rule: str
    calls: int
    alone: int


class BudgetShown(BaseModel):
    """Calls an hour: what the tool allows, what the schedule plans, what the last hour took. Null: not known."""

    allowed: float | None
    planned: float | None
    used: int
    streams: dict[str, int] = Field(description="Calls of the last collection, by stream.")
    rules: list[CostShown] = Field(description="What each rule costs, the dearest first.")


@router.get("/connections", auth=CONNECTIONS_READ, response=ConnectionList)
def list_connections(request: HttpRequest) -> HttpResponse:
    """Every connection."""
    return answers.kept(request, ConnectionList(connections=[shown(row) for row in store.connections()]))


@router.post("/connections", auth=CONNECTIONS, response={201: ConnectionShown})
def make_connection(request: HttpRequest, given: ConnectionGiven) -> HttpResponse:  # noqa: ARG001 - the framework passes it
    """Connect a tool. Its first collection begins at once."""
    return answers.written(shown(service.make(wish(given.name, given.integration, given), clock.now())), 201)


@router.get(_CONNECTION, auth=CONNECTIONS_READ, response=ConnectionShown)
def get_connection(request: HttpRequest, name: Path[ConnectionName]) -> HttpResponse:
    """One of them."""
    return answers.kept(request, shown(store.find(name)))


@router.put(_CONNECTION, auth=CONNECTIONS, response=ConnectionShown)
def change_connection(request: HttpRequest, name: Path[ConnectionName], given: ConnectionChanged) -> HttpResponse:  # noqa: ARG001 - as above
    """Change a connection. An address is changed together with the secrets that are sent to it."""
    row = store.find(name)
    service.change(row, wish(row.name, row.integration, given), clock.now())
    return answers.written(shown(row), 200)


@router.delete(_CONNECTION, auth=CONNECTIONS, response={204: None})
def remove_connection(request: HttpRequest, name: Path[ConnectionName]) -> HttpResponse:  # noqa: ARG001 - as above
    """Remove a connection; all that it said ends, and stays in the past.

    Where it said much, that takes a while; it is switched off until it is gone.
    """
    running.retire(store.find(name), retirement)
    return HttpResponse(status=204)


@router.post(f"{_CONNECTION}/test", auth=CONNECTIONS, response=TestShown)
def test_connection(request: HttpRequest, name: Path[ConnectionName]) -> HttpResponse:  # noqa: ARG001 - as above
    """Ask the tool for a little of everything, and say what it refuses and which permission that needs."""
    row = store.find(name)
    now = clock.now()
    probe = reaching.reach(row).probe(now)
    service.note_test(row, probe, now)
    audit.note("connection.tested", f"connection:{row.name}", after={"ok": probe.ok})
    return answers.told(_tested(probe, now))


@router.get(f"{_CONNECTION}/budget", auth=CONNECTIONS_READ, response=BudgetShown)
def connection_budget(request: HttpRequest, name: Path[ConnectionName]) -> HttpResponse:
    """How many calls a connection makes, and which rule costs which."""
    row = store.find(name)
    found = supplying.budget(row, clock.now())
    told = BudgetShown(
        allowed=found.allowed, planned=found.planned, used=found.used, streams=supplying.calls(row), rules=_costs(row)
    )
    return answers.kept(request, told)


def _costs(row: Connection) -> list[CostShown]:
    cards = standards(vocabulary())
    reads = {f"{card.name}/{rule.id}": rule.reads for card in cards for rule in card.rules}
    return [_cost(one) for one in supplying.of_rules(row, reads)]


def _cost(one: Cost) -> CostShown:
    card, _, rule = one.rule.partition("/")
    return CostShown(scorecard=card, rule=rule, calls=one.calls, alone=one.alone)


def wish(name: str, integration: str, given: ConnectionChanged) -> Wish:
    """What a body asks for."""
    told = Told(given.settings, given.secrets, given.scope.model_dump(exclude_defaults=True))
    return Wish(name, integration, told, given.every, given.priority, given.enabled)


def shown(row: Connection) -> ConnectionShown:
    """A connection as it is answered."""
    return ConnectionShown(
        **service.plain(row),
        secrets=sorted(service.given(row)),
        created_at=row.created_at,
        changed_at=row.changed_at,
        due_at=row.due_at,
        tested_at=row.tested_at,
        webhook=f"/api/v1/connections/{row.name}/messages",
    )


def _tested(probe: Probe, now: datetime) -> TestShown:
    checks = [
        CheckShown(
            what=one.what,
            ok=one.ok,
            fault=one.reason.fault if one.reason else None,
            reason=str(one.reason) if one.reason else "",
            missing=one.reason.missing if one.reason else "",
            types=list(one.types),
        )
        for one in probe.checks
    ]
    return TestShown(ok=probe.ok, account=probe.account, at=now, checks=checks)
