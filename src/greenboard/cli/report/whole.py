"""What all entities of a report have in common: what fails most, what to do next, what would decide the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from greenboard.cli.report.content import Judged, Report
from greenboard.results.types import Lack, Result
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule

SHOWN = (Outcome.FAIL, Outcome.ERROR)
"""The outcomes that somebody can do something about at once."""


@dataclass(frozen=True)
class Shared:
    """One rule with the entities that it came out alike for, and the result of the first."""

    rule: Rule
    result: Result
    entities: tuple[str, ...]


def failures(report: Report) -> list[Shared]:
    """What fails, in most entities first."""
    return _shared(report, lambda judged: [result for _, result in report.results(judged) if result.outcome in SHOWN])


def steps(report: Report) -> list[Shared]:
    """What to do so that entities gain their next level: what helps most of them first, then what weighs most."""

    def blocking(judged: Judged) -> list[Result]:
        found = map(judged.judgement.result, judged.judgement.standing.provisional_blocking)
        return [result for result in found if result is not None]

    return _shared(report, blocking)


def _shared(report: Report, chosen: Callable[[Judged], list[Result]]) -> list[Shared]:
    entities: dict[str, list[str]] = defaultdict(list)
    first: dict[str, Result] = {}
    for judged in report.entities:
        for result in chosen(judged):
            kept = first.setdefault(result.rule, result)
            if kept.outcome is not Outcome.FAIL and result.outcome is Outcome.FAIL:
                first[result.rule] = result
            entities[result.rule].append(judged.judgement.ref.short)
    found = [
        Shared(rule, first[rule.id], tuple(entities[rule.id])) for rule in report.scorecard.rules if rule.id in first
    ]
    return sorted(found, key=lambda one: (one.result.outcome is not Outcome.FAIL, -len(one.entities), -one.rule.weight))


def remedies(report: Report) -> list[tuple[str, list[str]]]:
    """What would decide the undecided of all entities: failed looks first, then what would decide most rules."""
    grouped: dict[tuple[bool, str], dict[str, None]] = defaultdict(dict)
    for judged in report.entities:
        for key, rule in _lacking(judged):
            grouped[key][rule] = None
    ordered = sorted(grouped.items(), key=lambda pair: (not pair[0][0], -len(pair[1]), pair[0][1]))
    return [(text, list(rules)) for (_, text), rules in ordered]


def _lacking(judged: Judged) -> Iterator[tuple[tuple[bool, str], str]]:
    """For every undecided rule what would decide it, and whether that is to mend what could not be read."""
    for result in judged.judgement.results:
        if result.outcome is Outcome.NO_DATA and result.missing:
            first = min(result.missing, key=lambda lack: list(Lack).index(lack.lack))
            failed = first.lack is Lack.GAP
            yield (failed, first.reason if failed else first.remedy), result.rule
