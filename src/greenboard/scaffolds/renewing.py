"""What follows from a newer version of a scaffold: who lags behind is told once, and updates are opened by themselves.

Only so many of those are open at a time (`GREENBOARD_SCAFFOLD_UPDATES`): a change of what a hundred projects were
made from is not a hundred pull requests in one hour. One that somebody closed is not opened again for that version.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.db import transaction

from greenboard.core.errors import UserError
from greenboard.scaffolds import lagging, service, store, telling
from greenboard.scaffolds.lagging import Standing
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.types import Purpose, State

_log = logging.getLogger("greenboard.scaffolds")


def renew(now: datetime) -> int:
    """Tell of what lags behind since the last look, and open as many updates as may be open; how many were opened."""
    late = [one for one in lagging.standings(store.published()) if one.behind]
    for one in late:
        _tell(one, now)
    left = settings.SCAFFOLD_UPDATES - _open()
    wanted = [one for one in late if one.update is None and not one.tried]
    return sum(_renewed(one) for one in wanted[: max(left, 0)])


def _tell(one: Standing, now: datetime) -> None:
    with transaction.atomic():
        fresh = Making.objects.filter(pk=one.first.pk).exclude(told=one.newest).update(told=one.newest)
        if fresh:
            telling.behind(one.first, one.version, one.newest, now, itself=bool(settings.SCAFFOLD_UPDATES))


def _renewed(one: Standing) -> bool:
    try:
        service.renew(one.first)
    except UserError as error:
        _log.warning("no update of %s by itself: %s", one.first, error)
        return False
    return True


def _open() -> int:
    rows = Making.objects.filter(purpose=Purpose.UPDATE.value, landed_at=None, closed_at=None)
    return rows.exclude(state=State.FAILED.value).count()
