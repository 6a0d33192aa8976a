"""Where a team stands, for its digest: on each scorecard how many of its entities are at which level, and who moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime

from greenboard.catalog import store as catalog
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts.store import vocabulary
from greenboard.results import store as results
from greenboard.scorecards.store import standards
from greenboard.scorecards.types import Scorecard


def standing(team: Ref, since: datetime) -> str:
    """What a team owns, in a sentence for each scorecard that asks anything of it; "" where none does."""
    owned = [one.id for one in catalog.search(teams=(team,))]
    try:
        cards = standards(vocabulary()) if owned else ()
    except UserError:  # a digest comes also while a scorecard cannot be read
        return ""
    return " ".join(sentence for card in cards if (sentence := _of(card, owned, since)))


def _of(card: Scorecard, owned: Collection[int], since: datetime) -> str:
    now = results.ranks(card.name, owned)
    if not now:
        return ""
    then = results.ranks(card.name, owned, since)
    parts = ", ".join(_levels(card, Counter(now.values())))
    rose = sum(rank > then[one] for one, rank in now.items() if one in then)
    fell = sum(rank < then[one] for one, rank in now.items() if one in then)
    moved = " and ".join(f"{count} {word}" for count, word in ((rose, "rose"), (fell, "fell")) if count)
    return f"{card.title}: {parts}; {moved or 'none moved'} since {since:%Y-%m-%d}."


def _levels(card: Scorecard, counts: Counter[int]) -> Iterator[str]:
    for rank, level in sorted(enumerate(card.levels, start=1), reverse=True):
        if counts[rank]:
            yield f"{counts[rank]} at {level.title}"
    if counts[0]:
        yield f"{counts[0]} at no level"
