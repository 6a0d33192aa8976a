"""A scorecard as values: who is where, and which rules hold them there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString

from greenboard.results.tallies import Standing, Tally, by_rule
from greenboard.scorecards.types import Rule, Scorecard
from greenboard.web import links, words
from greenboard.web.asked import Asked
from greenboard.web.charts.bar import outcome_bar
from greenboard.web.seen import Seen
from greenboard.web.standing import Mix, mix, rung

GROUPS = ("dimension", "level")


@dataclass(frozen=True)
class Line:
    """A rule with its numbers."""

    item: str
    title: str
    url: str
    level: str
    level_glyph: SafeString
    passed: int
    failed: int
    undecided: int
    failed_url: str
    undecided_url: str
    rate: str
    said: str
    bar: SafeString
    note: str


@dataclass(frozen=True)
class Section:
    """The rules of one dimension or level."""

    name: str
    title: str
    about: str
    lines: tuple[Line, ...]
    rate: str


@dataclass(frozen=True)
class Card:
    """A scorecard in the list of them."""

    title: str
    url: str
    about: str
    rules: int
    mix: Mix
    score: str


def card(scorecard: Scorecard, stand: Standing, asked: Asked) -> Card:
    """One line of the list."""
    return Card(
        title=scorecard.title,
        url=asked.to(links.scorecard(scorecard.name)),
        about=scorecard.description,
        rules=len(scorecard.rules),
        mix=spread(scorecard, stand, asked),
        score=words.score(stand.score),
    )


def spread(scorecard: Scorecard, stand: Standing, asked: Asked) -> Mix:
    """The distribution over levels, each number with its list."""
    return mix(scorecard, stand.levels, asked.to(links.CATALOG, scorecard=scorecard.name), "&", height=14)


def sections(scorecard: Scorecard, seen: Seen, asked: Asked) -> tuple[Section, ...]:
    """The rules by dimension or by level."""
    counted = by_rule(seen.matrix, seen.columns(seen.judged))
    found = {rule.id: counted.get(rule.id, Tally()) for rule in scorecard.rules}
    if asked.choice("by", GROUPS) == "level":
        groups = [
            (level.name, level.title, level.description, [rule for rule in scorecard.rules if rule.level == level.name])
            for level in scorecard.levels
        ]
    else:
        groups = [
            (name, title, "", [rule for rule in scorecard.rules if rule.dimension == name])
            for name, title in scorecard.dimensions.items()
        ]
    return tuple(_section(group, found, scorecard, asked) for group in groups if group[3])


def _section(
    group: tuple[str, str, str, list[Rule]],
    found: Mapping[str, Tally],
    scorecard: Scorecard,
    asked: Asked,
) -> Section:
    name, title, about, rules = group
    lines = tuple(_line(rule, found[rule.id], scorecard, asked) for rule in rules)
    return Section(name, title, about, lines, rate(found[rule.id] for rule in rules))


def rate(tallies: Iterable[Tally]) -> str:
    """The share of what could be decided that passed; a dash where nothing could."""
    passed = decided = 0
    for counted in tallies:
        passed += counted.passed
        decided += counted.decided
    return f"{words.score(100 * passed / decided)} %" if decided else "–"


def _line(rule: Rule, counted: Tally, scorecard: Scorecard, asked: Asked) -> Line:
    behind = {"scorecard": scorecard.name, "rule": rule.id}
    sign = rung(scorecard, rule.level)
    return Line(
        item=rule.item,
        title=rule.title,
        url=asked.to(links.rule(scorecard.name, rule.id)),
        level=sign.title,
        level_glyph=sign.glyph,
        passed=counted.passed,
        failed=counted.failed,
        undecided=counted.undecided,
        failed_url=asked.to(links.RESULTS, outcome="fail", **behind),
        undecided_url=asked.to(links.RESULTS, outcome="no_data", **behind),
        rate=rate([counted]),
        said=f"{rule.title}: {counted.said}",
        bar=outcome_bar(counted.passed, counted.failed, counted.undecided),
        note=_note(rule, asked),
    )


def _note(rule: Rule, asked: Asked) -> str:
    if rule.enabled_from and rule.enabled_from > asked.now:
        return f"counts from {words.day(rule.enabled_from)}"
    return "" if rule.counts(asked.now) else "draft"
