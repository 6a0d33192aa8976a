"""Every query on facts and gaps. Reads take a moment; None is now."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from django.db.models import F, Q, QuerySet

from greenboard.catalog.models import Entity, EntityVersion, RelationInterval
from greenboard.catalog.naming import NAMES, named
from greenboard.catalog.types import RelationKind
from greenboard.core import collecting
from greenboard.core.errors import UserError
from greenboard.core.once import notes
from greenboard.core.refs import Ref
from greenboard.facts import bulk, custom, reading
from greenboard.facts.intervals import Group, Held, Key, Plan, Stated
from greenboard.facts.models import FactInterval, GapInterval, Look
from greenboard.facts.reading import OBSERVED, Making
from greenboard.facts.stored import encode
from greenboard.facts.types import Fact, Gap, Source, SourceKind, Value
from greenboard.facts.vocabulary import Vocabulary

_Row = TypeVar("_Row", FactInterval, GapInterval)
_Made = TypeVar("_Made")
_BATCH = 500
_NONE = -1
"""The surrogate id that no entity has."""
_LONGEST_NAME, _LONGEST_SLOT = 200, 1_024
"""In bytes: together they stay below what one entry of an index may have."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class _Typed(Protocol):
    @property
    def type(self) -> str: ...


_Said = TypeVar("_Said", bound=_Typed)


def vocabulary() -> Vocabulary:
    """Every fact type, custom facts with the keys in use. The same object until keys change."""
    return custom.vocabulary()


def state(fact: Fact, looks: Mapping[str, Look] | None = None) -> Stated[Fact]:
    """What a fact says, as it is compared and written; `looks` are those of its source by fact type.

    The digest is eight bytes of the value, then eight of where it stands.
    """
    look = (looks or {}).get(fact.type)
    goes = look.pk if look is not None and fact.observed_at >= look.seen_at else None
    text = storable(encode(fact.value))
    value = blake2b(text.encode(), digest_size=8).digest()
    where = storable(encode([fact.source.location, dict(fact.places)]))
    return Stated(fact, value + blake2b(where.encode(), digest_size=8).digest(), fact.observed_at, text, goes)


def slot(source: Source) -> str:
    """The path of a location `path:line:column`."""
    path = source.location
    for _ in range(2):
        head, colon, tail = path.rpartition(":")
        if colon and tail.isdigit():
            path = head
    return path


def key(entity: int, said: Fact | Gap) -> Key:
    """What a statement is told apart by, within the lengths that an index of PostgreSQL carries."""
    source = said.source
    group = Group(entity, said.type, source.kind.value, _within(storable(source.name), _LONGEST_NAME))
    return Key(group, _within(storable(slot(source)), _LONGEST_SLOT))


def storable(text: str) -> str:
    """Text that every database carries: NUL and bytes of a path that are no UTF-8 become a sign for that."""
    return _UNSTORABLE.sub("\ufffd", text)


def _within(text: str, most: int) -> str:
    """A text of so many bytes at most; of a longer one the end is replaced by a digest of it all."""
    raw = text.encode()
    if len(raw) <= most:
        return text
    return raw[: most - 17].decode(errors="ignore") + "~" + blake2b(raw, digest_size=8).hexdigest()


def held(model: type[_Row], entities: Collection[int], kinds: Collection[str]) -> dict[Key, Held]:
    """The current intervals of some entities by sources of some kinds, without their values."""
    facts = model is FactInterval
    columns = (OBSERVED, "digest", "look_id") if facts else (F("seen_at"), "reason", "unclear")
    found: dict[Key, Held] = {}
    for chunk in chunks(sorted(entities)):
        rows = model.objects.filter(entity_id__in=chunk, source_kind__in=kinds, valid_to__isnull=True).values_list(
            "id", "entity_id", "type", "source_kind", "source", "slot", "seen_at", "valid_from", *columns
        )
        for row, entity, name, kind, source, path, seen, since, observed, *mark in rows:
            sign, look = (bytes(mark[0]), mark[1]) if facts else (reason_digest(*mark), None)
            found[Key(Group(entity, name, kind, source), path)] = Held(row, sign, observed, seen, since, look)
    return found


def reason_digest(reason: str, unclear: bool) -> bytes:
    """What tells gaps apart: why nothing is known, and whether anybody need mend it."""
    return blake2b(f"{storable(reason)}{'?' * unclear}".encode(), digest_size=16).digest()


