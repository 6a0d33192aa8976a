"""What hooks there are, and how telling them went."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet

from greenboard.access import rows
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
    return rows.one(hooks(), number, "hook")


def inlets() -> QuerySet[Inlet]:
    """Every inlet with its service account, by name."""
    return Inlet.objects.select_related("service").order_by("name")


def deliveries(hook: Hook, *, state: State | None = None, below: int | None = None) -> QuerySet[Delivery]:
    """What a hook was told, or is still to be told, newest first; of one state where it is named.

    Slice it: there may be very many. `below` goes on where a page ended.
    """
    found = Delivery.objects.filter(hook=hook).select_related("event").order_by("-id")
    found = found if state is None else found.filter(state=state.value)
    return found if below is None else found.filter(pk__lt=below)


def newest() -> Mapping[int, Delivery]:
    """The newest delivery to each hook that was told anything, by the number of the hook."""
    return rows.newest(Delivery.objects.all(), "hook")
