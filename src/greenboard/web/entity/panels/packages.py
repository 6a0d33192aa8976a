"""The packages of an entity: how many, from where, and which weaknesses of them are known."""

from __future__ import annotations

from django.urls import reverse

from greenboard.web.entity import packages
from greenboard.web.panels import About, Panel

_PEOPLE = ("person", "team")


def panel(about: About) -> Panel | None:
    """Nothing where no lock file and no bill names any; people have none."""
    if about.stored.ref.kind in _PEOPLE:
        return None
    found = packages.known(about.stored, about.asked.as_of)
    if not found.origins:
        return None
    ref = about.stored.ref
    more = about.asked.to(reverse("packages", args=(ref.kind, ref.namespace, ref.name)))
    note = f"{len(found.urls):,} package{'' if len(found.urls) == 1 else 's'}"
    return Panel("packages", "Packages", "parts/packages.html", {"found": found}, note, more, order=60)
