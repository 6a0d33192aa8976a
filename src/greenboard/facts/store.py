"""Every query on facts and gaps. Reads take a moment; None is now."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Protocol, TypeVar

from django.db.models import Q, QuerySet

from greenboard.catalog.models import Entity, EntityVersion, RelationInterval
from greenboard.catalog.types import RelationKind
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import custom
from greenboard.facts import vocabulary as words
from greenboard.facts.intervals import Group, Held, Key, Plan, Stated
from greenboard.facts.models import FactInterval, GapInterval
from greenboard.facts.types import Fact, Gap, Source, SourceKind, Value

Interval = FactInterval | GapInterval
_Row = TypeVar("_Row", FactInterval, GapInterval)
_Made = TypeVar("_Made")
_BATCH = 500
_NONE = -1
"""The surrogate id that no entity has."""


class _Typed(Protocol):
    @property
    def type(self) -> str: ...


_Said = TypeVar("_Said", bound=_Typed)


def vocabulary() -> words.Vocabulary:
    """Every fact type, custom facts with the keys in use. The same object until keys change."""
    return custom.vocabulary()


def encode(value: object) -> str:
    """The one way a value is written, so that equal values are equal texts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=50_000)
def decode(name: str, text: str) -> Value:
    """Read a stored value. FactError when the fact type has changed so that it no longer fits."""
    return custom.fact_types().normalise(name, json.loads(text))


def digest(fact: Fact) -> bytes:
    """Eight bytes of the value, then eight of where it stands."""
    value = blake2b(encode(words.encode(fact.value)).encode(), digest_size=8).digest()
    where = encode([fact.source.location, dict(fact.places)])
    return value + blake2b(where.encode(), digest_size=8).digest()


def slot(source: Source) -> str:
    """The path of a location `path:line:column`."""
    path = source.location
    for _ in range(2):
        head, colon, tail = path.rpartition(":")
        if colon and tail.isdigit():
            path = head
    return path


def key(entity: int, said: Fact | Gap) -> Key:
    return Key(Group(entity, said.type, said.source.kind.value, said.source.name), slot(said.source))


def held(model: type[_Row], entities: Collection[int], kinds: Collection[str]) -> dict[Key, Held]:
    """The current intervals of some entities by sources of some kinds, without their values."""
    facts = model is FactInterval
    columns = ("observed_at", "digest") if facts else ("seen_at", "reason", "unclear")
    found: dict[Key, Held] = {}
    for chunk in chunks(sorted(entities)):
        rows = model.objects.filter(entity_id__in=chunk, source_kind__in=kinds, valid_to__isnull=True).values_list(
            "id", "entity_id", "type", "source_kind", "source", "slot", "seen_at", "valid_from", *columns
        )
        for row, entity, name, kind, source, path, seen, since, observed, *mark in rows:
            sign = bytes(mark[0]) if facts else reason_digest(*mark)
            found[Key(Group(entity, name, kind, source), path)] = Held(row, sign, observed, seen, since)
    return found


def reason_digest(reason: str, unclear: bool) -> bytes:
    """What tells gaps apart: why nothing is known, and whether anybody need mend it."""
    return blake2b(f"{reason}{'?' * unclear}".encode(), digest_size=16).digest()


def write(model: type[_Row], plan: Plan[Fact] | Plan[Gap], at: datetime) -> None:
    """Carry a plan out. To be called inside a transaction."""
    for chunk in chunks(plan.close):
        model.objects.filter(id__in=chunk).update(valid_to=at)
    for chunk in chunks(plan.drop):
        model.objects.filter(id__in=chunk).delete()
    for observed, ids in plan.touch.items():
        moved = {"seen_at": at, "observed_at": observed} if model is FactInterval else {"seen_at": at}
        for chunk in chunks(ids):
            model.objects.filter(id__in=chunk).update(**moved)
    fresh = [_row(key, said, at) for key, said in plan.start]
    model.objects.bulk_create(fresh, batch_size=_BATCH)  # type: ignore[arg-type]


