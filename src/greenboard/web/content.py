"""The content that pages are about, read once per process: fact types and scorecards."""

from __future__ import annotations

from functools import lru_cache

from django.http import Http404

from greenboard.core import content
from greenboard.facts.vocabulary import Vocabulary, load
from greenboard.scorecards import definition
from greenboard.scorecards.types import Scorecard

DEFAULT = "production-readiness"


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Every fact type that ships."""
    return load()


@lru_cache(maxsize=1)
def scorecards() -> tuple[Scorecard, ...]:
    """Every scorecard that ships, the default one first."""
    names = sorted(path.stem for path in content.library("scorecards").glob("*.yaml"))
    names.sort(key=lambda name: name != DEFAULT)
    return tuple(definition.find(name, vocabulary()) for name in names)


def scorecard(name: str) -> Scorecard:
    """The scorecard of a name, or the page that says there is none; without a name the default one."""
    for known in scorecards():
        if known.name == (name or scorecards()[0].name):
            return known
    raise Http404(f"no scorecard {name!r}")
