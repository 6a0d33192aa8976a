"""Results of one entity with evidence, grouped by dimension; and what to do next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.safestring import SafeString

from greenboard.facts.vocabulary import Vocabulary
from greenboard.results.types import Evidence, Judgement, Missing, Result
from greenboard.rules.around import own_path
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule, Scorecard
from greenboard.web import links, markdown, words
from greenboard.web.asked import Asked
from greenboard.web.charts.bar import outcome_bar
from greenboard.web.panels import About, Offer, Offered, offering

PASSING = "passing"
"""What an address asks to show to have the evidence of what passes, too."""


@dataclass(frozen=True)
class Read:
    """A value that the rule read."""

    path: str
    key: str
    type_url: str
    value: str
    source: str
    link: str
    age: SafeString | str


@dataclass(frozen=True)
class Lack:
    """A fact that the rule did not get, and what would supply it."""

    path: str
    type_url: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Line:
    """One result."""

    id: str
    item: str
    title: str
    url: str
    level: str
    outcome: words.Said
    exempt: bool
    counts: bool
    message: str
    since: SafeString | str
    why: SafeString
    reads: tuple[Read, ...]
    lacks: tuple[Lack, ...]
    fix: SafeString | str
    source: str
    link: str
    aside: bool
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True)
class Section:
    """The results of one dimension."""

    name: str
    title: str
    said: str
    lines: tuple[Line, ...]
    passing: tuple[Line, ...]
    aside: tuple[Line, ...]
    aside_said: str
    aside_kind: str
    bar: SafeString
    failed: int
    undecided: int


@dataclass(frozen=True)
class _Ground:
    scorecard: Scorecard
    vocabulary: Vocabulary
    asked: Asked


def lines(
    scorecard: Scorecard, judgement: Judgement, since: Mapping[str, datetime], vocabulary: Vocabulary, asked: Asked
) -> dict[str, Line]:
    """A line per rule: since when, by rule, and why, by the judgement."""
    rules = {rule.id: rule for rule in scorecard.rules}
    ground = _Ground(scorecard, vocabulary, asked)
    return {
        result.rule: _line(result, rules[result.rule], since.get(result.rule), ground)
        for result in judgement.results
        if result.rule in rules
    }


def offered(found: Mapping[str, Line], scorecard: Scorecard, about: About) -> dict[str, Line]:
    """The same lines with what can be done about each."""
    rules = {rule.id: rule for rule in scorecard.rules}
    offers = offering(about)
    several = {
        name: offers(rules[name], Offered(Outcome(line.outcome.key), line.exempt))
        for name, line in found.items()
        if line.outcome.key != Outcome.PASS
    }
    return {name: replace(line, offers=several[name]) if several.get(name) else line for name, line in found.items()}


def _line(result: Result, rule: Rule, since: datetime | None, ground: _Ground) -> Line:
    asked = ground.asked
    titles = {level.name: level.title for level in ground.scorecard.levels}
    reads = tuple(_read(part, ground.vocabulary, asked) for part in result.evidence)
    first = next((read for read in reads if read.source), None)
    todo = result.outcome in (Outcome.FAIL, Outcome.NO_DATA)
    return Line(
        id=rule.id,
        item=rule.item,
        title=rule.title,
        url=asked.to(links.rule(ground.scorecard.name, rule.id)),
        level=titles.get(rule.level, rule.level),
        outcome=words.OUTCOMES[result.outcome],
        exempt=result.exempt,
        counts=rule.counts(asked.now),
        message=result.message,
        since=words.when(since, asked.now) if since else "",
        why=markdown.render(rule.why),
        reads=reads,
        lacks=tuple(_lack(part) for part in result.missing),
        fix=markdown.render(result.fix or rule.fix) if todo else "",
        source=first.source if first and result.outcome is Outcome.FAIL else "",
        link=first.link if first else "",
        aside=result.sourceless or result.outcome is Outcome.NOT_APPLICABLE,
    )


def _read(part: Evidence, vocabulary: Vocabulary, asked: Asked) -> Read:
    name, _, field = own_path(part.fact).partition(".")
    declared = vocabulary.types.get(name)
    unit = declared.fields[field].unit if declared and field in declared.fields else ""
    return Read(
        path=part.fact,
        key=part.key or "",
        type_url=links.fact_type(name) if declared else "",
        value=words.value(part.value, unit),
        source=part.source,
        link=links.outside(part.link),
        age=words.when(part.observed_at, asked.now),
    )


def _lack(part: Missing) -> Lack:
    name = own_path(part.fact).partition(".")[0]
    return Lack(part.fact, links.fact_type(name) if name.isidentifier() else "", part.reason, part.remedy)


def sections(scorecard: Scorecard, found: Mapping[str, Line]) -> tuple[Section, ...]:
    """The lines by dimension, in the scorecard's order."""
    built = []
    for name, title in scorecard.dimensions.items():
        own = [found[rule.id] for rule in scorecard.rules if rule.dimension == name and rule.id in found]
        if own:
            built.append(_section(name, title, own))
    return tuple(built)


_ORDER = {"fail": 0, "error": 1, "no_data": 2, "pass": 3, "not_applicable": 4}


def _section(name: str, title: str, own: Sequence[Line]) -> Section:
    scored = [line for line in own if line.counts and not (line.exempt and line.outcome.key != "pass")]
    passed = sum(line.outcome.key == "pass" for line in scored)
    failed = sum(line.outcome.key == "fail" for line in scored)
    undecided = sum(line.outcome.key in ("no_data", "error") for line in scored)
    ordered = sorted(own, key=lambda line: _ORDER[line.outcome.key])
    aside = tuple(line for line in ordered if line.aside)
    passing = tuple(line for line in ordered if line.outcome.key == "pass" and not line.aside)
    return Section(
        name=name,
        title=title,
        said=f"{passed} of {passed + failed + undecided} pass",
        lines=tuple(line for line in ordered if not line.aside and line.outcome.key != "pass"),
        passing=passing,
        aside=aside,
        aside_said=_aside(aside),
        aside_kind="no_data" if any(line.outcome.key == "no_data" for line in aside) else "not_applicable",
        bar=outcome_bar(passed, failed, undecided, height=6),
        failed=failed,
        undecided=undecided,
    )


def _aside(lines: Sequence[Line]) -> str:
    """Why some lines are folded away: nobody can mend them here, or they are not asked."""
    waiting = sum(line.outcome.key == "no_data" for line in lines)
    parts = []
    if waiting:
        parts.append(f"{waiting} undecided, no source yet")
    if len(lines) > waiting:
        parts.append(f"{len(lines) - waiting} not applicable")
    return ", ".join(parts)


@dataclass(frozen=True)
class Next:
    """What stands before the next level: `first` can be mended now, `later` waits for a source."""

    first: tuple[Line, ...]
    later: tuple[Line, ...]
    level: str


def following(blocking: Iterable[str], found: Mapping[str, Line], level: str) -> Next | None:
    """The rules in the way: first what fails, then what lost its data, apart what nobody can see yet."""
    lines = sorted((found[rule] for rule in blocking if rule in found), key=lambda line: line.outcome.key != "fail")
    if not lines:
        return None
    first = tuple(line for line in lines if not line.aside)
    return Next(first, tuple(line for line in lines if line.aside), level)
