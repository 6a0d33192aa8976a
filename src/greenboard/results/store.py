"""Every query on results and levels. Reads take a moment; None is now."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from django.db.models import Count, F, Max, Q, QuerySet, Subquery

from greenboard.access.sight import EVERYTHING, Sight
from greenboard.catalog.naming import NUMBERS
from greenboard.catalog.sight import condition
from greenboard.core.once import notes
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.store import at_moment
from greenboard.results import models
from greenboard.results.rows import (
    CAUSES,
    OUTCOMES,
    Bare,
    Cause,
    Change,
    LevelRow,
    ResultRow,
    RulePoint,
    Stood,
    TrendPoint,
    loses,
    worse,
)
from greenboard.results.trends import rule_trend, trend
from greenboard.rules.types import Outcome

__all__ = [
    "Cause",
    "Change",
    "LevelRow",
    "ResultRow",
    "RulePoint",
    "TrendPoint",
    "changes",
    "last_run",
    "level_history",
    "levels",
    "result_history",
    "results",
    "rule_counts",
    "rule_trend",
    "some",
    "tallies",
    "trend",
]


_Group = TypeVar("_Group", bound=Hashable)
_Row = TypeVar("_Row", models.ResultInterval, models.LevelInterval)


def levels(
    scorecard: str, as_of: datetime | None = None, *, entity: Ref | None = None, sight: Sight = EVERYTHING
) -> list[LevelRow]:
    """Where entities in sight stand at a moment, in the order of their references. Two queries."""
    seen = at_moment(as_of) & condition(sight)
    rows = models.LevelInterval.objects.filter(seen, scorecard__name=scorecard, **_about(entity))
    found = list(rows.select_related("cause"))
    names = facts.names_of({row.entity_id for row in found})
    return sorted((level(row, names) for row in found), key=lambda row: row.entity)


def results(
    scorecard: str,
    as_of: datetime | None = None,
    *,
    entity: Ref | None = None,
    rule: str | None = None,
    sight: Sight = EVERYTHING,
) -> list[ResultRow]:
    """What rules come to at a moment, for one entity or rule or for all in sight. Four queries."""
    rules = _rule_names(scorecard)
    rows = _result_rows(rules, entity, rule).filter(at_moment(as_of) & condition(sight))
    columns = ("entity_id", "rule_id", "outcome", "exempt", "valid_from", "outcome_since", "cause_id")
    found = list(rows.values_list(*columns))
    names = facts.names_of({row[0] for row in found})
    why = _causes({row[-1] for row in found})
    # By number and text, which compare faster than references.
    order = {number: position for position, (number, _) in enumerate(sorted(names.items(), key=lambda pair: pair[1]))}
    found.sort(key=lambda row: (order[row[0]], rules[row[1]]))
    return [
        ResultRow(names[number], rules[rule_id], OUTCOMES[outcome], exempt, earlier or since, why[cause_id])
        for number, rule_id, outcome, exempt, since, earlier, cause_id in found
    ]


def stood(scorecard: str, entity: Ref, as_of: datetime | None = None) -> dict[str, Stood]:
    """What each rule comes to for an entity, without the cause. Two queries."""
    rules = _rule_names(scorecard)
    # Not by the numbers of a hundred rules, which take longer to name than what other scorecards ask takes to read.
    rows = models.ResultInterval.objects.filter(at_moment(as_of), **_of(entity))
    told = rows.values_list("rule_id", "outcome", "exempt", "valid_from", "outcome_since")
    return {
        rules[number]: Stood(OUTCOMES[outcome], exempt, earlier or began, began)
        for number, outcome, exempt, began, earlier in told
        if number in rules
    }


def exempt(scorecard: str, entity: Ref, as_of: datetime | None = None) -> set[str]:
    """The rules that an entity was exempt from at a moment. Two queries."""
    return {rule for rule, one in stood(scorecard, entity, as_of).items() if one.exempt}


def some(pairs: Mapping[int, Collection[int]], as_of: datetime | None = None) -> dict[tuple[int, int], ResultRow]:
    """Results by rule and entity, given and named by surrogate ids; some hundred at most. Three queries."""
    wanted = Q(pk__in=())
    for rule, entities in pairs.items():
        wanted |= Q(rule_id=rule, entity_id__in=sorted(entities))
    found = list(models.ResultInterval.objects.filter(wanted, at_moment(as_of)).select_related("cause"))
    names = facts.names_of({row.entity_id for row in found})
    rules = dict(models.Rule.objects.filter(id__in=list(pairs)).values_list("id", "name"))
    return {
        (row.rule_id, row.entity_id): ResultRow(
            names[row.entity_id],
            rules[row.rule_id],
            OUTCOMES[row.outcome],
            row.exempt,
            row.outcome_since or row.valid_from,
            cause(row.cause),
        )
        for row in found
    }


def changes(
    scorecard: str,
    since: datetime,
    until: datetime | None = None,
    *,
    entity: Ref | None = None,
    rule: str | None = None,
    first: bool = False,
    sight: Sight = EVERYTHING,
) -> list[Change]:
    """What changed after `since` and up to `until`, newest first: levels and results of what is in sight.

    `first` adds the first look at each entity and rule. With `rule`, changes of levels are left out.
    """
    span = Q(valid_from__gt=since) & (Q(valid_from__lte=until) if until else Q())
    if not first:  # a first look writes a row for every entity and rule: they are left out by the database
        span &= ~Q(cause__kind=CAUSES.index("first"))
    ended = models.ENDED & Q(valid_to__gt=since, ended_by__isnull=False) & (Q(valid_to__lte=until) if until else Q())
    seen = condition(sight)
    rules = _rule_names(scorecard)
    wanted = [number for number, name in rules.items() if rule in (None, name)]
    about = models.ResultInterval.objects.filter(seen, **_of(entity)).select_related("cause", "ended_by")
    levels = models.LevelInterval.objects.filter(seen, scorecard__name=scorecard, **_about(entity))
    levels = levels.select_related("cause", "ended_by")
    if entity:
        turned, moved = [about.filter(span | ended, rule_id__in=wanted)], [levels.filter(span | ended)]
    else:  # ends are found by their moment: SQLite is kept from reading all that ever was of each rule
        by_end = about.alias(of=F("rule_id") + 0).filter(ended, of__in=wanted)
        turned, moved = [about.filter(span, rule_id__in=wanted), by_end], [levels.filter(span), levels.filter(ended)]
    rows, stood = _either(turned), _either(moved) if rule is None else []
    names = facts.names_of({row.entity_id for row in rows} | {row.entity_id for row in stood})
    found = [
        *(change for row in stood for change in _level_changes(row, names[row.entity_id], since, until)),
        *(
            change
            for row in rows
            for change in _result_changes(row, names[row.entity_id], rules[row.rule_id], since, until)
        ),
    ]
    kept = [change for change in found if first or change.cause.kind != "first"]
    return sorted(kept, key=lambda change: (-change.at.timestamp(), change.entity, change.rule or ""))


def level_history(scorecard: str, entity: Ref, since: datetime, until: datetime | None = None) -> list[LevelRow]:
    """The levels of an entity since a moment and up to another, oldest first, one row for each stretch of a level.

    Score and counts are those at the end of the stretch. The first row is the one that held at `since`.
    """
    rows = models.LevelInterval.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=since),
        *([Q(valid_from__lte=until)] if until else []),
        scorecard__name=scorecard,
        **_about(entity),
    )
    found = list(rows.select_related("cause").order_by("valid_from"))
    names = facts.names_of({row.entity_id for row in found})
    stretches: dict[datetime, LevelRow] = {}
    for row in found:
        stretch = level(row, names)
        later = until is not None and stretch.valid_to is not None and stretch.valid_to > until
        stretches[row.level_since] = replace(stretch, valid_to=None) if later else stretch
    return list(stretches.values())


def result_history(scorecard: str, entity: Ref, rule: str) -> list[tuple[ResultRow, datetime | None]]:
    """Every outcome of a rule for an entity, oldest first, with the moment at which it ended."""
    rows = _result_rows(_rule_names(scorecard), entity, rule).select_related("cause").order_by("valid_from")
    return [
        (
            ResultRow(entity, rule, OUTCOMES[row.outcome], row.exempt, row.valid_from, cause(row.cause)),
            row.valid_to,
        )
        for row in rows
    ]


def rule_counts(
    scorecard: str, as_of: datetime | None = None, *, sight: Sight = EVERYTHING
) -> dict[str, Counter[Outcome]]:
    """How many entities in sight each rule comes to what for; counted by the database."""
    rules = _rule_names(scorecard)
    rows = models.ResultInterval.objects.filter(at_moment(as_of) & condition(sight), rule_id__in=list(rules))
    found: dict[str, Counter[Outcome]] = {name: Counter() for name in rules.values()}
    for row in rows.values("rule_id", "outcome").annotate(count=Count("id")):
        found[rules[row["rule_id"]]][OUTCOMES[row["outcome"]]] = row["count"]
    return found


def tallies(
    scorecard: str, groups: Mapping[_Group, Collection[int]], as_of: datetime | None = None
) -> dict[_Group, dict[str, Counter[Outcome]]]:
    """How many of the entities of each group each rule comes to what for; counted by the database.

    Groups are given as surrogate ids of entities, and may share some. Rules without results are left out.
    """
    rules = _rule_names(scorecard)
    found: dict[_Group, dict[str, Counter[Outcome]]] = {}
    for group, entities in groups.items():
        counted = found.setdefault(group, {})
        for part in facts.chunks(sorted(set(entities))):
            rows = models.ResultInterval.objects.filter(at_moment(as_of), entity_id__in=part, rule_id__in=list(rules))
            summed = rows.order_by().values_list("rule_id", "outcome").annotate(count=Count("id"))
            for rule, outcome, count in summed:
                counted.setdefault(rules[rule], Counter())[OUTCOMES[outcome]] += count
    return found


def last_run(scorecard: str, as_of: datetime | None = None) -> datetime | None:
    """When the scorecard was last looked at as a whole, or anything of it was judged, at or before a moment."""
    rows = models.Run.objects.filter(scorecard__name=scorecard)
    rows = rows if as_of is None else rows.filter(at__lte=as_of)
    last = rows.order_by("-at").values_list("at", flat=True).first()
    looked = models.Scorecard.objects.filter(name=scorecard).values_list("looked_at", flat=True).first()
    moments = [moment for moment in (last, looked) if moment is not None and (as_of is None or moment <= as_of)]
    return max(moments, default=None)


def ran_at(scorecards: Collection[int]) -> datetime | None:
    """The latest moment at which a stored run judged anything of scorecards, given by their ids."""
    runs = models.Run.objects.all()
    return latest(*(runs.filter(scorecard_id=one).aggregate(last=Max("at"))["last"] for one in scorecards))


def newest_run() -> int:
    """The highest surrogate id of a run; 0 where there is none."""
    return int(models.Run.objects.aggregate(last=Max("id"))["last"] or 0)


def latest(*moments: datetime | None) -> datetime | None:
    """The latest of some moments, of which there may be none."""
    return max((moment for moment in moments if moment is not None), default=None)


def judged_at(scorecard: str, entity: Ref, as_of: datetime | None = None) -> datetime | None:
    """The moment whose facts and clock the results of an entity come from, as they stand at a moment.

    Later looks are known only where they changed something, so that of the past it is the latest
    recorded one: until the next, all results stayed as they were.
    """
    held = models.LevelInterval.objects.filter(at_moment(as_of), scorecard__name=scorecard, **_about(entity))
    whole = models.Run.objects.filter(scorecard__name=scorecard, full=True)
    whole = whole if as_of is None else whole.filter(at__lte=as_of)
    turned = _result_rows(_rule_names(scorecard), entity, None)
    turned = turned if as_of is None else turned.filter(valid_from__lte=as_of)
    told = models.Scorecard.objects.filter(name=scorecard).values_list(
        "looked_at",
        Subquery(held.values("evaluated_at")[:1]),
        Subquery(whole.order_by("-at").values("at")[:1]),
        Subquery(turned.order_by("-valid_from").values("valid_from")[:1]),
    )
    moments = [moment for moment in told.first() or () if moment is not None]
    return max((moment for moment in moments if as_of is None or moment <= as_of), default=None)


def noted(prefix: str) -> dict[str, datetime]:
    """The notes of the runs that begin so, with the moments of those runs."""
    return dict(models.Run.objects.filter(note__startswith=prefix).values_list("note", "at"))


def undecided_since(scorecard: str, entity: Ref, as_of: datetime | None = None) -> dict[str, datetime]:
    """Since when the rules are undecided that are, for one entity."""
    rules = _rule_names(scorecard)
    rows = _result_rows(rules, entity, None).filter(at_moment(as_of), undecided_since__isnull=False)
    pairs = rows.values_list("rule_id", "undecided_since")
    return {rules[number]: since for number, since in pairs if since is not None}


def ladders(as_of: datetime | None = None) -> dict[str, tuple[str, ...]]:
    """The names of the levels of every scorecard that was ever used, lowest first."""
    rows = models.ScorecardVersion.objects.filter(at_moment(as_of)).values_list("scorecard__name", "text")
    return {name: tuple(level["name"] for level in json.loads(text)["levels"]) for name, text in rows}


def ranks(scorecard: str, entities: Collection[int] | None = None, as_of: datetime | None = None) -> dict[int, int]:
    """The rank of the level that entities (surrogate ids) stand on: 0 for none; who is not judged is left out."""
    rows = models.LevelInterval.objects.filter(at_moment(as_of), scorecard__name=scorecard)
    if entities is None:
        return dict(rows.values_list("entity_id", "rank"))
    parts = (rows.filter(entity_id__in=part) for part in facts.chunks(sorted(entities)))
    return {entity: rank for part in parts for entity, rank in part.values_list("entity_id", "rank")}


def undecided_between(scorecard: str, rules: Collection[str], since: datetime, until: datetime) -> set[int]:
    """The entities (surrogate ids) of which one of the rules became undecided after `since`, up to `until`."""
    named = models.Rule.objects.filter(scorecard__name=scorecard, name__in=rules).values_list("id", flat=True)
    rows = models.ResultInterval.objects.filter(
        valid_to__isnull=True, undecided_since__isnull=False, undecided_since__gt=since, undecided_since__lte=until
    )
    # The moments name few rows and the rules very many: SQLite is kept from going by the rules.
    wanted = rows.alias(of=F("rule_id") + 0).filter(of__in=list(named))
    return set(wanted.values_list("entity_id", flat=True))


def _either(asked: Iterable[QuerySet[_Row]]) -> list[_Row]:
    """The rows of several questions, each once: asked as one, the database finds no index for it."""
    return list({row.pk: row for rows in asked for row in rows}.values())


def _about(entity: Ref | None) -> Mapping[str, str]:
    if entity is None:
        return {}
    return {"entity__kind": entity.kind, "entity__namespace": entity.namespace, "entity__name": entity.name}


def _result_rows(rules: Mapping[int, str], entity: Ref | None, rule: str | None) -> QuerySet[models.ResultInterval]:
    wanted = [number for number, name in rules.items() if rule in (None, name)]
    return models.ResultInterval.objects.filter(rule_id__in=wanted, **_of(entity))


def _of(entity: Ref | None) -> Mapping[str, str | int]:
    """As `_about`, by the surrogate id where that is known. Not of levels: SQLite would go by the scorecard then."""
    number: int | None = notes(NUMBERS).get(entity)
    return _about(entity) if number is None else {"entity_id": number}


RULES = "rules"
"""The topic of the rules of scorecards, names by surrogate id, within `once`."""


def _rule_names(scorecard: str) -> dict[int, str]:
    known: dict[str, dict[int, str]] = notes(RULES)
    if scorecard not in known:
        known[scorecard] = dict(models.Rule.objects.filter(scorecard__name=scorecard).values_list("id", "name"))
    return known[scorecard]


def level(row: models.LevelInterval, names: Mapping[int, Ref]) -> LevelRow:
    """A stored level as a value; `names` are the references of entities."""
    return LevelRow(
        entity=names[row.entity_id],
        level=row.level or None,
        score=row.score,
        passed=row.passed,
        decided=row.decided,
        undecided=row.undecided,
        held_since=row.held_since,
        since=row.level_since,
        cause=cause(row.cause),
        exempt=row.exempt,
        rank=row.rank,
        valid_to=row.valid_to,
        evaluated_at=row.evaluated_at,
        bare=None if row.bare_rank is None else Bare(row.bare_level or None, row.bare_rank, row.bare_score),
    )


def _causes(ids: Collection[int]) -> dict[int, Cause]:
    """Causes by id. Many rows share one, so that they are read once beside them."""
    found: dict[int, Cause] = {}
    for part in facts.chunks(sorted(ids)):
        found |= {row.pk: cause(row) for row in models.Cause.objects.filter(id__in=part)}
    return found


def cause(row: models.Cause) -> Cause:
    """A stored cause as a value."""
    return Cause(CAUSES[row.kind], row.text, row.fact_type, row.source, row.link, row.commit)


def _within(moment: datetime | None, since: datetime, until: datetime | None) -> bool:
    return moment is not None and moment > since and (until is None or moment <= until)


def _level_changes(row: models.LevelInterval, ref: Ref, since: datetime, until: datetime | None) -> Iterator[Change]:
    level = row.level or None
    if row.valid_from == row.level_since and _within(row.valid_from, since, until) and row.rank_before != row.rank:
        before = row.level_before or None
        fell = row.rank_before is not None and row.rank < row.rank_before
        yield Change(ref, None, before, level, row.valid_from, cause(row.cause), fell)
    if row.ended_by is not None and row.valid_to is not None and _within(row.valid_to, since, until):
        yield Change(ref, None, level, None, row.valid_to, cause(row.ended_by), worse=False)


def result_change(row: models.ResultInterval, ref: Ref, rule: str) -> Change:
    """That a result began: with another outcome than before, or exempt or no longer."""
    outcome, before = OUTCOMES[row.outcome], None if row.before is None else OUTCOMES[row.before]
    pardon = None if row.outcome_since is None else row.exempt
    fell = (before is not None and worse(before, outcome)) if pardon is None else loses(outcome, pardon)
    return Change(ref, rule, before and before.value, outcome.value, row.valid_from, cause(row.cause), fell, pardon)


def _result_changes(
    row: models.ResultInterval, ref: Ref, rule: str, since: datetime, until: datetime | None
) -> Iterator[Change]:
    outcome = OUTCOMES[row.outcome]
    before = None if row.before is None else OUTCOMES[row.before]
    if _within(row.valid_from, since, until) and (before is not outcome or row.outcome_since is not None):
        yield result_change(row, ref, rule)
    if row.ended_by is not None and row.valid_to is not None and _within(row.valid_to, since, until):
        yield Change(ref, rule, outcome.value, None, row.valid_to, cause(row.ended_by), worse=False)
