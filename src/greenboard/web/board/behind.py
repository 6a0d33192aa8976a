"""Who lags behind the scaffold that it was made from, among the entities that the board is about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.http import HttpRequest
from django.urls import reverse

from greenboard.access.decide import Permission, sight
from greenboard.core.refs import Ref
from greenboard.rules.vectors import Array
from greenboard.scaffolds import allowed, lagging
from greenboard.web import links
from greenboard.web.asked import Asked
from greenboard.web.seen import Seen

_LISTED = 8


@dataclass(frozen=True)
class Line:
    """An entity, what it has of its scaffold, and the newest version."""

    entity: str
    url: str
    title: str
    has: str
    newest: str
    making: str


@dataclass(frozen=True)
class Behind:
    """All that lag behind: `lines` are the first of them, `marked` all, by entity."""

    lines: tuple[Line, ...]
    count: int
    marked: Array
    more: str


def behind(request: HttpRequest, found: Seen, shown: Array, asked: Asked) -> Behind | None:
    """Nothing of the past, and nothing for whom scaffolds are not. Two queries."""
    if asked.as_of is not None or sight(request.user, Permission.SCAFFOLDS_USE).nothing:
        return None
    place = {int(found.whole.ids[number]): number for number in np.flatnonzero(shown).tolist()}
    late = [one for one in lagging.late(allowed.makings(request.user)) if one.entity in place]
    marked = np.zeros(len(found.whole), dtype=np.bool_)
    marked[[place[one.entity] for one in late if one.entity is not None]] = True
    lines = tuple(_line(one, found.whole.names[one.entity]) for one in late[:_LISTED] if one.entity is not None)
    return Behind(lines, len(late), marked, f"{reverse('makings')}?state=behind")


def _line(one: lagging.Late, ref: Ref) -> Line:
    url, making = links.entity(ref), reverse("making", args=[one.making])
    return Line(ref.short, url, one.title, one.has, one.newest, making)