def _row(key: Key, said: Stated[Fact] | Stated[Gap], at: datetime) -> Interval:
    statement = said.statement
    source = statement.source
    common = {
        "entity_id": key.group.entity,
        "type": key.group.type,
        "source_kind": key.group.kind,
        "source": key.group.source,
        "slot": key.slot,
        "location": source.location,
        "commit": source.commit,
        "link": source.link,
        "seen_at": at,
        "valid_from": at,
    }
    if isinstance(statement, Gap):
        return GapInterval(**common, reason=statement.reason, unclear=statement.unclear)
    return FactInterval(
        **common,
        value=encode(words.encode(statement.value)),
        places=encode(dict(statement.places)) if statement.places else "",
        digest=said.digest,
        observed_at=said.observed_at,
    )


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
    found: dict[Ref, int] = {}
    wanted = set(refs)
    for chunk in chunks(sorted({ref.name for ref in wanted})):
        rows = Entity.objects.filter(name__in=chunk).values_list("id", "kind", "namespace", "name")
        found |= {ref: number for number, *parts in rows if (ref := Ref(*parts)) in wanted}
    missing = sorted(wanted - found.keys())
    if missing:
        raise UserError(f"no entity {missing[0]} in the catalog", hint="Save the entity before its facts.")
    return found


def lock(entities: Collection[int]) -> None:
    """Keep others from recording for these entities until the transaction ends.

    On SQLite this does nothing: there, a transaction is the only writer from its start.
    """
    for chunk in chunks(sorted(entities)):
        list(Entity.objects.select_for_update().filter(id__in=chunk).order_by("id").values_list("id"))


def present(as_of: datetime | None = None, entities: Collection[Ref] | None = None) -> dict[Ref, int]:
    """The entities that exist at a moment, of those asked for, with their surrogate ids."""
    rows = EntityVersion.objects.filter(at_moment(as_of)).values_list("entity_id", "kind", "namespace", "name")
    if entities is None:
        return {Ref(*parts): number for number, *parts in rows}
    found: dict[Ref, int] = {}
    for chunk in chunks(sorted({ref.name for ref in entities})):
        found |= {Ref(*parts): number for number, *parts in rows.filter(name__in=chunk)}
    return {ref: found[ref] for ref in entities if ref in found}


def homes(as_of: datetime | None, components: Collection[int] | None = None) -> dict[int, int]:
    """The repository that each component lives in, by surrogate ids; None asks for all."""
    rows = RelationInterval.objects.filter(at_moment(as_of), kind=RelationKind.LIVES_IN.value)
    pairs = rows.values_list("source_id", "target_id")
    if components is None:
        return dict(pairs)
    return {one: other for chunk in chunks(sorted(components)) for one, other in pairs.filter(source_id__in=chunk)}


def current(
    as_of: datetime | None = None, entities: Collection[Ref] | None = None
) -> dict[Ref, tuple[list[Fact], list[Gap]]]:
    """The facts and gaps of entities, with those of the repository that each lives in.

    Of the repository come the facts of types about repositories. Every entity asked for that exists
    at the moment is a key, also when nothing is known of it; without `entities`, all of the catalog are.
    """
    ids = present(as_of, entities)
    lives_in = homes(as_of, None if entities is None else ids.values())
    chosen = None if entities is None else {*ids.values(), *lives_in.values()}
    names = names_of({*ids.values(), *lives_in.values()})
    facts = _by_entity(FactInterval, chosen, at_moment(as_of), names, lambda row: _fact(row, names, as_of))
    gaps = _by_entity(GapInterval, chosen, at_moment(as_of), names, lambda row: _gap(row, names))
    found: dict[Ref, tuple[list[Fact], list[Gap]]] = {}
    for ref, number in ids.items():
        home = lives_in.get(number, _NONE)
        read, broken = _readable([*facts.get(number, ()), *_shared(facts.get(home, ()))])
        found[ref] = (read, [*gaps.get(number, ()), *_shared(gaps.get(home, ())), *broken])
    return found


def _shared(said: Iterable[_Said]) -> list[_Said]:
    """What a component reads of its repository: the types that are about repositories."""
    types = custom.fact_types().types
    return [one for one in said if one.type in types and types[one.type].about == "repository"]


def _readable(facts: Sequence[Fact | Gap]) -> tuple[list[Fact], list[Gap]]:
    read = [one for one in facts if isinstance(one, Fact)]
    return read, [one for one in facts if isinstance(one, Gap)]