def values(ids: Collection[int]) -> dict[int, Any]:
    """The stored values of facts as plain JSON, by the ids of their intervals."""
    found: dict[int, Any] = {}
    for chunk in chunks(sorted(ids)):
        rows = FactInterval.objects.filter(id__in=chunk).values_list("id", "value")
        found |= {number: json.loads(text) for number, text in rows}
    return found


def write(model: type[_Row], plan: Plan[Fact] | Plan[Gap], at: datetime) -> None:
    """Carry a plan out. To be called inside a transaction."""
    for observed, ids in plan.leave.items():
        for chunk in chunks(ids):
            FactInterval.objects.filter(id__in=chunk).update(observed_at=observed, look=None)
    for chunk in chunks(plan.close):
        model.objects.filter(id__in=chunk).update(valid_to=at)
    for chunk in chunks(plan.drop):
        model.objects.filter(id__in=chunk).delete()
    for (observed, look), ids in plan.touch.items():
        moved: dict[str, Any] = {"seen_at": at}
        if model is FactInterval:
            moved |= {"observed_at": observed, "look_id": look}
        for chunk in chunks(ids):
            model.objects.filter(id__in=chunk).update(**moved)
    if plan.start:
        names, columns = _columns(model)
        bulk.insert(model, names, (columns(key, said, at) for key, said in plan.start))


_COMMON = ("entity", "type", "source_kind", "source", "slot", "location", "commit", "link", "seen_at", "valid_from")


def _columns(model: type[_Row]) -> tuple[tuple[str, ...], Callable[[Key, Stated[Any], datetime], tuple[Any, ...]]]:
    """The fields that a new row has, and what gives their values."""
    if model is FactInterval:
        return (*_COMMON, "value", "places", "digest", "observed_at", "look"), _fact_columns
    return (*_COMMON, "reason", "unclear"), _gap_columns


def _fact_columns(key: Key, said: Stated[Fact], at: datetime) -> tuple[Any, ...]:
    places = storable(encode(dict(said.statement.places))) if said.statement.places else ""
    return (*_common(key, said.statement.source, at), said.text, places, said.digest, said.observed_at, said.look)


def _gap_columns(key: Key, said: Stated[Gap], at: datetime) -> tuple[Any, ...]:
    gap = said.statement
    return (*_common(key, gap.source, at), storable(gap.reason), gap.unclear)


def _common(key: Key, source: Source, at: datetime) -> tuple[Any, ...]:
    told = (storable(text) for text in (source.location, source.commit, source.link))
    return (key.group.entity, key.group.type, key.group.kind, key.group.source, key.slot, *told, at, at)


def at_moment(as_of: datetime | None) -> Q:
    """The rows that hold at a moment; None is now."""
    if as_of is None:
        return Q(valid_to__isnull=True)
    return Q(valid_from__lte=as_of) & (Q(valid_to__isnull=True) | Q(valid_to__gt=as_of))


def identify(refs: Collection[Ref]) -> dict[Ref, int]:
    """The surrogate ids of entities.

    Raises:
        UserError: one of them is not in the catalog.

    """
    found = known(refs)
    missing = sorted(set(refs) - found.keys())
    if missing:
        raise UserError(f"no entity {missing[0]} in the catalog", hint="Save the entity before its facts.")
    return found


def known(refs: Collection[Ref]) -> dict[Ref, int]:
    """The surrogate ids of those references that anything has now; one that was renamed away has none."""
    found: dict[Ref, int] = {}
    for part in named(refs):
        rows = Entity.objects.filter(part).values_list("id", "kind", "namespace", "name")
        found |= {Ref(*parts): number for number, *parts in rows}
    return found


def lock(entities: Collection[int]) -> None:
    """Keep others from recording for these entities until the transaction ends.

    On SQLite this does nothing: there, a transaction is the only writer from its start.
    """
    for chunk in chunks(sorted(entities)):
        rows = Entity.objects.select_for_update(no_key=True)  # others may still refer to the entities
        list(rows.filter(id__in=chunk).order_by("id").values_list("id"))


def present(as_of: datetime | None = None, entities: Collection[Ref] | None = None) -> dict[Ref, int]:
    """The entities that exist at a moment, of those asked for, with their surrogate ids."""
    rows = EntityVersion.objects.filter(at_moment(as_of)).values_list("entity_id", "kind", "namespace", "name")
    if entities is None:
        return {Ref(*parts): number for number, *parts in rows}
    found: dict[Ref, int] = {}
    for part in named(entities):
        found |= {Ref(*parts): number for number, *parts in rows.filter(part)}
    return {ref: found[ref] for ref in entities if ref in found}


