"""What is around entities, from the relations of the catalog: whom rules may ask beside the entity itself. Pure.

What follows from relations here is what `facts.described` says of them: dependencies are known where a
descriptor lists them, even as none; what others say of an entity (who depends on it, what is part of it)
is known only where the catalog is all there is (`complete`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from greenboard.catalog import graph
from greenboard.catalog.types import Entity, Inheritance, Relation, RelationKind
from greenboard.core.refs import Ref
from greenboard.results.judge import Subject, Surroundings
from greenboard.rules.around import RELATIONS, SINGLE, Around, Levels, Links
from greenboard.rules.vectors import MISSING, OK, Array, offsets

_PEOPLE = ("team", "person")
_WITHOUT_DEPENDENCIES = (*_PEOPLE, "system", "domain", "repository")

Numbered = tuple[RelationKind, int, int]
"""A relation between rows: kind, source, target."""


def surroundings(
    subjects: Sequence[Subject], others: Sequence[Subject], relations: Iterable[Relation], *, complete: bool
) -> Surroundings:
    """What is around subjects that are to be judged: `others` may be related to them and are not judged.

    Ends of relations that are neither are left out as unknown entities of which only the name is known.
    """
    rows = [*subjects, *others]
    refs = [subject.entity.ref for subject in rows]
    numbered, mentioned = number(refs, relations)
    entities = [*(subject.entity for subject in rows), *(None for _ in mentioned)]
    return Surroundings(tuple(others), build(entities, [*refs, *mentioned], numbered, complete=complete))


def number(refs: Sequence[Ref], relations: Iterable[Relation]) -> tuple[list[Numbered], list[Ref]]:
    """Relations between rows; ends that are none of the rows get rows after them, in the order returned."""
    rows: dict[Ref, int] = {}
    for row, ref in enumerate(refs):
        rows.setdefault(ref, row)
    mentioned: list[Ref] = []

    def row_of(ref: Ref) -> int:
        if ref not in rows:
            rows[ref] = len(refs) + len(mentioned)
            mentioned.append(ref)
        return rows[ref]

    numbered = [(relation.kind, row_of(relation.source), row_of(relation.target)) for relation in relations]
    return numbered, mentioned


def build(
    entities: Sequence[Entity | None],
    refs: Sequence[Ref],
    relations: Iterable[Numbered],
    *,
    complete: bool,
    levels: Mapping[str, Levels] | None = None,
) -> Around:
    """What is around each row: an entity, or None for a name that is only mentioned; `refs` names them all."""
    web = _Web(entities, refs, relations, complete=complete)
    teams, partial = _teams(web)
    return Around(
        {name: links(name, web) for name in RELATIONS}, levels or {}, teams, [str(ref) for ref in refs], partial
    )


def links(name: str, web: Web) -> Links:
    """Where one relation leads from every row, by the name of its function."""
    match name:
        case "dependencies":
            return _dependencies(web)
        case "dependents":
            return _said_by_others(web, _dependents(web), _WITHOUT_DEPENDENCIES)
        case "parts":
            return _said_by_others(web, web.pairs(RelationKind.PART_OF, reverse=True), _PEOPLE)
    assert name == SINGLE, f"no such relation: {name}"
    return _repository(web)


def teams(
    entities: Sequence[Entity | None], refs: Sequence[Ref], relations: Iterable[Numbered]
) -> list[tuple[str, ...] | None]:
    """As `Around.teams`, of a catalog that is all there is; arguments are those of `build`."""
    return _teams(_Web(entities, refs, relations, complete=True))[0]


_Pairs = tuple[Array, Array]
"""Rows and, place by place, a row that each leads to."""


class Web(Protocol):
    """Rows with their relations, as far as links follow from them."""

    @property
    def count(self) -> int:
        """How many rows there are."""

    @property
    def complete(self) -> bool:
        """Whether the catalog is all there is."""

    def pairs(self, kind: RelationKind, *, reverse: bool = False) -> _Pairs:
        """The ends of all relations of a kind, from source to target or back."""

    def mask(self, kinds: Sequence[str]) -> Array:
        """Which rows are declared entities of other kinds than these."""

    def listing(self) -> Array:
        """Which rows are entities whose descriptor lists dependencies, even as none."""


class _Web:
    """The rows with their relations, by kind."""

    def __init__(
        self, entities: Sequence[Entity | None], refs: Sequence[Ref], relations: Iterable[Numbered], *, complete: bool
    ) -> None:
        self.entities = entities
        self.refs = refs
        self.complete = complete
        self.count = len(entities)
        self._ends: defaultdict[RelationKind, list[tuple[int, int]]] = defaultdict(list)
        for kind, source, target in relations:
            self._ends[kind].append((source, target))

    def pairs(self, kind: RelationKind, *, reverse: bool = False) -> _Pairs:
        """The ends of all relations of a kind, from source to target or back."""
        ends = np.array(self._ends.get(kind, ()), dtype=np.int64).reshape(-1, 2)
        return (ends[:, 1], ends[:, 0]) if reverse else (ends[:, 0], ends[:, 1])

    def by_row(self, kind: RelationKind, *, reverse: bool = False) -> dict[int, list[int]]:
        """For each row that has any, the rows that a kind of relation leads to."""
        found: dict[int, list[int]] = defaultdict(list)
        for source, target in self._ends.get(kind, ()):
            if reverse:
                source, target = target, source
            found[source].append(target)
        return found

    def mask(self, kinds: Sequence[str]) -> Array:
        """Which rows are declared entities of other kinds than these."""
        told = (each is not None and each.ref.kind not in kinds for each in self.entities)
        return np.fromiter(told, dtype=np.bool_, count=self.count)

    def listing(self) -> Array:
        """Which rows are entities whose descriptor lists dependencies, even as none."""
        told = (each is not None and each.dependencies_declared for each in self.entities)
        return np.fromiter(told, dtype=np.bool_, count=self.count)


def _links(web: Web, pairs: _Pairs) -> Links:
    """Links from pairs: each once, those of a row in the order in which they are given."""
    sources, targets = pairs
    first = np.sort(np.unique(sources * web.count + targets, return_index=True)[1])
    sources, targets = sources[first], targets[first]
    order = np.argsort(sources, kind="stable")
    lengths = np.bincount(sources, minlength=web.count).astype(np.int64)
    return Links(offsets(lengths)[:-1], lengths, targets[order])


def _joined(*several: _Pairs) -> _Pairs:
    return np.concatenate([pairs[0] for pairs in several]), np.concatenate([pairs[1] for pairs in several])


def _where(known: Array) -> Array | None:
    return None if known.all() else np.where(known, np.uint8(OK), np.uint8(MISSING))


def _dependencies(web: Web) -> Links:
    """What each row depends on and consumes: known where it is listed, as nothing too, or where there is any."""
    links = _links(web, _joined(web.pairs(RelationKind.DEPENDS_ON), web.pairs(RelationKind.CONSUMES)))
    state = _where((web.listing() | (links.lengths > 0)) & web.mask(_WITHOUT_DEPENDENCIES))
    return Links(links.starts, links.lengths, links.targets, state)


def _dependents(web: Web) -> _Pairs:
    """What depends on each row, or consumes it or an API that it provides."""
    consumed, consumers = web.pairs(RelationKind.CONSUMES, reverse=True)
    providers, provided = web.pairs(RelationKind.PROVIDES)
    order = np.argsort(consumed, kind="stable")
    consumed, consumers = consumed[order], consumers[order]
    first, end = np.searchsorted(consumed, provided, side="left"), np.searchsorted(consumed, provided, side="right")
    counts = end - first
    places = np.arange(int(counts.sum())) + np.repeat(first - offsets(counts)[:-1], counts)
    through = np.repeat(providers, counts), consumers[places]
    return _joined(web.pairs(RelationKind.DEPENDS_ON, reverse=True), (consumed, consumers), through)


def _said_by_others(web: Web, pairs: _Pairs, without: Sequence[str]) -> Links:
    """Links that others declare: all of them where the catalog is complete, otherwise some, or it is unknown."""
    links = _links(web, pairs)
    fits = web.mask(without)
    if web.complete:
        return Links(links.starts, links.lengths, links.targets, _where(fits))
    partial = fits & (links.lengths > 0)
    return Links(links.starts, links.lengths, links.targets, _where(partial), partial)


def _repository(web: Web) -> Links:
    links = _links(web, web.pairs(RelationKind.LIVES_IN))
    return Links(links.starts, np.minimum(links.lengths, 1), links.targets, _where(links.lengths > 0))


def _teams(web: _Web) -> tuple[list[tuple[str, ...] | None], Array | None]:
    """The owning team of each row with the teams around it, and for which rows there may be more of them.

    The owner may be that of something around the entity. A team counts as within itself. Of a team that
    nobody declares it is not known what it is part of, unless the catalog is complete.
    """
    wholes, owner_of = web.by_row(RelationKind.PART_OF), _Owners(web)
    chains: dict[int, tuple[tuple[str, ...], bool]] = {}
    told: list[tuple[str, ...] | None] = []
    partial = np.zeros(web.count, dtype=np.bool_)
    for row, ref in enumerate(web.refs):
        owner = row if ref.kind == "team" else owner_of.row(row)
        if owner is None:
            told.append(() if web.complete and web.entities[row] is not None else None)
            continue
        if owner not in chains:
            chains[owner] = _chain(web, owner, wholes)
        names, partial[row] = chains[owner]
        told.append(names)
    return told, partial if partial.any() else None


class _Owners:
    """Who owns each row: its own owner, or that of the nearest thing that it is part of."""

    def __init__(self, web: _Web) -> None:
        self.refs = web.refs
        self.kept = {row for row, entity in enumerate(web.entities) if _keeps(entity)}
        self.wholes = web.by_row(RelationKind.PART_OF)
        self.owners = web.by_row(RelationKind.OWNS, reverse=True)
        self._inherited: dict[tuple[int, ...], int | None] = {}

    def row(self, row: int) -> int | None:
        """The row of the owner, None where there is none."""
        if row in self.owners:
            return self.owners[row][0]
        # What is part of the same things inherits the same owner: most of a system is worked out once.
        above = tuple(self.wholes.get(row, ()))
        if above not in self._inherited:
            around = graph.around(row, lambda one: self.wholes.get(one, ()), lambda whole: self.refs[whole].kind)
            owned = (each for each in around if each in self.owners and each not in self.kept)
            self._inherited[above] = next((self.owners[each][0] for each in owned), None)
        return self._inherited[above]


def _keeps(entity: Entity | None) -> bool:
    """Whether the owner of something does not own its parts."""
    return entity is not None and entity.owner_inherited is Inheritance.NONE


def _chain(web: _Web, owner: int, wholes: Mapping[int, list[int]]) -> tuple[tuple[str, ...], bool]:
    """The names of a team and of the teams around it, and whether there may be more; of a person none."""
    if web.refs[owner].kind != "team":
        return (), False
    around = list(graph.around(owner, lambda inner: wholes.get(inner, ()), lambda whole: web.refs[whole].kind))
    unknown = not web.complete and any(web.entities[each] is None for each in around)
    return tuple(web.refs[each].short for each in around), unknown
