"""A new version of a scorecard is judged in parts: some entities at a time, by whichever worker takes them.

Parts only go before the turn that judges all: it finds what a part left out, so that losing one costs
time and no result. A part is taken and noted in the transaction that writes its results, so that one whose
worker dies is there for others again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import F, Max

from greenboard.results import models
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Scorecard

SIZE = 1_000
"""How many entities are judged at once; others may write in between."""


@dataclass(frozen=True)
class Part:
    """The entities with surrogate ids from `first` to `last`, to be judged by a version opened at a moment."""

    id: int
    first: int
    last: int
    opened_at: datetime


def divide(scorecard: Scorecard, entities: Array, at: datetime, size: int = SIZE) -> None:
    """Leave entities, by surrogate ids, to be judged in parts; what is left of other versions is forgotten.

    To be called while nobody else judges.
    """
    stored = models.Scorecard.objects.get(name=scorecard.name)
    models.Part.objects.filter(scorecard=stored).delete()
    several = sorted(entities.tolist())
    ranges = (several[start : start + size] for start in range(0, len(several), size))
    models.Part.objects.bulk_create(
        models.Part(scorecard=stored, digest=scorecard.digest, first=each[0], last=each[-1], opened_at=at)
        for each in ranges
    )
    models.Scorecard.objects.filter(pk=stored.pk).update(opened_at=at)


def left(scorecards: Iterable[Scorecard]) -> set[str]:
    """The names of those that are in force and have parts left, some perhaps in somebody's hands."""
    rows = models.Part.objects.filter(
        number__isnull=True, scorecard__versions__valid_to__isnull=True, scorecard__versions__digest=F("digest")
    )
    there = set(rows.values_list("scorecard__name", "digest").distinct())
    return {card.name for card in scorecards if (card.name, card.digest) in there}


def newest() -> int:
    """The highest surrogate id of a part: those of versions that are opened later have higher ones."""
    return int(models.Part.objects.aggregate(last=Max("id"))["last"] or 0)


def take(scorecard: Scorecard) -> Part | None:
    """A part that nobody has in hand, until the transaction ends; None where there is none."""
    rows = models.Part.objects.filter(
        scorecard__name=scorecard.name, digest=scorecard.digest, number__isnull=True
    ).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    row = rows.first()
    return None if row is None else Part(row.pk, row.first, row.last, row.opened_at)


def finish(part: Part) -> None:
    """Note that a part was judged: last in its transaction, since others that finish wait from here to its end."""
    row = models.Part.objects.get(pk=part.id)
    own = models.Scorecard.objects.filter(pk=row.scorecard_id)
    own.update(parts=F("parts") + 1)
    models.Part.objects.filter(pk=part.id).update(number=own.values("parts"))


def judged(scorecard: str, after: int, until: int) -> Sequence[tuple[int, int]] | None:
    """The first and last surrogate id of each part by number; None where they are not known any more."""
    if after == until:
        return ()
    rows = models.Part.objects.filter(scorecard__name=scorecard, number__gt=after, number__lte=until)
    found = list(rows.values_list("first", "last"))
    return found if len(found) == until - after else None
