"""Attestations: who states what of which entity, the evidence, and what was decided about it."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from greenboard.access.decide import Permission
from greenboard.access.errors import Absent
from greenboard.api import answers
from greenboard.api.guard import ADMINISTER, ATTEST, READ, author, sight
from greenboard.api.query import (
    Asked,
    Limit,
    Moment,
    Number,
    OfEntities,
    One,
    RefText,
    Word,
    fields_of,
    key,
    several,
)
from greenboard.api.schemas import FILE, Listed, Shown
from greenboard.api.shapes import Strict
from greenboard.attestations import files, policies, register, service, store
from greenboard.attestations.models import Attestation, Evidence, Opening
from greenboard.attestations.permitting import Acting
from greenboard.attestations.service import Change, Said
from greenboard.attestations.store import Wanted
from greenboard.attestations.types import Cause, Given, Kind, Policy, Proof, State, Who, Wish
from greenboard.core import clock
from greenboard.core.errors import Place
from greenboard.core.refs import Ref

router = Router(tags=["Attestations"])
_ONE = "/attestations/{int:number}"
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
}
ALL = "all"
_Reason = Annotated[str, Field(max_length=2_000)]


class AttestationProofGiven(Strict):
    """An address, words, a path in the repository; or a file that was handed in before, by its number."""

    kind: Proof
    text: str = Field(default="", max_length=10_000)
    upload: int | None = Field(default=None, ge=1, le=2**53, description="`id` of a file that you handed in.")


class AttestationGiven(Strict):
    """What is stated. Questions, evidence and the longest time are those of the item's policy."""

    entity: RefText
    item: Word
    statement: str = Field(default="", max_length=4_000, description="Default: that of the policy.")
    answers: dict[str, str | float] = Field(default={}, max_length=50)
    evidence: list[AttestationProofGiven] = Field(default=[], max_length=20)
    until: date | None = Field(default=None, description="Its last day, in UTC. Default: as long as the policy allows.")
    environment: str = Field(default="", max_length=63)
    release: str = Field(default="", max_length=64, description="The version that it is about.")
    role: str = Field(default="", max_length=100)
    renews: int | None = Field(default=None, ge=1, le=2**53, description="The attestation whose place it takes.")


class AttestationSeen(Strict):
    """The `version` that was seen: where somebody changed it meanwhile, 409."""

    version: int = Field(ge=1, le=2**31 - 1)


class AttestationReasoned(AttestationSeen):
    reason: _Reason = Field(min_length=1)


class AttestationProof(BaseModel):
    """`url` gives out a file that is kept here."""

    kind: Proof
    text: str
    url: str | None
    media: str | None
    size: int | None
    digest: str | None = Field(description="SHA-256 of the file.")


class AttestationStep(BaseModel):
    done: str
    at: datetime
    by: str
    said: str


class AttestationShown(Shown):
    names: ClassVar = ("id",)
    id: int
    entity: str
    item: str
    state: State
    statement: str
    answers: dict[str, str | float]
    environment: str
    release: str
    role: str
    given_by: str
    given_at: datetime
    expires_at: datetime
    confirmed_by: str
    ended_at: datetime | None
    cause: Cause | None
    reason: str
    renews: int | None
    version: int


class AttestationWhole(AttestationShown):
    """One with its evidence and its history."""

    evidence: list[AttestationProof]
    history: list[AttestationStep]


class AttestationPage(Listed):
    attestations: list[AttestationShown]


class AttestationsAsked(OfEntities):
    limit: Limit = Field(default=50, description="How many at most.")
    cursor: One = Field(default=None, description="Where to go on: `next` of the page before.")
    entity: list[RefText] = several(description="Of which entity.")
    item: list[Word] = several(description="Which item.")
    state: list[State] = several(description="How far it is.")
    ending_before: Moment = Field(default=None, description="Only what holds or waits, and ends before it.")
    by: str = Field(default="", max_length=150, pattern=r"^[^\x00-\x1f\x7f]*$", description="Who gave it.")
    fields: str | None = fields_of(AttestationShown)


class FileAsked(Asked):
    name: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$", description="Name of the file.")


class AttestationUpload(BaseModel):
    """A file that was handed in. It waits two days to become evidence."""

    id: int
    name: str
    media: str
    size: int
    digest: str


class AttestationPeople(BaseModel):
    owner: bool
    teams: list[str]
    roles: list[str]


