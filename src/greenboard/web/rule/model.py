"""A rule as values: what it asks, what it reads, who fails. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.safestring import SafeString

from greenboard.catalog.store import Stored
from greenboard.facts.spoken import Spoken
from greenboard.facts.vocabulary import FactType, Vocabulary
from greenboard.results.matrix import EXEMPT
from greenboard.results.rows import ResultRow, code
from greenboard.rules.around import RELATIONS, own_path
from greenboard.rules.types import Outcome
from greenboard.rules.vectors import Array
from greenboard.scorecards.types import ParameterDef, Rule, Scorecard, Selector
from greenboard.web import causes, links, markdown, words
from greenboard.web.asked import Asked
from greenboard.web.rule.expression import highlight
from greenboard.web.seen import Seen
from greenboard.web.standing import Rung, rung


@dataclass(frozen=True)
class Read:
    """A field that the rule reads, with its documentation."""

    path: str
    url: str
    type: str
    doc: str
    suppliers: str


@dataclass(frozen=True)
class Threshold:
    """A parameter with its values."""

    name: str
    doc: str
    default: str
    special: tuple[str, ...]


@dataclass(frozen=True)
class Head:
    """What the rule asks."""

    id: str
    item: str
    title: str
    dimension: str
    rung: Rung
    weight: int
    enforcement: str
    scope: str
    grace: str
    why: SafeString
    fix: SafeString
    expression: SafeString
    source: str
    when: SafeString | str
    reads: tuple[Read, ...]
    thresholds: tuple[Threshold, ...]
    place: str
    version: str


@dataclass(frozen=True)
class Row:
    """An entity with its outcome."""

    name: str
    url: str
    team: str
    tier: str
    since: SafeString | str
    cause: str
    link: str
    exempt: bool


@dataclass(frozen=True)
class Section:
    """The entities of one outcome; folded away where nothing needs doing."""

    outcome: words.Said
    rows: tuple[Row, ...]
    count: int
    more: str
    reasons: tuple[tuple[str, int], ...]
    open: bool


def head(scorecard: Scorecard, rule: Rule, vocabulary: Vocabulary) -> Head:
    """What the rule asks and reads."""
    types = vocabulary.types
    return Head(
        id=rule.id,
        item=rule.item,
        title=rule.title,
        dimension=scorecard.dimensions.get(rule.dimension, words.sentence(rule.dimension)),
        rung=rung(scorecard, rule.level),
        weight=rule.weight,
        enforcement=words.sentence(rule.enforcement.value),
        scope=_scope(rule.scope),
        grace=words.span(rule.grace),
        why=markdown.render(rule.why),
        fix=markdown.render(rule.fix),
        expression=highlight(rule.program.source.strip(), types),
        source=rule.program.source.strip(),
        when=highlight(rule.when.source.strip(), types) if rule.when else "",
        reads=tuple(_read(path, vocabulary) for path in rule.inputs),
        thresholds=tuple(_threshold(name, parameter) for name, parameter in rule.parameters.items()),
        place=_place(rule),
        version=rule.digest[:10],
    )


def _place(rule: Rule) -> str:
    """Where the rule is written, from the library's folder on: the machine's folders tell nobody anything."""
    if rule.place is None:
        return ""
    path = rule.place.path.rpartition("/library/")[2] or rule.place.path
    return f"{path}:{rule.place.line}" if rule.place.line else path


def _scope(scope: Selector) -> str:
    parts = []
    if scope.kinds:
        parts.append(", ".join(words.sentence(kind).lower() for kind in scope.kinds))
    if scope.tiers:
        parts.append("tier " + ", ".join(str(tier) for tier in scope.tiers))
    if scope.lifecycles:
        parts.append(", ".join(scope.lifecycles))
    if scope.tags:
        parts.append("tagged " + " or ".join(scope.tags))
    return "; ".join(parts) or "everything that the scorecard covers"


def _read(path: str, vocabulary: Vocabulary) -> Read:
    name, _, field = own_path(path).partition(".")
    declared = vocabulary.types.get(name)
    if declared is None:
        return Read(path, "", "", RELATIONS.get(path.removesuffix("()"), ""), "")
    known = declared.fields.get(field)
    suppliers = ", ".join(declared.supplied_by) + (f" ({declared.connects})" if declared.connects else "")
    url = links.fact_type(name) + (f"#{field}" if known else "")
    return Read(path, url, known.type.value if known else "", known.doc if known else declared.doc.strip(), suppliers)


def _threshold(name: str, parameter: ParameterDef) -> Threshold:
    special = [f"tier {tier}: {words.value(value)}" for tier, value in sorted(parameter.by_tier.items())]
    special += [
        f"{words.sentence(kind).lower()}: {words.value(value)}" for kind, value in sorted(parameter.by_kind.items())
    ]
    special += [f"{ref.short}: {words.value(value)}" for ref, value in sorted(parameter.by_entity.items())]
    return Threshold(name, parameter.doc, words.value(parameter.default), tuple(special))


_SHOWN = (Outcome.FAIL, Outcome.ERROR, Outcome.NO_DATA, Outcome.PASS, Outcome.NOT_APPLICABLE)
MOST = 50
"""Entities listed for each outcome; the list of results has the others."""


@dataclass(frozen=True, eq=False)
class Found:
    """What a rule comes to: entities, by number, for each outcome."""

    seen: Seen
    entities: Mapping[Outcome, Array]

    @classmethod
    def of(cls, seen: Seen, rule: Rule) -> Found:
        """Read it from the matrix."""
        line = seen.matrix.lines([rule.id])
        if not len(line):
            return cls(seen, {})
        judged = np.flatnonzero(seen.judged)
        told = seen.matrix.outcomes[line[0], seen.column[judged]]
        plain = np.where(told >= EXEMPT, told - EXEMPT, told)
        found = {outcome: judged[plain == code(outcome)] for outcome in _SHOWN}
        return cls(seen, {outcome: numbers for outcome, numbers in found.items() if len(numbers)})

    def ids(self, outcome: Outcome, most: int | None = None) -> list[int]:
        """The surrogate ids of those that come to an outcome, or of the first of them."""
        found: list[int] = self.seen.whole.ids[self.entities.get(outcome, _NOBODY)[:most]].tolist()
        return found

    def shown(self) -> list[int]:
        """The surrogate ids of those that are listed."""
        return [number for outcome in self.entities for number in self.ids(outcome, MOST)]


_NOBODY = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class _Ground:
    scorecard: Scorecard
    rule: Rule
    asked: Asked


@dataclass(frozen=True)
class Said:
    """By surrogate id of an entity: the result, of those that are listed; and why it is undecided, of all that are."""

    rows: Mapping[int, ResultRow]
    why: Mapping[int, str]


def sections(scorecard: Scorecard, rule: Rule, found: Found, said: Said, asked: Asked) -> tuple[Section, ...]:
    """Who fails, who is undecided and why, who passes."""
    ground = _Ground(scorecard, rule, asked)
    return tuple(_section(outcome, found, ground, said) for outcome in found.entities)


def undecided(rule: Rule, entities: Iterable[int], known: Spoken, vocabulary: Vocabulary) -> dict[int, str]:
    """Why each undecided entity is: a look that failed, a fact that nobody states, a field left open."""
    wanted = [vocabulary.types[name] for name in sorted(rule.types) if name in vocabulary.types]
    return {entity: _reason(wanted, known.facts.get(entity, set()), known.gaps.get(entity, {})) for entity in entities}


def _reason(wanted: Sequence[FactType], said: Collection[str], failed: Mapping[str, tuple[str, str]]) -> str:
    for declared in wanted:
        if declared.name in failed:
            tool, reason = failed[declared.name]
            return f"{tool} could not be read: {reason}"
    for declared in wanted:
        if declared.name not in said:
            return f"no source says anything about {declared.title.lower()}"
    return "a field that it reads is left open, or too old to count"


def _section(outcome: Outcome, found: Found, ground: _Ground, said: Said) -> Section:
    rule, asked, entities = ground.rule, ground.asked, found.entities[outcome]
    reasons: Counter[str] = Counter()
    if outcome is Outcome.NO_DATA:
        reasons.update(said.why[number] for number in found.ids(outcome))
    several = [found.seen.entity(number) for number in entities[:MOST].tolist()]
    listed = [(stored, said.rows.get(stored.id)) for stored in several]
    if outcome is Outcome.ERROR:
        reasons.update(causes.said(row.cause) for _, row in listed if row)
    more = asked.to(links.RESULTS, scorecard=ground.scorecard.name, rule=rule.id, outcome=outcome.value)
    return Section(
        outcome=words.OUTCOMES[outcome],
        rows=tuple(_row(row, rule, stored, asked) for stored, row in listed if row),
        count=len(entities),
        more=more if len(entities) > MOST else "",
        reasons=tuple(sorted(reasons.items(), key=lambda item: -item[1])),
        open=outcome in (Outcome.FAIL, Outcome.ERROR, Outcome.NO_DATA),
    )


def _row(row: ResultRow, rule: Rule, stored: Stored, asked: Asked) -> Row:
    tier = stored.entity.tier
    return Row(
        name=row.entity.short,
        url=asked.to(links.entity(row.entity), "scorecard") + f"#{rule.id}",
        team=stored.owner.short if stored.owner else "–",
        tier="" if tier is None else str(tier),
        since=words.when(row.since, asked.now),
        cause="" if row.cause.kind == "first" else causes.said(row.cause),
        link=links.outside(row.cause.link),
        exempt=row.exempt,
    )
