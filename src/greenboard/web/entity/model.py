"""Who an entity is: the head of its page, and its parts when it is a team, system or domain. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from greenboard.catalog.store import Stored
from greenboard.catalog.types import Relation, RelationKind
from greenboard.core.refs import Ref
from greenboard.results.tallies import standing
from greenboard.web import links, words
from greenboard.web.asked import Asked
from greenboard.web.catalog.model import Named, Row, name, rows
from greenboard.web.entity.relations import Known
from greenboard.web.seen import numbers
from greenboard.web.standing import Mix, mix


@dataclass(frozen=True)
class Link:
    """A link that the descriptor gives."""

    text: str
    url: str


@dataclass(frozen=True)
class Head:
    """The head of the page."""

    name: str
    title: str
    ref: str
    about: str
    kind: str
    tier: str
    lifecycle: str
    classification: str
    discovered: bool
    team: Named | None
    system: Named | None
    domain: Named | None
    repository: Named | None
    path: str
    links: tuple[Link, ...]
    contacts: tuple[str, ...]
    tags: tuple[Named, ...]


@dataclass(frozen=True)
class Parts:
    """What belongs to a team, system, domain or repository."""

    title: str
    rows: tuple[Row, ...]
    more: int
    all: str
    mix: Mix | None
    score: str
    board: str


def head(stored: Stored, relations: Sequence[Relation], asked: Asked) -> Head:
    """Who it is, whose, and where to look further."""
    entity = stored.entity
    home = next((one for one in relations if one.kind is RelationKind.LIVES_IN and one.source == entity.ref), None)
    return Head(
        name=entity.ref.short,
        title=entity.title if entity.title != entity.ref.name else "",
        ref=str(entity.ref),
        about=entity.description,
        kind=words.sentence(entity.ref.kind),
        tier="" if entity.tier is None else str(entity.tier),
        lifecycle=entity.lifecycle or "",
        classification=entity.data_classification or "",
        discovered=entity.discovered,
        team=_named(stored.owner, asked),
        system=_named(stored.system, asked),
        domain=_named(stored.domain, asked),
        repository=_named(home.target, asked) if home else None,
        path=home.path if home else "",
        links=tuple(
            Link(link.title or words.sentence(link.kind or "link"), link.url)
            for link in entity.links
            if links.outside(link.url)
        ),
        contacts=tuple(f"{contact.kind}: {contact.address}" for contact in entity.contacts),
        tags=tuple(Named(tag, asked.to(links.CATALOG, tag=tag)) for tag in entity.tags),
    )


def _named(ref: Ref | None, asked: Asked) -> Named | None:
    return name(ref, asked) if ref else None


_GROUPED = ("team", "system", "domain")
_MOST = 50
_TITLES = {"team": "Owns", "system": "Parts", "domain": "Parts", "repository": "Holds"}


def parts(stored: Stored, relations: Sequence[Relation], known: Known) -> Parts | None:
    """The entities that belong to this one; None where it is not of a kind that holds others."""
    seen, scorecard, asked, ref = known.seen, known.scorecard, known.asked, stored.entity.ref
    if ref.kind not in _TITLES:
        return None
    if ref.kind == "repository":
        inside = {one.source for one in relations if one.kind is RelationKind.LIVES_IN and one.target == ref}
        held = np.zeros(len(seen.whole), dtype=np.bool_)
        held[[seen.whole.number[one] for one in inside if seen.find(one)]] = True
    else:
        held = seen.index.matching(seen.visible, {ref.kind: ref.short})
        held[seen.whole.number[ref]] = False
    columns, several = seen.columns(held), numbers(held)
    own = {ref.kind: ref.short} if ref.kind in _GROUPED else {}
    listed = asked.to(links.CATALOG, **own)
    stand = standing(seen.matrix, columns)
    return Parts(
        title=_TITLES[ref.kind],
        rows=rows(seen, several[:_MOST], scorecard, asked),
        more=max(0, len(several) - _MOST),
        all=listed if own else "",
        mix=mix(scorecard, stand.levels, listed, "&" if "?" in listed else "?") if len(columns) else None,
        score=words.score(stand.score),
        board=asked.to(links.BOARD, **own) if own and len(columns) else "",
    )
