"""Readiness reviews: asked for, answered, decided, signed; their evidence, and the gate for pipelines."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from greenboard.access.decide import Permission
from greenboard.access.errors import Absent
from greenboard.api import answers
from greenboard.api.guard import READ, REVIEW, REVIEWS, SIGN, sight
from greenboard.api.query import Number, Word, cursor, key
from greenboard.api.reviewed import (
    AnswerGiven,
    CommentGiven,
    ConditionMet,
    DecisionGiven,
    FindingGiven,
    FindingSettled,
    GateAsked,
    GateShown,
    ReviewGiven,
    ReviewPage,
    ReviewsAsked,
    ReviewShown,
    ReviewWhole,
    SectionGiven,
    Seen,
    TemplateList,
    TemplateShown,
    TriageGiven,
    Withdrawn,
    columns,
    whole,
)
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.reviews import answering, asking, deciding, freezing, rights, store
from greenboard.reviews import gate as gates
from greenboard.reviews import template as templates
from greenboard.reviews.answering import Found, Reply
from greenboard.reviews.asking import Triage, Wish
from greenboard.reviews.deciding import Promise, Verdict
from greenboard.reviews.models import Signature
from greenboard.reviews.rights import Actor
from greenboard.reviews.types import Decision, SectionState

router = Router(tags=["Reviews"])
_ONE = "/reviews/{int:number}"
_SECTION, _QUESTION = f"{_ONE}/sections/{{name}}", f"{_ONE}/answers/{{name}}"


@router.get("/reviews", auth=READ, response=ReviewPage)
def reviews(request: HttpRequest, asked: Query[ReviewsAsked]) -> HttpResponse:
    """Reviews, newest first; only those of which all that is reviewed may be seen."""
    seen, before = sight(request), key(asked.cursor)
    rows = store.about([Ref.parse(asked.entity)], seen) if asked.entity else store.reviews(seen)
    rows = rows.filter(state=asked.state.value) if asked.state else rows
    rows = rows.filter(template_name=asked.template) if asked.template else rows
    found = list((rows.filter(pk__lt=before[0]) if before else rows)[: asked.limit + 1])
    shown = found[: asked.limit]
    next_ = (shown[-1].pk,) if len(found) > asked.limit else None
    page = ReviewPage(reviews=[ReviewShown(**columns(row)) for row in shown], next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


@router.post("/reviews", auth=REVIEW, response={201: ReviewWhole})
def ask_for_review(request: HttpRequest, given: ReviewGiven) -> HttpResponse:
    """Ask for a review."""
    wish = Wish(
        [Ref.parse(one) for one in given.entities], given.template, given.stage, given.title, given.reason, given.due
    )
    return _did(request, lambda who, now: asking.request(wish, who=who, now=now).pk, 201)


@router.get("/reviews/templates", auth=READ, response=TemplateList)
def review_templates(request: HttpRequest) -> HttpResponse:
    """The templates by which reviews are held."""
    found = [
        TemplateShown(
            name=one.name,
            title=one.title,
            description=one.description,
            stages=[stage.name for stage in one.stages],
            sections=len(one.sections),
            questions=sum(len(section.questions) for section in one.sections),
        )
        for one in templates.shipped().values()
    ]
    return answers.kept(request, TemplateList(templates=found))


class Shut(UserError):
    """No signature lets it go."""

    status = 409


@router.get("/reviews/gate", auth=READ, response=GateShown)
def review_gate(request: HttpRequest, asked: Query[GateAsked]) -> HttpResponse:
    """Whether a signed review lets an entity go: for pipelines that deploy it."""
    return answers.kept(request, _gate(request, asked))


@router.post("/reviews/gate", auth=READ, response=GateShown)
def pass_review_gate(request: HttpRequest, asked: Query[GateAsked]) -> HttpResponse:
    """The same as a webhook of a deployment pipeline: 200 where it may go, 409 with the reasons where not.

    What the pipeline sends in the body is not read: the address says which entity is meant.
    """
    found = _gate(request, asked)
    if not found.open:
        raise Shut(" ".join(found.why), hint="Its readiness review says what is left to do.")
    return answers.told(found)


def _gate(request: HttpRequest, asked: GateAsked) -> GateShown:
    ref, seen = Ref.parse(asked.entity), sight(request)
    if not rights.over(rights.actor(request.user), Permission.READ, [ref]):
        raise Absent(f"no entity {ref}")
    found = gates.gate(ref, clock.now(), template=asked.template or "", stage=asked.stage or "", sight=seen)
    decision = Decision(found.review.decision) if found.review and found.review.decision else None
    number = found.review.pk if found.review else None
    return GateShown(open=found.open, review=number, decision=decision, why=list(found.why))


@router.get(_ONE, auth=READ, response=ReviewWhole)
def review(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """One review with all that people said in it."""
    return answers.kept(request, whole(store.find(number, sight(request))))


@router.get(f"{_ONE}/signatures/{{int:signature}}/evidence", auth=READ, response=dict)
def review_evidence(request: HttpRequest, number: Path[Number], signature: Path[Number]) -> HttpResponse:
    """What was signed, byte for byte: its SHA-256 is the digest of the signature."""
    found = _signature(request, number, signature)
    json.loads(found.text)
    return answers.kept(request, found.text)


@router.get(f"{_ONE}/signatures/{{int:signature}}/verification", auth=READ, response=dict)
def verify_review(request: HttpRequest, number: Path[Number], signature: Path[Number]) -> HttpResponse:
    """Whether the evidence is what was signed: its digest is counted anew."""
    found = _signature(request, number, signature)
    wrong = freezing.wrong(found.text, found.digest)
    return answers.kept(request, {"valid": not wrong, "digest": found.digest, "wrong": wrong})


@router.post(f"{_ONE}/triage", auth=REVIEWS, response=ReviewWhole)
def triage_review(request: HttpRequest, number: Path[Number], given: TriageGiven) -> HttpResponse:
    """Say until when, and who looks at what; the review is open then."""
    said = Triage(given.due, given.teams, given.reviewers)
    return _act(request, number, lambda who, now: asking.triage(number, given.version, said, who=who, now=now))


@router.put(_QUESTION, auth=REVIEW, response=ReviewWhole)
def answer_question(request: HttpRequest, number: Path[Number], name: Path[Word], given: AnswerGiven) -> HttpResponse:
    """Answer a question, or say why it does not apply."""
    reply = Reply(name, given.value, given.applies, given.reason, given.before)
    return _act(request, number, lambda who, now: answering.answer(number, reply, who=who, now=now))


@router.delete(_QUESTION, auth=REVIEW, response=ReviewWhole)
def take_answer_back(request: HttpRequest, number: Path[Number], name: Path[Word]) -> HttpResponse:
    """Take an answer back."""
    return _act(request, number, lambda who, now: answering.clear(number, name, who=who, now=now))


@router.post(_SECTION, auth=REVIEW, response=ReviewWhole)
def settle_section(request: HttpRequest, number: Path[Number], name: Path[Word], given: SectionGiven) -> HttpResponse:
    """Accept a section, or return it."""
    state = SectionState(given.state)
    return _act(
        request,
        number,
        lambda who, now: answering.settle(number, name, given.version, state, given.said, who=who, now=now),
    )


@router.post(f"{_ONE}/comments", auth=REVIEW, response=ReviewWhole)
def comment_on_review(request: HttpRequest, number: Path[Number], given: CommentGiven) -> HttpResponse:
    """Say something to a section or a question."""
    return _act(
        request,
        number,
        lambda who, now: answering.comment(number, given.section, given.question, given.text, who=who, now=now),
    )


@router.post(f"{_ONE}/findings", auth=REVIEW, response=ReviewWhole)
def state_finding(request: HttpRequest, number: Path[Number], given: FindingGiven) -> HttpResponse:
    """State a finding; for who looks at the section."""
    found = Found(**given.model_dump(mode="json"))
    return _act(request, number, lambda who, now: answering.find(number, found, who=who, now=now))


@router.post(f"{_ONE}/findings/{{int:finding}}", auth=REVIEW, response=ReviewWhole)
def settle_finding(
    request: HttpRequest, number: Path[Number], finding: Path[Number], given: FindingSettled
) -> HttpResponse:
    """Say what became of a finding."""
    return _act(
        request,
        number,
        lambda who, now: answering.settle_finding(number, finding, given.state, given.said, who=who, now=now),
    )


@router.post(f"{_ONE}/decision", auth=SIGN, response=ReviewWhole)
def decide_review(request: HttpRequest, number: Path[Number], given: DecisionGiven) -> HttpResponse:
    """Take a decision; it holds with the signature."""
    promises = [Promise(one.text, one.owner, one.due) for one in given.conditions]
    said = Verdict(given.decision, given.rationale, promises)
    return _act(request, number, lambda who, now: deciding.decide(number, given.version, said, who=who, now=now))


@router.delete(f"{_ONE}/decision", auth=SIGN, response=ReviewWhole)
def resume_review(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """Take a decision back that is not signed."""
    return _act(request, number, lambda who, now: deciding.resume(number, None, who=who, now=now))


@router.post(f"{_ONE}/signatures", auth=SIGN, response={201: ReviewWhole})
def sign_review(request: HttpRequest, number: Path[Number], given: Seen) -> HttpResponse:
    """Sign what was decided: its evidence is frozen and digested."""
    return _act(request, number, lambda who, now: deciding.sign(number, given.version, who=who, now=now), 201)


@router.post(f"{_ONE}/conditions/{{int:condition}}", auth=REVIEW, response=ReviewWhole)
def meet_condition(
    request: HttpRequest, number: Path[Number], condition: Path[Number], given: ConditionMet
) -> HttpResponse:
    """Say that a condition is met, and what shows it."""
    return _act(request, number, lambda who, now: deciding.fulfil(number, condition, given.said, who=who, now=now))


@router.post(f"{_ONE}/next-stage", auth=REVIEW, response={201: ReviewWhole})
def follow_review(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """Ask for the next stage of a signed review; its answers begin with those of this one."""
    store.find(number, sight(request))
    return _did(request, lambda who, now: asking.follow(number, who=who, now=now).pk, 201)


@router.post(f"{_ONE}/withdrawal", auth=REVIEW, response=ReviewWhole)
def withdraw_review(request: HttpRequest, number: Path[Number], given: Withdrawn) -> HttpResponse:
    """Take a review back."""
    return _act(
        request, number, lambda who, now: asking.withdraw(number, given.version, given.reason, who=who, now=now)
    )


def _act(
    request: HttpRequest, number: int, work: Callable[[Actor, datetime], object], status: int = 200
) -> HttpResponse:
    """Do something in a review that may be seen; the review as it is afterwards."""
    store.find(number, sight(request))
    work(rights.actor(request.user), clock.now())
    return answers.told(whole(store.find(number)), status)


def _did(request: HttpRequest, work: Callable[[Actor, datetime], int], status: int) -> HttpResponse:
    """As `_act`, for what makes a review."""
    with transaction.atomic():
        made = work(rights.actor(request.user), clock.now())
        return answers.told(whole(store.find(made)), status)


def _signature(request: HttpRequest, number: int, signature: int) -> Signature:
    found = store.signature(store.find(number, sight(request)), signature)
    if found is None:
        raise Absent(f"no signature {signature} of review {number}")
    return found
