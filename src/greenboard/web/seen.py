"""What one page sees: the catalog and a scorecard's results of a moment, within the sight of who asks."""

from __future__ import annotations

import numpy as np
from django.http import HttpRequest

from greenboard.access.decide import sight
from greenboard.results.seen import Place, Seen, look
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Scorecard
from greenboard.web.asked import Asked

__all__ = ["Place", "Seen", "numbers", "seen"]


def seen(request: HttpRequest, scorecard: Scorecard, asked: Asked) -> Seen:
    """What a request sees, with exemptions or as if there were none. Two queries, and one more for a bound sight."""
    bare = asked.choice("exemptions", ("with", "without")) == "without"
    return look(scorecard.name, asked.as_of, sight(request.user), bare=bare)


def numbers(mask: Array) -> Array:
    """The entities that a mask marks, by number."""
    return np.flatnonzero(mask)
