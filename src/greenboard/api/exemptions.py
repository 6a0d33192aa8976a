"""Exemptions: asked for, decided, ended, and read. What one may not see is not found."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from greenboard.access.permissions import Permission
from greenboard.api import answers
from greenboard.api.guard import ASK_EXEMPTIONS, DECIDE_EXEMPTIONS, READ, sight
from greenboard.api.query import CURSOR, Limit, Number, OfEntities, One, RefText, Word, cursor, key, several
from greenboard.api.schemas import Listed
from greenboard.api.shapes import Strict
from greenboard.catalog.models import Entity
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.exemptions import asking, deciding, finding, ledger, wishes
from greenboard.exemptions.models import Event, Exemption
from greenboard.exemptions.types import Category, Did, Pair, State, Terms
from greenboard.facts.store import names_of
from greenboard.results import failing
from greenboard.rules.types import Outcome

router = Router(tags=["Exemptions"])
_ONE = "/exemptions/{int:number}"
_Text = Annotated[str, Field(max_length=4_000)]
_Day = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d\d-\d\d([Tt ].{1,40})?$",
        max_length=52,
        description="A day, of which the end in UTC is meant, or a moment.",
        examples=["2027-01-31"],
    ),
]


class TermsGiven(Strict):
    """What is asked for."""

    category: Category
    reason: Annotated[str, Field(min_length=1, max_length=4_000)]
    control: _Text = Field(default="", description="What stands against the risk, of a mitigated one.")
    ends: _Day | None = Field(default=None, description="Who may do without leaves it out.")
    starts: _Day | None = Field(default=None, description="Default: as soon as it is approved.")

    def terms(self, environment: str = "", path: str = "") -> Terms:
        """The same as terms."""
        return wishes.terms(
            category=self.category.value,
            reason=self.reason,
            control=self.control,
            ends=self.ends or "",
            starts=self.starts or "",
            environment=environment,
            path=path,
        )


class Reaching(TermsGiven):
    """What is asked for, and how far it reaches: one environment, or a path and what is below it, or everything."""

    environment: Annotated[str, Field(max_length=200)] = ""
    path: Annotated[str, Field(max_length=400)] = ""


class ExemptionGiven(Reaching):
    """An exemption to ask for."""

    entity: RefText
    scorecard: Word
    rule: Word


class ManyGiven(Reaching):
    """Exemptions to ask for, of all that fit and do not meet the rules now. What is exempt or asked for is left out."""

    scorecard: Word
    rules: Annotated[list[Word], Field(min_length=1, max_length=200)]
    outcomes: Annotated[list[Literal["fail", "no_data", "error"]], Field(min_length=1, max_length=3)] = ["fail"]
    owner: Annotated[list[Annotated[str, Field(max_length=256)]], Field(max_length=50)] = []
    tag: Annotated[list[Word], Field(max_length=50)] = []
    kind: Annotated[list[Word], Field(max_length=50)] = []
    entity: Annotated[list[RefText], Field(max_length=5_000)] = []


class Seen(Strict):
    """An exemption, and the version of it that whoever decides saw."""

    id: Number
    version: Number | None = None


class Reason(Strict):
    """Why, and the version that was seen: where it was changed since, 409."""

    reason: Annotated[str, Field(min_length=1, max_length=4_000)]
    version: Number | None = None


class Versioned(Strict):
    version: Number | None = None


class Decisions(Strict):
    """One decision of many exemptions, all or nothing."""

    decision: Literal["approve", "deny", "revoke"]
    exemptions: Annotated[list[Seen], Field(min_length=1, max_length=10_000)]
    reason: Annotated[str, Field(min_length=1, max_length=4_000)]


class ExemptionShown(BaseModel):
    """An exemption. It holds from `holds_from` until before `holds_to`."""

    id: int
    version: int
    entity: str
    scorecard: str
    rule: str
    environment: str
    path: str
    category: Category
    control: str
    reason: str
    state: State
    requested_by: str
    requested_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision: str
    ended_by: str
    ending: str
    starts: datetime | None
    ends: datetime | None
    holds_from: datetime | None
    holds_to: datetime | None
    renews: int | None
    source: str


class EventShown(BaseModel):
    did: Did
    by: str = Field(description="Empty: time did it.")
    at: datetime
    text: str


class ExemptionWhole(ExemptionShown):
    """One with its history and what the rule comes to now beneath it."""

    events: list[EventShown]
    outcome: Outcome | None = Field(description="Null: the rule is not asked of the entity now.")
    exempt: bool | None = Field(description="Whether something stands beside that outcome now.")


class ExemptionPage(Listed):
    exemptions: list[ExemptionShown]


class Made(BaseModel):
    """What was asked for in one go; `left_out` counts what is exempt or asked for already."""

    made: list[int]
    left_out: int


class Decided(BaseModel):
    decided: int


class ExemptionsAsked(OfEntities):
    limit: Limit = Field(default=50, description="How many at most.")
    cursor: One = CURSOR
    scorecard: Word | None = Field(default=None, description="Name of the scorecard.")
    rule: Word | None = Field(default=None, description="Id of the rule.")
    state: list[State] = several(description="How far it is.")
    category: Category | None = Field(default=None, description="Waived or mitigated.")
    requested_by: str | None = Field(default=None, max_length=200, description="Name of an account.")
    decided_by: str | None = Field(default=None, max_length=200, description="Name of an account.")
    ending: Annotated[int, Field(ge=0, le=3_650)] | None = Field(
        default=None, description="Approved, and ends within so many days."
    )


@router.get("/exemptions", auth=READ, response=ExemptionPage)
def exemptions(request: HttpRequest, asked: Query[ExemptionsAsked]) -> HttpResponse:
    """The ledger, newest first."""
    chosen = asked.chosen(sight(request), None)
    wanted = ledger.Wanted(
        states=asked.state,
        scorecard=asked.scorecard or "",
        rule=asked.rule or "",
        category=asked.category or "",
        requested_by=asked.requested_by or "",
        decided_by=asked.decided_by or "",
        ending=asked.ending,
        entities=chosen.among,
        fits=chosen.of("entity_id", None),
    )
    after = key(asked.cursor)
    rows = ledger.found(wanted, clock.now(), below=after[0] if after else None)
    several_ = list(rows[: asked.limit + 1])
    shown = several_[: asked.limit]
    next_ = (shown[-1].pk,) if len(several_) > asked.limit else None
    page = ExemptionPage(exemptions=[ExemptionShown(**told(row)) for row in shown], next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


@router.post("/exemptions", auth=ASK_EXEMPTIONS, response={201: ExemptionShown})
def ask_exemption(request: HttpRequest, given: ExemptionGiven) -> HttpResponse:
    """Ask that an entity be exempt from a rule."""
    pair = Pair(Ref.parse(given.entity), given.scorecard, given.rule)
    with transaction.atomic():
        made = asking.ask([pair], given.terms(given.environment, given.path), request.user, clock.now()).made[0]
        return answers.told(ExemptionShown(**told(finding.row(made, request.user))), 201)


@router.post("/exemptions/bulk", auth=ASK_EXEMPTIONS, response={201: Made})
def ask_exemptions(request: HttpRequest, given: ManyGiven) -> HttpResponse:
    """Ask for all that fit and do not meet the rules now; up to 10,000, all or nothing."""
    where = OfEntities(kind=given.kind, owner=given.owner, tag=given.tag)
    chosen = where.chosen(sight(request, Permission.EXEMPTIONS_REQUEST), None, given.entity)
    ids = set(Entity.objects.filter(chosen.of("id", None)).values_list("id", flat=True))
    ids = ids if chosen.among is None else ids & chosen.among
    found = failing.failing(given.scorecard, given.rules, ids, [Outcome(one) for one in given.outcomes])
    names = names_of({entity for entity, _ in found})
    pairs = [Pair(names[entity], given.scorecard, rule) for entity, rule in found]
    with transaction.atomic():
        asked = asking.ask(pairs, given.terms(given.environment, given.path), request.user, clock.now())
        return answers.told(Made(made=list(asked.made), left_out=len(asked.left_out)), 201)


@router.post("/exemptions/decide", auth=DECIDE_EXEMPTIONS, response=Decided)
def decide_exemptions(request: HttpRequest, given: Decisions) -> HttpResponse:
    """Decide many in one go; up to 10,000, all or nothing."""
    do = {"approve": deciding.approve, "deny": deciding.deny, "revoke": deciding.revoke}[given.decision]
    chosen = {one.id: one.version for one in given.exemptions}
    with transaction.atomic():
        do(chosen, given.reason, request.user, clock.now())
        return answers.told(Decided(decided=len(chosen)))


@router.get(_ONE, auth=READ, response=ExemptionWhole)
def exemption(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """One exemption with its history, and what the rule comes to now beneath it."""
    row = finding.row(number, request.user)
    found = failing.outcomes(row.scorecard, [(row.entity_id, row.rule)]).get((row.entity_id, row.rule))
    events = [_event(one) for one in ledger.history(row.pk)]
    outcome, exempt = found or (None, None)
    return answers.kept(request, ExemptionWhole(**told(row), events=events, outcome=outcome, exempt=exempt))


@router.post(f"{_ONE}/approve", auth=DECIDE_EXEMPTIONS, response=ExemptionShown)
def approve_exemption(request: HttpRequest, number: Path[Number], given: Reason) -> HttpResponse:
    """Let an exemption hold. Never one's own, unless the installation allows that."""
    deciding.approve({number: given.version}, given.reason, request.user, clock.now())
    return _after(request, number)


