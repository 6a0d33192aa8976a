"""Entities in groups: by a field, by a relation, by a property, by their level."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from greenboard.catalog import store
from greenboard.catalog.columns import FIELDS, NONE
from greenboard.catalog.store import Stored
from greenboard.catalog.types import RelationKind
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.results.seen import Seen
from greenboard.rules.vectors import Array

USUAL, ENTITY, LEVEL, PROPERTY = "team", "entity", "level", "property:"
RELATIONS: Mapping[str, tuple[RelationKind, bool, str]] = {
    "depends-on": (RelationKind.DEPENDS_ON, True, "what they depend on"),
    "needed-by": (RelationKind.DEPENDS_ON, False, "what depends on them"),
    "part-of": (RelationKind.PART_OF, True, "what they are part of"),
    "lives-in": (RelationKind.LIVES_IN, True, "repository"),
    "consumes": (RelationKind.CONSUMES, True, "what they consume"),
    "provides": (RelationKind.PROVIDES, True, "what they provide"),
    "consumed-by": (RelationKind.CONSUMES, False, "what consumes them"),
    "provided-by": (RelationKind.PROVIDES, False, "what provides them"),
    "has-part": (RelationKind.PART_OF, False, "their parts"),
    "holds": (RelationKind.LIVES_IN, False, "what lives in them"),
    "owns": (RelationKind.OWNS, True, "what they own"),
    "owned-by": (RelationKind.OWNS, False, "who says to own them"),
    "member-of": (RelationKind.MEMBER_OF, True, "what they are members of"),
    "has-member": (RelationKind.MEMBER_OF, False, "their members"),
}
"""Every relation both ways: whether the group is what it leads to, or what it comes from; and how it is said."""
SAID: Mapping[str, tuple[str, Callable[[Stored], str]]] = {
    "classification": ("data classification", lambda stored: stored.entity.data_classification or NONE),
    "namespace": ("namespace", lambda stored: stored.ref.namespace),
}
"""Fields that nothing is filtered by: how each is said, and what an entity has."""


@dataclass(frozen=True, eq=False)
class Groups:
    """Groups by name, those without last; pairs of a group and an entity, both by number. An entity may be in several.

    `homes` are the entities that groups are, where they are any.
    """

    by: str
    names: tuple[str, ...]
    group: Array
    entity: Array
    homes: tuple[Ref | None, ...]

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def sizes(self) -> Array:
        """How many entities are in each."""
        found: Array = np.bincount(self.group, minlength=len(self))
        return found

    def entities_of(self, name: str) -> Array:
        """The entities of a group, by number; none where there is no such group."""
        if name not in self.names:
            return np.zeros(0, dtype=np.int64)
        found: Array = self.entity[self.group == self.names.index(name)]
        return found


def known(seen: Seen) -> list[tuple[str, str]]:
    """The ways to group, each with how it is said; properties that entities in sight have among them."""
    fields = [(name, name) for name in FIELDS]
    relations = [(name, said) for name, (_, _, said) in RELATIONS.items()]
    keys = {key for number in np.flatnonzero(seen.visible).tolist() for key in seen.entity(number).entity.properties}
    fields += [(name, said) for name, (said, _) in SAID.items()]
    return [*fields, (LEVEL, "level"), *relations, *((f"{PROPERTY}{key}", key) for key in sorted(keys)[:50])]


def of(by: str, seen: Seen, among: Array, as_of: datetime | None) -> Groups:
    """Those entities that `among` marks in groups.

    Raises:
        UserError: there is no such way to group.

    """
    if by in FIELDS:
        return _of_field(by, seen, among)
    if by == LEVEL:
        return _of_level(seen, among)
    if by in SAID:
        numbers = np.flatnonzero(among)
        values = [SAID[by][1](seen.entity(number)) for number in numbers.tolist()]
        return _named(by, values, numbers, [None] * len(values))
    if by in RELATIONS:
        return _of_relation(by, seen, among, as_of)
    if by.startswith(PROPERTY):
        numbers = np.flatnonzero(among)
        key = by.removeprefix(PROPERTY)
        said = [_plain(seen.entity(number).entity.properties.get(key)) for number in numbers.tolist()]
        return _named(by, said, numbers, [None] * len(said))
    expected = ", ".join((*FIELDS, *SAID, LEVEL, *RELATIONS, f"{PROPERTY}NAME"))
    raise UserError(f"nothing can be grouped by {by!r}", expected=expected)


def _plain(value: object) -> str:
    return NONE if value is None or isinstance(value, (dict, list)) else str(value)


def _of_field(by: str, seen: Seen, among: Array) -> Groups:
    column = seen.index.columns[by]
    own = among[column.entity]
    value, entity = column.value[own], column.entity[own]
    bare = among.copy()
    bare[entity] = False
    lacking = np.flatnonzero(bare)  # of tags an entity may have none
    names = [*column.values, NONE] if len(lacking) else list(column.values)
    value = np.concatenate([value, np.full(len(lacking), len(names) - 1, dtype=np.int64)])
    entity = np.concatenate([entity, lacking])
    homes = {"team": "owner", "system": "system", "domain": "domain"}
    refs: list[Ref | None] = [None] * len(names)
    if by in homes and len(value):
        present, first = np.unique(value, return_index=True)
        for at, place in zip(present.tolist(), first.tolist(), strict=True):
            refs[at] = getattr(seen.entity(int(entity[place])), homes[by])
    return _ordered(by, names, value, entity, refs)


def _of_level(seen: Seen, among: Array) -> Groups:
    numbers = np.flatnonzero(among & seen.judged)
    level = seen.matrix.level[seen.column[numbers]].astype(np.int64)
    names = [name or NONE for name in seen.matrix.levels]
    return _ordered(LEVEL, names, level, numbers, [None] * len(names))


def _of_relation(by: str, seen: Seen, among: Array, as_of: datetime | None) -> Groups:
    kind, forward, _ = RELATIONS[by]
    both = np.array(store.pairs(kind, as_of), dtype=np.int64).reshape(-1, 2)
    order = np.argsort(seen.whole.ids, kind="stable")
    numbers = _numbers(both, seen.whole.ids[order], order)
    own, other = (numbers[:, 0], numbers[:, 1]) if forward else (numbers[:, 1], numbers[:, 0])
    there = (own >= 0) & (other >= 0)
    own, other = own[there], other[there]
    kept = among[own] & seen.visible[other]  # a group that may not be seen is none
    own, other = own[kept], other[kept]
    bare = among.copy()
    bare[own] = False
    lacking = np.flatnonzero(bare)
    present, value = np.unique(other, return_inverse=True)
    refs: list[Ref | None] = [seen.entity(number).ref for number in present.tolist()]
    names = [str(ref) for ref in refs]
    if len(lacking):
        names, refs = [*names, NONE], [*refs, None]
    value = np.concatenate([value.astype(np.int64), np.full(len(lacking), len(names) - 1, dtype=np.int64)])
    return _ordered(by, names, value, np.concatenate([own, lacking]), refs)


def _numbers(ids: Array, rising: Array, order: Array) -> Array:
    """The number of each surrogate id; -1 where it is of nothing that is declared."""
    if not len(rising):
        return np.full(ids.shape, -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(rising, ids), len(rising) - 1)
    return np.where(rising[at] == ids, order[at], -1)


def _named(by: str, said: list[str], entity: Array, refs: list[Ref | None]) -> Groups:
    number: dict[str, int] = {}
    value = np.array([number.setdefault(one, len(number)) for one in said], dtype=np.int64)
    return _ordered(by, list(number), value, entity, refs[: len(number)])


def _ordered(by: str, names: list[str], value: Array, entity: Array, refs: list[Ref | None]) -> Groups:
    """The groups that have any entity, by name, with pairs in the order of groups."""
    present = np.unique(value).tolist()
    present.sort(key=lambda at: (names[at] == NONE, names[at]))
    place = np.full(len(names), -1, dtype=np.int64)
    place[present] = np.arange(len(present))
    moved = place[value]
    order = np.argsort(moved, kind="stable")
    return Groups(
        by,
        tuple(names[at] for at in present),
        moved[order],
        entity[order],
        tuple(refs[at] for at in present),
    )
