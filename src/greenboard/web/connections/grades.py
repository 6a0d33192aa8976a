"""The quality of the integrations, held against its own scale as a scorecard holds entities against rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from greenboard.access.decide import Permission, require
from greenboard.connections import discovery, quality
from greenboard.connections.quality import GRADES, MEANINGS, RULES, Open, Shown, Without
from greenboard.rules.types import Outcome
from greenboard.web import words
from greenboard.web.charts.bar import outcome_bar
from greenboard.web.charts.glyph import rungs
from greenboard.web.words import EXEMPT, OUTCOMES, Said


@dataclass(frozen=True)
class Cell:
    """A rule of one integration, and why it is not met or need not be."""

    rule: str
    outcome: Said
    why: str


@dataclass(frozen=True)
class Row:
    """An integration: the grade that its rules come to, the score, and each rule."""

    title: str
    name: str
    rank: int
    rung: SafeString
    grade: str
    score: str
    cells: tuple[Cell, ...]
    without: tuple[Without, ...]


@dataclass(frozen=True)
class Line:
    """A rule over all integrations."""

    rule: str
    meaning: str
    bar: SafeString
    said: str
    failing: tuple[str, ...]
    rate: str


@require(Permission.CONNECTIONS_READ)
@require_safe
def grades(request: HttpRequest) -> HttpResponse:
    """Each integration and each rule of the quality scale."""
    rows = [_row(one.manifest.title, name, quality.shown(one.folder)) for name, one in discovery.found().items()]
    rows.sort(key=lambda row: (-row.rank, row.title.lower()))
    counts = Counter(row.grade for row in rows)
    context = {
        "rows": rows,
        "rules": [rule for rules in RULES.values() for rule in rules],
        "sections": [(grade.capitalize(), list(_lines(rules, rows))) for grade, rules in RULES.items()],
        "found": words.count(len(rows), "integration"),
        "levels": [(_rung(grade), grade.capitalize(), counts[grade.capitalize()]) for grade in reversed(GRADES)],
    }
    return render(request, "grades.html", context)


def _rung(grade: str) -> SafeString:
    return rungs(GRADES.index(grade), len(GRADES) - 1)


def _row(title: str, name: str, shown: Shown) -> Row:
    cells = tuple(_cell(rule, shown.rules.get(rule)) for rules in RULES.values() for rule in rules)
    rank, score = GRADES.index(shown.grade), words.score(shown.score)
    return Row(title, name, rank, _rung(shown.grade), shown.grade.capitalize(), score, cells, shown.without)


def _cell(rule: str, said: str | Open | None) -> Cell:
    if said is None:
        return Cell(rule, OUTCOMES[Outcome.NO_DATA], "Not said")
    if not isinstance(said, Open):
        return Cell(rule, OUTCOMES[Outcome.PASS], "")
    return Cell(rule, EXEMPT, said.exempt) if said.exempt else Cell(rule, OUTCOMES[Outcome.FAIL], said.todo)


def _lines(rules: tuple[str, ...], rows: list[Row]) -> Iterator[Line]:
    for rule in rules:
        held = [(row, cell) for row in rows for cell in row.cells if cell.rule == rule]
        counts = Counter(cell.outcome.key for _, cell in held)
        passed, failed, unsaid = (counts[key] for key in ("pass", "fail", "no_data"))
        said = f"{passed} done, {failed} to do, {counts['exempt']} exempt"
        failing = tuple(f"{row.title}: {cell.why}" for row, cell in held if cell.outcome.key == "fail")
        rate = f"{100 * passed / (passed + failed):.0f} %" if passed + failed else "–"
        yield Line(rule, MEANINGS[rule], outcome_bar(passed, failed, unsaid), said, failing, rate)
