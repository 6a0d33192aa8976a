"""Reading results, levels, what changed of them and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from greenboard.api import answers, schemas
from greenboard.api.catalog import ENTITY, absent, named
from greenboard.api.guard import READ, sight
from greenboard.api.query import (
    CURSOR,
    NONE,
    AtMoment,
    Flag,
    Kind,
    Moment,
    Name,
    Namespace,
    OfEntities,
    One,
    Paged,
    RefText,
    Three,
    Two,
    Word,
    fields_of,
    several,
)
from greenboard.catalog import store as catalog
from greenboard.core import clock
from greenboard.core.errors import UserError, suggest
from greenboard.facts.store import vocabulary
from greenboard.facts.vocabulary import encode
from greenboard.results import feed, listing, service
from greenboard.results.rows import Cause, Change, LevelRow, ResultRow
from greenboard.results.types import Judgement, Result
from greenboard.rules.types import Outcome
from greenboard.scorecards import store as scorecards
from greenboard.scorecards.types import Scorecard

router = Router(tags=["Results"])
DEFAULT = "production-readiness"
_LOOK_BACK = timedelta(days=7)
_SCORECARD = Field(default=DEFAULT, description="Name of the scorecard.")


class NoLevel(UserError):
    """The scorecard has none of that name."""

    status = 404


class NotJudged(UserError):
    """The scorecard is not asked of the entity."""

    status = 404


class _OfScorecard(OfEntities, Paged):
    scorecard: Word = _SCORECARD
    entity: list[RefText] = several(description="Whose.")

    def card(self) -> Scorecard:
        """The scorecard that is meant."""
        return scorecards.standard(self.scorecard, vocabulary())


class ResultsAsked(_OfScorecard):
    cursor: Two = CURSOR
    fields: str | None = fields_of(schemas.Result)
    rule: list[Word] = several(description="Id of the rule.", most=200)
    outcome: list[Outcome] = several(description="What it came to.")
    exempt: Flag | None = Field(default=None, description="Whether an exemption stands beside it.")


class LevelsAsked(_OfScorecard):
    cursor: One = CURSOR
    fields: str | None = fields_of(schemas.Level)
    level: list[Word] = several(description="Name of the level; `none`: no level.")


class ChangesAsked(_OfScorecard):
    cursor: Three = CURSOR
    fields: str | None = fields_of(schemas.Change)
    since: Moment = Field(default=None, description="After this moment. Default: seven days ago.")
    rule: list[Word] = several(description="Id of the rule; changes of levels are then left out.", most=200)
    of: Literal["all", "results", "levels"] = Field(default="all", description="Which changes.")
    first: Flag = Field(default=False, description="The first look at each entity and rule, too.")
    order: Literal["newest", "oldest"] = Field(default="newest", description="`oldest` is to follow what changes.")


class JudgementAsked(AtMoment):
    scorecard: Word = _SCORECARD
    rule: list[Word] = several(description="Id of the rule.", most=200)


@router.get("/results", auth=READ, response=schemas.ResultPage)
def results(request: HttpRequest, asked: Query[ResultsAsked]) -> HttpResponse:
    """What rules come to, entity by entity."""
    card = asked.card()
    wanted = listing.Asked(
        card.name,
        rules=_rules(card, asked.rule),
        outcomes=asked.outcome,
        exempt=asked.exempt,
        entities=asked.chosen(sight(request), asked.as_of, asked.entity),
    )
    page = listing.results(wanted, asked.part, asked.as_of)
    rows = [_result(card.name, row) for row in page.rows]
    return answers.listing(request, schemas.ResultPage, rows, page.next, asked.fields)


@router.get("/levels", auth=READ, response=schemas.LevelPage)
def levels(request: HttpRequest, asked: Query[LevelsAsked]) -> HttpResponse:
    """Where entities stand on a scorecard."""
    card = asked.card()
    wanted = listing.Asked(
        card.name, levels=_levels(card, asked.level), entities=asked.chosen(sight(request), asked.as_of, asked.entity)
    )
    page = listing.levels(wanted, asked.part, asked.as_of)
    rows = [_level(card.name, row) for row in page.rows]
    return answers.listing(request, schemas.LevelPage, rows, page.next, asked.fields)


@router.get("/changes", auth=READ, response=schemas.ChangePage)
def changes(request: HttpRequest, asked: Query[ChangesAsked]) -> HttpResponse:
    """What changed of results and levels, each with its cause."""
    card = asked.card()
    until = asked.as_of or clock.now()
    wanted = feed.Asked(
        card.name,
        since=asked.since or until - _LOOK_BACK,
        until=until,
        rules=_rules(card, asked.rule),
        results=asked.of != "levels",
        levels=asked.of != "results",
        first=asked.first,
        newest=asked.order == "newest",
        entities=asked.chosen(sight(request), asked.as_of, asked.entity),
    )
    page = feed.changes(wanted, asked.part)
    rows = [_change(card.name, change) for change in page.rows]
    return answers.listing(request, schemas.ChangePage, rows, page.next, asked.fields)


@router.get(f"{ENTITY}/judgement", auth=READ, response=schemas.Judgement)
def judgement(
    request: HttpRequest, kind: Path[Kind], namespace: Path[Namespace], name: Path[Name], asked: Query[JudgementAsked]
) -> HttpResponse:
    """One entity held against a scorecard: every result with its message and the evidence for it."""
    card, ref = scorecards.standard(asked.scorecard, vocabulary()), named(kind, namespace, name)
    stored = catalog.find(ref, asked.as_of, sight=sight(request))
    if stored is None:
        raise absent(ref)
    if card.scope.covers(stored.entity) is False:
        raise NotJudged(f"{card.name} is not asked of {ref}")
    rules = _rules(card, asked.rule)
    return answers.kept(request, _judgement(card.name, service.explain(card, ref, asked.as_of), rules))


def _rules(card: Scorecard, names: list[str]) -> list[str]:
    for name in names:
        scorecards.rule(card, name)
    return names


def _levels(card: Scorecard, names: list[str]) -> list[str | None]:
    known = [level.name for level in card.levels]
    for name in names:
        if name not in (*known, NONE):
            raise NoLevel(f"no level {name!r} in {card.name}", expected=", ".join(known), hint=suggest(name, known))
    return [None if name == NONE else name for name in names]


def _result(card: str, row: ResultRow) -> schemas.Result:
    return schemas.Result(
        scorecard=card,
        entity=str(row.entity),
        rule=row.rule,
        outcome=row.outcome,
        exempt=row.exempt,
        since=row.since,
        cause=cause_shown(row.cause),
    )


def _level(card: str, row: LevelRow) -> schemas.Level:
    return schemas.Level(
        scorecard=card,
        entity=str(row.entity),
        level=row.level,
        rank=row.rank,
        score=row.score,
        passed=row.passed,
        decided=row.decided,
        undecided=row.undecided,
        exempt=row.exempt,
        level_without_exemptions=row.without.level,
        score_without_exemptions=row.without.score,
        held_since=row.held_since,
        since=row.since,
        cause=cause_shown(row.cause),
    )


def _change(card: str, change: Change) -> schemas.Change:
    return schemas.Change(
        at=change.at,
        scorecard=card,
        entity=str(change.entity),
        rule=change.rule,
        before=change.before,
        after=change.after,
        worse=change.worse,
        exempt=change.pardon,
        cause=cause_shown(change.cause),
    )


def cause_shown(cause: Cause) -> schemas.CauseShown:
    """A cause as it is answered."""
    return schemas.CauseShown(
        kind=cause.kind,
        text=cause.text,
        fact_type=cause.fact_type,
        source=cause.source,
        link=cause.link,
        commit=cause.commit,
    )


def _judgement(card: str, found: Judgement, rules: list[str]) -> schemas.Judgement:
    return schemas.Judgement(
        scorecard=card,
        entity=str(found.ref),
        level=found.standing.level,
        score=found.standing.score,
        results=[_explained(one) for one in found.results if not rules or one.rule in rules],
    )


def _explained(result: Result) -> schemas.Explained:
    return schemas.Explained(
        rule=result.rule,
        item=result.item,
        outcome=result.outcome,
        exempt=result.exempt,
        message=result.message,
        fix=result.fix,
        evidence=[
            schemas.EvidenceShown(
                fact=one.fact,
                key=one.key,
                value=encode(one.value),
                source=one.source,
                link=one.link,
                commit=one.commit,
                observed_at=one.observed_at,
                decisive=one.decisive,
            )
            for one in result.evidence
        ],
        missing=[
            schemas.MissingShown(fact=one.fact, lack=one.lack.value, reason=one.reason, remedy=one.remedy)
            for one in result.missing
        ],
    )
