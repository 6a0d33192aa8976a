"""What nobody answers for: without an owner, or with one that nobody is in any more."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from greenboard.access.decide import Permission, require, sight
from greenboard.catalog import store as catalog
from greenboard.catalog.crews import crews
from greenboard.catalog.ownership import Hole, hole
from greenboard.catalog.store import Stored
from greenboard.catalog.types import COMPONENT_KINDS
from greenboard.results import store as results
from greenboard.web import asked as address
from greenboard.web import content, export, words
from greenboard.web.catalog.model import Row, rows
from greenboard.web.faults import explained

_OWNED = (*COMPONENT_KINDS, "system", "domain")
_TITLES = {
    Hole.NO_OWNER: "No owner",
    Hole.LEFT: "All people of the owner have left",
    Hole.EMPTY: "The owner has no people",
    Hole.UNDECLARED: "The owner is not in the catalog",
}
_ADVICE = {
    Hole.NO_OWNER: "Name one as owner in the descriptor, or of the system around it.",
    Hole.LEFT: "Hand it to a team that has people.",
    Hole.EMPTY: "Name members in the team's descriptor, or map a group of the identity provider to it.",
    Hole.UNDECLARED: "Declare the team, or mend the name.",
}


@dataclass(frozen=True)
class Section:
    """Entities with the same hole."""

    title: str
    advice: str
    rows: tuple[Row, ...]


@require(Permission.READ)
@explained
def page(request: HttpRequest, as_file: str = "") -> HttpResponse:
    """The holes, each kind with its entities; who is here counts as of now, whatever day is shown."""
    asked = address.read(request)
    found = holes(asked, request)
    if as_file:
        table = [
            {"ref": str(one.ref), "owner": str(one.owner) if one.owner else None, "why": str(why)}
            for why, several in found.items()
            for one in several
        ]
        return export.table(as_file, "ownership", ("ref", "owner", "why"), table)
    scorecard = content.scorecard(asked.get("scorecard"))
    levels = {row.entity: row for row in results.levels(scorecard.name, asked.as_of, sight=sight(request.user))}
    sections = [
        Section(title, _ADVICE[why], rows(found[why], levels, scorecard, asked))
        for why, title in _TITLES.items()
        if found.get(why)
    ]
    count = sum(map(len, found.values()))
    said = words.count(count, "entity that nobody answers for", "entities that nobody answers for")
    context = {"asked": asked, "sections": sections, "found": said, "csv": "/ownership.csv", "json": "/ownership.json"}
    return render(request, "ownership.html", context)


def holes(asked: address.Asked, request: HttpRequest) -> dict[Hole, list[Stored]]:
    """What somebody sees that nobody answers for."""
    seen = sight(request.user)
    everything = catalog.entities(asked.as_of, sight=seen)
    declared = {one.ref for one in catalog.entities(asked.as_of, kinds=("team", "person"))}
    known = crews(catalog.relations(asked.as_of))
    found: defaultdict[Hole, list[Stored]] = defaultdict(list)
    for stored in everything:
        if stored.ref.kind in _OWNED and (why := hole(stored.owner, declared, known)) is not None:
            found[why].append(stored)
    return dict(found)