@router.post(f"{_ONE}/deny", auth=DECIDE_EXEMPTIONS, response=ExemptionShown)
def deny_exemption(request: HttpRequest, number: Path[Number], given: Reason) -> HttpResponse:
    """Refuse an exemption."""
    deciding.deny({number: given.version}, given.reason, request.user, clock.now())
    return _after(request, number)


@router.post(f"{_ONE}/revoke", auth=DECIDE_EXEMPTIONS, response=ExemptionShown)
def revoke_exemption(request: HttpRequest, number: Path[Number], given: Reason) -> HttpResponse:
    """End an exemption that was approved."""
    deciding.revoke({number: given.version}, given.reason, request.user, clock.now())
    return _after(request, number)


@router.post(f"{_ONE}/withdraw", auth=ASK_EXEMPTIONS, response=ExemptionShown)
def withdraw_exemption(request: HttpRequest, number: Path[Number], given: Versioned) -> HttpResponse:
    """Take back what one asked for and nobody decided."""
    deciding.withdraw({number: given.version}, request.user, clock.now())
    return _after(request, number)


@router.post(f"{_ONE}/renew", auth=ASK_EXEMPTIONS, response={201: ExemptionShown})
def renew_exemption(request: HttpRequest, number: Path[Number], given: TermsGiven) -> HttpResponse:
    """Ask for one that follows another: of the same pair and reach, from its end on where it still holds."""
    with transaction.atomic():
        made = asking.renew(number, given.terms(), request.user, clock.now())
        return answers.told(ExemptionShown(**told(finding.row(made, request.user))), 201)


def _after(request: HttpRequest, number: int) -> HttpResponse:
    return answers.told(ExemptionShown(**told(finding.row(number, request.user))))


def told(row: Exemption) -> dict[str, Any]:
    """An exemption as plain values."""
    named = {"id": row.pk, "entity": str(finding.ref(row)), "renews": row.renews_id}
    return {name: getattr(row, name) for name in ExemptionShown.model_fields if name not in named} | named


def _event(one: Event) -> EventShown:
    return EventShown(did=Did(one.did), by=one.by, at=one.at, text=one.text)