class AttestationQuestion(BaseModel):
    id: str
    ask: str
    doc: str
    type: Kind
    required: bool
    options: list[str]
    least: float | None
    most: float | None
    whole: bool
    earliest: int | None
    future: bool


class AttestationPolicy(Shown):
    """How an item is attested."""

    names: ClassVar = ("item",)
    item: str
    title: str
    statement: str
    kinds: list[str]
    who: AttestationPeople
    confirm: AttestationPeople | None
    valid_for_days: int
    remind: list[int]
    ends_on: list[Cause]
    ends_after_deployments: int | None
    questions: list[AttestationQuestion]
    evidence: str
    need: list[Proof]


class AttestationPolicyList(BaseModel):
    policies: list[AttestationPolicy]


class RegisterOpening(BaseModel):
    """`item` is `all` where the register is open for every item."""

    item: str
    opened_at: datetime
    opened_by: str


class RegisterOpeningList(BaseModel):
    openings: list[RegisterOpening]


@router.get("/attestations", auth=READ, response=AttestationPage)
def attestations(request: HttpRequest, asked: Query[AttestationsAsked]) -> HttpResponse:
    """What is and was attested, the newest first."""
    chosen = asked.chosen(sight(request), None, asked.entity)
    rows = store.search(Wanted(asked.item, asked.state, asked.ending_before, asked.by, chosen))
    before = key(asked.cursor)
    found = list((rows.filter(pk__lt=before[0]) if before else rows)[: asked.limit + 1])
    shown = [AttestationShown(**_told(row)) for row in found[: asked.limit]]
    next_ = (found[asked.limit - 1].pk,) if len(found) > asked.limit else None
    return answers.listing(request, AttestationPage, shown, next_, asked.fields)


@router.post("/attestations", auth=ATTEST, response={201: AttestationWhole})
def attest(request: HttpRequest, given: AttestationGiven) -> HttpResponse:
    """State that an item holds. It holds at once, or when a second person confirms it."""
    by = Acting.by(request.user)
    told = given.model_dump(exclude={"entity", "evidence", "renews"})
    evidence = tuple(Given(one.kind, one.text, one.upload) for one in given.evidence)
    wish = Wish(entity=Ref.parse(given.entity), evidence=evidence, **told)
    said = Said(renews=given.renews, placing=lambda part: Place(f"/{part.replace('.', '/')}"))
    with transaction.atomic():
        return _written(service.give(wish, by, clock.now(), said), 201)