def any_current(type_: str, kind: SourceKind) -> bool:
    """Whether sources of a kind say anything of a fact type now, of anybody."""
    return FactInterval.objects.filter(valid_to__isnull=True, type=type_, source_kind=kind.value).exists()


def homes(as_of: datetime | None, components: Collection[int] | None = None) -> dict[int, int]:
    """The repository that each component lives in, by surrogate ids; None asks for all."""
    rows = RelationInterval.objects.filter(at_moment(as_of), kind=RelationKind.LIVES_IN.value)
    pairs = rows.values_list("source_id", "target_id")
    if components is None:
        return dict(pairs)
    return {one: other for chunk in chunks(sorted(components)) for one, other in pairs.filter(source_id__in=chunk)}


def home(entity: Ref) -> Ref | None:
    """The repository that a component lives in now, if it is known to live in one."""
    ids = known([entity])
    found = homes(None, ids.values())
    return next(iter(names_of(found.values()).values()), None)


def current(
    as_of: datetime | None = None,
    entities: Collection[Ref] | None = None,
    there: Mapping[Ref, int] | None = None,
    lives_in: Mapping[int, int] | None = None,
) -> dict[Ref, tuple[list[Fact], list[Gap]]]:
    """The facts and gaps of entities, with those of the repository that each lives in.

    Of the repository come the facts of types about repositories. Every entity asked for that exists
    at the moment is a key, also when nothing is known of it; without `entities`, all of the catalog are.
    Who knows which of them exist, with their surrogate ids, says so as `there`, and the
    repositories that they live in as `lives_in`.
    """
    ids = present(as_of, entities) if there is None else dict(there)
    lives_in = homes(as_of, None if entities is None else ids.values()) if lives_in is None else lives_in
    chosen = None if entities is None else {*ids.values(), *lives_in.values()}
    names = names_of({*ids.values(), *lives_in.values()})
    make = Making(names, as_of)
    with collecting.paused():
        facts = _facts(chosen, at_moment(as_of) & _judged(), make)
        gaps = _gaps(chosen, at_moment(as_of) & _judged(), make)
    for number, broken in make.broken.items():
        gaps[number] += broken
    found: dict[Ref, tuple[list[Fact], list[Gap]]] = {}
    for ref, number in ids.items():
        home = lives_in.get(number, _NONE)
        read, failed = facts.get(number, []), gaps.get(number, [])
        found[ref] = (read + _shared(facts.get(home, ())), failed + _shared(gaps.get(home, ())))
    return found


def of_types(types: Collection[str], names: Mapping[int, Ref], as_of: datetime | None = None) -> dict[int, list[Fact]]:
    """The facts of some types at a moment, by surrogate id; `names` are the entities that are known. One query."""
    when = at_moment(as_of) & Q(type__in=list(types))
    with collecting.paused():
        return _facts(None, when, Making(names, as_of))


def about(entity: int, ref: Ref, types: Collection[str], as_of: datetime | None = None) -> list[Fact]:
    """The facts of some types about one entity at a moment; those that are apart, too."""
    when = at_moment(as_of) & Q(type__in=list(types))
    return _facts({entity}, when, Making({entity: ref}, as_of)).get(entity, [])


def _judged() -> Q:
    """The types that rules know: what is apart is read by integrations only."""
    return ~Q(type__in=list(custom.files().apart))


def _shared(said: Iterable[_Said]) -> list[_Said]:
    """What a component reads of its repository: the types that are about repositories."""
    types = custom.fact_types().types
    return [one for one in said if one.type in types and types[one.type].about == "repository"]


def _facts(entities: Collection[int] | None, when: Q, make: Making) -> dict[int, list[Fact]]:
    """Facts by entity; of entities that are not known any more there are none."""
    found: dict[int, list[Fact]] = defaultdict(list)
    for part in _selected(FactInterval, entities, when):
        for row in reading.rows(part, many=entities is None):
            fact = make.fact(row) if row[0] in make.names else None
            if fact is not None:
                found[row[0]].append(fact)
    return found


def _gaps(entities: Collection[int] | None, when: Q, make: Making) -> dict[int, list[Gap]]:
    """As `_facts`, for gaps."""
    found: dict[int, list[Gap]] = defaultdict(list)
    for part in _selected(GapInterval, entities, when):
        for row in reading.fetched(part.values_list(*reading.GAP), many=entities is None):
            if row[0] in make.names:
                found[row[0]].append(make.gap(row))
    return found


