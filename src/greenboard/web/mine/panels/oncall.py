"""Who is on call now for what I and my teams own, as the on-call tool says."""

from __future__ import annotations

from dataclasses import dataclass

from greenboard.access.decide import sight
from greenboard.catalog import store as catalog
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import calling
from greenboard.web import words
from greenboard.web.panels import Home, Panel

_MOST, _NAMED = 12, 6


@dataclass(frozen=True)
class Called:
    """Somebody, and what they are called for."""

    name: str
    url: str
    entities: tuple[tuple[str, str], ...]
    more: int
    left: bool = False


def panel(home: Home) -> Panel | None:
    """Nothing where no tool says who is on call for any of it."""
    if not home.mine.owners:
        return None
    mine = catalog.search(teams=home.mine.owners, as_of=home.asked.as_of, sight=sight(home.request.user))
    names = {one.id: one.ref for one in mine}
    found = calling.called(names, home.asked.as_of, clock.now()) if names else {}
    if not found:
        return None
    gone = calling.left(found)
    about = set[Ref]().union(*found.values())
    note = f"{words.count(len(found), 'person', 'people')} for {words.count(len(about), 'entity', 'entities')}"
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:_MOST]
    people = [_called(one.name, sorted(entities), left=one in gone) for one, entities in ordered]
    return Panel("oncall", "On call now", "parts/oncall_mine.html", {"people": people}, note, order=60)


def _called(name: str, entities: list[Ref], *, left: bool) -> Called:
    shown = tuple((ref.short, _url(ref)) for ref in entities[:_NAMED])
    try:
        person = Ref.parse(name, kind="person")
    except UserError:
        return Called(name, "", shown, len(entities) - len(shown), left)
    url = _url(person) if name.startswith("person:") else ""
    return Called(person.short, url, shown, len(entities) - len(shown), left)


def _url(ref: Ref) -> str:
    return f"/entities/{ref.kind}/{ref.namespace}/{ref.name}"
