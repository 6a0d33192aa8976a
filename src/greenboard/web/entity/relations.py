"""What an entity stands in relation to: its neighbourhood as a picture and as a list. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from greenboard.catalog.store import Stored
from greenboard.catalog.types import Relation, RelationKind
from greenboard.core.refs import Ref
from greenboard.results.rows import LevelRow
from greenboard.scorecards.types import Scorecard
from greenboard.web import links, words
from greenboard.web.asked import Asked
from greenboard.web.charts.graph import MOST, Box, Edge, neighbourhood
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


@dataclass(frozen=True)
class Known:
    """What the whole page knows of other entities."""

    entities: Mapping[Ref, Stored]
    levels: Mapping[Ref, LevelRow]
    scorecard: Scorecard
    asked: Asked


def bundles(centre: Ref, relations: Iterable[Relation], known: Known) -> tuple[Bundle, ...]:
    """The list: one group per relation and direction."""
    found: dict[str, list[Ref]] = defaultdict(list)
    for relation in relations:
        if relation.source == centre:
            found[_FORTH[relation.kind]].append(relation.target)
        elif relation.target == centre:
            found[_BACK[relation.kind]].append(relation.source)
    order = [title for pair in zip(_FORTH.values(), _BACK.values(), strict=True) for title in pair]
    return tuple(
        Bundle(title, tuple(_neighbour(ref, centre, title, known) for ref in sorted(set(found[title]))))
        for title in order
        if title in found
    )


def _neighbour(ref: Ref, centre: Ref, title: str, known: Known) -> Neighbour:
    stored = known.entities.get(ref)
    level = known.levels.get(ref)
    tier = stored.entity.tier if stored else None
    return Neighbour(
        name=ref.short,
        url=known.asked.to(links.entity(ref), "scorecard") if stored else "",
        kind=words.sentence(ref.kind),
        tier="" if tier is None else str(tier),
        rung=rung(known.scorecard, level.level) if level else None,
        warning=_weaker(centre, ref, known) if title in ("Depends on", "Consumes") else "",
    )


def _weaker(centre: Ref, other: Ref, known: Known) -> str:
    """Say when something needed is held less important than what needs it."""
    here, there = known.entities.get(centre), known.entities.get(other)
    if here is None:
        return ""
    if there is None:
        return "Not in the catalog"
    mine, theirs = here.entity.tier, there.entity.tier
    return f"Tier {theirs}, lower than tier {mine}" if mine is not None and theirs is not None and theirs > mine else ""


def picture(centre: Ref, relations: Sequence[Relation], known: Known) -> SafeString | None:
    """The graph of what is needed, two steps on and one step back; None when there is nothing to draw."""
    needs = [(one.source, one.target, one.kind) for one in relations if one.kind in _NEEDS]
    needs += [(one.target, one.source, one.kind) for one in relations if one.kind is RelationKind.PROVIDES]
    layers = _layers(centre, [(source, target) for source, target, _ in needs])
    if len(layers) < 2:
        return None
    boxes = [_box(ref, layer, centre, known) for ref, layer in layers.items()]
    edges = [
        Edge(str(source), str(target), f"{source.short} needs {target.short}", kind.value)
        for source, target, kind in needs
        if source in layers and target in layers
    ]
    return neighbourhood(boxes, edges, title=f"What {centre.short} needs, and what needs it")


def _layers(centre: Ref, needs: Sequence[tuple[Ref, Ref]]) -> dict[Ref, int]:
    """Distance of each entity from the one in the middle; nearer ones win, at most `MOST` in all."""
    layers = {centre: 0}
    edge = {centre}
    for distance in (1, 2):
        edge = {target for source, target in needs if source in edge} - set(layers)
        layers.update((ref, distance) for ref in sorted(edge)[: MOST - len(layers)])
    back = {source for source, target in needs if target == centre} - set(layers)
    layers.update((ref, -1) for ref in sorted(back)[: MOST - len(layers)])
    return layers


def _box(ref: Ref, layer: int, centre: Ref, known: Known) -> Box:
    stored, level = known.entities.get(ref), known.levels.get(ref)
    sign = rung(known.scorecard, level.level if level else None)
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
