"""How things are said to people: outcomes, moments, numbers with their units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from greenboard.core import clock
from greenboard.facts.types import FieldValue
from greenboard.rules.said import EXEMPT, OUTCOMES, Said

__all__ = ["EXEMPT", "OUTCOMES", "Said", "ago", "count", "day", "exact", "score", "sentence", "span", "value", "when"]


def count(number: int, one: str, many: str = "") -> str:
    """`1 rule`, `2 rules`, `1,204 entities`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def score(value: float | None) -> str:
    """A score without decimals; a dash where nothing was decided. Never rounded up to 100."""
    if value is None:
        return "–"
    return "99" if 99 < value < 100 else f"{value:.0f}"


def span(length: timedelta) -> str:
    """A length of time in its largest fitting unit: `4 min`, `3 h`, `12 d`."""
    seconds = abs(length.total_seconds())
    for size, unit in ((86400 * 365, "y"), (86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size * (2 if unit == "y" else 1):
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"


def ago(moment: datetime, now: datetime) -> str:
    """`4 min ago`, `in 3 d`, `just now`."""
    distance = now - moment
    if abs(distance) < timedelta(seconds=30):
        return "just now"
    return f"{span(distance)} ago" if distance > timedelta() else f"in {span(distance)}"


def day(moment: date | datetime) -> str:
    """`Mon 16 Nov 2026`."""
    return f"{moment:%a} {moment.day} {moment:%b %Y}"


def exact(moment: datetime) -> str:
    """`2026-11-16 09:12:00 UTC`."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


@lru_cache(maxsize=2_000)  # a page says the same moments again and again
def when(moment: datetime | None, now: datetime, *, focus: bool = True) -> SafeString | str:
    """A moment for a page: relative, with the exact time on hover and focus.

    Without `focus` it is no stop of the keyboard's: for places inside a control, which say it exactly elsewhere.
    """
    if moment is None:
        return "–"
    return format_html(
        '<gb-moment><time datetime="{}" title="{}"{}>{}</time></gb-moment>',
        clock.format_time(moment.replace(microsecond=0)),
        exact(moment),
        mark_safe(' tabindex="0"') if focus else "",
        ago(moment, now),
    )


def value(raw: FieldValue | None, unit: str = "") -> str:
    """A value of a fact for people, with its unit."""
    if raw is None:
        return "unknown"
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, datetime):
        return f"{raw:%Y-%m-%d %H:%M} UTC" if (raw.hour or raw.minute) else f"{raw:%Y-%m-%d}"
    if isinstance(raw, timedelta):
        return span(raw)
    if isinstance(raw, float):
        return _united(f"{raw:,.2f}".rstrip("0").rstrip("."), unit)
    if isinstance(raw, int):
        return _united(f"{raw:,}", unit)
    if isinstance(raw, str):
        return raw or "(empty)"
    return _listed(raw, unit)


def _listed(raw: Sequence[FieldValue], unit: str) -> str:
    parts = [value(part, unit) for part in raw]
    if not parts:
        return "none"
    return ", ".join(parts[:6]) + (f" and {len(parts) - 6} more" if len(parts) > 6 else "")


def _united(number: str, unit: str) -> str:
    # Units such as "0 most critical, 4 least" explain a scale rather than follow a number.
    if unit in ("%", "percent"):
        return f"{number} %"
    return f"{number} {unit}" if unit and len(unit) <= 8 else number


def sentence(name: str) -> str:
    """A name of code as words: `data-store` becomes `Data store`."""
    spaced = name.replace("-", " ").replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]
