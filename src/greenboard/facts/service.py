"""Recording what a look found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction

from greenboard.core import events
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import custom, looks, observed, store
from greenboard.facts.events import FactsChanged
from greenboard.facts.intervals import Group, Held, Key, Plan, Stated, decide, left_out
from greenboard.facts.looks import Looks
from greenboard.facts.models import CURRENT, FactInterval, GapInterval, Look
from greenboard.facts.types import Fact, Gap, SourceKind
from greenboard.facts.vocabulary import encode

_Said = TypeVar("_Said", Fact, Gap)
_OF_A_TREE = frozenset({SourceKind.REPOSITORY, SourceKind.REPORT, SourceKind.DESCRIPTOR})
PATIENCE = timedelta(days=2)
"""How long a failing tool's last word stands, of fact types that have no maximum age."""


@dataclass(frozen=True)
class Whole:
    """Says that a look covered all that sources of some kinds can say about some entities.

    What such a source said before and the look no longer names is then closed, unless a tool failed
    to say something of that fact type. Without this only the groups that the look names are.
    `names` bounds it to the sources that have one of these names; none given are all.
    """

    entities: Collection[Ref]
    kinds: Collection[SourceKind] = (SourceKind.REPOSITORY,)
    names: Collection[str] = ()


@dataclass(frozen=True)
class Recorded:
    """What a look changed: new intervals, ended ones, unchanged ones, and what by entity (see FactsChanged)."""

    began: int
    ended: int
    same: int
    changed: Mapping[Ref, frozenset[str]]


def record(
    facts: Sequence[Fact],
    gaps: Sequence[Gap],
    at: datetime,
    *,
    whole: Whole | None = None,
    going: Looks | None = None,
) -> Recorded:
    """Store what a look found at a moment: only what changed is written, all of it or nothing.

    Of a source whose looks are `going` no row is written for what was only seen again: see `tell`.

    The last word of a tool that fails stands beside the gap until it is stale, or for fact types
    without a maximum age until the tool has failed for longer than PATIENCE. What an unreadable
    file said before ends with the gap.

    Raises:
        UserError: an entity is not in the catalog, or one statement is made twice in one look.
        OutOfOrder: something that the look is about was already seen at a later moment.

    """
    with transaction.atomic():
        refs = {fact.entity for fact in facts} | {gap.entity for gap in gaps} | set(whole.entities if whole else ())
        ids = store.identify(refs)
        store.lock(ids.values())
        plans = _plan(facts, gaps, ids, at, whole, going=going)
        recorded = _sum(plans, ids, _fields(plans[0]))
        store.write(FactInterval, plans[0], at)
        store.write(GapInterval, plans[1], at)
        if recorded.changed:
            events.announce(FactsChanged(at, recorded.changed))
    return recorded


def tell(kind: SourceKind, name: str, at: datetime) -> None:
    """All facts of what a source saw are made: from now on they are of the moment when it was seen.

    Those that stopped to count while they were made count again, which nobody has heard of yet.
    """
    with transaction.atomic():
        several = [look for look in looks.of(kind, name).values() if look.at < look.seen_at]
        paths: dict[int, set[str]] = defaultdict(set)
        for look in several:
            age = _ages().get(look.type)
            if age is not None and at - look.at > age >= at - look.seen_at:
                late = FactInterval.objects.filter(CURRENT, look=look, observed_at__lt=at - age)
                for entity in late.values_list("entity_id", flat=True):
                    paths[entity].add(look.type)
            Look.objects.filter(pk=look.pk).update(at=look.seen_at)
        if paths:
            names = store.names_of(paths)
            changed = {names[entity]: frozenset(types) for entity, types in paths.items() if entity in names}
            events.announce(FactsChanged(at, changed))


def _ages() -> dict[str, timedelta]:
    return {name: kind.max_age for name, kind in custom.fact_types().types.items() if kind.max_age is not None}


def _plan(
    facts: Sequence[Fact],
    gaps: Sequence[Gap],
    ids: Mapping[Ref, int],
    at: datetime,
    whole: Whole | None,
    *,
    going: Looks | None,
) -> tuple[Plan[Fact], Plan[Gap]]:
    said = _distinct((ids[fact.entity], fact, store.state(fact, going)) for fact in facts)
    failed = _distinct(
        (ids[gap.entity], gap, Stated(gap, store.reason_digest(gap.reason, gap.unclear), at)) for gap in gaps
    )
    kinds = {key.group.kind for key in (*said, *failed)} | {kind.value for kind in (whole.kinds if whole else ())}
    held = store.held(FactInterval, ids.values(), kinds)
    open_gaps = store.held(GapInterval, ids.values(), kinds)
    spoke = {key.group for key in said} | _covered((*held, *open_gaps), ids, whole)
    spared = _spared(failed, open_gaps, at)
    ended = [key for key in left_out(held, spoke | _silent(failed, spared), said) if key.group[:3] not in spared]
    mended = left_out(open_gaps, spoke | {key.group for key in failed}, failed)
    coming = None if going is None else {look.pk: look.seen_at for look in going.values()}
    plans = decide(held, said, ended, at, _ages(), looks=coming), decide(open_gaps, failed, mended, at, {})
    if coming is not None:
        _spare(plans, {key: one for key, one in held.items() if one.look in coming and key not in said}, ended)
    return plans


