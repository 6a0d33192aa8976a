"""Hold entities against a scorecard: outcomes for all of them at once, then the evidence for each. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from greenboard.catalog.types import Entity
from greenboard.core.refs import Ref
from greenboard.facts.merge import Snapshot
from greenboard.facts.types import FieldValue
from greenboard.facts.vocabulary import Vocabulary
from greenboard.results import reasons
from greenboard.results.rows import Stood
from greenboard.results.types import Evidence, Judgement, Missing, Result
from greenboard.rules.around import ALONE, Around
from greenboard.rules.columns import Frame
from greenboard.rules.evaluate import evaluate
from greenboard.rules.explain import Explanation, explain
from greenboard.rules.language import Program
from greenboard.rules.types import Outcome
from greenboard.scorecards.scoring import stand
from greenboard.scorecards.types import Rule, Scorecard

MAX_RELATED = 3
"""Of how many related entities it is said that they lack a fact."""

_VERDICTS = (Outcome.FAIL, Outcome.PASS, Outcome.NO_DATA, Outcome.ERROR)


@dataclass(frozen=True)
class Subject:
    """An entity with what is known of it."""

    entity: Entity
    snapshot: Snapshot


@dataclass(frozen=True)
class Surroundings:
    """What rules may ask of others than the subject: the `others` are rows after the subjects that are judged.

    `around` speaks of the subjects, the others, and then of entities of which only the name is known.
    """

    others: Sequence[Subject] = ()
    around: Around = ALONE


NOBODY = Surroundings()
"""Nothing is known around the subjects."""

Exempt = Mapping[Ref, Collection[str]]
"""The ids of the rules that an entity is exempt from."""


def outcomes(
    scorecard: Scorecard,
    subjects: Sequence[Subject],
    vocabulary: Vocabulary,
    now: datetime,
    *,
    surroundings: Surroundings = NOBODY,
) -> list[Mapping[str, Outcome]]:
    """The outcome of every rule by its id, for each subject in turn; without evidence."""
    court = _Court(scorecard, subjects, (vocabulary, now), surroundings)
    columns = {rule.id: court.outcomes(rule) for rule in scorecard.rules}
    return [{name: column[row] for name, column in columns.items()} for row in range(len(subjects))]


def judge(
    scorecard: Scorecard,
    subjects: Sequence[Subject],
    vocabulary: Vocabulary,
    now: datetime,
    exempt: Exempt | None = None,
    *,
    surroundings: Surroundings = NOBODY,
) -> list[Judgement]:
    """Outcomes with evidence and reasons, and where each subject stands. One judgement for each subject.

    An entity that the scorecard is not asked of gets only results that are not applicable, and no level.
    """
    court = _Court(scorecard, subjects, (vocabulary, now), surroundings)
    columns = [(rule, court.outcomes(rule)) for rule in scorecard.rules]
    judged: list[Judgement] = []
    for row, subject in enumerate(subjects):
        pardoned = (exempt or {}).get(subject.entity.ref, ())
        results = [court.result(rule, row, column[row], rule.id in pardoned) for rule, column in columns]
        judged.append(_judgement(scorecard, subject, results, now))
    return judged


def retell(
    scorecard: Scorecard,
    subject: Subject,
    vocabulary: Vocabulary,
    now: datetime,
    stood: Mapping[str, Stood],
    *,
    surroundings: Surroundings = NOBODY,
    passing: bool = True,
) -> Judgement:
    """As `judge`, for one subject of which it is known what the rules came to: evidence and reasons for that.

    Without `passing`, what passes is said to pass and no more: explaining it is half of the work.
    """
    court = _Court(scorecard, [subject], (vocabulary, now), surroundings)
    results = []
    for rule in scorecard.rules:
        known = stood.get(rule.id)
        outcome = court.outcomes(rule)[0] if known is None else known.outcome
        exempt = known is not None and known.exempt
        if outcome is Outcome.PASS and not passing:
            results.append(Result(rule.id, rule.item, outcome, "", exempt=exempt))
        else:
            results.append(court.result(rule, 0, outcome, exempt))
    return _judgement(scorecard, subject, results, now)


def _judgement(scorecard: Scorecard, subject: Subject, results: Sequence[Result], now: datetime) -> Judgement:
    standing = stand(
        scorecard,
        {result.rule: result.outcome for result in results},
        now,
        exempt=[result.rule for result in results if result.exempt],
        sourceless=[result.rule for result in results if result.sourceless],
    )
    return Judgement(subject.entity.ref, subject.entity.ref.kind, tuple(results), standing)


class _Court:
    """One scorecard over many subjects, their facts and those of what is around them in columns."""

    def __init__(
        self,
        scorecard: Scorecard,
        subjects: Sequence[Subject],
        when: tuple[Vocabulary, datetime],
        surroundings: Surroundings,
    ) -> None:
        self.scorecard = scorecard
        self.subjects = subjects
        self.vocabulary, self.now = when
        self._thresholds: dict[str, dict[str, list[FieldValue | None]]] = {}
        around = surroundings.around
        self.rows: list[Subject | None] = [*subjects, *surroundings.others]
        self.rows += [None] * (len(around.names) - len(self.rows))
        values = [{} if row is None else row.snapshot.values for row in self.rows]
        self.frame = Frame.build(self.vocabulary, values, self.now, scorecard.types, around=around)
        self._judged = np.arange(len(subjects))

    def outcomes(self, rule: Rule) -> list[Outcome]:
        """The outcome of one rule for every subject: scope first, then `when`, then the expression."""
        asked = [self._asked(rule, subject.entity) for subject in self.subjects]
        if not any(part is not False for part in asked):
            return [Outcome.NOT_APPLICABLE] * len(asked)
        verdicts = self._evaluate(rule, rule.program)
        conditions = self._evaluate(rule, rule.when) if rule.when else [Outcome.PASS] * len(asked)
        return [
            _outcome(covered, condition, verdict)
            for covered, condition, verdict in zip(asked, conditions, verdicts, strict=True)
        ]

    def _asked(self, rule: Rule, entity: Entity) -> bool | None:
        covered = self.scorecard.scope.covers(entity), rule.scope.covers(entity)
        if False in covered:
            return False
        return None if None in covered else True

    def _evaluate(self, rule: Rule, program: Program) -> list[Outcome]:
        found = evaluate(program, self.frame, self._parameters(rule), rows=self._judged)
        return [_VERDICTS[verdict] for verdict in found.tolist()]

    def _parameters(self, rule: Rule) -> dict[str, list[FieldValue | None]]:
        """The thresholds of a rule, one for each row, worked out once."""
        if rule.id not in self._thresholds:
            entities = [None if row is None else row.entity for row in self.rows]
            self._thresholds[rule.id] = {
                name: [None if each is None else parameter.value(each.ref, each.tier) for each in entities]
                for name, parameter in rule.parameters.items()
            }
        return self._thresholds[rule.id]

    def result(self, rule: Rule, row: int, outcome: Outcome, exempt: bool) -> Result:
        """The result of one rule for one subject, with evidence and reasons."""
        subject = self.subjects[row]
        if outcome is Outcome.NOT_APPLICABLE:
            evidence, message = self._inapplicable(rule, row, subject)
            return Result(rule.id, rule.item, outcome, message, evidence, exempt=exempt)
        unknown = self._unknown_scope(rule, subject)
        told = None if unknown else self._explain(rule, row)
        wanted = unknown or (told.missing if told else ())
        missing: tuple[Missing, ...] = ()
        if outcome in (Outcome.NO_DATA, Outcome.ERROR):
            missing = self._missing(wanted or rule.inputs, told, subject)
        return Result(
            rule=rule.id,
            item=rule.item,
            outcome=outcome,
            message=reasons.message(outcome, told.text if told else "", missing),
            evidence=self._evidence(told, subject),
            missing=missing,
            fix=rule.fix if outcome is not Outcome.PASS else "",
            exempt=exempt,
        )

    def _explain(self, rule: Rule, row: int) -> Explanation | None:
        """The explanation of the condition where that is undecided, or else of the expression.

        None where no fact of any type that it reads is known: there is nothing to explain.
        """
        known = self.subjects[row].snapshot.values
        if rule.when is not None:
            if not rule.when.types & known.keys() and not rule.when.looks_around:
                return None
            condition = explain(rule.when, self.frame, row, self._parameters(rule))
            if condition.outcome is not Outcome.PASS:
                return condition
        if not rule.program.types & known.keys() and not rule.program.looks_around:
            return None
        return explain(rule.program, self.frame, row, self._parameters(rule))

    def _unknown_scope(self, rule: Rule, subject: Subject) -> tuple[str, ...]:
        paths = (*self.scorecard.scope.unknown(subject.entity), *rule.scope.unknown(subject.entity))
        return paths if self._asked(rule, subject.entity) is None else ()

    def _inapplicable(self, rule: Rule, row: int, subject: Subject) -> tuple[tuple[Evidence, ...], str]:
        if self._asked(rule, subject.entity) is False or rule.when is None:
            return (), f"not asked of {reasons.described(subject.entity)}"
        told = explain(rule.when, self.frame, row, self._parameters(rule))
        return self._evidence(told, subject), f"not asked here: {told.text}"

    def _evidence(self, told: Explanation | None, subject: Subject) -> tuple[Evidence, ...]:
        """The values that were read, each with its source, which of a related entity is among its own facts."""
        return reasons.evidence(told.reads if told else (), subject.snapshot, self._snapshot)

    def _snapshot(self, row: int) -> Snapshot:
        found = self.rows[row]
        return Snapshot() if found is None else found.snapshot

    def _missing(self, wanted: Sequence[str], told: Explanation | None, subject: Subject) -> tuple[Missing, ...]:
        """What was wanted and is not there; of related entities, for each of them that lacks it."""
        rows = told.rows if told else {}
        own = [path for path in wanted if path not in rows]
        lacks = [*reasons.missing(own, subject.snapshot, self.vocabulary, self.now)]
        for path in wanted:
            for row in rows.get(path, ())[:MAX_RELATED]:
                name = Ref.parse(self.frame.name(row)).short
                lacks += reasons.of_related(name, path, (self._snapshot(row), self.vocabulary, self.now))
        return tuple(lacks)


def _outcome(covered: bool | None, condition: Outcome, verdict: Outcome) -> Outcome:
    if covered is False or condition is Outcome.FAIL:
        return Outcome.NOT_APPLICABLE
    if covered is None:
        return Outcome.NO_DATA
    return verdict if condition is Outcome.PASS else condition
