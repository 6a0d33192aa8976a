"""How long what was rendered and packed is kept: for as long as somebody may need it, and three months."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from greenboard.scaffolds.models import Making, Packed
from greenboard.scaffolds.types import Landing, State

KEPT = timedelta(days=90)
_LATER = {"pk__gt": OuterRef("pk"), "landed_at__isnull": False}


def forget(before: datetime) -> int:
    """Forget what was rendered before a moment and is the base of no update, and packed scaffolds that are neither
    offered nor being made something of; how many.

    What landed last in a project stays whole: the next update starts from it.
    """
    later = Exists(Making.objects.filter(first=OuterRef("pk"), landed_at__isnull=False))
    newer = Exists(Making.objects.filter(first=OuterRef("first"), **_LATER))
    over = Q(way=Landing.DOWNLOAD.value) | Q(state=State.FAILED.value) | Q(closed_at__isnull=False)
    old = Making.objects.filter(ended_at__lt=before, tree__isnull=False)
    count = old.filter(over | later | (Q(first__isnull=False) & newer)).update(tree=None)
    going_on = Making.objects.filter(packed=OuterRef("pk"), state__in=(State.UNDERWAY.value, State.FAILED.value))
    gone, _ = Packed.objects.filter(~Exists(going_on), current=False, at__lt=before).delete()
    return count + gone
