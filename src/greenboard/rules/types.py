"""What a rule can come to."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The five outcomes. An exemption stands beside the outcome and never changes it."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    NO_DATA = "no_data"
    ERROR = "error"
    NOT_APPLICABLE = "not_applicable"

    @property
    def decided(self) -> bool:
        """Whether the rule could be decided: only these count in a score."""
        return self in (Outcome.PASS, Outcome.FAIL)