@router.get(_ONE, auth=READ, response=AttestationWhole)
def attestation(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """One of them, with its evidence and its history."""
    return answers.one(request, _whole(store.find(number, sight(request))))


@router.post(f"{_ONE}/confirm", auth=ATTEST, response=AttestationWhole)
def confirm_attestation(request: HttpRequest, number: Path[Number], seen: AttestationSeen) -> HttpResponse:
    """Confirm what another person attested."""
    return _decided(request, service.confirm, Change(number, seen.version))


@router.post(f"{_ONE}/refuse", auth=ATTEST, response=AttestationWhole)
def refuse_attestation(request: HttpRequest, number: Path[Number], seen: AttestationReasoned) -> HttpResponse:
    """Refuse what another person attested."""
    return _decided(request, service.refuse, Change(number, seen.version, seen.reason))


@router.post(f"{_ONE}/revoke", auth=ATTEST, response=AttestationWhole)
def revoke_attestation(request: HttpRequest, number: Path[Number], seen: AttestationReasoned) -> HttpResponse:
    """End an attestation before its day."""
    return _decided(request, service.revoke, Change(number, seen.version, seen.reason))


@router.get(f"{_ONE}/files/{{int:piece}}", auth=READ, openapi_extra=FILE)
def attestation_file(request: HttpRequest, number: Path[Number], piece: Path[Number]) -> HttpResponse:
    """A file of evidence, as it was handed in."""
    found = store.document(store.find(number, sight(request)), piece)
    assert found.file is not None, "it is one with a file"
    return answers.tagged(request, files.served(found.file, found.text))


@router.post("/attestation-files", auth=ATTEST, response={201: AttestationUpload}, openapi_extra=_BODY)
def hand_in(request: HttpRequest, asked: Query[FileAsked]) -> HttpResponse:
    """Hand in a file, which is the whole body; its number makes it evidence of an attestation."""
    by = Acting.by(request.user)
    with transaction.atomic():
        row = files.keep(io.BytesIO(request.body), asked.name, by.name, clock.now())
        told = AttestationUpload(
            id=row.pk, name=row.name, media=row.file.media, size=row.file.size, digest=row.file.digest
        )
        return answers.told(told, 201)


@router.get("/attestation-policies", auth=READ, response=AttestationPolicyList)
def attestation_policies(request: HttpRequest) -> HttpResponse:
    """How each item is attested: by whom, with which questions and evidence, until when."""
    return answers.several(request, AttestationPolicyList, map(_policy, policies.shipped().values()), None)


@router.get("/attestation-register", auth=READ, response=RegisterOpeningList)
def openings(request: HttpRequest) -> HttpResponse:
    """For which items what nobody attests is known to be lacking."""
    return answers.kept(request, RegisterOpeningList(openings=[_opening(one) for one in register.openings()]))


@router.put("/attestation-register/{item}", auth=ADMINISTER, response=RegisterOpening)
def open_register(request: HttpRequest, item: Path[Word]) -> HttpResponse:
    """Open the register for an item, or for `all`: from now on what nobody attests fails."""
    return answers.told(_opening(register.open_for(_item(item), author(request), clock.now())))


@router.delete("/attestation-register/{item}", auth=ADMINISTER, response={204: None})
def close_register(request: HttpRequest, item: Path[Word]) -> HttpResponse:
    """Close it again: what nobody attests is undecided."""
    register.close_for(_item(item), author(request), clock.now())
    return HttpResponse(status=204)


def _item(told: str) -> str:
    if told == ALL:
        return ""
    if told not in policies.shipped():
        raise Absent(f"no policy says how {told!r} is attested")
    return told


def _decided(
    request: HttpRequest, do: Callable[[Change, Acting, datetime], Attestation], change: Change
) -> HttpResponse:
    by = Acting.by(request.user)
    store.find(change.number, sight(request, Permission.READ))
    with transaction.atomic():
        return _written(do(change, by, clock.now()), 200)


def _written(row: Attestation, status: int) -> HttpResponse:
    return answers.written(_whole(store.find(row.pk)), status)


def _told(row: Attestation) -> dict[str, Any]:
    entity = Ref(row.entity.kind, row.entity.namespace, row.entity.name)
    same = AttestationShown.model_fields.keys() - {"id", "entity", "cause", "renews"}
    told = {name: getattr(row, name) for name in same}
    return {**told, "id": row.pk, "entity": str(entity), "cause": row.cause or None, "renews": row.renews_id}


def _whole(row: Attestation) -> AttestationWhole:
    steps = [AttestationStep(done=one.done, at=one.at, by=one.by, said=one.said) for one in store.history(row)]
    return AttestationWhole(**_told(row), evidence=[_evidence(row, one) for one in store.evidence(row)], history=steps)


def _evidence(row: Attestation, one: Evidence) -> AttestationProof:
    file = one.file
    return AttestationProof(
        kind=Proof(one.kind),
        text=one.text,
        url=f"/api/v1/attestations/{row.pk}/files/{one.pk}" if file else None,
        media=file.media if file else None,
        size=file.size if file else None,
        digest=file.digest if file else None,
    )


def _policy(policy: Policy) -> AttestationPolicy:
    return AttestationPolicy(
        item=policy.item,
        title=policy.title,
        statement=policy.statement,
        kinds=list(policy.kinds),
        who=_who(policy.who),
        confirm=_who(policy.confirm) if policy.confirm else None,
        valid_for_days=policy.valid_for.days,
        remind=list(policy.remind),
        ends_on=sorted(policy.ends.causes),
        ends_after_deployments=policy.ends.deployments,
        questions=[
            AttestationQuestion(
                type=one.kind,
                **{name: getattr(one, name) for name in AttestationQuestion.model_fields if name != "type"},
            )
            for one in policy.questions
        ],
        evidence=policy.evidence,
        need=list(policy.need),
    )


def _who(who: Who) -> AttestationPeople:
    return AttestationPeople(owner=who.owner, teams=[str(team) for team in who.teams], roles=list(who.roles))


def _opening(row: Opening) -> RegisterOpening:
    return RegisterOpening(item=row.item or ALL, opened_at=row.opened_at, opened_by=row.opened_by)
