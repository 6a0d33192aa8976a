"""What relations may be: which kinds they join, how many there may be, where no circle is allowed.

References may name `component:NAMESPACE/NAME`, that is whichever component has the name; `resolve`
replaces those by the entity that is meant, as far as it is known.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from greenboard.catalog import kinds
from greenboard.catalog.types import ANY_COMPONENT, KINDS, Declared, Inheritance, Kind, Relation, RelationKind
from greenboard.core.errors import UserError, suggest
from greenboard.core.refs import Ref

_Node = TypeVar("_Node", bound=Hashable)

ACYCLIC = (RelationKind.PART_OF, RelationKind.OWNS, RelationKind.LIVES_IN, RelationKind.MEMBER_OF)
"""A circle of these has no meaning. One of `depends-on` has, and is only reported."""

_PEOPLE = frozenset({"team", "person"})
_GROUPS = frozenset({"team", "person", "system", "domain", "repository"})
# Which kinds may stand at the ends; None is any.
_SOURCES: Mapping[RelationKind, frozenset[str]] = {
    RelationKind.OWNS: _PEOPLE,
    RelationKind.MEMBER_OF: frozenset({"person"}),
}
_TARGETS: Mapping[RelationKind, frozenset[str]] = {
    RelationKind.MEMBER_OF: frozenset({"team"}),
    RelationKind.LIVES_IN: frozenset({"repository"}),
    RelationKind.PROVIDES: frozenset({"api"}),
    RelationKind.CONSUMES: frozenset({"api"}),
}
_NEARNESS = {"system": 1, "domain": 2}
_WHOLES: Mapping[str, frozenset[str]] = {
    "team": frozenset({"team"}),
    "system": frozenset({"domain"}),
    "domain": frozenset({"domain"}),
}
"""What something of a kind may be part of; everything else is part of a system, a domain or a component."""


def check(declared: Declared) -> list[UserError]:
    """Everything wrong with what was declared together, with the places of it.

    Targets that are not declared are no error: another descriptor may declare them (see `missing`).
    """
    known = {**kinds.named(kinds.shipped()), **kinds.named(declared.kinds)}
    steps = (
        kinds.unknowns(declared, known),
        _twice(declared),
        check_relations(declared.relations, known),
    )
    return [error for step in steps for error in step]


def check_relations(relations: Collection[Relation], known: Mapping[str, Kind]) -> Iterator[UserError]:
    """What is wrong with relations: their ends, their number, circles."""
    for relation in relations:
        yield from _ends(relation, known)
    yield from _several(relations)
    yield from _circles(relations)


def warnings(declared: Declared) -> list[UserError]:
    """What is allowed but worth saying: circles of dependencies, targets that nobody declares."""
    return [*_dependency_circles(declared.relations), *missing(declared)]


def missing(declared: Declared) -> list[UserError]:
    """Every relation to an entity that is not among the declared ones."""
    refs = {entity.ref for entity in declared.entities}
    found = []
    for relation in resolve(declared).relations:
        for ref in (relation.source, relation.target):
            if ref not in refs:
                what = f"{relation.kind} {ref}: nothing of that name is declared"
                hint = suggest(str(ref), (str(other) for other in refs if other.kind == ref.kind))
                found.append(UserError(what, place=relation.place, hint=hint))
    return found


def resolve(declared: Declared, known: Iterable[Ref] = ()) -> Declared:
    """Name the entities that loose references mean, among the declared ones and `known` ones.

    A reference that fits nothing, or several things equally well, stays as it is.
    """
    named: dict[tuple[str, str], set[Ref]] = defaultdict(set)
    refs = {*known, *(entity.ref for entity in declared.entities)}
    for ref in refs:
        named[ref.namespace, ref.name].add(ref)
    relations = []
    for relation in declared.relations:
        source, target = (_meant(ref, refs, named) for ref in (relation.source, relation.target))
        if (source, target) == (relation.source, relation.target):
            relations.append(relation)
        else:
            relations.append(replace(relation, source=source, target=target))
    return replace(declared, relations=tuple(relations))


def _meant(ref: Ref, refs: Collection[Ref], named: Mapping[tuple[str, str], set[Ref]]) -> Ref:
    if ref in refs or ref.kind not in (ANY_COMPONENT, "resource"):
        return ref
    same = named.get((ref.namespace, ref.name), set())
    for wanted in _preferences(ref.kind):
        fitting = [each for each in same if wanted(each.kind)]
        if fitting:
            return fitting[0] if len(fitting) == 1 else ref
    return ref


def _is_software(kind: str) -> bool:
    return kind not in _GROUPS and kind not in ("api", "data-store", "resource")


def _is_store(kind: str) -> bool:
    return kind in ("data-store", "resource")


def _is_api(kind: str) -> bool:
    return kind == "api"


def _preferences(kind: str) -> tuple[Callable[[str], bool], ...]:
    """What a loose reference means first, second, third: software, then what it runs on, then an API."""
    return (_is_store,) if kind == "resource" else (_is_software, _is_store, _is_api)


def around(start: _Node, wholes: Callable[[_Node], Iterable[_Node]], kind: Callable[[_Node], str]) -> Iterator[_Node]:
    """A thing and what it is part of, the nearest first; at one distance components, then systems, then domains."""
    seen, waiting = {start}, deque([start])
    while waiting:
        current = waiting.popleft()
        yield current
        above = [whole for whole in wholes(current) if whole not in seen]
        waiting.extend(sorted(above, key=lambda whole: _NEARNESS.get(kind(whole), 0)))
        seen.update(above)


def owners(
    near: Iterable[_Node], owner: Callable[[_Node], _Node | None], inherited: Callable[[_Node], Inheritance]
) -> Iterator[_Node]:
    """Who owns a thing, the one that answers for it first: its own owner, and what it inherits.

    `near` is the thing and what is around it, as `around` gives them.
    """
    found: set[_Node] = set()
    for number, each in enumerate(near):
        who = owner(each)
        how = inherited(each) if number else Inheritance.APPEND  # one's own owner is not inherited
        if who is None or who in found or how is Inheritance.NONE or (how is Inheritance.FALLBACK and found):
            continue
        found.add(who)
        yield who


def _twice(declared: Declared) -> Iterator[UserError]:
    first: dict[Ref, str] = {}
    for entity in declared.entities:
        if entity.ref in first:
            hint = "Give one of them another name or namespace."
            yield UserError(f"{entity.ref} twice (first at {first[entity.ref]})", place=entity.place, hint=hint)
        first.setdefault(entity.ref, str(entity.place or "an unknown place"))


def _ends(relation: Relation, known: Mapping[str, Kind]) -> Iterator[UserError]:
    """Whether a relation joins what its kind may join."""
    if relation.source == relation.target:
        yield UserError(f"{relation.source} {relation.kind} itself", place=relation.place)
        return
    wrong = _refused(relation)
    # A kind that does not exist was said already, with what was meant.
    if wrong and (wrong.kind in KINDS or wrong.kind in known):
        allowed = _allowed(relation, wrong)
        yield UserError(
            f"{relation.source} {relation.kind} {relation.target}: not possible with a {wrong.kind}",
            place=relation.place,
            expected=" or ".join(sorted(allowed)) if allowed else "anything but people, teams and repositories",
        )


def _allowed(relation: Relation, end: Ref) -> frozenset[str]:
    if relation.kind is RelationKind.PART_OF:
        return _WHOLES.get(relation.source.kind, frozenset())
    return (_SOURCES if end == relation.source else _TARGETS).get(relation.kind, frozenset())


def _refused(relation: Relation) -> Ref | None:
    """The end that a relation of its kind cannot have, or None."""
    source, target = relation.source, relation.target
    if relation.kind is RelationKind.PART_OF:
        if source.kind in ("person", "repository"):
            return source
        wholes = _WHOLES.get(source.kind)
        fits = target.kind in wholes if wholes else target.kind not in ("team", "person", "repository")
        return None if fits else target
    if source.kind not in _SOURCES.get(relation.kind, {source.kind}):
        return source
    if relation.kind is RelationKind.DEPENDS_ON and target.kind in _PEOPLE:
        return target
    return target if target.kind not in _TARGETS.get(relation.kind, {target.kind}) else None


def _several(relations: Iterable[Relation]) -> Iterator[UserError]:
    """One owner, one repository, one whole of a kind: a second one is refused."""
    first: dict[tuple[Ref, str], Relation] = {}
    for relation in relations:
        key = _single(relation)
        if key is None:
            continue
        other = first.setdefault(key, relation)
        if (other.source, other.target) != (relation.source, relation.target):
            subject, word = key
            one, two = (each.source if word == "owner" else each.target for each in (other, relation))
            where = f" (first at {other.place})" if other.place else ""
            yield UserError(f"{subject} has two of {word}: {one} and {two}{where}", place=relation.place)


def _single(relation: Relation) -> tuple[Ref, str] | None:
    """Of what there may be only one: whose it is, and what it is called."""
    if relation.kind is RelationKind.OWNS:
        return relation.target, "owner"
    if relation.kind is RelationKind.LIVES_IN:
        return relation.source, "repository"
    if relation.kind is RelationKind.PART_OF:
        whole = relation.target.kind
        return relation.source, whole if whole in ("system", "domain", "team") else ANY_COMPONENT
    return None


def _circles(relations: Iterable[Relation]) -> Iterator[UserError]:
    for kind in ACYCLIC:
        for circle in cycles(relation for relation in relations if relation.kind is kind):
            if len(circle) > 1:  # a relation to itself was said already
                yield _circle(kind, circle)


def _dependency_circles(relations: Iterable[Relation]) -> Iterator[UserError]:
    for circle in cycles(relation for relation in relations if relation.kind is RelationKind.DEPENDS_ON):
        yield _circle(RelationKind.DEPENDS_ON, circle)


def _circle(kind: RelationKind, circle: tuple[Relation, ...]) -> UserError:
    path = " → ".join(str(ref) for ref in (*(relation.source for relation in circle), circle[0].source))
    closing = circle[-1]
    return UserError(f"a circle of {kind}: {path}", place=closing.place, hint="Take one of these relations away.")


def cycles(relations: Iterable[Relation]) -> list[tuple[Relation, ...]]:
    """Circles of relations, each as the relations along it; enough of them to break every circle.

    Walks each relation once, without recursion, so that a chain of any length is no problem.
    """
    onward: dict[Ref, list[Relation]] = defaultdict(list)
    for relation in relations:
        onward[relation.source].append(relation)
    found: list[tuple[Relation, ...]] = []
    done: set[Ref] = set()
    for start in list(onward):
        if start not in done:
            found += _walk(start, onward, done)
    return found


def _walk(start: Ref, onward: Mapping[Ref, list[Relation]], done: set[Ref]) -> Iterator[tuple[Relation, ...]]:
    """The circles met on a walk in depth from one entity; marks as done all that it visits."""
    trail: list[Relation] = []
    depth = {start: 0}
    open_ends = [iter(onward.get(start, ()))]
    while open_ends:
        relation = next(open_ends[-1], None)
        if relation is None:
            open_ends.pop()
            left = trail.pop().target if trail else start
            depth.pop(left, None)
            done.add(left)
        elif relation.target in depth:
            yield (*trail[depth[relation.target] :], relation)
        elif relation.target not in done:
            trail.append(relation)
            depth[relation.target] = len(trail)
            open_ends.append(iter(onward.get(relation.target, ())))
