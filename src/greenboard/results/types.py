"""Results as plain values: what each rule came to for one entity, and the evidence for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from greenboard.core.refs import Ref
from greenboard.facts.types import FieldValue
from greenboard.rules.types import Outcome
from greenboard.scorecards.scoring import Standing


class Lack(StrEnum):
    """Why a rule has no data."""

    NO_SOURCE = "no_source"
    STALE = "stale"
    GAP = "gap"


@dataclass(frozen=True)
class Evidence:
    """A value that a rule read.

    `fact` is the path (`workload.replicas`), `key` the item it belongs to (`deployment/checkout`).
    `source` is `path:line`, at `commit` where that is known, or the name of the tool; `link` opens it.
    `decisive` values brought the outcome about; the others were looked at on the way.
    """

    fact: str
    key: str | None
    value: FieldValue
    source: str
    link: str
    observed_at: datetime | None
    commit: str = ""
    decisive: bool = True


@dataclass(frozen=True)
class Missing:
    """A fact that a rule wanted and did not get, why, and what would decide it."""

    fact: str
    lack: Lack
    reason: str
    remedy: str = ""


@dataclass(frozen=True)
class Result:
    """What one rule came to. `message` says why in a sentence; `exempt` stands beside the outcome."""

    rule: str
    item: str
    outcome: Outcome
    message: str
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[Missing, ...] = ()
    fix: str = ""
    exempt: bool = False

    @property
    def sourceless(self) -> bool:
        """Undecided, and no look failed: no source at hand supplies the facts."""
        lacks = {part.lack for part in self.missing}
        return self.outcome is Outcome.NO_DATA and lacks == {Lack.NO_SOURCE}


@dataclass(frozen=True)
class Judgement:
    """One entity held against one scorecard. Results are in the scorecard's order."""

    ref: Ref
    kind: str
    results: tuple[Result, ...]
    standing: Standing

    def result(self, rule: str) -> Result | None:
        """The result of one rule."""
        return next((result for result in self.results if result.rule == rule), None)
