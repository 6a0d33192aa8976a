"""Campaigns: what they ask, how they go on any day, and their tickets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from greenboard.access.decide import Permission, may
from greenboard.api import answers
from greenboard.api.guard import CAMPAIGNS, READ, author, sight
from greenboard.api.query import CURSOR, AtMoment, GroupText, Limit, One, Word, cursor, key
from greenboard.api.schemas import Listed
from greenboard.api.shapes import Strict
from greenboard.campaigns import progress, service, standing, store
from greenboard.campaigns.definition import Definition
from greenboard.campaigns.enforcing import Enforcing
from greenboard.campaigns.models import Ticket
from greenboard.campaigns.pairs import STATES, Counts, Pair, Pairs
from greenboard.campaigns.service import Ending
from greenboard.campaigns.store import Held, State
from greenboard.campaigns.ticketing import planning
from greenboard.catalog.columns import named
from greenboard.core import clock
from greenboard.scorecards.types import Enforcement

router = Router(tags=["Campaigns"])
_ONE = "/campaigns/{name}"
Name = Annotated[str, Field(pattern=r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$", max_length=64)]


class Count(BaseModel):
    """How many pairs of an entity and a rule are in which state. `open` are those that fail or are undecided."""

    total: int
    done: int
    failing: int
    undecided: int
    exempt: int
    open: int


class CampaignShown(BaseModel):
    name: str
    version: int = Field(description="Rises with each change; a change names the one that it is based on.")
    state: State
    definition: Definition
    created_at: datetime
    created_by: str
    started_at: datetime | None
    ended_at: datetime | None
    ended_by: str
    counts: Count


class CampaignList(BaseModel):
    campaigns: list[CampaignShown]


class CampaignGiven(Strict):
    """A campaign as it is to be. Its name is made of its title, unless it is given."""

    name: Name | None = None
    definition: Definition


class CampaignChanged(Strict):
    version: int = Field(ge=1, le=2**31 - 1)
    definition: Definition


class EnforcingGiven(Strict):
    """What its rules shall do from a day on. Needs the permission to change rules."""

    enforcement: Enforcement
    day: date
    note: str = Field(default="", max_length=200)


class CampaignEnded(Strict):
    version: int = Field(ge=1, le=2**31 - 1)
    close_tickets: bool = Field(default=False, strict=True)
    enforcing: EnforcingGiven | None = None


class EndShown(BaseModel):
    rules: list[str] = Field(description="What became of each rule.")


class PartShown(BaseModel):
    name: str | None
    counts: Count


class TeamList(BaseModel):
    teams: list[PartShown]


class PreviewShown(BaseModel):
    """Whom a campaign would ask, and what is open today."""

    entities: int
    counts: Count
    teams: list[PartShown]
    rules: list[PartShown]


class PairShown(BaseModel):
    names: ClassVar = ("entity", "scorecard", "rule")
    entity: str
    team: str | None
    scorecard: str
    rule: str
    title: str
    state: str = Field(description="done, failing, undecided or exempt")


class PairList(Listed):
    pairs: list[PairShown]


class PairsAsked(AtMoment):
    limit: Limit = Field(default=50, description="How many at most.")
    cursor: One = CURSOR
    team: GroupText | None = Field(default=None, description="Only those of a team; `none`: of nobody.")
    rule: Word | None = Field(default=None, description="Only those of a rule.")


class PointShown(BaseModel):
    day: date
    counts: Count


class PointList(BaseModel):
    points: list[PointShown]


class TicketShown(BaseModel):
    names: ClassVar = ("entity", "scorecard", "rule")
    entity: str
    scorecard: str
    rule: str
    wanted: str
    state: str = Field(description="open, closed, none, or shut: people closed it at the tool while it fails.")
    connection: str
    place: str
    issue: str
    link: str
    assignee: str = Field(description="Who has it at the tool, as last seen.")
    error: str


class TicketList(BaseModel):
    tickets: list[TicketShown]


class WantedShown(BaseModel):
    """A ticket that would be open now. `issue` is that of the one that there is already."""

    entity: str
    rules: list[str]
    title: str
    place: str
    issue: str | None


class WantedList(BaseModel):
    tickets: list[WantedShown]


@router.get("/campaigns", auth=READ, response=CampaignList)
def campaigns(request: HttpRequest, asked: Query[AtMoment]) -> HttpResponse:
    """Every campaign, as of a moment."""
    found = [_shown(request, held, asked.as_of) for held in store.campaigns(asked.as_of)]
    return answers.kept(request, CampaignList(campaigns=found))


@router.post("/campaigns", auth=CAMPAIGNS, response={201: CampaignShown})
def make_campaign(request: HttpRequest, given: CampaignGiven) -> HttpResponse:
    """Begin a campaign."""
    with transaction.atomic():
        held = service.make(given.definition, author(request), clock.now(), given.name or "")
        return answers.written(_shown(request, held), 201)


@router.post("/campaigns-preview", auth=CAMPAIGNS, response=PreviewShown)
def preview_campaign(request: HttpRequest, given: Definition) -> HttpResponse:
    """Whom a campaign would ask, and how much is open, without making it."""
    standing.check(given)
    pairs = standing.pairs(given, None, sight(request))
    rules = [
        PartShown(name=one.rule.id, counts=_count(counts))
        for one, counts in zip(pairs.asked, pairs.by_rule(), strict=True)
    ]
    shown = PreviewShown(entities=len(pairs.entities), counts=_count(pairs.counts), teams=_teams(pairs), rules=rules)
    return answers.told(shown)


@router.get(_ONE, auth=READ, response=CampaignShown)
def campaign(request: HttpRequest, name: Path[Name], asked: Query[AtMoment]) -> HttpResponse:
    """One campaign, as of a moment: what it asked then, and what was met."""
    return answers.kept(request, _shown(request, store.find(name, asked.as_of), asked.as_of))


@router.put(_ONE, auth=CAMPAIGNS, response=CampaignShown)
def change_campaign(request: HttpRequest, name: Path[Name], given: CampaignChanged) -> HttpResponse:
    """Change what a campaign asks from now on."""
    held = service.change(name, given.version, given.definition, author(request), clock.now())
    return answers.written(_shown(request, held), 200)


@router.post(f"{_ONE}/end", auth=CAMPAIGNS, response=EndShown)
def end_campaign(request: HttpRequest, name: Path[Name], given: CampaignEnded) -> HttpResponse:
    """End a campaign, and say what becomes of its tickets and rules."""
    wanted = given.enforcing
    if wanted and not may(request.user, Permission.RULES_WRITE):
        raise PermissionDenied(Permission.RULES_WRITE.value)
    enforcing = Enforcing(wanted.enforcement, wanted.day, wanted.note) if wanted else None
    ending = Ending(close_tickets=given.close_tickets, enforcing=enforcing)
    said = service.end(name, given.version, ending, author(request), clock.now())
    return answers.told(EndShown(rules=list(said)))


@router.get(f"{_ONE}/teams", auth=READ, response=TeamList)
def campaign_teams(request: HttpRequest, name: Path[Name], asked: Query[AtMoment]) -> HttpResponse:
    """How each team stands, those with the most open first; null is what nobody owns."""
    pairs = standing.pairs(store.find(name, asked.as_of).definition, asked.as_of, sight(request))
    return answers.kept(request, TeamList(teams=_teams(pairs)))


@router.get(f"{_ONE}/pairs", auth=READ, response=PairList)
def campaign_pairs(request: HttpRequest, name: Path[Name], asked: Query[PairsAsked]) -> HttpResponse:
    """The entities and rules that a campaign asks, what fails first."""
    pairs = standing.pairs(store.find(name, asked.as_of).definition, asked.as_of, sight(request))
    if asked.team is not None:
        several = [n for n in pairs.entities.tolist() if named(pairs.whole.entities[n].owner) == asked.team]
        pairs = pairs.among(several)
    if asked.rule is not None:
        pairs = pairs.of_rule(asked.rule)
    first = (key(asked.cursor) or (0,))[0]
    found = [_pair(one) for one in pairs.told(slice(first, first + asked.limit))]
    next_ = (first + asked.limit,) if first + asked.limit < len(pairs) else None
    return answers.paged(answers.kept(request, PairList(pairs=found, next=cursor(next_))), request, next_)


@router.get(f"{_ONE}/points", auth=READ, response=PointList)
def campaign_points(request: HttpRequest, name: Path[Name], asked: Query[AtMoment]) -> HttpResponse:
    """What was met at the end of each day that is over; for those who may see everything."""
    if not sight(request).everything:
        raise PermissionDenied(Permission.READ.value)
    held = store.find(name, asked.as_of)
    points = [PointShown(day=day, counts=_count(one)) for day, one in progress.points(held, asked.as_of)]
    return answers.kept(request, PointList(points=points))


@router.get(f"{_ONE}/tickets", auth=READ, response=TicketList)
def campaign_tickets(request: HttpRequest, name: Path[Name]) -> HttpResponse:
    """The tickets of a campaign."""
    held = store.find(name)
    whole = standing.pairs(held.definition, None, sight(request)).whole
    seen = set(whole.ids[whole.seen(sight(request))].tolist())
    rows = Ticket.objects.filter(campaign=held.row).order_by("id")
    found = [_ticket(row, str(whole.names[row.entity_id])) for row in rows if row.entity_id in seen]
    return answers.kept(request, TicketList(tickets=found))


@router.get(f"{_ONE}/dry-run", auth=CAMPAIGNS, response=WantedList)
def try_campaign(request: HttpRequest, name: Path[Name]) -> HttpResponse:
    """Which tickets would be open now. Nothing is sent."""
    held = store.find(name)
    pairs = standing.pairs(held.definition, None, sight(request))
    return answers.kept(request, WantedList(tickets=list(_wanted(held, pairs))))


def _wanted(held: Held, pairs: Pairs) -> Iterator[WantedShown]:
    for _, one, ticket in planning.preview(held, pairs):
        rules = [pair.asked.rule.id for pair in one.pairs]
        issue = ticket.issue or None if ticket else None
        ref = str(one.pairs[0].stored.ref)
        yield WantedShown(entity=ref, rules=rules, title=one.said.title, place=one.place, issue=issue)


def _shown(request: HttpRequest, held: Held, as_of: datetime | None = None) -> CampaignShown:
    row, moment = held.row, as_of or clock.now()
    ended = row.ended_at is not None and row.ended_at <= moment
    return CampaignShown(
        name=row.name,
        version=row.version,
        state=held.state(moment),
        definition=held.definition,
        created_at=row.created_at,
        created_by=row.created_by,
        started_at=row.started_at if row.started_at and row.started_at <= moment else None,
        ended_at=row.ended_at if ended else None,
        ended_by=row.ended_by if ended else "",
        counts=_count(standing.pairs(held.definition, as_of, sight(request)).counts),
    )


def _count(counts: Counts) -> Count:
    return Count(
        total=counts.total,
        done=counts.done,
        failing=counts.failing,
        undecided=counts.undecided,
        exempt=counts.exempt,
        open=counts.open,
    )


def _teams(pairs: Pairs) -> list[PartShown]:
    return [
        PartShown(name=str(owner) if owner else None, counts=_count(counts))
        for owner, counts in pairs.by_owner().items()
    ]


def _pair(pair: Pair) -> PairShown:
    rule, owner = pair.asked.rule, pair.stored.owner
    return PairShown(
        entity=str(pair.stored.ref),
        team=str(owner) if owner else None,
        scorecard=pair.asked.scorecard.name,
        rule=rule.id,
        title=rule.title,
        state=STATES[pair.state],
    )


def _ticket(row: Ticket, entity: str) -> TicketShown:
    names = ("scorecard", "rule", "wanted", "state", "connection", "place", "issue", "link", "assignee", "error")
    return TicketShown(entity=entity, **{name: getattr(row, name) for name in names})
