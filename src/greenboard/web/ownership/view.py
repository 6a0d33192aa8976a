"""What nobody answers for: without an owner, or with one that nobody is in any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from greenboard.access.decide import Permission, require
from greenboard.catalog import store as catalog
from greenboard.catalog.crews import crews
from greenboard.catalog.ownership import Hole, hole
from greenboard.catalog.types import COMPONENT_KINDS
from greenboard.core import clock
from greenboard.facts import calling
from greenboard.web import asked as address
from greenboard.web import content, export, words
from greenboard.web.catalog.model import Row, rows
from greenboard.web.faults import explained
from greenboard.web.seen import Seen, seen

_OWNED = (*COMPONENT_KINDS, "system", "domain")
MOST = 50
"""Entities shown of each; the export has all."""
_TITLES = {
    Hole.NO_OWNER: "No owner",
    Hole.LEFT: "All people of the owner have left",
    Hole.EMPTY: "The owner has no people",
    Hole.UNDECLARED: "The owner is not in the catalog",
    Hole.CALLED: "Who is on call has left",
}
_ADVICE = {
    Hole.NO_OWNER: "Name one as owner in the descriptor, or of the system around it.",
    Hole.LEFT: "Hand it to a team that has people.",
    Hole.EMPTY: "Name members in the team's descriptor, or map a group of the identity provider to it.",
    Hole.UNDECLARED: "Declare the team, or mend the name.",
    Hole.CALLED: "Put somebody who is here on the rota of the on-call tool.",
}


@dataclass(frozen=True)
class Section:
    """Entities with the same hole."""

    title: str
    advice: str
    rows: tuple[Row, ...]
    count: int


@require(Permission.READ)
@explained
def page(request: HttpRequest, as_file: str = "") -> HttpResponseBase:
    """The holes, each kind with its entities; who is here counts as of now, whatever day is shown."""
    asked = address.read(request)
    scorecard = content.scorecard(asked.get("scorecard"))
    everything = seen(request, scorecard, asked)
    found = holes(everything, asked)
    if as_file:
        return export.table(as_file, "ownership", ("ref", "owner", "why"), _exported(everything, found))
    sections = [
        Section(title, _ADVICE[why], rows(everything, np.array(found[why][:MOST]), scorecard, asked), len(found[why]))
        for why, title in _TITLES.items()
        if found.get(why)
    ]
    count = sum(map(len, found.values()))
    said = words.count(count, "entity that nobody answers for", "entities that nobody answers for")
    context = {"asked": asked, "sections": sections, "found": said, "csv": "/ownership.csv", "json": "/ownership.json"}
    return render(request, "ownership.html", context)


def _exported(everything: Seen, found: Mapping[Hole, Sequence[int]]) -> Iterator[dict[str, export.Field]]:
    for why, several in found.items():
        for one in map(everything.entity, several):
            yield {"ref": str(one.ref), "owner": str(one.owner) if one.owner else None, "why": str(why)}


def holes(everything: Seen, asked: address.Asked) -> dict[Hole, list[int]]:
    """What somebody sees that nobody answers for, by number."""
    people = ("team", "person")
    declared = {stored.ref for stored in everything.whole.entities if stored.ref.kind in people}
    known = crews(catalog.relations(asked.as_of))
    found: defaultdict[Hole, list[int]] = defaultdict(list)
    for number in np.flatnonzero(everything.visible).tolist():
        stored = everything.entity(number)
        if stored.ref.kind in _OWNED and (why := hole(stored.owner, declared, known)) is not None:
            found[why].append(number)
    return {**found, **_uncalled(everything, asked)}


def _uncalled(everything: Seen, asked: address.Asked) -> dict[Hole, list[int]]:
    """What only people who left are on call for."""
    known = {everything.entity(number).id: number for number in np.flatnonzero(everything.visible).tolist()}
    names = {id_: everything.entity(number).ref for id_, number in known.items()}
    lost = calling.uncalled(names, asked.as_of, clock.now())
    return {Hole.CALLED: sorted(known[id_] for id_ in lost)} if lost else {}
