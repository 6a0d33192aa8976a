"""The ledger: which exemptions there are and were, as far as somebody may see them, and what happened to each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from greenboard.access.sight import EVERYTHING, Sight
from greenboard.catalog.sight import condition
from greenboard.exemptions.models import Event, Exemption, Refusal
from greenboard.exemptions.types import State
from greenboard.facts.store import chunks


@dataclass(frozen=True)
class Wanted:
    """What to look for; an empty part asks for nothing.

    `ending` is that what is approved ends within so many days; `entities` are surrogate ids, `fits` is another
    condition on the entity.
    """

    states: Collection[State] = ()
    scorecard: str = ""
    rule: str = ""
    category: str = ""
    requested_by: str = ""
    decided_by: str = ""
    ending: int | None = None
    renewals: bool = False
    entities: Collection[int] | None = None
    fits: Q = Q()  # noqa: RUF009 - never changed
    sight: Sight = EVERYTHING


def found(wanted: Wanted, now: datetime, *, below: int | None = None) -> QuerySet[Exemption]:
    """The exemptions that fit, newest first; `below` goes on where a page ended."""
    parts = {
        "scorecard": wanted.scorecard,
        "rule": wanted.rule,
        "category": wanted.category,
        "requested_by": wanted.requested_by,
        "decided_by": wanted.decided_by,
        "pk__lt": below,
    }
    rows = Exemption.objects.filter(condition(wanted.sight) & wanted.fits & _among(wanted.entities))
    rows = rows.filter(**{key: value for key, value in parts.items() if value not in ("", None)})
    if wanted.states:
        rows = rows.filter(state__in=[state.value for state in wanted.states])
    if wanted.ending is not None:
        until = now + timedelta(days=wanted.ending)
        rows = rows.filter(state=State.APPROVED.value, ends__gt=now, ends__lte=until)
    if wanted.renewals:
        rows = rows.filter(renews__isnull=False)
    return rows.select_related("entity").order_by("-pk")


def _among(entities: Collection[int] | None) -> Q:
    if entities is None:
        return Q()
    named = Q(pk__in=())
    for part in chunks(sorted(entities)):
        named |= Q(entity_id__in=part)
    return named


def counted(wanted: Wanted, now: datetime) -> dict[State, int]:
    """How many fit, by state."""
    rows = found(wanted, now).order_by().select_related(None).values_list("state").annotate(count=Count("id"))
    return {State(state): count for state, count in rows}


def renewed(rows: Iterable[Exemption]) -> dict[int, int]:
    """How often each of some exemptions was renewed until it came to be, by number. A query for each step back."""
    before = {row.pk: row.renews_id for row in rows}
    count, last = dict.fromkeys(before, 0), {number: renews for number, renews in before.items() if renews}
    while last:
        count |= {number: count[number] + 1 for number in last}
        found: dict[int, int] = {}
        for part in chunks(sorted(set(last.values()))):
            older = Exemption.objects.filter(pk__in=part, renews__isnull=False)
            found |= {number: renews for number, renews in older.values_list("pk", "renews") if renews}
        last = {number: found[renews] for number, renews in last.items() if renews in found}
    return count


def history(number: int) -> Sequence[Event]:
    """What happened to an exemption, the first first."""
    return list(Event.objects.filter(exemption=number).order_by("id"))


def refused(entity: int) -> Sequence[Refusal]:
    """Why wishes in descriptors are not taken, of an entity by its surrogate id."""
    return list(Refusal.objects.filter(entity_id=entity).order_by("place"))
