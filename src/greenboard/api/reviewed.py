"""What is asked and told of reviews by API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from greenboard.api.query import Asked, Limit, One, RefText, Word
from greenboard.api.schemas import Listed
from greenboard.api.shapes import Strict
from greenboard.reviews import asking, events, store
from greenboard.reviews import template as templates
from greenboard.reviews.models import Condition, Finding, Review, Section
from greenboard.reviews.types import Decision, FindingState, Scale, SectionState, State, Weight

_Text = Annotated[str, Field(max_length=20_000)]
_Name = Annotated[str, Field(max_length=200)]
_Day = Annotated[
    str, Field(pattern=r"^(\d{4}-\d\d-\d\d)?$", examples=["2026-12-24"], description="A day: its end in UTC.")
]
_Version = Annotated[int, Field(ge=1, le=2**31, description="The version that you saw: if it is another by now, 409.")]


class ReviewGiven(Strict):
    """A review that is wanted: of an entity, of a system with its components, or of a product with a title."""

    entities: list[RefText] = Field(min_length=1, max_length=asking.MOST)
    template: Word = templates.DEFAULT
    stage: str = Field(default="", max_length=63, description="Default: the first of the template.")
    title: _Name = ""
    reason: Annotated[str, Field(max_length=4000)] = ""
    due: _Day = ""


class TriageGiven(Strict):
    """Until when, and who looks at which section, by its name."""

    version: _Version
    due: _Day = ""
    teams: dict[Word, RefText] = {}
    reviewers: dict[Word, _Name] = {}


class AnswerGiven(Strict):
    """An answer, or why the question does not apply. `before` is the answer that you saw; 0 is none."""

    value: _Text = ""
    applies: bool = Field(default=True, strict=True)
    reason: Annotated[str, Field(max_length=4000)] = ""
    before: int = Field(ge=0, le=2**53)


class SectionGiven(Strict):
    """What becomes of a section."""

    version: _Version
    state: Literal["accepted", "returned"]
    said: Annotated[str, Field(max_length=4000)] = ""


class CommentGiven(Strict):
    section: Word
    question: str = Field(default="", max_length=63)
    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class FindingGiven(Strict):
    section: Word
    title: Annotated[str, Field(min_length=1, max_length=200)]
    severity: Weight
    owner: _Name = Field(description="An account, or a team by its reference.")
    text: _Text = ""
    due: _Day = ""
    ticket: Annotated[str, Field(max_length=2000)] = ""


class FindingSettled(Strict):
    state: FindingState
    said: Annotated[str, Field(max_length=4000)] = ""


class ConditionGiven(Strict):
    """What has to be done for a go to hold: by whom, and until when."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]
    owner: _Name
    due: _Day


class DecisionGiven(Strict):
    version: _Version
    decision: Decision
    rationale: Annotated[str, Field(max_length=4000)] = ""
    conditions: list[ConditionGiven] = Field(default=[], max_length=50)


class Seen(Strict):
    """The version that is signed, or whose decision is taken back."""

    version: _Version


class ConditionMet(Strict):
    said: Annotated[str, Field(min_length=1, max_length=4000)] = Field(description="What shows that it is met.")


class Withdrawn(Strict):
    version: _Version
    reason: Annotated[str, Field(min_length=1, max_length=4000)]


class SectionShown(BaseModel):
    name: str
    title: str
    team: str
    reviewer: str
    state: SectionState
    by: str
    said: str


class AnswerShown(BaseModel):
    id: int
    question: str
    value: str
    applies: bool
    reason: str
    by: str
    at: datetime


class FindingShown(BaseModel):
    id: int
    section: str
    title: str
    text: str
    severity: Weight
    owner: str
    due_at: datetime | None
    ticket: str
    state: FindingState
    said: str
    by: str


class ConditionShown(BaseModel):
    id: int
    text: str
    owner: str
    due_at: datetime
    done_at: datetime | None
    done_by: str
    said: str
    missed_at: datetime | None


class SignatureShown(BaseModel):
    number: int
    by: str
    at: datetime
    digest: str = Field(description="SHA-256 of the evidence, which `GET .../evidence` gives.")