def _spare(plans: tuple[Plan[Fact], Plan[Gap]], unsaid: Mapping[Key, Held], ended: Collection[Key]) -> None:
    """What was not said goes with its look no longer; of gaps that last it is not written that they do."""
    for key in unsaid.keys() - set(ended):
        plans[0].leave.setdefault(unsaid[key].observed_at, []).append(unsaid[key].id)
    plans[1].same += sum(map(len, plans[1].touch.values()))
    plans[1].touch.clear()


def _spared(failed: Iterable[Key], open_gaps: Mapping[Key, Held], at: datetime) -> set[tuple[int, str, str]]:
    """Of whom (entity, type, kind of source) a failed look ends nothing.

    What a tool said stands through its outage: until it is stale, or for types that do not age until
    the outage has lasted too long. A file that cannot be read is different: what it said before is
    no statement about the tree as it is now.
    """
    types = custom.fact_types().types
    spared = set()
    for key in failed:
        kind = types.get(key.group.type)
        ages = kind is not None and kind.max_age is not None
        since = open_gaps[key].valid_from if key in open_gaps else at
        if key.group.kind not in _OF_A_TREE and (ages or at - since <= PATIENCE):
            spared.add(key.group[:3])
    return spared


def _silent(failed: Iterable[Key], spared: Collection[tuple[int, str, str]]) -> set[Group]:
    """The groups that could not look, and whose earlier words no longer stand."""
    return {key.group for key in failed if key.group[:3] not in spared}


def _distinct(stated: Iterable[tuple[int, _Said, Stated[_Said]]]) -> dict[Key, Stated[_Said]]:
    found: dict[Key, Stated[_Said]] = {}
    for entity, one, said in stated:
        key = store.key(entity, one)
        if key in found:
            raise UserError(
                f"{one.type} of {one.entity} is stated twice by {one.source.name} in one look",
                expected="one statement for each file of a source",
                got=one.source.location or "no location",
            )
        found[key] = said
    return found


def _covered(held: Iterable[Key], ids: Mapping[Ref, int], whole: Whole | None) -> set[Group]:
    if whole is None:
        return set()
    entities = {ids[ref] for ref in whole.entities}
    kinds = {kind.value for kind in whole.kinds}
    groups = {key.group for key in held if key.group.entity in entities and key.group.kind in kinds}
    return {group for group in groups if not whole.names or group.source in whole.names}


def _fields(plan: Plan[Fact]) -> dict[Group, set[str]]:
    """The fields that differ, of the groups that say something else of a single fact and nothing besides."""
    said = {key: stated.statement.value for key, stated in plan.start}
    before = store.values(plan.replaced.values())
    fields: dict[Group, set[str]] = {}
    for key, number in plan.replaced.items():
        old, new = before[number], encode(said[key])
        if isinstance(old, dict):
            fields.setdefault(key.group, set()).update(name for name in {*old, *new} if old.get(name) != new.get(name))
    whole = plan.ended | {key.group for key in said if key not in plan.replaced}
    return {group: names for group, names in fields.items() if group not in whole}


def _sum(
    plans: tuple[Plan[Fact], Plan[Gap]], ids: Mapping[Ref, int], fields: Mapping[Group, Collection[str]]
) -> Recorded:
    names = {number: ref for ref, number in ids.items()}
    changed: dict[Ref, set[str]] = defaultdict(set)
    for group in plans[0].changed:
        told = [f"{group.type}.{observed.field_name(name)}" for name in fields.get(group, ())]
        changed[names[group.entity]].update(told or [group.type])
    for group in plans[1].changed:
        changed[names[group.entity]].add(group.type)
    return Recorded(
        began=sum(len(plan.start) for plan in plans),
        ended=sum(len(plan.close) + len(plan.drop) for plan in plans),
        same=sum(plan.same + sum(map(len, plan.touch.values())) for plan in plans),
        changed={ref: frozenset(types) for ref, types in changed.items()},
    )
