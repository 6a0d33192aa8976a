"""What a report says, before it is given a form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from greenboard.catalog.types import Entity
from greenboard.facts.vocabulary import encode
from greenboard.results.types import Evidence, Judgement, Lack, Result
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule, Scorecard

GLYPHS = {
    Outcome.PASS: "✓",
    Outcome.FAIL: "✕",
    Outcome.NO_DATA: "◌",
    Outcome.ERROR: "!",
    Outcome.NOT_APPLICABLE: "–",
}
WORDS = {
    Outcome.PASS: "pass",
    Outcome.FAIL: "fail",
    Outcome.NO_DATA: "no data",
    Outcome.ERROR: "error",
    Outcome.NOT_APPLICABLE: "not applicable",
}
STYLES = {
    Outcome.PASS: "green",
    Outcome.FAIL: "bold red",
    Outcome.NO_DATA: "bright_black",
    Outcome.ERROR: "yellow",
    Outcome.NOT_APPLICABLE: "bright_black",
}
MAX_STEPS = 5


@dataclass(frozen=True)
class Judged:
    """One entity with its judgement, and the folder it was found in."""

    entity: Entity
    judgement: Judgement
    path: str


@dataclass(frozen=True)
class Report:
    """All that was judged, and what was left out. `explain` is the rule that was asked about."""

    scorecard: Scorecard
    entities: tuple[Judged, ...]
    skipped: tuple[tuple[str, str], ...]
    now: datetime
    explain: Rule | None = None

    def results(self, judged: Judged) -> list[tuple[Rule, Result]]:
        """The results to show, each with its rule: those of the one rule that was asked about, or all."""
        wanted = self.scorecard.rules if self.explain is None else (self.explain,)
        found = ((rule, judged.judgement.result(rule.id)) for rule in wanted)
        return [(rule, result) for rule, result in found if result is not None]

    def level(self, name: str | None) -> str:
        """The title of a level, for people."""
        return next((level.title for level in self.scorecard.levels if level.name == name), "no level yet")


def by_dimension(report: Report, judged: Judged) -> list[tuple[str, list[tuple[Rule, Result]]]]:
    """The results under the titles of their dimensions, in the scorecard's order."""
    grouped: dict[str, list[tuple[Rule, Result]]] = defaultdict(list)
    for rule, result in report.results(judged):
        grouped[rule.dimension].append((rule, result))
    return [(report.scorecard.dimensions.get(name, name.title()), found) for name, found in grouped.items()]


def next_steps(report: Report, judged: Judged) -> list[tuple[Rule, Result]]:
    """What to do to gain the next level: failures first, those that weigh most before the others."""
    found: list[tuple[Rule, Result]] = []
    for name in judged.judgement.standing.provisional_blocking:
        rule, result = report.scorecard.rule(name), judged.judgement.result(name)
        if rule is not None and result is not None:
            found.append((rule, result))
    return sorted(found, key=lambda pair: (pair[1].outcome is not Outcome.FAIL, -pair[0].weight))[:MAX_STEPS]


def remedies(judged: Judged) -> list[tuple[str, list[str]]]:
    """What would decide the undecided: each remedy with the rules it would decide, most first."""
    grouped: dict[str, list[str]] = defaultdict(list)
    for result in judged.judgement.results:
        if result.outcome is Outcome.NO_DATA and result.missing:
            first = min(result.missing, key=lambda lack: list(Lack).index(lack.lack))
            grouped[first.remedy].append(result.rule)
    return sorted(grouped.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def names(found: Sequence[str], shown: int = 3) -> str:
    """A few names, and how many more there are."""
    more = len(found) - shown
    return ", ".join(found[:shown]) + (f" and {more} more" if more > 0 else "")


def value(evidence: Evidence) -> str:
    """A value for people, short."""
    plain = encode(evidence.value)
    if isinstance(plain, bool):
        text = "yes" if plain else "no"
    elif isinstance(plain, list):
        text = ", ".join(map(str, plain[:5])) + (f" and {len(plain) - 5} more" if len(plain) > 5 else "")
        text = text or "none"
    elif isinstance(plain, float):
        text = f"{plain:g}"
    else:
        text = str(plain)
    return text if len(text) <= 80 else text[:79] + "…"


def read(evidence: Evidence) -> str:
    """What was read: `workload.replicas of deployment/checkout = 1`."""
    if "." not in evidence.fact:
        return f"{value(evidence)} of {evidence.fact}"
    of = f" of {evidence.key}" if evidence.key else ""
    return f"{evidence.fact}{of} = {value(evidence)}"


def telling(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence worth a line: not the name of an item, nor how many there are where more is known."""
    decisive = [part for part in evidence if part.decisive] or list(evidence)
    return [part for part in decisive if "." in part.fact and part.value != part.key] or decisive


def sources(evidence: Sequence[Evidence]) -> list[str]:
    """Where the values came from, each place once."""
    return list(dict.fromkeys(part.source for part in evidence if part.source))


def as_json(evidence: Evidence) -> dict[str, Any]:
    """One piece of evidence for machines."""
    return {
        "fact": evidence.fact,
        "key": evidence.key,
        "value": encode(evidence.value),
        "source": evidence.source,
        "commit": evidence.commit or None,
        "link": evidence.link or None,
        "observed_at": encode(evidence.observed_at) if evidence.observed_at else None,
        "decisive": evidence.decisive,
    }
