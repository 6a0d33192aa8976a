"""How a report is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.safestring import SafeString

from greenboard.core.discovery import modules
from greenboard.reports.ground import Ground
from greenboard.web.asked import Asked
from greenboard.web.selection import Menu

_FOLDER = "greenboard.web.reporting.pages"


@dataclass(frozen=True)
class Look:
    """A report that was computed, and the address that asked for it."""

    ground: Ground
    asked: Asked
    figures: Any


@dataclass(frozen=True)
class Drawn:
    """How the report of a name is drawn: `context` makes of a look what the template finds as `drawn`.

    `preview` is a small picture of it for the overview; `menus` are those that only this report has.
    """

    name: str
    template: str
    context: Callable[[Look], Mapping[str, Any]]
    preview: Callable[[Look], SafeString | str] = lambda _look: ""
    menus: Callable[[Look], tuple[Menu, ...]] = lambda _look: ()


@cache
def drawn() -> Mapping[str, Drawn]:
    """Every way of drawing, by the name of its report."""
    found: list[Drawn] = [module.DRAWN for module in modules(_FOLDER)]
    return {one.name: one for one in found}
