"""What hooks there are, and how telling them went."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Max, QuerySet

from greenboard.access.errors import Absent
from greenboard.hooks.models import Delivery, Hook, Inlet
from greenboard.hooks.types import State


def hooks() -> QuerySet[Hook]:
    """Every hook, in the order in which they were made."""
    return Hook.objects.order_by("id")


def hook(number: int) -> Hook:
    """A hook by its number.

    Raises:
        UserError: there is none.

    """
    found = Hook.objects.filter(pk=number).first()
    if found is None:
        raise Absent(f"no hook {number}")
    return found


def inlets() -> QuerySet[Inlet]:
    """Every inlet with its service account, by name."""
    return Inlet.objects.select_related("service").order_by("name")


def deliveries(hook: Hook, *, state: State | None = None, below: int | None = None) -> QuerySet[Delivery]:
    """What a hook was told, or is still to be told, newest first; of one state where it is named.

    Slice it: there may be very many. `below` goes on where a page ended.
    """
    rows = Delivery.objects.filter(hook=hook).select_related("event").order_by("-id")
    rows = rows if state is None else rows.filter(state=state.value)
    return rows if below is None else rows.filter(pk__lt=below)


def newest() -> Mapping[int, Delivery]:
    """The newest delivery to each hook that was told anything, by the number of the hook."""
    last = Delivery.objects.order_by().values("hook").annotate(last=Max("id")).values("last")
    return {row.hook_id: row for row in Delivery.objects.filter(pk__in=last)}
