"""The catalog as values: what exists, found by words and filters, in an order. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from greenboard.catalog.store import Stored
from greenboard.core.refs import Ref
from greenboard.results.rows import LevelRow
from greenboard.scorecards.types import Scorecard
from greenboard.web import links, selection, words
from greenboard.web.asked import Asked
from greenboard.web.export import Field
from greenboard.web.standing import NO_LEVEL, Rung, rung

PAGE = 200
COLUMNS = ("ref", "name", "kind", "tier", "team", "system", "domain", "lifecycle", "level", "score", "undecided")


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
    found: int
    total: int
    tabs: tuple[Tab, ...]
    headings: tuple[Heading, ...]
    csv: str
    json: str


def search(entities: Sequence[Stored], text: str) -> list[Stored]:
    """The entities that have every word somewhere in name, title, description, tags or owner."""
    wanted = text.lower().split()
    return (
        [stored for stored in entities if all(word in _searched(stored) for word in wanted)]
        if wanted
        else list(entities)
    )


def _searched(stored: Stored) -> str:
    entity = stored.entity
    owner = stored.owner.short if stored.owner else ""
    return " ".join((str(entity.ref), entity.title, entity.description, *entity.tags, owner)).lower()


def on_level(
    entities: Sequence[Stored], levels: Mapping[Ref, LevelRow], scorecard: Scorecard, name: str
) -> list[Stored]:
    """The entities that stand on a level; `none` are the judged ones without a level."""
    if not name:
        return list(entities)
    return [
        stored
        for stored in entities
        if stored.entity.ref in levels and rung(scorecard, levels[stored.entity.ref].level).name == name
    ]


Key = Callable[[Stored, LevelRow | None], tuple[Any, ...]]
_SORTS: dict[str, Key] = {
    "name": lambda _stored, _level: (),
    "kind": lambda stored, _level: (stored.entity.ref.kind,),
    "tier": lambda stored, _level: (stored.entity.tier is None, stored.entity.tier or 0),
    "team": lambda stored, _level: (stored.owner is None, selection.named(stored.owner)),
    "system": lambda stored, _level: (stored.system is None, selection.named(stored.system)),
    "score": lambda _stored, level: _scored(level),
}
SORTS = ("name", "-name", *(sign + name for name in _SORTS for sign in ("", "-") if name != "name"), "level", "-level")


def _scored(level: LevelRow | None) -> tuple[Any, ...]:
    return (level is None or level.score is None, level.score if level and level.score is not None else 0)


def ordered(
    entities: Sequence[Stored], levels: Mapping[Ref, LevelRow], scorecard: Scorecard, sort: str
) -> list[Stored]:
    """Sort by a column; a minus turns it round. Equal ones stand by name, and those without a value last."""
    name = sort.lstrip("-")
    by_name = sorted(entities, key=lambda stored: (stored.entity.ref.name, stored.entity.ref))

    def key(stored: Stored) -> tuple[Any, ...]:
        level = levels.get(stored.entity.ref)
        if name == "level":
            return (scorecard.rank(level.level) if level and rung(scorecard, level.level).rank else 0,)
        return _SORTS[name](stored, level)

    if not sort.startswith("-"):
        return sorted(by_name, key=key)
    if name == "name":
        return by_name[::-1]
    lacking = [stored for stored in by_name if key(stored)[0] is True]
    having = [stored for stored in by_name if key(stored)[0] is not True]
    return sorted(having, key=key, reverse=True) + lacking


def build(
    everything: Sequence[Stored], levels: Sequence[LevelRow], scorecard: Scorecard, asked: Asked
) -> tuple[Catalog, list[Stored]]:
    """One page of what is found, and all of it for the export."""
    by_ref = {row.entity: row for row in levels}
    without_kind = Asked(asked.path, asked.given, asked.now, asked.as_of, asked.since, _but(asked.filters, "kind"))
    wide = search(selection.matching(everything, without_kind), asked.get("q"))
    wide = on_level(wide, by_ref, scorecard, asked.get("level"))
    found = selection.matching(wide, asked)
    found = ordered(found, by_ref, scorecard, asked.choice("sort", SORTS))
    rows = tuple(_row(stored, by_ref.get(stored.entity.ref), scorecard, asked) for stored in found[:PAGE])
    page = Catalog(
        rows=rows,
        found=len(found),
        total=len(everything),
        tabs=_tabs(wide, asked),
        headings=_headings(asked),
        csv=Asked("/catalog.csv", asked.given, asked.now, asked.as_of, asked.since).here(),
        json=Asked("/catalog.json", asked.given, asked.now, asked.as_of, asked.since).here(),
    )
    return page, found


def _but(filters: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in filters.items() if key != name}


def _tabs(entities: Sequence[Stored], asked: Asked) -> tuple[Tab, ...]:
    counted = Counter(stored.entity.ref.kind for stored in entities)
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


def rows(
    entities: Sequence[Stored], levels: Mapping[Ref, LevelRow], scorecard: Scorecard, asked: Asked
) -> tuple[Row, ...]:
    """Rows by name, for the lists of other pages."""
    by_name = sorted(entities, key=lambda stored: (stored.entity.ref.kind, stored.entity.ref))
    return tuple(_row(stored, levels.get(stored.entity.ref), scorecard, asked) for stored in by_name)


def _row(stored: Stored, level: LevelRow | None, scorecard: Scorecard, asked: Asked) -> Row:
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
        rung=rung(scorecard, level.level) if level else None,
        score=words.score(level.score) if level else "–",
        undecided=f"{level.undecided} undecided" if level and level.undecided else "",
        discovered=entity.discovered,
    )


def name(ref: Ref | None, asked: Asked) -> Named:
    """A reference as a link."""
    return Named(ref.short, asked.to(links.entity(ref))) if ref else Named("–", "")


def exported(found: Sequence[Stored], levels: Sequence[LevelRow]) -> list[dict[str, Field]]:
    """The rows of the export: plain values, null where nothing is known."""
    by_ref = {row.entity: row for row in levels}
    return [_exported(stored, by_ref.get(stored.entity.ref)) for stored in found]


def _exported(stored: Stored, level: LevelRow | None) -> dict[str, Field]:
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
        "level": (level.level or NO_LEVEL) if level else None,
        "score": round(level.score, 1) if level and level.score is not None else None,
        "undecided": level.undecided if level else None,
    }
