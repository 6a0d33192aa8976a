"""Makings whose steps are done here instead of in a worker: real rows, a made-up forge over real sockets, real git."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib import import_module

import pytest

from greenboard.access.models import Grant, Person, Role
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.connections import service as connecting
from greenboard.connections.service import Told
from greenboard.connections.service import Wish as Connect
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.outbound.addresses import Allowed
from greenboard.scaffolds import service, sources, watching, working
from greenboard.scaffolds.models import Making, Source
from greenboard.scaffolds.types import Goal, Landing, State, Step, Wish

forges = import_module("tests.scaffolds.forge")
CHECKOUT, SHOP = Ref("service", "default", "checkout"), Ref("team", "default", "shop")


@pytest.fixture
def forge(db, settings, tmp_path) -> Iterator[forges.Forge]:
    """A forge that is connected, with a repository of scaffolds that has been read."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    settings.OUTBOUND_ALLOW = Allowed.read(["127.0.0.1"])
    settings.BASE_DIR = tmp_path / "data"
    with forges.serving(tmp_path) as made:
        connect(made)
        made.make("acme/scaffolds", {**forges.SERVICE, **forges.RUNBOOK})
        read(made)
        yield made


def connect(made: forges.Forge) -> None:
    told = Told({"org": "acme", "url": f"{made.url}/api/v3"}, {"token": forges.TOKEN})
    connecting.make(Connect("github", "github", told, every=None), clock.now())


def read(made: forges.Forge) -> Source:
    """Read the scaffolds of the forge, as a worker does."""
    row = sources.put(sources.Wish("acme", f"{made.url}/acme/scaffolds.git", connection="github"), "root", clock.now())
    sources.look(row.pk, clock.now())
    row.refresh_from_db()
    assert not row.error
    return row


@pytest.fixture
def shop(db) -> Ref:
    """A service that the team shop owns."""
    owns = Relation(RelationKind.OWNS, SHOP, CHECKOUT)
    entity = Entity(CHECKOUT, tier=1, annotations={"github.com/project-slug": "acme/checkout"})
    catalog.save(Declared((entity, Entity(SHOP)), (owns,)), clock.now(), cause="test")
    return CHECKOUT


def person(name: str, role: str = "member", scope: str = "") -> Person:
    made = Person.objects.create_user(name, password="a long password")
    Grant.objects.create(role=Role.objects.get(name=role), person=made, scope=scope, created_at=clock.now())
    return made


@pytest.fixture
def ada(db) -> Person:
    return person("ada")


def goal(repository: str, way: Landing = Landing.REPOSITORY, *, reviewed: bool = True) -> Goal:
    return Goal(way, "github", repository, reviewed=reviewed)


def made(wish: Wish, by: Person) -> Making:
    """Have something made, and do all steps."""
    return go(service.ask(wish, by))


def go(row: Making) -> Making:
    """Do what is left of a making, without waiting in between."""
    for step in Step:
        while working.perform(step, row.pk, row.turn):
            pass
    row.refresh_from_db()
    return row


def done(row: Making) -> Making:
    assert row.state == State.DONE, row.error
    return row


def watch(row: Making) -> None:
    """See what became of a pull request, as a worker does from time to time."""
    watching.watch(Making.objects.get(pk=row.pk), clock.now())


def release(made: forges.Forge, version: str, more: str) -> None:
    """A newer version of the demo service, whose README says more."""
    path = "demo-service/template/README.md.jinja"
    text = forges.SERVICE["demo-service/scaffold.yaml"].replace("1.0.0", version)
    made.commit("acme/scaffolds", {"demo-service/scaffold.yaml": text, path: forges.SERVICE[path] + more})
    read(made)
