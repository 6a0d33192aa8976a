"""Taking in what somebody sends: entities, relations, facts and gaps, as of one moment, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from greenboard.access import audit, grants
from greenboard.access.errors import Above
from greenboard.access.sight import EVERYTHING, Sight
from greenboard.access.standing import Asker
from greenboard.catalog import kinds, rows, stating, teams
from greenboard.catalog import store as catalog
from greenboard.catalog.locking import lock
from greenboard.catalog.saving import Saved
from greenboard.catalog.sight import covered
from greenboard.catalog.types import Declared, Relation
from greenboard.core import clock
from greenboard.core.errors import Place, UserError
from greenboard.core.refs import Ref
from greenboard.facts import custom, following, noting, store
from greenboard.facts.service import Recorded, record
from greenboard.facts.types import Fact, Gap, Source
from greenboard.facts.vocabulary import Vocabulary

SKEW = timedelta(minutes=5)
"""How far the clock of another machine may be ahead."""


@dataclass(frozen=True)
class Said:
    """A fact or gap as it came, and where it stands in what was sent.

    `value` of a fact is plain JSON; what has a `reason` is a gap.
    """

    entity: Ref
    type: str
    source: Source
    place: Place
    value: object = None
    observed_at: datetime | None = None
    reason: str | None = None
    unclear: bool = False


@dataclass(frozen=True)
class Pushed:
    """All that was sent together."""

    declared: Declared = field(default_factory=Declared)
    said: Sequence[Said] = ()


@dataclass(frozen=True)
class Reach:
    """For which entities whoever sends may change the catalog, and state facts; who that is, unless it is ourselves."""

    catalog: Sight = EVERYTHING
    facts: Sight = EVERYTHING
    asker: Asker | None = None


@dataclass(frozen=True)
class Taken:
    """What came of it, as of a moment."""

    at: datetime
    saved: Saved = field(default_factory=lambda: Saved({}))
    recorded: Recorded = field(default_factory=lambda: Recorded(0, 0, 0, {}))


def take(pushed: Pushed, reach: Reach, *, cause: str) -> Taken:
    """Write what was sent. The moment is that of writing, so that of two who send at once both are in order.

    Raises:
        UserErrors: whatever is wrong, each with its place; nothing is written.

    """
    with transaction.atomic():
        saved = _state(pushed.declared, reach, cause)
        recorded = _record(pushed.said, reach.facts)
        # Last: whoever notes keeps others from noting, and must not wait for entities then.
        noting.stated(pushed.declared, saved)
        noting.said(((one.entity, one.type, one.source.name) for one in pushed.said), recorded)
        return Taken(clock.now(), saved, recorded)


def _state(declared: Declared, reach: Reach, cause: str) -> Saved:
    if not declared.entities and not declared.relations:
        return Saved({})
    lock()
    at = clock.now()
    kinds.refuse((*_unwritable(declared), *_out_of_reach(declared, reach.catalog), *_above(declared, reach.asker)))
    saved = stating.state(declared, at, cause=cause)
    if saved.created or saved.changed or saved.relations_begun or saved.relations_ended:
        following.follow(at, saved.touched)
    return saved


def withdraw(refs: Sequence[Ref]) -> None:
    """Retire entities that were stated. Raises as `stating.withdraw` does."""
    with transaction.atomic():
        lock()
        at, before = clock.now(), catalog.several(refs)
        following.follow(at, stating.withdraw(refs, at))
        for ref, stored in before.items():
            noting.withdrawn(ref, stored.entity)


def unrelate(relation: Relation) -> None:
    """End a relation that was stated. Raises as `stating.unrelate` does."""
    with transaction.atomic():
        lock()
        at = clock.now()
        following.follow(at, stating.unrelate(relation, at))
        before = {"kind": relation.kind.value, "source": str(relation.source), "target": str(relation.target)}
        audit.note("catalog.unrelated", str(relation.declarer), before=before)


def _unwritable(declared: Declared) -> Iterator[UserError]:
    """What the database does not carry."""
    for entity in declared.entities:
        try:
            rows.check_name(entity.ref)
            rows.columns(entity)
        except UserError as error:
            yield UserError(error.what, place=entity.place, expected=error.expected, got=error.got)


def _out_of_reach(declared: Declared, reach: Sight) -> Iterator[UserError]:
    places = {each.declarer: each.place for each in declared.relations}
    places |= {entity.ref: entity.place for entity in declared.entities}
    seen = covered(reach, places)
    for ref, place in places.items():
        if ref not in seen:
            yield UserError(f"{ref} is not yours to change", place=place, hint="Ask an administrator for access.")


def _above(declared: Declared, asker: Asker | None) -> Iterator[UserError]:
    """Teams that are put where more is granted than whoever sends holds: their members would have it."""
    if asker is None:
        return
    for relation in teams.put_within(declared.relations):
        try:
            grants.check_within(relation.target, asker)
        except Above as error:
            what = f"{relation.source} within {relation.target}: {error.what}"
            yield Above(what, place=relation.place, got=error.got, hint=error.hint)


def _record(said: Sequence[Said], reach: Sight) -> Recorded:
    if not said:
        return Recorded(0, 0, 0, {})
    refs = {one.entity for one in said}
    there = covered(reach, store.present(entities=refs))
    kinds.refuse(_unknown(said, there))
    store.lock(store.identify(refs).values())
    at, words = clock.now(), custom.refresh()
    errors, facts, gaps = list(_twice(said)), list[Fact](), list[Gap]()
    for one in said:
        try:
            made = _made(one, words, at)
        except UserError as error:
            place = Place(f"{one.place.path}/{_part(one, error)}")
            errors.append(UserError(error.what, place=place, expected=error.expected, got=error.got, hint=error.hint))
        else:
            facts.append(made) if isinstance(made, Fact) else gaps.append(made)
    kinds.refuse(errors)
    return record(facts, gaps, at)


class _Moment(UserError):
    """A moment that has not come yet."""


def _part(one: Said, error: UserError) -> str:
    """Which part of a fact an error is about."""
    if isinstance(error, _Moment):
        return "observed_at"
    return "type" if one.type not in store.vocabulary().types else "value"


def _unknown(said: Sequence[Said], there: set[Ref]) -> Iterator[UserError]:
    for one in said:
        if one.entity not in there:
            place = Place(f"{one.place.path}/entity")
            yield UserError(f"no entity {one.entity} in the catalog", place=place, hint="Save it before its facts.")


def _made(one: Said, words: Vocabulary, now: datetime) -> Fact | Gap:
    if one.reason is not None:
        _taken(one.type, words)
        return Gap(one.entity, one.type, one.reason, one.source, now, one.unclear)
    _taken(one.type, words)
    observed = one.observed_at or now
    if observed > now + SKEW:
        raise _Moment("observed after now", expected=f"at most {clock.format_time(now)}", hint="Check the clock.")
    return Fact(one.entity, one.type, words.normalise(one.type, one.value), one.source, min(observed, now))


def _taken(name: str, words: Vocabulary) -> None:
    """Refuse what there is not, or is no longer."""
    if words.get(name).retired:
        raise UserError(f"{name} is retired", hint="It takes no facts any more.")


def _twice(said: Sequence[Said]) -> Iterator[UserError]:
    """One source says one thing of one file; a gap beside it is something else."""
    seen: dict[object, Place] = {}
    for one in said:
        source = one.source
        key = (one.reason is None, one.entity, one.type, source.kind, source.name, store.slot(source))
        if key in seen:
            expected = "one statement for each source and location"
            yield UserError(f"the same statement as {seen[key]}", place=one.place, expected=expected)
        seen.setdefault(key, one.place)