def _by_entity(
    model: type[_Row],
    entities: Collection[int] | None,
    when: Q,
    known: Collection[int],
    make: Callable[[_Row], _Made],
) -> dict[int, list[_Made]]:
    """Rows by entity, as `make` gives them; of entities that are not known any more there are none."""
    found: dict[int, list[_Made]] = defaultdict(list)
    for rows in _selected(model, entities, when):
        for row in rows.iterator(chunk_size=5_000):
            if row.entity_id in known:
                found[row.entity_id].append(make(row))
    return found


def _selected(model: type[_Row], entities: Collection[int] | None, when: Q) -> Iterator[QuerySet[_Row]]:
    rows = model.objects.filter(when).order_by("id")
    if entities is None:
        yield rows
    else:
        yield from (rows.filter(entity_id__in=chunk) for chunk in chunks(sorted(entities)))


def _fact(row: FactInterval, names: Mapping[int, Ref], as_of: datetime | None) -> Fact | Gap:
    """A row as the fact that it was at a moment.

    Between two looks of one interval the fact never went stale, so at a moment between them it
    counts as observed at that moment.
    """
    try:
        value = decode(row.type, row.value)
    except words.FactError as error:
        return Gap(names[row.entity_id], row.type, f"stored in an older form: {error}", _source(row), row.valid_from)
    observed = row.observed_at if as_of is None else min(row.observed_at, as_of)
    places = json.loads(row.places) if row.places else {}
    return Fact(names[row.entity_id], row.type, value, _source(row), observed, places)


def _gap(row: GapInterval, names: Mapping[int, Ref]) -> Gap:
    return Gap(names[row.entity_id], row.type, row.reason, _source(row), row.valid_from, row.unclear)


def _source(row: Interval) -> Source:
    return Source(SourceKind(row.source_kind), row.source, row.location, row.commit, row.link)


def names_of(ids: Collection[int]) -> dict[int, Ref]:
    """The references of surrogate ids."""
    found: dict[int, Ref] = {}
    for chunk in chunks(sorted(ids)):
        rows = Entity.objects.filter(id__in=chunk).values_list("id", "kind", "namespace", "name")
        found |= {number: Ref(*parts) for number, *parts in rows}
    return found


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


def steps(since: datetime, until: datetime, entities: Collection[Ref]) -> dict[Ref, list[Step]]:
    """What changed after `since` and up to `until`, of entities and of the repositories they live in."""
    ids = present(until, entities)
    lives_in = homes(until, ids.values())
    chosen = {*ids.values(), *lives_in.values()}
    names = names_of(chosen)
    began = Q(valid_from__gt=since, valid_from__lte=until)
    ended = Q(valid_to__gt=since, valid_to__lte=until)
    rows = [row for part in _selected(FactInterval, chosen, began | ended) for row in part]
    failed = _by_entity(GapInterval, chosen, began, names, lambda row: _gap(row, names))
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
    slots: dict[tuple[object, ...], list[FactInterval]] = defaultdict(list)
    for row in rows:
        slots[row.entity_id, row.type, row.source_kind, row.source, row.slot].append(row)
    for history in slots.values():
        history.sort(key=lambda row: row.valid_from)
        first, last = history[0], history[-1]
        before = _fact(first, names, None) if first.valid_from <= since else None
        ended = last.valid_to is not None and last.valid_to <= until
        after = None if ended else _fact(last, names, None)
        if isinstance(before, Gap) or isinstance(after, Gap) or (before is None and after is None):
            continue
        if before is not None and after is not None and before.value == after.value:
            continue
        moment = last.valid_to if ended and last.valid_to else last.valid_from
        yield last.entity_id, Step(names[last.entity_id], last.type, moment, before, after)


def history(entity: Ref, name: str) -> list[tuple[Fact, datetime, datetime | None]]:
    """Every interval of a fact type of one entity, oldest first, with its ends."""
    ids = identify([entity])
    rows = FactInterval.objects.filter(entity_id=ids[entity], type=name).order_by("valid_from", "id")
    facts = [(_fact(row, {ids[entity]: entity}, None), row.valid_from, row.valid_to) for row in rows]
    return [(fact, since, until) for fact, since, until in facts if isinstance(fact, Fact)]


def chunks(ids: Sequence[_Made]) -> Iterator[Sequence[_Made]]:
    """Parts of a list, short enough for one query."""
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