class ReviewShown(BaseModel):
    """A review. `version` goes with what changes it."""

    id: int
    title: str
    scale: Scale
    template: str
    stage: str
    state: State
    state_since: datetime
    version: int
    entities: list[str]
    requested_by: str
    requested_at: datetime
    due_at: datetime | None
    decision: Decision | None
    decided_by: str
    rationale: str
    signed_by: str
    signed_at: datetime | None


class ReviewWhole(ReviewShown):
    sections: list[SectionShown]
    answers: list[AnswerShown]
    findings: list[FindingShown]
    conditions: list[ConditionShown]
    signatures: list[SignatureShown]
    reopened_because: list[str]


class ReviewPage(Listed):
    reviews: list[ReviewShown]


class ReviewsAsked(Asked):
    limit: Limit = Field(default=50, description="How many at most.")
    cursor: One = Field(default=None, description="Where to go on: `next` of the page before.")
    state: State | None = Field(default=None, description="How far they are.")
    entity: RefText | None = Field(default=None, description="What is reviewed.")
    template: Word | None = Field(default=None, description="By which template.")


class GateAsked(Asked):
    entity: RefText
    template: Word | None = Field(default=None, description="Only a review by this template counts.")
    stage: Word | None = Field(default=None, description="Only one of this stage counts.")


class GateShown(BaseModel):
    """Whether it may go. Open says a signature that stands; `why` says why not, or which conditions are left."""

    open: bool
    review: int | None
    decision: Decision | None
    why: list[str]


class TemplateShown(BaseModel):
    name: str
    title: str
    description: str
    stages: list[str]
    sections: int
    questions: int


class TemplateList(BaseModel):
    templates: list[TemplateShown]


def columns(row: Review) -> dict[str, Any]:
    """A review as it is listed."""
    names = ("title", "stage", "state_since", "version", "requested_by", "requested_at", "due_at", "decided_by")
    return {
        "id": row.pk,
        "template": row.template_name,
        "scale": Scale(row.scale),
        "state": State(row.state),
        "decision": Decision(row.decision) if row.decision else None,
        "entities": [str(ref) for ref in events.subjects(row)],
        **{name: getattr(row, name) for name in (*names, "rationale", "signed_by", "signed_at")},
    }


def whole(row: Review) -> ReviewWhole:
    """A review with all that people said in it."""
    titles = {one.name: one.title for one in store.Asking.of(row).sections}
    last = store.signature(row)
    return ReviewWhole(
        **columns(row),
        sections=[_section(one, titles.get(one.name, one.name)) for one in row.sections.order_by("place")],
        answers=[
            AnswerShown(
                id=one.pk,
                question=name,
                value=one.value,
                applies=one.applies,
                reason=one.reason,
                by=one.by,
                at=one.valid_from,
            )
            for name, one in sorted(store.answers(row).items())
        ],
        findings=[_finding(one) for one in row.findings.order_by("id")],
        conditions=[_condition(one) for one in row.conditions.filter(dropped_at__isnull=True).order_by("id")],
        signatures=[
            SignatureShown(number=one.number, by=one.by, at=one.at, digest=one.digest)
            for one in row.signatures.order_by("number")
        ],
        reopened_because=list(last.reopenings.order_by("id").values_list("text", flat=True)) if last else [],
    )


def _section(row: Section, title: str) -> SectionShown:
    return SectionShown(
        name=row.name,
        title=title,
        team=row.team,
        reviewer=row.reviewer,
        state=SectionState(row.state),
        by=row.by,
        said=row.said,
    )


def _finding(row: Finding) -> FindingShown:
    names = ("section", "title", "text", "owner", "due_at", "ticket", "said", "by")
    severity, state = Weight(row.severity), FindingState(row.state)
    return FindingShown(id=row.pk, severity=severity, state=state, **{name: getattr(row, name) for name in names})


def _condition(row: Condition) -> ConditionShown:
    names = ("text", "owner", "due_at", "done_at", "done_by", "said", "missed_at")
    return ConditionShown(id=row.pk, **{name: getattr(row, name) for name in names})
