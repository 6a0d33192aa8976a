"""Evaluating a scorecard: load, judge, compare with what is current, write what changed with its cause."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Entity
from greenboard.core import clock, events
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.intervals import OutOfOrder
from greenboard.facts.merge import merge
from greenboard.results import causes, models, store, versions, writing
from greenboard.results.causes import Turn
from greenboard.results.events import ResultsChanged
from greenboard.results.judge import Subject, judge, outcomes
from greenboard.results.rows import OUTCOMES, Cause
from greenboard.results.types import Judgement
from greenboard.results.versions import Adopted
from greenboard.results.writing import Held, Ledger, NewLevel, NewResult
from greenboard.rules.types import Outcome
from greenboard.scorecards.scoring import Settled, settle, stand
from greenboard.scorecards.types import Scorecard

_OUT_OF_SCOPE = Cause("scope", "The scorecard is not asked of it any more")


@dataclass(frozen=True)
class Evaluated:
    """What an evaluation did."""

    at: datetime
    entities: int
    results_changed: int
    levels_changed: int


@dataclass(frozen=True)
class _Session:
    """What all steps of one evaluation share. `subjects` are by the surrogate id of the entity."""

    scorecard: Scorecard
    card: int
    rules: Mapping[str, Adopted]
    subjects: Mapping[int, Subject]
    levels: Mapping[int, models.LevelInterval]
    at: datetime
    last_full: datetime | None
    given: Cause | None


def evaluate(
    scorecard: Scorecard,
    at: datetime,
    entities: Collection[Ref] | None = None,
    cause: Cause | None = None,
    *,
    note: str = "",
) -> Evaluated:
    """Judge entities as of a moment and write the results and levels that changed, all or nothing.

    Args:
        scorecard: What they are held against. A version of it or of a rule that is new is kept.
        at: The moment that rules read as now; not before the last evaluation.
        entities: Which; None is all that the scorecard covers, and ends what it no longer covers.
        cause: Why, where the caller knows; otherwise it is found for each change.
        note: Kept with the run, for the caller to find again (`store.noted`).

    Raises:
        OutOfOrder: the scorecard was already evaluated at a later moment.

    """
    with transaction.atomic():
        session = _open(scorecard, at, entities, cause)
        ledger = Ledger(models.Run.objects.create(**_run(session, entities), note=note))
        turned, judged = _results(session)
        written = [one for changed in turned.values() for one in changed.values()]
        writing.write_results(written, ledger, at)
        levels = _levels(session, turned, judged)
        writing.write_levels(session.card, levels, ledger, at)
        ended = _close(session, ledger, entities)
        moved = sum(one.cause is not None for one in levels)
        ledger.run.results_changed, ledger.run.levels_changed = len(written) + ended, moved
        ledger.run.save()
        _mark(session, entities)
        numbers = {one.entity for one in written} | {one.entity for one in levels}
        refs = {session.subjects[number].entity.ref for number in numbers}
        if refs:
            transaction.on_commit(lambda: events.announce(ResultsChanged(scorecard.name, at, refs)))
    return Evaluated(at, len(session.subjects), ledger.run.results_changed, moved)


def subjects(scorecard: Scorecard, at: datetime | None, entities: Collection[Ref] | None = None) -> dict[int, Subject]:
    """The entities that a scorecard is asked of, with what is known of them, by surrogate id."""
    found = catalog.plain(at, kinds=scorecard.scope.kinds, refs=entities)
    covered = {number: entity for number, entity in found.items() if _covered(scorecard, entity)}
    wanted = None if entities is None else [entity.ref for entity in covered.values()]
    known = facts.current(at, wanted)
    moment = at or clock.now()
    words = facts.vocabulary()
    asked: dict[int, Subject] = {}
    for number, entity in covered.items():
        said, gaps = known.get(entity.ref, ([], []))
        asked[number] = Subject(entity, merge(said, gaps, words, moment))
    return asked


def _covered(scorecard: Scorecard, entity: Entity) -> bool:
    return scorecard.scope.covers(entity) is not False


def _open(scorecard: Scorecard, at: datetime, entities: Collection[Ref] | None, cause: Cause | None) -> _Session:
    card, rules = versions.adopt(scorecard, at)
    _in_order(card, at)
    found = subjects(scorecard, at, entities)
    levels = writing.held_levels(card, None if entities is None else found.keys())
    full = models.Run.objects.filter(scorecard_id=card, full=True).order_by("-at").values_list("at", flat=True)
    return _Session(scorecard, card, rules, found, levels, at, full.first(), cause)


def _in_order(card: int, at: datetime) -> None:
    last = models.Run.objects.filter(scorecard_id=card).order_by("-at").values_list("at", flat=True).first()
    if last is not None and last > at:
        raise OutOfOrder(
            "the scorecard was already evaluated at a later moment",
            expected=f"at or after {clock.format_time(last)}",
            got=clock.format_time(at),
        )


def _run(session: _Session, entities: Collection[Ref] | None) -> dict[str, object]:
    return {
        "scorecard_id": session.card,
        "at": session.at,
        "full": entities is None,
        "entities": len(session.subjects),
        "results_changed": 0,
        "levels_changed": 0,
    }


def _results(
    session: _Session,
) -> tuple[dict[int, dict[str, NewResult]], dict[int, tuple[Mapping[str, Outcome], dict[str, datetime]]]]:
    """The changed results by entity and rule; and all outcomes by entity, with since when undecided."""
    people = list(session.subjects.items())
    found = outcomes(session.scorecard, [subject for _, subject in people], facts.vocabulary(), session.at)
    held = writing.held_results([rule.rule for rule in session.rules.values()], session.subjects.keys())
    differing: dict[int, list[tuple[str, Outcome, Held | None]]] = {}
    judged: dict[int, tuple[Mapping[str, Outcome], dict[str, datetime]]] = {}
    for (number, _), said in zip(people, found, strict=True):
        waiting: dict[str, datetime] = {}
        for name, outcome in said.items():
            before = held.get((number, session.rules[name].rule))
            since = writing.undecided_since(outcome, before, session.at)
            if since is not None:
                waiting[name] = since
            if before is None or before.outcome is not outcome:
                differing.setdefault(number, []).append((name, outcome, before))
        judged[number] = (said, waiting)
    return _explained(session, differing), judged


def _explained(
    session: _Session, differing: Mapping[int, Sequence[tuple[str, Outcome, Held | None]]]
) -> dict[int, dict[str, NewResult]]:
    """The changed results with their causes."""
    steps = _steps(session, [number for number, several in differing.items() if any(held for *_, held in several)])
    words = facts.vocabulary()
    turned: dict[int, dict[str, NewResult]] = {}
    for number, several in differing.items():
        subject = session.subjects[number]
        mine = steps.get(subject.entity.ref, ())
        turned[number] = {}
        for name, outcome, held in several:
            rule, adopted = session.scorecard.rule(name), session.rules[name]
            assert rule is not None, "the judge speaks of the scorecard's rules only"
            if held is not None and session.given is not None:
                cause = session.given
            elif adopted.changed and held is not None:
                cause = Cause("rule", f"{rule.title}: the rule asks something else than before")
            else:
                pair = (held.outcome if held else None, outcome)
                cause = causes.of_result(rule, pair, mine, subject.snapshot, words)
            turned[number][name] = NewResult(number, adopted, outcome, held, cause)
    return turned


def _steps(session: _Session, entities: Collection[int]) -> dict[Ref, list[facts.Step]]:
    """What changed of each entity since it was last judged, by a full run or by one of its own."""
    by_moment: dict[datetime, list[Ref]] = {}
    for number in entities:
        level = session.levels.get(number)
        own = level.evaluated_at if level is not None else None
        moments = [moment for moment in (own, session.last_full) if moment is not None]
        since = max(moments, default=session.at - timedelta(microseconds=1))
        by_moment.setdefault(since, []).append(session.subjects[number].entity.ref)
    found: dict[Ref, list[facts.Step]] = {}
    for since, refs in by_moment.items():
        found |= facts.steps(since, session.at, refs)
    return found


def _levels(
    session: _Session,
    turned: Mapping[int, Mapping[str, NewResult]],
    judged: Mapping[int, tuple[Mapping[str, Outcome], dict[str, datetime]]],
) -> list[NewLevel]:
    """Where entities stand, as far as that differs from the current row in any way."""
    changed: list[NewLevel] = []
    for number, (said, waiting) in judged.items():
        held = session.levels.get(number)
        standing = stand(session.scorecard, said, session.at)
        previous = held.level or None if held is not None else None
        settled = settle(session.scorecard, previous, said, session.at, undecided_since=waiting)
        rank = session.scorecard.rank(settled.level)
        moved = held is None or (held.level, held.rank) != (settled.level or "", rank)
        cause = _level_cause(session, held, rank, turned.get(number, {})) if moved else None
        one = NewLevel(number, rank, settled, standing, held, cause)
        if held is None or moved or not writing.same_standing(held, one):
            changed.append(one)
    return changed


def _level_cause(
    session: _Session, held: models.LevelInterval | None, rank: int, turned: Mapping[str, NewResult]
) -> Cause:
    turns = []
    for name, one in turned.items():
        rule = session.scorecard.rule(name)
        if rule is not None:
            turns.append(Turn(rule, one.held.outcome if one.held else None, one.outcome, one.cause))
    before = held.rank if held is not None else None
    released = _released(session, held) if held is not None and held.held_since else None
    return causes.of_level(session.scorecard, (before, rank), turns, session.at, released)


def _released(session: _Session, held: models.LevelInterval) -> Turn | None:
    """What left the rule undecided whose grace ran out, of those that held the level."""
    names = {adopted.rule: name for name, adopted in session.rules.items()}
    rows = models.ResultInterval.objects.filter(
        entity_id=held.entity_id, valid_to__isnull=True, rule_id__in=list(names), undecided_since__isnull=False
    )
    for row in rows.select_related("cause").order_by("undecided_since"):
        rule = session.scorecard.rule(names[row.rule_id])
        level_rank = session.scorecard.rank(rule.level) if rule else 0
        since = row.undecided_since
        if rule and since is not None and session.at - since >= rule.grace and level_rank <= held.rank:
            before = None if row.before is None else OUTCOMES[row.before]
            return Turn(rule, before, OUTCOMES[row.outcome], store.cause(row.cause))
    return None


def _close(session: _Session, ledger: Ledger, entities: Collection[Ref] | None) -> int:
    """End what the scorecard no longer asks: rules that it dropped, entities that left it."""
    ended = writing.drop_rules(session.card, [rule.rule for rule in session.rules.values()], ledger, session.at)
    if entities is None:
        gone = session.levels.keys() - session.subjects.keys()
        ended += writing.leave(session.card, dict.fromkeys(sorted(gone), _OUT_OF_SCOPE), ledger, session.at)
    return ended


def _mark(session: _Session, entities: Collection[Ref] | None) -> None:
    """Remember when entities were judged on their own; full runs are remembered as a whole."""
    if entities is not None:
        for part in facts.chunks(sorted(session.subjects)):
            rows = models.LevelInterval.objects.filter(scorecard_id=session.card, entity_id__in=part)
            rows.filter(valid_to__isnull=True).update(evaluated_at=session.at)


def explain(scorecard: Scorecard, entity: Ref, as_of: datetime | None = None) -> Judgement:
    """The judgement of one entity with its evidence, rebuilt from the facts as they were.

    It is that of the last evaluation at or before the moment, by the rules of then and with its
    clock, so that it agrees with the results that are shown; the level is the one that held.

    Raises:
        UserError: there was no such entity at the moment, or the scorecard is not asked of it.

    """
    moment = store.last_run(scorecard.name, as_of) or as_of or clock.now()
    then = versions.as_of(scorecard, moment, facts.vocabulary())
    found = list(subjects(then, moment, [entity]).values())
    if not found:
        raise UserError(f"{entity} is not held against {scorecard.title} at {clock.format_time(moment)}")
    judged = judge(then, found, facts.vocabulary(), moment)[0]
    standing = store.levels(scorecard.name, moment, entity=entity)
    return replace(judged, standing=replace(judged.standing, level=standing[0].level)) if standing else judged


def settled(scorecard: Scorecard, entity: Ref, as_of: datetime | None = None) -> Settled | None:
    """The level that holds for an entity, since when it is held without data, by what and until when."""
    row = next(iter(store.levels(scorecard.name, as_of, entity=entity)), None)
    if row is None:
        return None
    found = {one.rule: one.outcome for one in store.results(scorecard.name, as_of, entity=entity)}
    waiting = store.undecided_since(scorecard.name, entity, as_of)
    moment = store.last_run(scorecard.name, as_of) or as_of or clock.now()
    return settle(scorecard, row.level, found, moment, undecided_since=waiting)
