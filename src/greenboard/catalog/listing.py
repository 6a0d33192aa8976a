"""The catalog page by page, chosen by the database. Reads take a moment; None is now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from greenboard.access.sight import EVERYTHING, Sight
from greenboard.catalog import store
from greenboard.catalog.models import EntityVersion, RelationInterval
from greenboard.catalog.paging import Page, Part, read
from greenboard.catalog.sight import condition
from greenboard.catalog.store import Around, Related, Stored, Wanted
from greenboard.catalog.types import RelationKind
from greenboard.catalog.whole import whole
from greenboard.core.refs import Ref

_CHUNK = 500


@dataclass(frozen=True)
class Chosen:
    """Which entities something is asked of, as a condition for the database.

    `fits` is about their versions; `among` are their surrogate ids, None is all. They are in `sight`.
    """

    fits: Q | None = None
    among: frozenset[int] | None = None
    sight: Sight = EVERYTHING

    def of(self, column: str, as_of: datetime | None) -> Q:
        """The rows of another table that are about one of these entities; `among` is left to the paging."""
        seen = condition(self.sight, column)
        if self.fits is None:
            return seen
        fitting = store.versions(as_of).filter(self.fits, entity_id=OuterRef(column))
        return seen & Q(Exists(fitting))

    def within(self, refs: Collection[Ref], as_of: datetime | None) -> Chosen:
        """Those of them that have one of these references."""
        ids = {number for ref in refs if (number := store.identity(ref, as_of)) is not None}
        return replace(self, among=frozenset(ids) if self.among is None else self.among & ids)


ALL = Chosen()


def choose(wanted: Wanted, as_of: datetime | None) -> Chosen:
    """What a search asks for. Ownership and parts are followed from the teams, systems and domains down."""
    fits = store.fits(replace(wanted, sight=EVERYTHING))
    sets = [
        among
        for among in (
            _union(wanted.teams, as_of, "owner"),
            _union(wanted.systems, as_of, "system"),
            _union(wanted.domains, as_of, "domain"),
        )
        if among is not None
    ]
    return Chosen(fits or None, frozenset.intersection(*sets) if sets else None, wanted.sight)


def entities(chosen: Chosen, part: Part, as_of: datetime | None = None) -> Page[Stored]:
    """Entities in the order in which they were first known, which renaming does not change."""
    versions = store.versions(as_of).filter(condition(chosen.sight))
    page = read(versions if chosen.fits is None else versions.filter(chosen.fits), ("entity_id",), part, chosen.among)
    return Page(_stored(page.rows, as_of), page.next)


def _stored(found: Sequence[EntityVersion], as_of: datetime | None) -> list[Stored]:
    """Rows with what is around them: as this process keeps it, where they are of now."""
    known = {} if as_of is not None else whole().by_id
    if all(row.entity_id in known for row in found):
        return [store.placed(row, known[row.entity_id]) for row in found]
    return list(store.stored(found, Around.of([row.entity_id for row in found], as_of)))


def relations(
    part: Part,
    as_of: datetime | None = None,
    *,
    kinds: Collection[str] = (),
    source: Ref | None = None,
    target: Ref | None = None,
    about: Ref | None = None,
    sight: Sight = EVERYTHING,
) -> Page[Related]:
    """Relations, each as often as descriptors declare it, in the order in which they began.

    `source` and `target` are its ends, `about` is either of them; both are in `sight`.
    """
    seen = condition(sight, "source_id") & condition(sight, "target_id")
    found = store.at_moment(RelationInterval.objects.filter(seen), as_of)
    if kinds:
        found = found.filter(kind__in=kinds)
    if source is not None:
        found = found.filter(source_id=_number(source, as_of))
    if target is not None:
        found = found.filter(target_id=_number(target, as_of))
    if about is not None:
        subject = _number(about, as_of)
        found = found.filter(Q(source_id=subject) | Q(target_id=subject))
    page = read(found, ("id",), part)
    names = store.names({end for row in page.rows for end in (row.source_id, row.target_id, row.declared_by_id)}, as_of)
    related = [Related(store.relation(row, names), row.valid_from, row.valid_to, row.cause) for row in page.rows]
    return Page(related, page.next)


def members(
    teams: Collection[int], as_of: datetime | None = None, *, sight: Sight = EVERYTHING
) -> dict[int, list[Ref]]:
    """The people of teams, given by surrogate id, as far as they are in sight."""
    found = store.at_moment(
        RelationInterval.objects.filter(condition(sight, "source_id"), kind=RelationKind.MEMBER_OF.value), as_of
    )
    pairs = dict.fromkeys(found.filter(target_id__in=list(teams)).values_list("target_id", "source_id"))
    names = store.names({person for _, person in pairs}, as_of)
    people: dict[int, list[Ref]] = {team: [] for team in teams}
    for team, person in pairs:
        people[team].append(names[person])
    return {team: sorted(refs) for team, refs in people.items()}


def owned(teams: Collection[int], as_of: datetime | None = None, *, sight: Sight = EVERYTHING) -> dict[int, int]:
    """How many entities each team owns itself, not by what they are part of; of those in sight."""
    found = store.at_moment(
        RelationInterval.objects.filter(condition(sight, "target_id"), kind=RelationKind.OWNS.value), as_of
    )
    counted = found.filter(source_id__in=list(teams)).order_by().values_list("source_id").annotate(count=Count("id"))
    return dict.fromkeys(teams, 0) | dict(counted)


def _union(refs: Collection[Ref | None], as_of: datetime | None, what: str) -> frozenset[int] | None:
    """The entities whose owner, system or domain is one of these; None where nothing is asked."""
    if not refs:
        return None
    if as_of is None:
        groups = whole().owned if what == "owner" else whole().parts[what]
        return frozenset[int]().union(*(groups.get(ref, ()) for ref in refs))
    return frozenset[int]().union(*(_having(ref, as_of, what) for ref in refs))


def _having(ref: Ref | None, as_of: datetime, what: str) -> set[int]:
    if ref is None:
        candidates = set(store.versions(as_of).values_list("entity_id", flat=True))
        if what == "owner":
            candidates -= set(_relations(RelationKind.OWNS, as_of).values_list("target_id", flat=True))
    else:
        number = store.identity(ref, as_of)
        if number is None:
            return set()
        seeds = set(_relations(RelationKind.OWNS, as_of).filter(source_id=number).values_list("target_id", flat=True))
        candidates = _parts(seeds, as_of) if what == "owner" else _parts({number}, as_of) - {number}
    around = Around.of(candidates if len(candidates) <= _CHUNK else None, as_of)
    if what == "owner":
        return {number for number in candidates if ref in (around.owners(number) or (None,))}
    part_of = around.system if what == "system" else around.domain
    return {number for number in candidates if part_of(number) == ref}


def _number(ref: Ref, as_of: datetime | None) -> int:
    """The surrogate id behind a reference; 0, which nothing has, where there is none."""
    return store.identity(ref, as_of) or 0


def _relations(kind: RelationKind, as_of: datetime | None) -> QuerySet[RelationInterval]:
    return store.at_moment(RelationInterval.objects.filter(kind=kind.value), as_of)


def _parts(seeds: Collection[int], as_of: datetime | None) -> set[int]:
    """Things and all that is part of them."""
    part_of = _relations(RelationKind.PART_OF, as_of)
    found, waiting = set(seeds), set(seeds)
    while waiting:
        ordered = sorted(waiting)
        below = set[int]()
        for start in range(0, len(ordered), _CHUNK):
            within = part_of.filter(target_id__in=ordered[start : start + _CHUNK])
            below |= set(within.values_list("source_id", flat=True))
        waiting = below - found
        found |= below
    return found
