"""The catalog as values: what exists, found by words and filters, in an order. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from greenboard.catalog import columns
from greenboard.catalog.store import Stored
from greenboard.catalog.whole import Whole
from greenboard.core.refs import Ref
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Scorecard
from greenboard.web import links, paging, words
from greenboard.web.asked import Asked
from greenboard.web.export import Field
from greenboard.web.paging import Page
from greenboard.web.seen import Place, Seen
from greenboard.web.standing import NO_LEVEL, Rung, rung

PAGE = 50
COLUMNS = (
    "ref",
    "name",
    "kind",
    "tier",
    "team",
    "system",
    "domain",
    "lifecycle",
    "level",
    "score",
    "undecided",
    "level_without_exemptions",
    "score_without_exemptions",
)


@dataclass(frozen=True)
class Named:
    """A name that leads to an entity; without an address it is a dash."""

    text: str
    url: str


@dataclass(frozen=True)
class Row:
    """One entity."""

    name: str
    url: str
    about: str
    kind: str
    tier: str
    team: Named
    system: Named
    lifecycle: str
    rung: Rung | None
    score: str
    undecided: str
    discovered: bool


@dataclass(frozen=True)
class Tab:
    """A kind with its number."""

    text: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True)
class Heading:
    """A column that sorts."""

    text: str
    url: str
    order: str
    kind: str


@dataclass(frozen=True)
class Catalog:
    """A page of the catalog."""

    rows: tuple[Row, ...]
    page: Page
    found: int
    total: int
    tabs: tuple[Tab, ...]
    headings: tuple[Heading, ...]
    csv: str
    json: str


def searched(whole: Whole, among: Array, text: str) -> Array:
    """Which of some entities have every word somewhere in name, title, description, tags or owner."""
    found = among.copy()
    known = texts(whole) if text else ()
    for word in text.lower().split():
        found[[number for number in np.flatnonzero(found).tolist() if word not in known[number]]] = False
    return found


_kept: WeakKeyDictionary[Whole, tuple[str, ...]] = WeakKeyDictionary()


def texts(whole: Whole) -> tuple[str, ...]:
    """What is searched of each entity, worked out once."""
    found = _kept.get(whole)
    if found is None:
        found = _kept[whole] = tuple(map(_searched, whole.entities))
    return found


def _searched(stored: Stored) -> str:
    entity = stored.entity
    owner = stored.owner.short if stored.owner else ""
    return " ".join((str(entity.ref), entity.title, entity.description, *entity.tags, owner)).lower()


def on_level(seen: Seen, among: Array, scorecard: Scorecard, name: str) -> Array:
    """Which of some entities stand on a level; `none` are the judged ones without a level."""
    if not name:
        return among
    accepted = np.array([rung(scorecard, level).name == name for level in seen.matrix.levels], dtype=np.bool_)
    found: Array = among & seen.judged
    found[found] = accepted[seen.matrix.level[seen.column[found]]]
    return found


_TEXTS = ("kind", "team", "system")
SORTS = tuple(
    sign + name for name in ("name", "kind", "tier", "team", "system", "score", "level") for sign in ("", "-")
)


def ordered(seen: Seen, found: Array, scorecard: Scorecard, sort: str) -> Array:
    """Entities by number, in the order of a column; a minus turns it round.

    Equal ones stand by name, and those without a value last.
    """
    name = sort.lstrip("-")
    by_name = seen.index.by_name[found[seen.index.by_name]]
    if name == "name":
        return by_name[::-1] if sort.startswith("-") else by_name
    key = _key(seen, scorecard, name)[by_name]
    lacking = np.isnan(key)
    order = np.argsort(-key[~lacking] if sort.startswith("-") else key[~lacking], kind="stable")
    return np.concatenate([by_name[~lacking][order], by_name[lacking]])


def _key(seen: Seen, scorecard: Scorecard, name: str) -> Array:
    """What entities are sorted by, as numbers; NaN where they have none."""
    if name in _TEXTS or name == "tier":
        column = seen.index.columns[name]
        place = {value: at for at, value in enumerate(sorted(column.values))}
        ranks = [np.nan if value == columns.NONE else place[value] for value in column.values]
        return np.array([*ranks, np.nan])[column.value]
    ranks = [float(rung(scorecard, level).rank) for level in seen.matrix.levels]
    of_column = seen.matrix.score if name == "score" else np.array(ranks)[seen.matrix.level]
    return np.append(of_column, np.nan if name == "score" else 0.0)[seen.column]  # -1 is who is not judged


def build(seen: Seen, scorecard: Scorecard, asked: Asked) -> tuple[Catalog, Array]:
    """One page of what is found, and all of it for the export."""
    wide = seen.index.matching(seen.visible, _but(asked.filters, "kind"))
    wide = on_level(seen, searched(seen.whole, wide, asked.get("q")), scorecard, asked.get("level"))
    matching = seen.index.matching(wide, asked.filters)
    found = ordered(seen, matching, scorecard, asked.choice("sort", SORTS))
    page = paging.page(len(found), PAGE, asked)
    built = Catalog(
        rows=rows(seen, found[page.part], scorecard, asked),
        page=page,
        found=len(found),
        total=int(seen.visible.sum()),
        tabs=_tabs(seen, wide, asked),
        headings=_headings(asked),
        csv=Asked("/catalog.csv", asked.given, asked.now, asked.as_of, asked.since).here(),
        json=Asked("/catalog.json", asked.given, asked.now, asked.as_of, asked.since).here(),
    )
    return built, found


def _but(filters: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in filters.items() if key != name}


def _tabs(seen: Seen, among: Array, asked: Asked) -> tuple[Tab, ...]:
    column = seen.index.columns["kind"]
    counts = np.bincount(column.value[among[column.entity]], minlength=len(column.values)).tolist()
    counted = Counter({kind: count for kind, count in zip(column.values, counts, strict=True) if count})
    chosen = asked.filters.get("kind", "")
    tabs = [Tab("All", sum(counted.values()), asked.here(kind=None), not chosen)]
    for kind in sorted({*counted, *([chosen] if chosen else [])}):
        tabs.append(Tab(words.sentence(kind), counted[kind], asked.here(kind=kind), kind == chosen))
    return tuple(tabs)


_HEADINGS = (
    ("Name", "name", ""),
    ("Kind", "kind", ""),
    ("Tier", "tier", "number"),
    ("Team", "team", ""),
    ("System", "system", ""),
    ("Level", "level", ""),
    ("Score", "score", "number"),
)


def _headings(asked: Asked) -> tuple[Heading, ...]:
    sort = asked.get("sort", "name")
    built = []
    for text, name, kind in _HEADINGS:
        order = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
        turned = f"-{name}" if sort == name else name
        built.append(Heading(text, asked.here(sort=None if turned == "name" else turned), order, kind))
    return tuple(built)


def rows(seen: Seen, entities: Array, scorecard: Scorecard, asked: Asked) -> tuple[Row, ...]:
    """The rows of some entities, given by number."""
    return tuple(_row(seen.entity(number), seen.place(number), scorecard, asked) for number in entities.tolist())


def _row(stored: Stored, place: Place | None, scorecard: Scorecard, asked: Asked) -> Row:
    entity = stored.entity
    return Row(
        name=entity.ref.short,
        url=asked.to(links.entity(entity.ref), "scorecard"),
        about=entity.description or entity.title,
        kind=words.sentence(entity.ref.kind),
        tier="" if entity.tier is None else str(entity.tier),
        team=name(stored.owner, asked),
        system=name(stored.system, asked),
        lifecycle=entity.lifecycle or "",
        rung=rung(scorecard, place.level) if place else None,
        score=words.score(place.score) if place else "–",
        undecided=f"{place.undecided} undecided" if place and place.undecided else "",
        discovered=entity.discovered,
    )


def name(ref: Ref | None, asked: Asked) -> Named:
    """A reference as a link."""
    return Named(ref.short, asked.to(links.entity(ref))) if ref else Named("–", "")


def exported(seen: Seen, found: Array) -> Iterator[dict[str, Field]]:
    """The rows of the export: plain values, null where nothing is known."""
    return (_exported(seen.entity(number), seen.place(number)) for number in found.tolist())


def _exported(stored: Stored, place: Place | None) -> dict[str, Field]:
    entity = stored.entity
    return {
        "ref": str(entity.ref),
        "name": entity.ref.name,
        "kind": entity.ref.kind,
        "tier": entity.tier,
        "team": str(stored.owner) if stored.owner else None,
        "system": str(stored.system) if stored.system else None,
        "domain": str(stored.domain) if stored.domain else None,
        "lifecycle": entity.lifecycle,
        "level": (place.level or NO_LEVEL) if place else None,
        "score": _rounded(place.score) if place else None,
        "undecided": place.undecided if place else None,
        "level_without_exemptions": (place.bare_level or NO_LEVEL) if place else None,
        "score_without_exemptions": _rounded(place.bare_score) if place else None,
    }


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 1)
