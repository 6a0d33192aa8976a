"""Two dates compared: levels gained and lost, results that turned, who came and went, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from greenboard.catalog.models import Entity, EntityVersion
from greenboard.catalog.sight import condition
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts.store import at_moment, names_of
from greenboard.reports import history
from greenboard.reports.ground import Ground
from greenboard.reports.types import Report, Row, Table, Told, columns
from greenboard.results.changes import BETTER, LEVEL, LOST, WORSE, Changes, changes, direction
from greenboard.results.held import NONE
from greenboard.results.rows import CAUSES, Cause
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Scorecard

KINDS = tuple(kind for kind in CAUSES if kind != "first")
DIRECTIONS = {WORSE: "worse", LOST: "lost data", BETTER: "better"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Moved:
    """An entity on another level than before."""

    entity: Ref
    before: str | None
    after: str | None
    gained: bool
    at: datetime
    cause: Cause


@dataclass(frozen=True)
class Why:
    """What one cause did: results by direction, and entities. Facts of one source and type are one cause."""

    kind: str
    text: str
    entities: int
    worse: int
    lost: int
    better: int


@dataclass(frozen=True, eq=False)
class Comparison:
    """What differs between two moments; what changed and changed back is left out.

    `turned` are the last changes of the results that differ, `before` what each came to at first.
    """

    since: datetime
    until: datetime
    levels: tuple[Moved, ...]
    turned: Changes
    before: Array
    causes: dict[int, Cause]
    whys: tuple[Why, ...]
    came: tuple[Ref, ...]
    went: tuple[Ref, ...]

    @property
    def gained(self) -> int:
        return sum(one.gained for one in self.levels)

    @property
    def counts(self) -> dict[str, Counter[str]]:
        """How many results turned in which direction, by kind of cause."""
        found: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
        several = zip(self.before.tolist(), self.turned.after.tolist(), self.turned.cause.tolist(), strict=True)
        for before, after, cause in several:
            found.setdefault(self.causes[cause].kind, Counter())[DIRECTIONS[direction(before, after)]] += 1
        return found


def build(ground: Ground) -> Comparison:
    """What differs between `since` and the moment that is shown, of what is in sight."""
    wanted = ground.wanted
    found = _within(ground)
    turned, before = history.net(history.results(found))
    moved, was = history.net(found.where(found.rule == LEVEL))
    causes = history.causes_of({*turned.cause.tolist(), *moved.cause.tolist()})
    came, went = _came_and_went(ground)
    return Comparison(
        wanted.since,
        wanted.now,
        _moved(ground.scorecard, moved, was, causes),
        turned,
        before,
        causes,
        _whys(turned, before, causes),
        came,
        went,
    )


def _within(ground: Ground) -> Changes:
    """Changes of what is shown, and of what was judged and is no more, as far as it may be seen."""
    wanted = ground.wanted
    found = changes(ground.scorecard.name, wanted.since, wanted.as_of)
    if ground.whole_company:
        return found
    shown = ground.chosen if not wanted.group else ground.shown
    return found.of(ground.seen.whole.ids[shown])


def _moved(card: Scorecard, moved: Changes, was: Array, causes: dict[int, Cause]) -> tuple[Moved, ...]:
    known = {level.name: rank for rank, level in enumerate(card.levels, start=1)}
    names = names_of(set(moved.entity.tolist()))

    def name(number: int) -> str | None:
        return None if number == NONE else moved.levels[number] or None

    several = zip(
        moved.entity.tolist(),
        was.tolist(),
        moved.after.tolist(),
        moved.moment.tolist(),
        moved.cause.tolist(),
        strict=True,
    )
    found = []
    for entity, before, after, moment, cause in several:
        if after == NONE or before == NONE:
            continue  # it came or went, and did not climb
        gained = known.get(name(after) or "", 0) > known.get(name(before) or "", 0)
        at = _EPOCH + timedelta(microseconds=moment)
        found.append(Moved(names[entity], name(before), name(after), gained, at, causes[cause]))
    return tuple(sorted(found, key=lambda one: (one.gained, one.entity)))


def _whys(turned: Changes, before: Array, causes: dict[int, Cause]) -> tuple[Why, ...]:
    """By cause, what did most first."""
    counted: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    entities: dict[tuple[str, str], set[int]] = defaultdict(set)
    several = zip(before.tolist(), turned.after.tolist(), turned.cause.tolist(), turned.entity.tolist(), strict=True)
    keys = {number: (cause.kind, _said(cause)) for number, cause in causes.items()}
    for was, now, cause, entity in several:
        counted[keys[cause]][direction(was, now)] += 1
        entities[keys[cause]].add(entity)
    found = [
        Why(kind, text, len(entities[kind, text]), counts[WORSE], counts[LOST], counts[BETTER])
        for (kind, text), counts in counted.items()
    ]
    return tuple(sorted(found, key=lambda one: (-(one.worse + one.lost + one.better), one.kind, one.text)))


def _said(cause: Cause) -> str:
    """A cause as it is grouped: a fact by its type and what said it, others by their words."""
    if cause.kind == "fact" and cause.fact_type:
        return f"{cause.fact_type} from {cause.source}" if cause.source else cause.fact_type
    return cause.text


def _came_and_went(ground: Ground) -> tuple[tuple[Ref, ...], tuple[Ref, ...]]:
    """Entities that were declared or retired in between, as far as they may be seen and filters let them through."""
    wanted, whole = ground.wanted, ground.seen.whole
    then = np.array(
        EntityVersion.objects.filter(at_moment(wanted.since)).order_by().values_list("entity_id", flat=True),
        dtype=np.int64,
    )
    shown = ground.chosen
    fresh = shown & ~np.isin(whole.ids, then)
    came = tuple(sorted(ground.seen.entity(number).ref for number in np.flatnonzero(fresh).tolist()))
    gone = then[~np.isin(then, whole.ids)].tolist()
    if wanted.filters or wanted.group:
        return came, ()  # of what is gone nothing tells what filters ask
    if not ground.sight.everything:
        rows = Entity.objects.filter(condition(ground.sight, "id")).values_list("id", flat=True)
        gone = sorted(set(gone) & set(rows))
    return came, tuple(sorted(names_of(gone).values()))


def told(found: Comparison) -> Told:
    """Levels, causes, results, and who came and went."""
    lost = len(found.levels) - found.gained
    counts = Counter[str]()
    for each in found.counts.values():
        counts += each
    facts = (
        ("Between", f"{found.since:%Y-%m-%d} and {found.until:%Y-%m-%d}"),
        ("Levels gained", f"{found.gained:,}"),
        ("Levels lost", f"{lost:,}"),
        *((f"Results {name}", f"{counts[name]:,}") for name in DIRECTIONS.values()),
        ("Entities that came", f"{len(found.came):,}"),
        ("Entities that went", f"{len(found.went):,}"),
    )
    tables = (
        Table(
            "causes",
            "Why",
            columns("kind", "cause", "entities", "worse", "lost_data", "better"),
            lambda: _causes(found),
        ),
        Table(
            "levels",
            "Levels",
            columns("entity", "before", "after", "moved", "at", "kind", "cause"),
            lambda: _levels(found),
        ),
        Table(
            "results",
            "Results",
            columns("entity", "rule", "before", "after", "moved", "at", "kind", "cause"),
            lambda: _results(found),
        ),
        Table("entities", "Came and went", columns("entity", "what"), lambda: _ends(found)),
    )
    return Told(facts, tables)


def _causes(found: Comparison) -> list[Row]:
    return [(one.kind, one.text, one.entities, one.worse, one.lost, one.better) for one in found.whys]


def _levels(found: Comparison) -> list[Row]:
    return [
        (
            str(one.entity),
            one.before,
            one.after,
            "gained" if one.gained else "lost",
            clock.format_time(one.at),
            one.cause.kind,
            one.cause.text,
        )
        for one in found.levels
    ]


def _results(found: Comparison) -> list[Row]:
    turned = found.turned
    names = names_of(set(turned.entity.tolist()))
    columns_of = (turned.entity, turned.rule, found.before, turned.after, turned.moment, turned.cause)
    rows: list[Row] = []
    for entity, rule, before, after, moment, cause in zip(*(part.tolist() for part in columns_of), strict=True):
        why = found.causes[cause]
        at = clock.format_time(_EPOCH + timedelta(microseconds=moment))
        said = DIRECTIONS[direction(before, after)]
        outcomes = history.outcome(before), history.outcome(after)
        rows.append((str(names[entity]), turned.rules[rule], *outcomes, said, at, why.kind, why.text))
    return rows


def _ends(found: Comparison) -> list[Row]:
    return [*((str(ref), "came") for ref in found.came), *((str(ref), "went") for ref in found.went)]


REPORT = Report(
    name="comparison",
    title="Compare two dates",
    question="What changed between two dates, and why?",
    order=60,
    build=build,
    told=told,
    span="30d",
    dated=True,
)
