"""Menus that are not filters: grouping, scorecard, the stretch of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from greenboard.web import words
from greenboard.web.asked import Asked
from greenboard.web.seen import Seen
from greenboard.web.selection import Menu, Option

_SPANS = (("1d", "1 day"), ("7d", "7 days"), ("14d", "14 days"), ("30d", "30 days"), ("90d", "90 days"))


@dataclass(frozen=True)
class Spans:
    """The stretch of time that changes are shown for."""

    menu: Menu
    since: str


def choices(name: str, label: str, options: Sequence[tuple[str, str]], asked: Asked) -> Menu:
    """A menu whose first option holds when nothing is chosen."""
    return _menu(name, label, tuple(options), asked.get(name) or options[0][0], on=name in asked.given)


@lru_cache(maxsize=200)
def _menu(name: str, label: str, options: tuple[tuple[str, str], ...], chosen: str, *, on: bool) -> Menu:
    return Menu(name, label, "", tuple(Option(value, text, value == chosen) for value, text in options), on)


def pardons(found: Seen, asked: Asked) -> tuple[Menu, ...]:
    """Whether levels and scores are shown with exemptions or without, where there are any."""
    chosen = "exemptions" in asked.given
    if not chosen and not found.matrix.pardons:
        return ()
    told = (("with", "With exemptions"), ("without", "Without exemptions"))
    return (choices("exemptions", "Exemptions", told, asked),)


def spans(asked: Asked, default: str = "7d") -> Spans:
    """The menu of stretches; a date from the address is kept as an option of its own."""
    chosen = asked.get("since") or default
    options = list(_SPANS)
    if chosen not in dict(options):
        options.append((chosen, f"since {chosen}"))
    menu = _menu("since", "Changes in", tuple(options), chosen, on="since" in asked.given)
    return Spans(menu, words.day(asked.since))
