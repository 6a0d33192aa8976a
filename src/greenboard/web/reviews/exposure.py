"""Who has the same exposure: whoever fails a rule that is only proposed, now and in sight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from greenboard.core.refs import Ref
from greenboard.facts.vocabulary import Vocabulary
from greenboard.results.ground import ERROR, FAIL, NO_DATA, Ground, verdicts
from greenboard.rules.vectors import Array
from greenboard.scorecards import draft
from greenboard.scorecards.types import Scorecard
from greenboard.web import links

_NAMED = 6


@dataclass(frozen=True)
class Exposed:
    """How many others fail it, by name the first few; of how many it is unknown; whether the entity itself fails it."""

    failing: int
    named: tuple[tuple[str, str], ...]
    unknown: int
    itself: bool

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.failing - len(self.named)


@dataclass(frozen=True)
class Exposure:
    """The catalog as a rule of a scorecard is held against it. `seen` has the surrogate ids that may be seen."""

    scorecard: Scorecard
    ground: Ground
    seen: Array
    words: Vocabulary
    about: Ref | None

    def of(self, expression: str) -> Exposed:
        """Whoever fails an expression, beside the entity that it is about.

        Raises:
            UserError: it is no rule.

        """
        parts = draft.complete(self.scorecard, {"expression": expression})
        rule = draft.compiled(self.scorecard, parts, self.words)
        codes = verdicts(self.scorecard, rule, self.ground)
        asked = (self.ground.covered(self.scorecard.scope) != 0) & np.isin(self.ground.ids, self.seen)
        there = (self.ground.entities[row] for row in np.flatnonzero(asked & (codes == FAIL)).tolist())
        refs = sorted(entity.ref for entity in there if entity is not None)
        others = [ref for ref in refs if ref != self.about]
        named = tuple((ref.short, links.entity(ref)) for ref in others[:_NAMED])
        unknown = int((asked & np.isin(codes, (NO_DATA, ERROR))).sum())
        return Exposed(len(others), named, unknown, len(others) < len(refs))