def _selected(model: type[_Row], entities: Collection[int] | None, when: Q) -> Iterator[QuerySet[_Row]]:
    rows = model.objects.filter(when).order_by("id")
    if entities is None:
        yield rows
    else:
        yield from (rows.filter(entity_id__in=chunk) for chunk in chunks(sorted(entities)))


_of_row = attrgetter(*reading.FACT)


def names_of(ids: Collection[int]) -> dict[int, Ref]:
    """The references of surrogate ids."""
    known: dict[int, Ref] = notes(NAMES)
    for chunk in chunks(sorted({number for number in ids if number not in known})):
        rows = Entity.objects.filter(id__in=chunk).values_list("id", "kind", "namespace", "name")
        known |= {number: Ref(*parts) for number, *parts in rows}
    return {number: known[number] for number in ids if number in known}


@dataclass(frozen=True)
class Step:
    """That a statement of one source began, ended or became another at a moment.

    `before` and `after` are None where nothing was known; `gap` is the look that failed.
    """

    entity: Ref
    type: str
    at: datetime
    before: Fact | None = None
    after: Fact | None = None
    gap: Gap | None = None

    @property
    def values(self) -> tuple[Value | None, Value | None]:
        """What was known before and after."""
        return self.before.value if self.before else None, self.after.value if self.after else None

    @property
    def source(self) -> Source:
        """Who said it, or could not."""
        said = self.after or self.before or self.gap
        assert said is not None, "a step is of something"
        return said.source


def steps(
    since: datetime, until: datetime, ids: Mapping[Ref, int], lives_in: Mapping[int, int]
) -> dict[Ref, list[Step]]:
    """What changed after `since` and up to `until`, of entities and of the repositories they live in.

    `ids` are the entities with their surrogate ids, `lives_in` the repository of those that live in one then.
    """
    chosen = {*ids.values(), *(lives_in[one] for one in ids.values() if one in lives_in)}
    names = names_of(chosen)
    began = Q(valid_from__gt=since, valid_from__lte=until) & _judged()
    ended = Q(valid_to__gt=since, valid_to__lte=until) & _judged()
    rows = [row for part in _selected(FactInterval, chosen, began | ended) for row in part.select_related("look")]
    failed = _gaps(chosen, began, Making(names, None))
    found: dict[int, list[Step]] = defaultdict(list)
    for step in _pairs(rows, names, since, until):
        found[step[0]].append(step[1])
    for number, gaps in failed.items():
        found[number] += [Step(gap.entity, gap.type, gap.since, gap=gap) for gap in gaps]
    return {
        ref: [*found.get(number, ()), *_shared(found.get(lives_in.get(number, _NONE), ()))]
        for ref, number in ids.items()
    }


def _pairs(
    rows: Sequence[FactInterval], names: Mapping[int, Ref], since: datetime, until: datetime
) -> Iterator[tuple[int, Step]]:
    """Net steps of each statement: the first ending in the span beside the last beginning in it."""
    make = Making(names, None)
    slots: dict[tuple[object, ...], list[FactInterval]] = defaultdict(list)
    for row in rows:
        slots[row.entity_id, row.type, row.source_kind, row.source, row.slot].append(row)
    for history in slots.values():
        history.sort(key=lambda row: row.valid_from)
        first, last = history[0], history[-1]
        stood = first.valid_from <= since
        ended = last.valid_to is not None and last.valid_to <= until
        before = make.fact(_of_row(first)) if stood else None
        after = None if ended else make.fact(_of_row(last))
        if (stood and before is None) or (not ended and after is None) or (ended and not stood):
            continue
        if before is not None and after is not None and before.value == after.value:
            continue
        moment = last.valid_to if ended and last.valid_to else last.valid_from
        yield last.entity_id, Step(names[last.entity_id], last.type, moment, before, after)


def history(entity: Ref, name: str) -> list[tuple[Fact, datetime, datetime | None]]:
    """Every interval of a fact type of one entity, oldest first, with its ends."""
    ids = identify([entity])
    rows = FactInterval.objects.filter(entity_id=ids[entity], type=name).select_related("look")
    rows = rows.order_by("valid_from", "id")
    make = Making({ids[entity]: entity}, None)
    facts = [(make.fact(_of_row(row)), row.valid_from, row.valid_to) for row in rows]
    return [(fact, since, until) for fact, since, until in facts if fact is not None]


def chunks(ids: Sequence[_Made]) -> Iterator[Sequence[_Made]]:
    """Parts of a list, short enough for one query."""
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
