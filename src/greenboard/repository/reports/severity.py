"""Severities of findings: the four bands of CVSS, and the words that tools have for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

SEVERITIES = ("critical", "high", "medium", "low")
_BANDS = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.0, "low"))
_WORDS = {"moderate": "medium", "negligible": "low", "info": "low", "informational": "low", "none": "low"}


def counts(scores: Iterable[float | None]) -> Mapping[str, int] | None:
    """How many findings are in each band, by CVSS score; None where one has no score. Zero is no finding at all."""
    listed = list(scores)
    if None in listed:
        return None
    named = (next(name for floor, name in _BANDS if score >= floor) for score in listed if score)
    return counted(named)


def counted(names: Iterable[str | None]) -> Mapping[str, int] | None:
    """How many findings have each severity; None where that of one is not known."""
    found = dict.fromkeys(SEVERITIES, 0)
    for name in names:
        if name is None:
            return None
        found[name] += 1
    return found


def named(word: object) -> str | None:
    """The severity that a tool's word stands for; None for "unknown" and whatever else is none."""
    text = word.strip().lower() if isinstance(word, str) else ""
    text = _WORDS.get(text, text)
    return text if text in SEVERITIES else None
