"""Parts of the pages of an entity and of *Mine*, and what is offered beside a result: modules found by looking.

A module in `web.entity.panels` has `panel(about: About) -> Panel | list[Panel] | None`, and as `READS` the tables
of which it reads the rows of an entity, as `LOOKS` others that it reads, for `About.has`; one in `web.mine.panels`
`panel(home: Home) -> Panel | None`, one in `web.entity.offers` `offering(about: About) -> Offering | None`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Model
from django.http import HttpRequest

from greenboard.catalog.having import having
from greenboard.catalog.store import Stored
from greenboard.catalog.teams import Belonging
from greenboard.core.discovery import modules
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule, Scorecard
from greenboard.web.asked import Asked

ENTITY, MINE, OFFERS = "greenboard.web.entity.panels", "greenboard.web.mine.panels", "greenboard.web.entity.offers"


@dataclass(frozen=True)
class About:
    """An entity that may be seen, and who looks at it. `asked.as_of` is the day that is shown; None is now."""

    request: HttpRequest
    stored: Stored
    scorecard: Scorecard
    asked: Asked

    def has(self, *tables: type[Model]) -> bool:
        """Whether any of some tables has a row about the entity; one that is not about entities, any row."""
        return not self._told.isdisjoint(tables)

    @cached_property
    def _told(self) -> frozenset[type[Model]]:
        """One question for all panels, as most of them have nothing to say of most entities."""
        named = [*modules(ENTITY), *modules(OFFERS)]
        about, others = (
            tuple(dict.fromkeys(one for module in named for one in getattr(module, name, ())))
            for name in ("READS", "LOOKS")
        )
        return having(self.stored.id, about, others)


@dataclass(frozen=True)
class Home:
    """Whose page it is, and the teams that they are in."""

    request: HttpRequest
    mine: Belonging
    scorecard: Scorecard
    asked: Asked


@dataclass(frozen=True)
class Panel:
    """A part of a page: `template` draws what is below the title and finds `context` as `panel`.

    `order` says where it stands among the others, from the top. `more` is the address of all of it.
    """

    name: str
    title: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    more: str = ""
    order: int = 50


@dataclass(frozen=True)
class Offered:
    """What a result came to, for whoever offers a way out."""

    outcome: Outcome
    exempt: bool


@dataclass(frozen=True)
class Offer:
    """A next step beside a result: a link to where it is taken.

    One that has `fields` is taken at once: they are sent to `url`. `look` is then where it can be looked at before.
    """

    title: str
    url: str
    icon: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    look: str = ""


Offering = Callable[[Rule, Offered], Iterable[Offer]]
"""What one module offers beside the results of an entity."""


def of_entity(about: About) -> tuple[Panel, ...]:
    """The panels of an entity's page, from the top."""
    found = [module.panel(about) for module in modules(ENTITY)]
    return _ordered([one for part in found for one in (part if isinstance(part, list) else [part])])


def of_home(home: Home) -> tuple[Panel, ...]:
    """The panels of somebody's own page, from the top."""
    return _ordered([module.panel(home) for module in modules(MINE)])


def offering(about: About) -> Callable[[Rule, Offered], tuple[Offer, ...]]:
    """What can be done about a result now; of the past nothing. Who may do what is asked once for a page."""
    now = about.asked.as_of is None
    several: list[Offering] = [one for module in modules(OFFERS) if now and (one := module.offering(about))]
    return lambda rule, result: tuple(offer for one in several for offer in one(rule, result))


def _ordered(found: list[Panel | None]) -> tuple[Panel, ...]:
    return tuple(sorted((panel for panel in found if panel is not None), key=lambda panel: (panel.order, panel.name)))
