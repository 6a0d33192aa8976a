"""A rule as values: what it asks, what it reads, who fails. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from greenboard.catalog.store import Stored
from greenboard.core.refs import Ref
from greenboard.facts.types import Fact, Gap
from greenboard.facts.vocabulary import FactType, Vocabulary
from greenboard.results.rows import ResultRow
from greenboard.rules.around import RELATIONS, own_path
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import ParameterDef, Rule, Scorecard, Selector
from greenboard.web import causes, links, markdown, words
from greenboard.web.asked import Asked
from greenboard.web.rule.expression import highlight
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


Known = Mapping[Ref, tuple[Sequence[Fact], Sequence[Gap]]]


@dataclass(frozen=True)
class _Ground:
    rule: Rule
    entities: Mapping[Ref, Stored]
    asked: Asked


def sections(
    rule: Rule, results: Iterable[ResultRow], entities: Mapping[Ref, Stored], asked: Asked, why: Mapping[Ref, str]
) -> tuple[Section, ...]:
    """Who fails, who is undecided and why, who passes."""
    found: dict[Outcome, list[ResultRow]] = defaultdict(list)
    for row in results:
        found[row.outcome].append(row)
    ground = _Ground(rule, entities, asked)
    return tuple(_section(outcome, found[outcome], ground, why) for outcome in _SHOWN if found[outcome])


def undecided(rule: Rule, results: Iterable[ResultRow], known: Known, vocabulary: Vocabulary) -> dict[Ref, str]:
    """Why each undecided entity is: a look that failed, a fact that nobody states, a field left open."""
    wanted = [vocabulary.types[name] for name in sorted(rule.types) if name in vocabulary.types]
    return {
        row.entity: _reason(wanted, *known.get(row.entity, ((), ())))
        for row in results
        if row.outcome is Outcome.NO_DATA
    }


def _reason(wanted: Sequence[FactType], facts: Sequence[Fact], gaps: Sequence[Gap]) -> str:
    failed = {gap.type: gap for gap in gaps}
    said = {fact.type for fact in facts}
    for declared in wanted:
        if declared.name in failed:
            return f"{failed[declared.name].source.name} could not be read: {failed[declared.name].reason}"
    for declared in wanted:
        if declared.name not in said:
            return f"no source says anything about {declared.title.lower()}"
    return "a field that it reads is left open, or too old to count"


def _section(outcome: Outcome, rows: Sequence[ResultRow], ground: _Ground, why: Mapping[Ref, str]) -> Section:
    rule, entities, asked = ground.rule, ground.entities, ground.asked
    reasons: dict[str, int] = defaultdict(int)
    for row in rows if outcome in (Outcome.NO_DATA, Outcome.ERROR) else ():
        reasons[why.get(row.entity) or causes.said(row.cause)] += 1
    ordered = sorted(rows, key=lambda row: row.entity)
    return Section(
        outcome=words.OUTCOMES[outcome],
        rows=tuple(_row(row, rule, entities.get(row.entity), asked) for row in ordered),
        reasons=tuple(sorted(reasons.items(), key=lambda item: -item[1])),
        open=outcome in (Outcome.FAIL, Outcome.ERROR, Outcome.NO_DATA),
    )


def _row(row: ResultRow, rule: Rule, stored: Stored | None, asked: Asked) -> Row:
    tier = stored.entity.tier if stored else None
    return Row(
        name=row.entity.short,
        url=asked.to(links.entity(row.entity), "scorecard") + f"#{rule.id}",
        team=stored.owner.short if stored and stored.owner else "–",
        tier="" if tier is None else str(tier),
        since=words.when(row.since, asked.now),
        cause="" if row.cause.kind == "first" else causes.said(row.cause),
        link=row.cause.link,
        exempt=row.exempt,
    )
