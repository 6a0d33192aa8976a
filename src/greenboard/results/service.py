"""Evaluating a scorecard: load, judge, compare with what is current, write what changed with its cause."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet

from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.catalog.types import Entity
from greenboard.connections.store import trusted
from greenboard.core import clock, events, spans
from greenboard.core.errors import UserError
from greenboard.core.once import once
from greenboard.core.refs import Ref
from greenboard.exemptions import store as exemptions
from greenboard.facts import store as facts
from greenboard.facts.intervals import OutOfOrder
from greenboard.facts.lately import Known
from greenboard.facts.merge import merge
from greenboard.facts.types import Fact, Gap
from greenboard.results import live, models, standings, store, versions, writing
from greenboard.results.events import ResultsChanged, ResultsWritten
from greenboard.results.ground import Ground
from greenboard.results.held import NONE
from greenboard.results.judge import NOBODY, Subject, judge, retell
from greenboard.results.neighbourhood import near
from greenboard.results.rows import Cause, Change, LevelRow, Stood
from greenboard.results.session import Pairs, Session
from greenboard.results.turning import Turned, decide
from greenboard.results.types import Judgement
from greenboard.results.versions import Adoption
from greenboard.results.writing import Ledger, NewLevel
from greenboard.rules.evaluate import quietly
from greenboard.rules.vectors import Array
from greenboard.scorecards.scoring import Settled, settle
from greenboard.scorecards.types import Scorecard

_MICROSECOND = timedelta(microseconds=1)
_OUT_OF_SCOPE = Cause("scope", "The scorecard is not asked of it any more")


@dataclass(frozen=True)
class Evaluated:
    """What an evaluation did."""

    at: datetime
    entities: int
    results_changed: int
    levels_changed: int


def evaluate(
    scorecard: Scorecard,
    at: datetime,
    entities: Collection[Ref] | None = None,
    cause: Cause | None = None,
    *,
    note: str = "",
    ground: Ground | None = None,
) -> Evaluated:
    """Judge entities as of a moment and write the results and levels that changed, all or nothing.

    Args:
        scorecard: What they are held against. A version of it or of a rule that is new is kept.
        at: The moment that rules read as now; not before the last evaluation.
        entities: Which; None is all that the scorecard covers, and ends what it no longer covers.
        cause: Why, where the caller knows; otherwise it is found for each change.
        note: Kept with the run, for the caller to find again (`store.noted`).
        ground: Where the caller has it at hand; otherwise it is read.

    Raises:
        OutOfOrder: the scorecard was already evaluated at a later moment.

    """
    with transaction.atomic():
        lock([scorecard.name])
        known = ground or live.load(at, None if scorecard.looks_beyond else entities)
        rows = None if entities is None else known.rows_of(entities)
        return carry_out(scorecard, Task(known, at, rows, given=cause, look=entities is None), note=note).evaluated


@dataclass(frozen=True)
class Task:
    """What is to be judged: rows of a ground (None is all), by all rules or by the pairs that are named.

    `look` says that whatever is not judged now is known to be right, so that all is right as of `at`.
    """

    ground: Ground
    at: datetime
    rows: Array | None = None
    pairs: Pairs | None = None
    given: Cause | None = None
    look: bool = False
    adoption: Adoption | None = None
    """What judging this very scorecard came upon before, where the caller kept it."""
    last: datetime | None = None
    """When anything was last judged, where the caller is `sure`."""
    part: bool = False
    """Others judge other entities at the same time (`share`); the adoption is that of the version in force."""
    close: bool = False
    """End what the scorecard asks of nobody any more, too, which judging all rows does anyway."""
    sure: bool = False
    """Whoever asks has the lock, and saw that the adoption is as stored and that nothing was judged after `at`."""

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return self.close or self.rows is None


@dataclass(frozen=True)
class Carried:
    """What came of a task: outcomes have a line for each rule and a column for each row judged."""

    evaluated: Evaluated
    rows: Array
    outcomes: Array
    moved: Array
    """The rows whose level changed or ended."""
    adoption: Adoption


def carry_out(scorecard: Scorecard, task: Task, *, note: str = "") -> Carried:
    """Judge, and write what changed. To be called inside a transaction.

    The run is stored when it changed something, when nothing is left out, or when it has a note.

    Raises:
        OutOfOrder: the scorecard was already evaluated at a later moment.

    """
    with spans.span("evaluation", scorecard=scorecard.name):
        session, left = _open(scorecard, task)
        run = _run(session, task, note)
        ledger = Ledger(run)
        pairs = {rule.id: session.rows for rule in scorecard.rules} if task.pairs is None else task.pairs
        with quietly(), once():
            decided = decide(session, pairs)
        turned = decided.turned
        writing.write_results(session, turned, ledger)
        moved = standings.changed(session, decided)
        writing.write_levels(session.card, moved, ledger, task.at)
        ended = _close(session, ledger, left, whole=task.whole)
        levels = sum(one.cause is not None for one in moved)
        if not run._state.adding:
            run.results_changed, run.levels_changed = len(turned) + ended, levels
            run.save()
        _mark(session, look=task.look)
        _announce(session, turned, moved, ended=ended > 0)
    evaluated = Evaluated(task.at, len(session.rows), len(turned) + ended, levels)
    elsewhere = [one.entity for one in moved if one.cause is not None] + left
    rows = np.flatnonzero(np.isin(task.ground.ids, np.array(elsewhere, dtype=np.int64)))
    return Carried(evaluated, session.rows, decided.outcomes, rows, session.adoption)


def lock(scorecards: Collection[str]) -> datetime | None:
    """Keep others from evaluating these scorecards until the transaction ends; give the latest moment they were."""
    wanted = models.Scorecard.objects.select_for_update().filter(name__in=scorecards).order_by("name")
    rows = list(wanted)
    if len(rows) < len(scorecards):
        for name in scorecards:
            models.Scorecard.objects.get_or_create(name=name)
        rows = list(wanted.all())
    return store.latest(store.ran_at([row.pk for row in rows]), *(row.looked_at for row in rows))


def share(scorecard: str) -> datetime | None:
    """Keep others from `lock` until the transaction ends, but not from judging parts; give the latest moment."""
    row = models.Scorecard.objects.filter(name=scorecard)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM results_scorecard WHERE name = %s FOR KEY SHARE", [scorecard])
    found = row.get()
    return store.latest(store.ran_at([found.pk]), found.looked_at)


def unjudged(scorecard: Scorecard, ground: Ground) -> Array:
    """The rows of which a scorecard is asked, and of which it has no level."""
    held = models.LevelInterval.objects.filter(scorecard__name=scorecard.name, valid_to__isnull=True)
    judged = np.fromiter(held.values_list("entity_id", flat=True).iterator(), dtype=np.int64)
    return np.flatnonzero((ground.covered(scorecard.scope) != 0) & ~np.isin(ground.ids, judged))


def note_look(scorecard: str, at: datetime) -> None:
    """Remember that nothing had to be judged for all results to be right as of a moment."""
    models.Scorecard.objects.filter(name=scorecard).update(looked_at=at)


def _run(session: Session, task: Task, note: str) -> models.Run:
    run = models.Run(
        scorecard_id=session.card,
        at=task.at,
        full=task.look,
        entities=len(session.rows),
        results_changed=0,
        levels_changed=0,
        note=note,
    )
    if task.whole or note:
        run.save()
    return run


def _open(scorecard: Scorecard, task: Task) -> tuple[Session, list[int]]:
    """The session, and the ids of entities that the scorecard is not asked of any more."""
    if task.part:
        assert task.adoption is not None
        adoption, last = task.adoption, _beside(task.adoption, task.at)
    elif task.sure:
        assert task.adoption is not None
        adoption, last = task.adoption, task.last
    else:
        adoption = versions.adopt(scorecard, task.at, task.adoption)
        last = _in_order(adoption, task.at)
    ground = task.ground
    rows = np.arange(len(ground)) if task.rows is None else np.unique(task.rows)
    covers = ground.covered(scorecard.scope) != 0
    asked, others = rows[covers[rows]], ground.ids[rows[~covers[rows]]].tolist()
    held = models.LevelInterval.objects.filter(scorecard_id=adoption.card, valid_to__isnull=True)
    if task.whole:
        judged = set(ground.ids[covers].tolist())
        left = [number for number in held.values_list("entity_id", flat=True) if number not in judged]
    else:
        left = [number for part in facts.chunks(others) for number in _ids(held.filter(entity_id__in=part))]
    entities = None if task.rows is None else ground.ids[asked].tolist()
    holdings = exemptions.holding(scorecard.name, task.at, entities)
    return Session(scorecard, adoption, ground, asked, task.at, last, task.given, holdings), left


def _ids(held: QuerySet[models.LevelInterval]) -> list[int]:
    return list(held.values_list("entity_id", flat=True))


def _in_order(adoption: Adoption, at: datetime) -> datetime | None:
    """When anything was last judged, which is not after this moment."""
    last = store.latest(store.ran_at([adoption.card]), adoption.looked_at)
    if last is not None and last > at:
        raise OutOfOrder(
            "the scorecard was already evaluated at a later moment",
            expected=f"at or after {clock.format_time(last)}",
            got=clock.format_time(at),
        )
    return last


def _beside(adoption: Adoption, at: datetime) -> datetime | None:
    """When these entities were last judged at most: whoever judges others meanwhile may be ahead of this moment."""
    last = store.latest(store.ran_at([adoption.card]), adoption.looked_at)
    return None if last is None else min(last, at)


def _close(session: Session, ledger: Ledger, left: Collection[int], *, whole: bool) -> int:
    """End what the scorecard no longer asks: rules that it dropped, entities that left it."""
    ended = writing.leave(session.card, dict.fromkeys(sorted(left), _OUT_OF_SCOPE), ledger, session.at)
    if whole:
        kept = [rule.rule for rule in session.adopted.values()]
        ended += writing.drop_rules(session.card, kept, ledger, session.at)
    return ended


def _mark(session: Session, *, look: bool) -> None:
    """Remember when entities were judged on their own, or all were right together."""
    if look:
        models.Scorecard.objects.filter(id=session.card).update(looked_at=session.at)
        return
    for part in facts.chunks(session.ids.tolist()):
        rows = models.LevelInterval.objects.filter(scorecard_id=session.card, entity_id__in=part)
        rows.filter(valid_to__isnull=True).update(evaluated_at=session.at)


def _announce(session: Session, turned: Turned, moved: Collection[NewLevel], *, ended: bool) -> None:
    """Tell now, and once it is committed, whose results or levels changed."""
    columns = set(turned.column.tolist())
    place = dict(zip(session.ids.tolist(), range(len(session.rows)), strict=True))
    refs = {session.ref(column) for column in columns | {place[one.entity] for one in moved}}
    if refs:
        first = not ended and bool((turned.before == NONE).all()) and all(_is_first(one) for one in moved)
        # Nobody has to look through a million first results for what is no first one.
        read = tuple if first else partial(_changes, session, refs)
        events.announce(ResultsWritten(session.scorecard.name, session.at, refs, read, first=first))
        event = ResultsChanged(session.scorecard.name, session.at, refs)
        transaction.on_commit(lambda: events.announce(event))


def _is_first(moved: NewLevel) -> bool:
    return moved.cause is None or moved.cause.kind == "first"


def _changes(session: Session, refs: Collection[Ref]) -> list[Change]:
    """What of some entities changed in this evaluation."""
    found = store.changes(session.scorecard.name, session.at - _MICROSECOND, session.at)
    return [change for change in found if change.entity in refs]


_Said = tuple[list[Fact], list[Gap]]


def subjects(scorecard: Scorecard, at: datetime | None, entities: Collection[Ref] | None = None) -> dict[int, Subject]:
    """The entities that a scorecard is asked of, with what is known of them, by surrogate id."""
    covered = _covered(scorecard, at, entities)
    there = {entity.ref: number for number, entity in covered.items()}
    known = facts.current(at, None if entities is None else there, None if entities is None else there)
    return _described(covered, known, at or clock.now())


def _described(covered: Mapping[int, Entity], known: Mapping[Ref, _Said], moment: datetime) -> dict[int, Subject]:
    """Entities with what is known of them, of which the most trusted source counts."""
    words, order = facts.vocabulary(), trusted()
    return {
        number: Subject(entity, merge(*known.get(entity.ref, ([], [])), words, moment, order))
        for number, entity in covered.items()
    }


def _covered(scorecard: Scorecard, at: datetime | None, entities: Collection[Ref] | None) -> dict[int, Entity]:
    found = catalog.plain(at, kinds=scorecard.scope.kinds, refs=entities)
    return {number: entity for number, entity in found.items() if scorecard.scope.covers(entity) is not False}


@dataclass(frozen=True)
class Held:
    """What whoever asks for an explanation knows already: what the rules came to at the moment that is asked for.

    The rest is of now, for who asks for now: the level, what is known of the entity, and the entity itself. What
    changed since the evaluation is read again.
    """

    stood: Mapping[str, Stood]
    level: LevelRow | None = None
    known: Known | None = None
    there: Stored | None = None

    def covered(self, scorecard: Scorecard, moment: datetime) -> dict[int, Entity]:
        """The entity by its surrogate id; nothing where it has to be asked for."""
        if self.there is None or self.there.since > moment or scorecard.scope.covers(self.there.entity) is False:
            return {}
        return {self.there.id: self.there.entity}


def explain(
    scorecard: Scorecard,
    entity: Ref,
    as_of: datetime | None = None,
    *,
    held: Held | None = None,
    passing: bool = True,
) -> Judgement:
    """The judgement of one entity with its evidence, rebuilt from the facts as they were.

    It is that of the last evaluation at or before the moment, by the rules of then and with its
    clock, so that it agrees with the results that are shown; the level is the one that held. Who
    knows what the rules came to says so as `held`: then only the evidence is worked out, and
    without `passing` only that of results that do not pass.

    Raises:
        UserError: there was no such entity at the moment, or the scorecard is not asked of it.

    """
    moment, then = _as_judged(scorecard, entity, as_of, held)
    covered = held.covered(then, moment) if held else {}
    covered = covered or _covered(then, moment, [entity])
    number = next(iter(covered), None)
    if number is None:
        raise UserError(f"{entity} is not held against {scorecard.title} at {clock.format_time(moment)}")
    subject, around = near(number, moment) if then.looks_beyond else (_alone(covered, moment, held), NOBODY)
    words = facts.vocabulary()
    with quietly():
        if held is None:
            pardoned = {entity: store.exempt(scorecard.name, entity, as_of)}
            judged = judge(then, [subject], words, moment, pardoned, surroundings=around)[0]
        else:
            judged = retell(then, subject, words, moment, held.stood, surroundings=around, passing=passing)
    standing = [held.level] if held and held.level else store.levels(scorecard.name, moment, entity=entity)
    return replace(judged, standing=replace(judged.standing, level=standing[0].level)) if standing else judged


def _as_judged(
    scorecard: Scorecard, entity: Ref, as_of: datetime | None, held: Held | None
) -> tuple[datetime, Scorecard]:
    """The moment of the last evaluation of an entity, and the scorecard as it was then."""
    if held is None or held.level is None:
        moment = store.judged_at(scorecard.name, entity, as_of) or as_of or clock.now()
        return moment, versions.as_of(scorecard, moment, facts.vocabulary())
    looked = versions.looked(scorecard.name)
    turned = (one.turned for one in held.stood.values())
    moment = store.latest(looked.at, held.level.evaluated_at, *turned) or clock.now()
    if looked.digest == scorecard.digest and looked.since is not None and looked.since <= moment:
        return moment, scorecard
    return moment, versions.as_of(scorecard, moment, facts.vocabulary())


def _alone(covered: Mapping[int, Entity], moment: datetime, held: Held | None) -> Subject:
    """One entity with what was known of it at a moment: what is known now, where nothing changed meanwhile."""
    ((number, entity),) = covered.items()
    said = held.known.at(moment) if held and held.known else None
    found = facts.current(moment, [entity.ref], {entity.ref: number}) if said is None else {entity.ref: said}
    return _described(covered, found, moment)[number]


def settled(scorecard: Scorecard, entity: Ref, as_of: datetime | None = None) -> Settled | None:
    """The level that holds for an entity, since when it is held without data, by what and until when."""
    row = next(iter(store.levels(scorecard.name, as_of, entity=entity)), None)
    if row is None:
        return None
    rows = store.results(scorecard.name, as_of, entity=entity)
    found = {one.rule: one.outcome for one in rows}
    pardoned = [one.rule for one in rows if one.exempt]
    waiting = store.undecided_since(scorecard.name, entity, as_of)
    moment = store.judged_at(scorecard.name, entity, as_of) or as_of or clock.now()
    return settle(scorecard, row.level, found, moment, undecided_since=waiting, exempt=pardoned)
