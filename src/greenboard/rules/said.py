"""Outcomes as they are said to people, wherever that is: on pages, in messages, in reports. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from greenboard.rules.types import Outcome


@dataclass(frozen=True)
class Said:
    """An outcome for the eye: glyph, word and class together, never the colour alone."""

    key: str
    glyph: str
    word: str


OUTCOMES: Mapping[str, Said] = {
    Outcome.PASS: Said("pass", "✓", "Pass"),
    Outcome.FAIL: Said("fail", "✕", "Fail"),
    Outcome.NO_DATA: Said("no_data", "◌", "No data"),
    Outcome.ERROR: Said("error", "!", "Error"),
    Outcome.NOT_APPLICABLE: Said("not_applicable", "–", "Not applicable"),
}
EXEMPT = Said("exempt", "◈", "Exempt")
