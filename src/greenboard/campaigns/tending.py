"""What time brings about in campaigns: they start, remind, pass milestones, fall due; their days are counted.

Each occasion is noted by a row with a unique key in the transaction that tells it, while the campaign is locked: so it
is told once, whoever looks, and what was missed while nobody ran is told at the next look. Of several reminders that
were missed only the last is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from greenboard.campaigns import enforcing, following, progress, standing, store
from greenboard.campaigns.definition import Definition, Occasion
from greenboard.campaigns.models import Campaign, Told
from greenboard.campaigns.store import Held
from greenboard.campaigns.telling import tell

_POINTS = 5
"""Days that are counted at one look, for each campaign."""


def tend(now: datetime) -> int:
    """Do all that is due by now; how much that was."""
    done = following.revive(now) + enforcing.due(now)
    for held in store.open_ones():
        if _due(held, now):
            done += _tell(held, now)
        if held.row.started_at is not None or now >= held.definition.starts_at:
            done += progress.fill(held, now, _POINTS)
    return done


def _due(held: Held, now: datetime) -> Sequence[Occasion]:
    """The occasions that have come and were not told, in the order of time."""
    come = [one for one in held.definition.occasions() if one.at <= now and _applies(held, one)]
    told = set(Told.objects.filter(campaign=held.row).values_list("key", flat=True)) if come else set()
    return [one for one in come if one.key not in told]


def _applies(held: Held, one: Occasion) -> bool:
    """It starts once, whatever becomes of its dates; and what was over when it was made is not told of it."""
    if one.what == "started":
        return held.row.started_at is None
    return one.at > held.row.created_at


def worth_telling(several: Sequence[Occasion], definition: Definition, now: datetime) -> Sequence[Occasion]:
    """Those of some that came together which still say something: the last reminder, and none once it is due."""
    reminders = [one for one in several if one.what == "reminder"]
    kept = reminders[-1:] if now < definition.due_at else []
    return [one for one in several if one.what != "reminder" or one in kept]


def _tell(held: Held, now: datetime) -> int:
    pairs = standing.pairs(held.definition)
    with transaction.atomic():
        row = Campaign.objects.select_for_update().filter(pk=held.row.pk, version=held.row.version).first()
        if row is None:
            return 0  # somebody changed or ended it just now: the next look reads it anew
        fresh = Held(row, held.definition)
        several = _due(fresh, now)
        telling = worth_telling(several, held.definition, now)
        for one in several:
            Told.objects.create(campaign=row, key=one.key, at=now, passed=one not in telling)
            if one.what == "started":
                Campaign.objects.filter(pk=row.pk).update(started_at=now)
                following.touch(row)
        for one in telling:
            tell(fresh, pairs, one, now)
        return len(several)
