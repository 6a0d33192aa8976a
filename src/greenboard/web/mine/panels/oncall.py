"""Who is on call now for what I and my teams own, as the on-call tool says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from greenboard.access.decide import sight
from greenboard.catalog import store as catalog
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.types import Fact
from greenboard.web import words
from greenboard.web.panels import Home, Panel

_TYPE = "oncall"
_FRESH = timedelta(days=2)
"""As old as a fact of this type may be."""
_MOST, _NAMED = 12, 6


@dataclass(frozen=True)
class Called:
    """Somebody, and what they are called for."""

    name: str
    url: str
    entities: tuple[tuple[str, str], ...]
    more: int


def panel(home: Home) -> Panel | None:
    """Nothing where no tool says who is on call for any of it."""
    if not home.mine.owners:
        return None
    mine = catalog.search(teams=home.mine.owners, as_of=home.asked.as_of, sight=sight(home.request.user))
    names = {one.id: one.ref for one in mine}
    said = facts.of_types([_TYPE], names, home.asked.as_of) if names else {}
    found = called((fact for several in said.values() for fact in several), home.asked.as_of or clock.now())
    if not found:
        return None
    about = set[Ref]().union(*found.values())
    note = f"{words.count(len(found), 'person', 'people')} for {words.count(len(about), 'entity', 'entities')}"
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:_MOST]
    people = [_called(name, sorted(entities)) for name, entities in ordered]
    return Panel("oncall", "On call now", "parts/oncall_mine.html", {"people": people}, note, order=60)


def called(said: Iterable[Fact], now: datetime) -> Mapping[str, set[Ref]]:
    """Who is called for what. What is too old says nothing of now. Pure."""
    found: defaultdict[str, set[Ref]] = defaultdict(set)
    for fact in said:
        current = fact.value.get("current") if isinstance(fact.value, Mapping) else None
        if isinstance(current, (list, tuple)) and now - fact.observed_at <= _FRESH:
            for name in current:
                found[str(name)].add(fact.entity)
    return found


def _called(name: str, entities: list[Ref]) -> Called:
    shown = tuple((ref.short, _url(ref)) for ref in entities[:_NAMED])
    try:
        person = Ref.parse(name, kind="person")
    except UserError:
        return Called(name, "", shown, len(entities) - len(shown))
    url = _url(person) if name.startswith("person:") else ""
    return Called(person.short, url, shown, len(entities) - len(shown))


def _url(ref: Ref) -> str:
    return f"/entities/{ref.kind}/{ref.namespace}/{ref.name}"
