"""Plugins as modules of a temporary folder, installed for one test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from django.test import Client

from greenboard.access.models import Person
from greenboard.catalog import saving as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import service as facts
from greenboard.facts.types import Fact, Source, SourceKind
from greenboard.plugins import installation, registry
from greenboard.plugins.types import Found
from greenboard.reviews import template
from greenboard.rules import schema

Install = Callable[..., None]
BEGINS = "from greenboard.plugins import *\nfrom greenboard.plugins import hookimpl\nfrom pathlib import Path\n"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install plugins: their modules by name, each after the imports and the version of the contract."""
    monkeypatch.syspath_prepend(str(tmp_path))
    written: list[str] = []

    def install(*, bare: bool = False, **modules: str) -> None:
        for name, text in modules.items():
            module = f"brought_{name}_{tmp_path.name.replace('-', '_')}"
            begins = "" if bare else f"{BEGINS}GREENBOARD_API = 1\nHERE = Path({str(tmp_path)!r})\n"
            tmp_path.joinpath(f"{module}.py").write_text(begins + dedent(text), encoding="utf-8")
            sys.modules.pop(module, None)
            written.append(module)
        _forget(*(Found(name, f"brought_{name}_{tmp_path.name.replace('-', '_')}", name, "1.0") for name in modules))

    yield install
    for module in written:
        sys.modules.pop(module, None)
    _forget()


def _forget(*found: Found) -> None:
    registry.forget(*found)
    installation.forget()
    schema._environment.cache_clear()
    template._of_plugins.cache_clear()


@pytest.fixture
def checkout(db: None) -> Ref:
    """A service with a team and a fact."""
    now = clock.now() - timedelta(days=2)
    ref, team = Ref("service", "default", "checkout"), Ref("team", "default", "payments")
    owned = Relation(RelationKind.OWNS, team, ref)
    tags = ("cost-centre-4711",)
    catalog.save(Declared((Entity(ref, title="checkout", tags=tags), Entity(team)), (owned,)), now, cause="test")
    source = Source(SourceKind.CONNECTION, "tool")
    facts.record([Fact(ref, "readme", {"exists": True}, source, now)], [], now)
    return ref


@pytest.fixture
def person(db: None) -> Person:
    return Person.objects.create_user("ada", password="a long password")


@pytest.fixture
def page(client: Client, person: Person) -> Callable[[str], str]:
    """Get a page as text, signed in; it must answer 200."""
    client.force_login(person)

    def get(url: str) -> str:
        answer = client.get(url)
        assert answer.status_code == 200, answer.content[:2000]
        return answer.content.decode()

    return get
