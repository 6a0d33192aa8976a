"""Which entities a page is about: the filters of its address, and the menus that change them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from django.utils.safestring import SafeString

from greenboard.catalog.columns import NONE, Index
from greenboard.catalog.whole import Array
from greenboard.core.kept import Kept
from greenboard.web import words
from greenboard.web.asked import FILTERS, Asked
from greenboard.web.rows import drawn


@dataclass(frozen=True)
class Option:
    """One choice of a menu."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True)
class Menu:
    """One filter. `any` is the text of no choice."""

    name: str
    label: str
    any: str
    options: tuple[Option, ...]
    chosen: bool

    @cached_property
    def drawn(self) -> SafeString:
        """It as markup."""
        return drawn("menu.html", menu=self)


@dataclass(frozen=True)
class Chip:
    """A filter that is on, and the address without it."""

    text: str
    url: str


_ANY = {
    "team": "Any team",
    "kind": "Any kind",
    "tier": "Any tier",
    "domain": "Any domain",
    "system": "Any system",
    "tag": "Any tag",
    "lifecycle": "Any lifecycle",
}
_LACKS = {
    "team": "No owner",
    "tier": "No tier",
    "domain": "No domain",
    "system": "No system",
    "lifecycle": "No lifecycle",
}


def menus(index: Index, among: Array, asked: Asked, names: Sequence[str] = FILTERS) -> tuple[Menu, ...]:
    """A menu per filter that has anything to choose between, or is on."""
    built = []
    for name in names:
        found, chosen = index.values(among, name), asked.filters.get(name, "")
        if len(found) > 1 or chosen:
            values = found if not chosen or chosen in found else (*found, chosen)
            built.append(_menus.of((name, chosen, values), partial(_menu, name, chosen, values)))
    return tuple(built)


_menus = Kept[Menu](200)


def _menu(name: str, chosen: str, values: Iterable[str]) -> Menu:
    ordered = sorted(values, key=lambda value: (value == NONE, value))
    options = tuple(Option(value, said(name, value), value == chosen) for value in ordered)
    return Menu(name, words.sentence(name), _ANY[name], options, bool(chosen))


def said(name: str, value: str) -> str:
    """A filter's value for people."""
    if value == NONE:
        return _LACKS.get(name, "None")
    if name == "tier":
        return f"Tier {value}"
    return words.sentence(value) if name in ("kind", "lifecycle") else value


def chips(asked: Asked) -> tuple[Chip, ...]:
    """The filters that are on, each with the way to drop it."""
    found = [
        Chip(f"{words.sentence(name)}: {said(name, value)}", asked.here(**{name: None}))
        for name, value in asked.filters.items()
    ]
    for name in ("q", "level", "dimension", "rule", "outcome"):
        if asked.get(name):
            found.append(
                Chip(
                    f"{words.sentence(name) if name != 'q' else 'Search'}: {asked.get(name)}",
                    asked.here(**{name: None}),
                )
            )
    return tuple(found)
