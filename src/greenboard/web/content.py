"""The content that pages are about, read once per process: fact types and scorecards."""

from __future__ import annotations

from functools import lru_cache

from django.http import Http404

from greenboard.core import content
from greenboard.facts.store import vocabulary
from greenboard.facts.vocabulary import Vocabulary
from greenboard.scorecards import definition
from greenboard.scorecards.types import Scorecard

__all__ = ["scorecard", "scorecards", "vocabulary"]

DEFAULT = "production-readiness"


def scorecards() -> tuple[Scorecard, ...]:
    """Every scorecard that ships, the default one first."""
    return _scorecards(_ByIdentity(vocabulary()))


class _ByIdentity:
    """Lets a cache tell vocabularies apart, which are the same object until they change."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words

    def __hash__(self) -> int:
        return id(self.words)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and self.words is other.words


@lru_cache(maxsize=1)
def _scorecards(key: _ByIdentity) -> tuple[Scorecard, ...]:
    names = sorted(path.stem for path in content.library("scorecards").glob("*.yaml"))
    names.sort(key=lambda name: name != DEFAULT)
    return tuple(definition.find(name, key.words) for name in names)


def scorecard(name: str) -> Scorecard:
    """The scorecard of a name, or the page that says there is none; without a name the default one."""
    for known in scorecards():
        if known.name == (name or scorecards()[0].name):
            return known
    raise Http404(f"no scorecard {name!r}")
