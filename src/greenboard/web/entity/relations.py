"""What an entity stands in relation to: its neighbourhood as a picture and as a list. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from greenboard.catalog.types import Relation, RelationKind
from greenboard.core.refs import Ref
from greenboard.scorecards.types import Scorecard
from greenboard.web import links, words
from greenboard.web.asked import Asked
from greenboard.web.charts.graph import MOST, Box, Edge, neighbourhood
from greenboard.web.seen import Seen
from greenboard.web.standing import Rung, rung

_NEEDS = (RelationKind.DEPENDS_ON, RelationKind.CONSUMES)
_FORTH = {
    RelationKind.DEPENDS_ON: "Depends on",
    RelationKind.CONSUMES: "Consumes",
    RelationKind.PROVIDES: "Provides",
    RelationKind.PART_OF: "Part of",
    RelationKind.LIVES_IN: "Lives in",
    RelationKind.OWNS: "Owns",
    RelationKind.MEMBER_OF: "Member of",
}
_BACK = {
    RelationKind.DEPENDS_ON: "Needed by",
    RelationKind.CONSUMES: "Consumed by",
    RelationKind.PROVIDES: "Provided by",
    RelationKind.PART_OF: "Parts",
    RelationKind.LIVES_IN: "Holds",
    RelationKind.OWNS: "Owned by",
    RelationKind.MEMBER_OF: "Members",
}


@dataclass(frozen=True)
class Neighbour:
    """An entity that another is related to."""

    name: str
    url: str
    kind: str
    tier: str
    rung: Rung | None
    warning: str


@dataclass(frozen=True)
class Bundle:
    """The neighbours of one relation, read in one direction."""

    title: str
    neighbours: tuple[Neighbour, ...]
    more: int


@dataclass(frozen=True)
class Known:
    """What the whole page knows of other entities."""

    seen: Seen
    scorecard: Scorecard
    asked: Asked

    def level(self, ref: Ref) -> Rung | None:
        """Where an entity stands; None where it is not judged or may not be seen."""
        if self.seen.find(ref) is None:
            return None
        place = self.seen.place(self.seen.whole.number[ref])
        return rung(self.scorecard, place.level) if place else None


def bundles(centre: Ref, relations: Iterable[Relation], known: Known) -> tuple[Bundle, ...]:
    """The list: one group per relation and direction."""
    found: dict[str, list[Ref]] = defaultdict(list)
    for relation in relations:
        if relation.source == centre:
            found[_FORTH[relation.kind]].append(relation.target)
        elif relation.target == centre:
            found[_BACK[relation.kind]].append(relation.source)
    order = [title for pair in zip(_FORTH.values(), _BACK.values(), strict=True) for title in pair]
    return tuple(_bundle(centre, title, sorted(set(found[title])), known) for title in order if title in found)


def _bundle(centre: Ref, title: str, refs: Sequence[Ref], known: Known) -> Bundle:
    several = tuple(_neighbour(ref, centre, title, known) for ref in refs[:MOST])
    return Bundle(title, several, max(0, len(refs) - MOST))


def _neighbour(ref: Ref, centre: Ref, title: str, known: Known) -> Neighbour:
    stored = known.seen.find(ref)
    tier = stored.entity.tier if stored else None
    return Neighbour(
        name=ref.short,
        url=known.asked.to(links.entity(ref), "scorecard") if stored else "",
        kind=words.sentence(ref.kind),
        tier="" if tier is None else str(tier),
        rung=known.level(ref),
        warning=_weaker(centre, ref, known) if title in ("Depends on", "Consumes") else "",
    )


def _weaker(centre: Ref, other: Ref, known: Known) -> str:
    """Say when something needed is held less important than what needs it."""
    here, there = known.seen.find(centre), known.seen.find(other)
    if here is None:
        return ""
    if there is None:
        return "Not in the catalog"
    mine, theirs = here.entity.tier, there.entity.tier
    return f"Tier {theirs}, lower than tier {mine}" if mine is not None and theirs is not None and theirs > mine else ""


Near = Callable[[Collection[Ref], bool], Sequence[Relation]]
"""Reads the relations from or to some entities, or, if told so, those between two of them."""


def picture(centre: Ref, relations: Sequence[Relation], near: Near, known: Known) -> SafeString | None:
    """The graph of what is needed, two steps on and one step back; None when there is nothing to draw.

    `relations` are those of the entity in the middle.
    """
    layers = _layers(centre, _needs(relations), near)
    if len(layers) < 2:
        return None
    boxes = [_box(ref, layer, centre, known) for ref, layer in layers.items()]
    edges = [
        Edge(str(source), str(target), f"{source.short} needs {target.short}", kind.value)
        for source, target, kind in _needs(near(layers, True))
        if source in layers and target in layers
    ]
    return neighbourhood(boxes, edges, title=f"What {centre.short} needs, and what needs it")


_Need = tuple[Ref, Ref, RelationKind]


def _needs(relations: Sequence[Relation]) -> list[_Need]:
    """Who needs whom. Who provides something is needed by it."""
    needs = [(one.source, one.target, one.kind) for one in relations if one.kind in _NEEDS]
    return needs + [(one.target, one.source, one.kind) for one in relations if one.kind is RelationKind.PROVIDES]


def _layers(centre: Ref, own: Sequence[_Need], near: Near) -> dict[Ref, int]:
    """Distance of each entity from the one in the middle; nearer ones win, at most `MOST` in all."""
    layers = {centre: 0}
    needs = own
    for distance in (1, 2):
        reached = {source for source, step in layers.items() if step == distance - 1}
        edge = {target for source, target, _ in needs if source in reached} - set(layers)
        layers.update((ref, distance) for ref in sorted(edge)[: MOST - len(layers)])
        if not edge:
            break
        needs = _needs(near(edge, False)) if distance == 1 else needs
    back = {source for source, target, _ in own if target == centre} - set(layers)
    layers.update((ref, -1) for ref in sorted(back)[: MOST - len(layers)])
    return layers


def _box(ref: Ref, layer: int, centre: Ref, known: Known) -> Box:
    stored, level = known.seen.find(ref), known.level(ref)
    sign = level or rung(known.scorecard, None)
    tier = f" · tier {stored.entity.tier}" if stored and stored.entity.tier is not None else ""
    warning = _weaker(centre, ref, known) if layer > 0 else ""
    return Box(
        key=str(ref),
        layer=layer,
        name=ref.short,
        note=words.sentence(ref.kind) + tier + (" ⚠" if warning else ""),
        url=known.asked.to(links.entity(ref), "scorecard"),
        rank=sign.rank,
        levels=len(known.scorecard.levels) if level else 0,
        level=sign.title if level else "not judged",
        warning=warning,
    )
