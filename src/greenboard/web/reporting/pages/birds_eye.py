"""The bird's eye: a heat map of groups or entities against rules, each cell leading to what is behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from greenboard.catalog.columns import FIELDS
from greenboard.reports.counting import FAILED, PARDONED, PASSED, UNDECIDED
from greenboard.reports.each.birds_eye import ARRANGED, BirdsEye, Line
from greenboard.results.matrix import EXEMPT
from greenboard.results.rows import OUTCOMES
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import Rule
from greenboard.web import links, paging, selection, words
from greenboard.web.charts.squares import squares
from greenboard.web.menus import choices
from greenboard.web.reporting.types import Drawn, Look
from greenboard.web.selection import Menu
from greenboard.web.standing import rung

PAGE = 50
_SHADES = ((100, "s5"), (90, "s4"), (75, "s3"), (50, "s2"), (0, "s1"))
"""From which percentage on a cell is shaded how."""


@dataclass(frozen=True)
class Head:
    """The head of a column. `first` begins a section."""

    item: str
    title: str
    url: str
    first: bool


def context(look: Look) -> Mapping[str, Any]:
    """What the template shows: rows are made here, as there are thousands of cells."""
    found: BirdsEye = look.figures
    asked, card = look.asked, look.ground.scorecard
    page = paging.page(len(found.lines), PAGE, asked)
    single = found.codes is not None
    row = _entity_row if single else _group_row
    firsts = {section.rules[0].id for section in found.sections}
    part = range(*page.part.indices(len(found.lines)))
    return {
        "title": "Entity" if single else _title(found.by),
        "single": single,
        "sections": found.sections,
        "rules": [
            Head(rule.item or rule.id, rule.title, asked.to(links.rule(card.name, rule.id)), rule.id in firsts)
            for rule in found.rules
        ],
        "rows": _joined(row(look, found, at, firsts) for at in part),
        "total": _total(look, found, firsts) if len(found.lines) > 1 else "",
        "page": page,
        "group": asked.get("group"),
        "up": asked.here(group=None) if asked.get("group") else "",
    }


def _title(by: str) -> str:
    return words.sentence(by.removeprefix("property:"))


def _joined(parts: Any) -> SafeString:
    return mark_safe("\n".join(parts))  # noqa: S308 - made below, each text of it escaped


def _group_row(look: Look, found: BirdsEye, at: int, firsts: set[str]) -> str:
    line, asked = found.lines[at], look.asked
    inside = asked.here(group=line.name, by=found.by)
    if found.by in FIELDS:  # what can be a filter of other pages is one
        base = asked.to(links.RESULTS, *asked.filters, "scorecard", **{found.by: line.name})
        url = lambda rule: f"{base}&rule={rule}"  # noqa: E731 - the shortest way to say it
    else:
        url = lambda _rule: inside  # noqa: E731
    said = selection.said(found.by, line.name)
    cells = _cells(said, found.rules, found.counts[:, :, at], url, firsts)
    hidden = f'<span class="sr"> entities of {escape(said)}</span>'
    count = f'<a class="count" href="{escape(inside)}">{line.entities:,}{hidden}</a>'
    home = f'<a href="{escape(asked.to(links.entity(line.home)))}">{escape(said)}</a>' if line.home else escape(said)
    return f'<tr><th scope="row"><span class="group">{home}{count}</span></th>{_score(line)}{cells}</tr>'


def _total(look: Look, found: BirdsEye, firsts: set[str]) -> str:
    base = look.asked.to(links.RESULTS, *look.asked.filters, "scorecard")
    joint = "&" if "?" in base else "?"
    cells = _cells("All", found.rules, found.total, lambda rule: f"{base}{joint}rule={rule}", firsts)
    every = (
        f'<th scope="row"><span class="group">All<span class="count">{found.everything.entities:,}</span></span></th>'
    )
    row = f'<tr>{every}<td class="number score">{words.score(found.everything.score)}</td>{cells}</tr>'
    return mark_safe(row)  # noqa: S308 - as `_joined`


def _cells(said: str, rules: tuple[Rule, ...], counts: Array, url: Callable[[str], str], firsts: set[str]) -> str:
    several = zip(rules, counts.T.tolist(), strict=True)
    return "".join(_cell(said, rule, counted, url(rule.id), rule.id in firsts) for rule, counted in several)


def _cell(said: str, rule: Rule, counted: list[int], url: str, first: bool) -> str:
    passed, failed, undecided, pardoned = (counted[number] for number in (PASSED, FAILED, UNDECIDED, PARDONED))
    decided = passed + failed
    share = 100 * passed / decided if decided else None
    none = ("s0", "◌") if undecided else ("sx", "–")
    kind, shown = (shade(share), words.score(share)) if share is not None else none
    parts = [(passed, "passed"), (failed, "failed"), (undecided, "undecided"), (pardoned, "exempt")]
    counts = ", ".join(f"{number:,} {word}" for number, word in parts if number) or "nothing asked"
    label = escape(f"{shown}: {said}, {rule.title}: {counts}")
    edge = " part" if first else ""
    return f'<td class="cell {kind}{edge}"><a href="{escape(url)}" aria-label="{label}" data-tip="">{shown}</a></td>'


def shade(share: float) -> str:
    """The class of a cell by the percentage that passed."""
    return next((kind for least, kind in _SHADES if share >= least), "s0")


def _entity_row(look: Look, found: BirdsEye, at: int, firsts: set[str]) -> str:
    assert found.codes is not None
    line = found.lines[at]
    assert line.home is not None
    url = escape(look.asked.to(links.entity(line.home), "scorecard"))
    name = escape(line.home.short)
    stands = escape(rung(look.ground.scorecard, line.level).title)
    cells = []
    for rule, code in zip(found.rules, found.codes[:, at].tolist(), strict=True):
        key, glyph, word = _outcome(code)
        edge = " part" if rule.id in firsts else ""
        label = escape(f"{glyph} {word}: {line.home.short}, {rule.title}")
        cells.append(
            f'<td class="cell{edge}"><a class="outcome is-{key}" href="{url}#{escape(rule.id)}" aria-label="{label}"'
            f' data-tip="">{glyph}</a></td>'
        )
    head = f'<span class="group"><a href="{url}">{name}</a><span class="note">{stands}</span></span>'
    return f'<tr><th scope="row">{head}</th>{_score(line)}{"".join(cells)}</tr>'


def _outcome(code: int) -> tuple[str, str, str]:
    if code < 0:
        return "not_applicable", "·", "Not judged"
    said = words.OUTCOMES[OUTCOMES[code % EXEMPT]]
    if code >= EXEMPT and said.key != "pass":
        return words.EXEMPT.key, words.EXEMPT.glyph, f"Exempt, {said.word.lower()} beneath"
    return said.key, said.glyph, said.word


def _score(line: Line) -> str:
    return f'<td class="number score">{words.score(line.standing.score)}</td>'


def preview(look: Look) -> SafeString:
    """The first groups against all rules, as squares."""
    found: BirdsEye = look.figures
    shades: list[list[str]] = []
    for at in range(min(8, len(found.lines)) if found.codes is None else 0):
        row = []
        for passed, failed in zip(
            found.counts[PASSED, :, at].tolist(), found.counts[FAILED, :, at].tolist(), strict=True
        ):
            rate = 100 * passed / (passed + failed) if passed + failed else None
            row.append("s0" if rate is None else next(shade for least, shade in _SHADES if rate >= least))
        shades.append(row)
    return squares(shades)


def menus(look: Look) -> tuple[Menu, ...]:
    """How rules are arranged."""
    return (choices("show", "Rules", [(name, f"Rules by {name}") for name in ARRANGED], look.asked),)


DRAWN = Drawn("birds-eye", "report_birds_eye.html", context, preview, menus)
