"""The content that pages are about: fact types, and the standards as they hold now."""

from __future__ import annotations

from django.http import Http404

from greenboard.core.once import notes
from greenboard.facts.store import vocabulary
from greenboard.scorecards import store
from greenboard.scorecards.types import Scorecard

__all__ = ["scorecard", "scorecards", "vocabulary"]

_KEPT = "web.content"


def scorecards() -> tuple[Scorecard, ...]:
    """Every standard, edited rules laid over what ships; the default one first. One query."""
    kept = notes(_KEPT)
    if not kept:
        kept[_KEPT] = store.standards(vocabulary())
    found: tuple[Scorecard, ...] = kept[_KEPT]
    return found


def scorecard(name: str) -> Scorecard:
    """The standard of a name, or the page that says there is none; without a name the default one."""
    for known in scorecards() if name else scorecards()[:1]:
        if name in ("", known.name):
            return known
    raise Http404(f"no scorecard {name!r}")
