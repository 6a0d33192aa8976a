"""The list behind a number: single results, filtered as the number was. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from greenboard.catalog.store import Stored
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.results.rows import ResultRow
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule, Scorecard
from greenboard.web import causes, links, selection, words
from greenboard.web.asked import Asked
from greenboard.web.export import Field
from greenboard.web.standing import counting

MOST = 500
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
    found: int
    tabs: tuple[Tab, ...]
    title: str
    csv: str
    json: str


def choose(
    scorecard: Scorecard, entities: Sequence[Stored], results: Sequence[ResultRow], asked: Asked
) -> list[ResultRow]:
    """The results that the address asks for, whatever their outcome; the worst first."""
    shown = {stored.entity.ref for stored in entities}
    counted = counting(scorecard, asked.now)
    rules = {
        rule.id
        for rule in scorecard.rules
        if rule.id in counted and asked.get("dimension") in ("", rule.dimension) and asked.get("rule") in ("", rule.id)
    }
    found = [row for row in results if row.entity in shown and row.rule in rules]
    return sorted(found, key=lambda row: (_ORDER[row.outcome], row.rule, row.entity))


def with_outcome(rows: Sequence[ResultRow], wanted: str) -> list[ResultRow]:
    """The results of one outcome; `undecided` means both ways of having none."""
    accepted = _MEANS.get(wanted, frozenset({wanted}))
    return [row for row in rows if row.outcome in accepted] if wanted else list(rows)


def build(
    scorecard: Scorecard, entities: Sequence[Stored], chosen: Sequence[ResultRow], asked: Asked
) -> tuple[Listing, list[ResultRow]]:
    """The list, and all its rows for the export."""
    homes = {stored.entity.ref: stored for stored in entities}
    found = with_outcome(chosen, asked.get("outcome"))
    rules = {rule.id: rule for rule in scorecard.rules}
    listing = Listing(
        rows=tuple(_row(row, rules[row.rule], homes, scorecard, asked) for row in found[:MOST]),
        found=len(found),
        tabs=_tabs(chosen, asked),
        title=_title(scorecard, asked),
        csv=Asked("/results.csv", asked.given, asked.now, asked.as_of, asked.since).here(),
        json=Asked("/results.json", asked.given, asked.now, asked.as_of, asked.since).here(),
    )
    return listing, found


def _title(scorecard: Scorecard, asked: Asked) -> str:
    rule, dimension = scorecard.rule(asked.get("rule")), asked.get("dimension")
    if rule:
        return rule.title
    return scorecard.dimensions.get(dimension, "Results") if dimension else "Results"


def _tabs(rows: Sequence[ResultRow], asked: Asked) -> tuple[Tab, ...]:
    counted = Counter(row.outcome for row in rows)
    chosen = asked.get("outcome")
    tabs = [Tab(None, "All", len(rows), asked.here(outcome=None), not chosen)]
    for outcome in _ORDER:
        if counted[outcome] or chosen == outcome:
            said = words.OUTCOMES[outcome]
            tabs.append(Tab(said, said.word, counted[outcome], asked.here(outcome=outcome), chosen == outcome))
    return tuple(tabs)


def _row(row: ResultRow, rule: Rule, homes: Mapping[Ref, Stored], scorecard: Scorecard, asked: Asked) -> Row:
    level = next((level.title for level in scorecard.levels if level.name == rule.level), rule.level)
    return Row(
        outcome=words.OUTCOMES[row.outcome],
        exempt=row.exempt,
        entity=row.entity.short,
        entity_url=asked.to(links.entity(row.entity), "scorecard") + f"#{rule.id}",
        team=selection.named(homes[row.entity].owner),
        rule=rule.title,
        rule_url=asked.to(links.rule(scorecard.name, rule.id)),
        item=rule.item,
        level=level,
        since=words.when(row.since, asked.now),
        cause=causes.said(row.cause),
    )


def exported(rows: Sequence[ResultRow], scorecard: Scorecard) -> list[dict[str, Field]]:
    """The rows of the export."""
    rules = {rule.id: rule for rule in scorecard.rules}
    return [
        {
            "ref": str(row.entity),
            "rule": row.rule,
            "item": rules[row.rule].item,
            "dimension": rules[row.rule].dimension,
            "level": rules[row.rule].level,
            "outcome": row.outcome.value,
            "exempt": row.exempt,
            "since": clock.format_time(row.since),
            "cause": row.cause.text,
        }
        for row in rows
    ]
