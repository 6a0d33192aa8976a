"""The list behind a number: single results, filtered as the number was, read only as far as they are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.utils.safestring import SafeString

from greenboard.catalog import columns
from greenboard.catalog.store import Stored
from greenboard.core import clock
from greenboard.results import store
from greenboard.results.held import NONE
from greenboard.results.matrix import EXEMPT
from greenboard.results.rows import OUTCOMES, ResultRow, code
from greenboard.results.tallies import counting
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Rule, Scorecard
from greenboard.web import causes, links, paging, words
from greenboard.web.asked import Asked
from greenboard.web.export import Field
from greenboard.web.paging import Page
from greenboard.web.seen import Seen

PAGE = 50
_PART = 500
COLUMNS = ("ref", "rule", "item", "dimension", "level", "outcome", "exempt", "since", "cause")
_ORDER = {Outcome.FAIL: 0, Outcome.ERROR: 1, Outcome.NO_DATA: 2, Outcome.PASS: 3, Outcome.NOT_APPLICABLE: 4}
UNDECIDED = "undecided"
_MEANS: Mapping[str, frozenset[str]] = {UNDECIDED: frozenset({Outcome.NO_DATA, Outcome.ERROR})}


@dataclass(frozen=True)
class Row:
    """One result."""

    outcome: words.Said
    exempt: bool
    entity: str
    entity_url: str
    team: str
    rule: str
    rule_url: str
    item: str
    level: str
    since: SafeString | str
    cause: str


@dataclass(frozen=True)
class Tab:
    """An outcome with its number."""

    outcome: words.Said | None
    text: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True)
class Listing:
    """The rows, and how many there are of each outcome."""

    rows: tuple[Row, ...]
    page: Page
    found: int
    tabs: tuple[Tab, ...]
    title: str
    csv: str
    json: str


@dataclass(frozen=True, eq=False)
class Chosen:
    """The results that the address asks for, whatever their outcome: cells of a matrix.

    `lines` are rules by name, `entities` numbers of entities by reference, `outcomes` what they come
    to, a line for each rule; `NONE` is no result.
    """

    seen: Seen
    lines: Array
    entities: Array
    outcomes: Array

    def counts(self) -> dict[Outcome, int]:
        """How many come to what."""
        counted = np.bincount(self.outcomes[self.outcomes != NONE].ravel(), minlength=len(OUTCOMES)).tolist()
        return dict(zip(OUTCOMES, counted, strict=True))

    def ordered(self, wanted: str) -> Array:
        """The places of all cells of an outcome, or of any, the worst first, then by rule and entity.

        `undecided` means both ways of having none.
        """
        accepted = _MEANS.get(wanted, frozenset({wanted})) if wanted else frozenset(_ORDER)
        flat = self.outcomes.ravel()
        parts = [np.flatnonzero(flat == code(outcome)) for outcome in _ORDER if outcome in accepted]
        return np.concatenate([np.zeros(0, dtype=np.int64), *parts])

    def read(self, places: Array, as_of: datetime | None) -> Iterator[tuple[Stored, ResultRow]]:
        """The results at some places, from the store; one that has just ended is left out."""
        line, at = np.divmod(places, max(1, len(self.entities)))
        rules = [self.seen.matrix.rules[number] for number in self.lines[line].tolist()]
        several = [self.seen.entity(number) for number in self.entities[at].tolist()]
        pairs: dict[int, list[int]] = defaultdict(list)
        for rule, stored in zip(rules, several, strict=True):
            pairs[rule].append(stored.id)
        found = store.some(pairs, as_of)
        for rule, stored in zip(rules, several, strict=True):
            row = found.get((rule, stored.id))
            if row is not None:
                yield stored, row


def choose(scorecard: Scorecard, seen: Seen, shown: Array, asked: Asked) -> Chosen:
    """The results of the entities that `shown` marks, by the rules that the address asks for."""
    counted = counting(scorecard, asked.now)
    rules = {
        rule.id
        for rule in scorecard.rules
        if rule.id in counted and asked.get("dimension") in ("", rule.dimension) and asked.get("rule") in ("", rule.id)
    }
    matrix = seen.matrix
    lines = np.array(sorted(matrix.lines(rules).tolist(), key=matrix.names.__getitem__), dtype=np.int64)
    entities = np.flatnonzero(shown)
    cells = matrix.outcomes[np.ix_(lines, seen.column[entities])]
    return Chosen(seen, lines, entities, np.where(cells >= EXEMPT, cells - EXEMPT, cells))


def build(scorecard: Scorecard, chosen: Chosen, asked: Asked) -> Listing:
    """One page of the list."""
    rules = {rule.id: rule for rule in scorecard.rules}
    found = chosen.ordered(asked.get("outcome"))
    page = paging.page(len(found), PAGE, asked)
    return Listing(
        rows=tuple(
            _row(row, rules[row.rule], stored, scorecard, asked)
            for stored, row in chosen.read(found[page.part], asked.as_of)
        ),
        page=page,
        found=len(found),
        tabs=_tabs(chosen.counts(), asked),
        title=_title(scorecard, asked),
        csv=Asked("/results.csv", asked.given, asked.now, asked.as_of, asked.since).here(),
        json=Asked("/results.json", asked.given, asked.now, asked.as_of, asked.since).here(),
    )


def _title(scorecard: Scorecard, asked: Asked) -> str:
    rule, dimension = scorecard.rule(asked.get("rule")), asked.get("dimension")
    if rule:
        return rule.title
    return scorecard.dimensions.get(dimension, "Results") if dimension else "Results"


def _tabs(counted: Mapping[Outcome, int], asked: Asked) -> tuple[Tab, ...]:
    chosen = asked.get("outcome")
    tabs = [Tab(None, "All", sum(counted.values()), asked.here(outcome=None), not chosen)]
    for outcome in _ORDER:
        if counted[outcome] or chosen == outcome:
            said = words.OUTCOMES[outcome]
            tabs.append(Tab(said, said.word, counted[outcome], asked.here(outcome=outcome), chosen == outcome))
    return tuple(tabs)


def _row(row: ResultRow, rule: Rule, stored: Stored, scorecard: Scorecard, asked: Asked) -> Row:
    level = next((level.title for level in scorecard.levels if level.name == rule.level), rule.level)
    return Row(
        outcome=words.OUTCOMES[row.outcome],
        exempt=row.exempt,
        entity=row.entity.short,
        entity_url=asked.to(links.entity(row.entity), "scorecard") + f"#{rule.id}",
        team=columns.named(stored.owner),
        rule=rule.title,
        rule_url=asked.to(links.rule(scorecard.name, rule.id)),
        item=rule.item,
        level=level,
        since=words.when(row.since, asked.now),
        cause=causes.said(row.cause),
    )


def exported(scorecard: Scorecard, chosen: Chosen, asked: Asked) -> Iterator[dict[str, Field]]:
    """The rows of the export, read some hundred at a time."""
    rules = {rule.id: rule for rule in scorecard.rules}
    found = chosen.ordered(asked.get("outcome"))
    for start in range(0, len(found), _PART):
        for _, row in chosen.read(found[start : start + _PART], asked.as_of):
            yield _exported(row, rules[row.rule])


def _exported(row: ResultRow, rule: Rule) -> dict[str, Field]:
    return {
        "ref": str(row.entity),
        "rule": row.rule,
        "item": rule.item,
        "dimension": rule.dimension,
        "level": rule.level,
        "outcome": row.outcome.value,
        "exempt": row.exempt,
        "since": clock.format_time(row.since),
        "cause": row.cause.text,
    }
