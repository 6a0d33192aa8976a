"""Every query on attestations. What one may not see is not found."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from greenboard.access.errors import Absent
from greenboard.access.sight import EVERYTHING, Sight
from greenboard.attestations.models import Attestation, Evidence, Refusal, Step, Upload
from greenboard.attestations.types import LIVE, Cause, Done, State
from greenboard.catalog.listing import ALL, Chosen
from greenboard.catalog.sight import condition
from greenboard.facts.store import chunks

LIVING = [one.value for one in LIVE]


@dataclass(frozen=True)
class Wanted:
    """What to look for; an empty part asks for nothing.

    `ending` are those that hold or wait, and end before it. `chosen` are the entities that are meant.
    """

    items: Collection[str] = ()
    states: Collection[State] = ()
    ending: datetime | None = None
    by: str = ""
    chosen: Chosen = ALL
    as_of: datetime | None = None


def find(number: int, sight: Sight = EVERYTHING) -> Attestation:
    """One of a number.

    Raises:
        Absent: there is none, or its entity may not be seen.

    """
    row = Attestation.objects.filter(condition(sight), pk=number).select_related("entity").first()
    if row is None:
        raise Absent(f"no attestation {number}")
    return row


def search(wanted: Wanted) -> QuerySet[Attestation]:
    """What fits, the newest first. As of a day, what had been given by then; `state_at` says where it stood."""
    found = Attestation.objects.filter(wanted.chosen.of("entity_id", wanted.as_of)).select_related("entity")
    if wanted.chosen.among is not None:
        found = found.filter(entity_id__in=wanted.chosen.among)
    if wanted.items:
        found = found.filter(item__in=list(wanted.items))
    if wanted.by:
        found = found.filter(given_by=wanted.by)
    if wanted.ending is not None:
        found = found.filter(state__in=LIVING, expires_at__lte=wanted.ending)
    if wanted.as_of is not None:
        found = found.filter(given_at__lte=wanted.as_of)
    if wanted.states:
        found = found.filter(_standing(wanted.states, wanted.as_of))
    return found.order_by("-id")


def _standing(states: Collection[State], as_of: datetime | None) -> Q:
    if as_of is None:
        return Q(state__in=[one.value for one in states])
    open_ = Q(ended_at__isnull=True) | Q(ended_at__gt=as_of)
    settled = Q(settled_at__lte=as_of)
    each = {
        State.WAITING: open_ & ~settled,
        State.HOLDS: open_ & settled,
        State.REFUSED: Q(state=State.REFUSED.value, ended_at__lte=as_of),
        State.ENDED: Q(state=State.ENDED.value, ended_at__lte=as_of),
    }
    found = Q(pk__in=())
    for one in states:
        found |= each[one]
    return found


def state_at(row: Attestation, as_of: datetime | None) -> State:
    """How far an attestation is, or was at a moment after it was given."""
    if as_of is None or (row.ended_at is not None and row.ended_at <= as_of):
        return State(row.state)
    return State.HOLDS if row.settled_at is not None and row.settled_at <= as_of else State.WAITING


def of_entity(entity: int, as_of: datetime | None = None) -> list[Attestation]:
    """All that was ever attested of an entity, by surrogate id; the newest first."""
    rows = Attestation.objects.filter(entity_id=entity)
    return list((rows if as_of is None else rows.filter(given_at__lte=as_of)).order_by("-id"))


def living(entities: Iterable[int]) -> list[Attestation]:
    """What holds or waits of entities, by surrogate id."""
    rows = Attestation.objects.filter(state__in=LIVING).select_related("entity").order_by("id")
    return [row for part in chunks(sorted(entities)) for row in rows.filter(entity_id__in=part)]


def history(row: Attestation) -> list[Step]:
    """What was done with it, oldest first."""
    return list(row.steps.order_by("id"))


def evidence(row: Attestation) -> list[Evidence]:
    """What it leans on, without the bytes of files."""
    return list(row.evidence.select_related("file").defer("file__content").order_by("id"))


def document(row: Attestation, number: int) -> Evidence:
    """A file that it leans on.

    Raises:
        Absent: there is none of that number.

    """
    found = row.evidence.filter(pk=number, file__isnull=False).select_related("file").first()
    if found is None:
        raise Absent(f"attestation {row.pk} has no file {number}")
    return found


def refusals(entity: int) -> list[Refusal]:
    """What the descriptors of an entity state and is not taken."""
    return list(Refusal.objects.filter(entity_id=entity, ended_at__isnull=True).order_by("item", "id"))


def add_evidence(row: Attestation, pieces: Iterable[tuple[str, str, Upload | None]]) -> None:
    """Note what an attestation leans on: kind, text, and the upload of a file."""
    for kind, text, upload in pieces:
        name = upload.name if upload else text
        Evidence.objects.create(attestation=row, kind=kind, text=name, file=upload.file if upload else None)


def step(row: Attestation, done: Done, at: datetime, by: str = "", said: str = "") -> None:
    """Add to the history."""
    Step.objects.create(attestation=row, done=done.value, at=at, by=by, said=said)


def move(row: Attestation, *, seen: int, **to: object) -> bool:
    """Change an attestation as it was seen; False where somebody else was first. `row` is brought up to date."""
    rows = Attestation.objects.filter(pk=row.pk, version=seen, state__in=LIVING)
    if not rows.update(version=seen + 1, **to):
        return False
    for name, value in {**to, "version": seen + 1}.items():
        setattr(row, name, value)
    return True


def end(row: Attestation, cause: Cause, reason: str, at: datetime, *, state: State = State.ENDED) -> bool:
    """End it, unless somebody else was first."""
    told = {"state": state.value, "ended_at": at, "cause": cause.value, "reason": reason, "next_at": None}
    return move(row, seen=row.version, **told)
