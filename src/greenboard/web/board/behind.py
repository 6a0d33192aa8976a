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
    whole, marked = found.whole, np.zeros(len(found.whole), dtype=np.bool_)
    late = list[tuple[lagging.Late, Ref]]()
    for one in lagging.late(allowed.makings(request.user)):
        ref = whole.names.get(one.entity) if one.entity is not None else None
        if ref is not None and shown[whole.number[ref]]:
            marked[whole.number[ref]] = True
            late.append((one, ref))
    lines = tuple(_line(one, ref) for one, ref in late[:_LISTED])
    return Behind(lines, len(late), marked, f"{reverse('makings')}?state=behind")


def _line(one: lagging.Late, ref: Ref) -> Line:
    url, making = links.entity(ref), reverse("making", args=[one.making])
    return Line(ref.short, url, one.title, one.has, one.newest, making)
