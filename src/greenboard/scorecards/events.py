"""What scorecards announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class RuleSaved:
    """A rule was edited, or its edit was taken back, by whom; told inside the transaction."""

    scorecard: str
    rule: str
    at: datetime
    author: str


@dataclass(frozen=True)
class RuleChanged:
    """A rule was edited, or its edit was taken back; told after it is committed."""

    scorecard: str
    rule: str
    at: datetime
