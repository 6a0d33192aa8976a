"""The page of one review, and its forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, may, require, sight
from greenboard.access.errors import Absent
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.reviews import answering, asking, course, deciding, events, figures, rights, store
from greenboard.reviews.answering import Found, Reply
from greenboard.reviews.asking import Triage
from greenboard.reviews.deciding import Promise, Verdict
from greenboard.reviews.live import look
from greenboard.reviews.models import Review
from greenboard.reviews.reviewers import accounts, reviewers
from greenboard.reviews.rights import Actor
from greenboard.reviews.store import Asking
from greenboard.reviews.types import Act, Decision, FindingState, SectionState, State
from greenboard.web.acting import act, refused, text
from greenboard.web.faults import explained
from greenboard.web.reviews import model

_EVENTS = 50
_CONDITIONS = 3
"""Empty lines for conditions in the form of the decision."""


@require(Permission.READ)
@require_safe
@explained
def page(request: HttpRequest, number: int) -> HttpResponse:
    """May it go? Sections with live evidence, findings, conditions, and the decision."""
    return _Page(number)(request)


@dataclass(frozen=True)
class _Page:
    """Draws the page of one review."""

    number: int

    def __call__(self, request: HttpRequest, *, error: str = "") -> HttpResponse:
        review, now, who = _found(request, self.number), clock.now(), rights.actor(request.user)
        about = Asking.of(review)
        refs = events.subjects(review)
        live = look(about.template, about.sections, refs, now, brief=len(refs) > _BRIEF)
        moves = course.MOVES[State(review.state)]
        manage = may(request.user, Permission.REVIEWS_MANAGE)
        decides = rights.over(who, Permission.REVIEWS_SIGN, refs) and _another(who, review, about)
        tally = store.tally(about, live)
        next_stage = about.template.next_stage(review.stage)
        parts = model.parts(about, live, who, now)
        signatures = list(review.signatures.order_by("-number"))
        context = {
            "error": error,
            "review": review,
            "template": about.template,
            "stage": about.template.stage(review.stage),
            "stages": about.template.stages,
            "row": model.rows([review], now)[0],
            "subjects": model.subjects(review),
            "parts": parts,
            "unanswered": model.unanswered(parts, request.POST if error else {}),
            "findings": model.findings(review, now),
            "conditions": model.conditions(review, now),
            "against": [(said.word, course.against(one, tally)) for one, said in model.DECISIONS.items()],
            "reopenings": signatures[0].reopenings.order_by("id") if signatures else (),
            "signatures": signatures,
            "events": review.events.order_by("-id")[:_EVENTS],
            "severities": model.SEVERITIES,
            "choices": model.CHOICES,
            "empty": range(_CONDITIONS),
            "takes": {one.value: one in moves for one in Act},
            "may_answer": rights.over(who, Permission.REVIEWS_ANSWER, refs) and Act.ANSWER in moves,
            "may_comment": rights.over(who, Permission.REVIEWS_ANSWER, refs),
            "may_manage": manage,
            "reviewers": _reviewers() if manage and Act.TRIAGE in moves else (),
            "may_decide": decides,
            "may_sign": decides and rights.signs(who, review, about.template),
            "signed_by": rights.signed_by(about.template),
            "may_withdraw": (manage or who.name == review.requested_by) and Act.WITHDRAW in moves,
            "another": _another(who, review, about),
            "next": next_stage if review.state == State.SIGNED else None,
            "now": now,
        }
        return render(request, "review.html", context)


def _reviewers() -> list[tuple[str, int]]:
    """Accounts that can review, each with the sections that wait for them: those with least first."""
    waits = {one.name: one.sections for one in figures.load()}
    return sorted(((name, waits.get(name, 0)) for name in accounts(reviewers())), key=lambda one: (one[1], one[0]))


_BRIEF = 12
"""From so many entities on the page shows outcomes without the values that they rest on; the signature holds all."""


def _another(who: Actor, review: Review, about: Asking) -> bool:
    return about.template.alone or who.name != review.requested_by


def _found(request: HttpRequest, number: int) -> Review:
    try:
        return store.find(number, sight(request.user))
    except Absent:
        raise Http404("no such review") from None


def _seen(request: HttpRequest) -> int:
    given = text(request, "version")
    if not given.isdecimal() or len(given) > 9:
        raise UserError("the form does not say which version it saw", hint="Reload the page.")
    return int(given)


Do = Callable[[HttpRequest, int, Actor], object]


def _form(permission: Permission) -> Callable[[Do], Callable[..., HttpResponse]]:
    """A form of the page: done and back to it, or the page with what was wrong."""

    def wrapped(do: Do) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, number: int) -> HttpResponse:
            _found(request, number)
            who = rights.actor(request.user)
            return act(request, lambda: do(request, number, who), _Page(number), "review", str(number))

        view.__doc__ = do.__doc__
        return require(permission)(require_POST(view))  # type: ignore[return-value]  # what the guards give is a view

    return wrapped


@_form(Permission.REVIEWS_MANAGE)
def triage(request: HttpRequest, number: int, who: Actor) -> object:
    """Say until when, and who looks at what."""
    names = [one.name for one in Asking.of(store.find(number)).sections]
    teams = {name: text(request, f"team-{name}") for name in names if f"team-{name}" in request.POST}
    people = {name: text(request, f"reviewer-{name}") for name in names if f"reviewer-{name}" in request.POST}
    said = Triage(text(request, "due"), teams, people)
    return asking.triage(number, _seen(request), said, who=who, now=clock.now())


@_form(Permission.REVIEWS_ANSWER)
def assign(request: HttpRequest, number: int, who: Actor) -> object:
    """Take a section, or give it to somebody."""
    name, reviewer = text(request, "section"), text(request, "reviewer")
    return asking.assign(number, name, _seen(request), reviewer, who=who, now=clock.now())


@_form(Permission.REVIEWS_ANSWER)
def answer(request: HttpRequest, number: int, who: Actor) -> object:
    """Answer a question, say why it does not apply, or take that back."""
    question, what, now = text(request, "question"), text(request, "what"), clock.now()
    if what == "clear":
        answering.clear(number, question, who=who, now=now)
        return None
    before = text(request, "before")
    reply = Reply(
        question,
        text(request, "value"),
        what != "not_applicable",
        text(request, "reason"),
        int(before) if before.isdecimal() and len(before) < 19 else 0,
    )
    return answering.answer(number, reply, who=who, now=now)


@_form(Permission.REVIEWS_ANSWER)
def answers(request: HttpRequest, number: int, who: Actor) -> object:
    """Answer all questions that are filled in; what was answered meanwhile is told, and nothing is written then."""
    asked = Asking.of(store.find(number)).questions
    replies = [
        Reply(name, said, before=0)
        for name, (_, question) in asked.items()
        if not question.bound and (said := text(request, f"answer-{name}"))
    ]
    return answering.answer_all(number, replies, who=who, now=clock.now())


@_form(Permission.REVIEWS_ANSWER)
def comment(request: HttpRequest, number: int, who: Actor) -> object:
    """Say something to a section or a question."""
    section, question = text(request, "section"), text(request, "question")
    return answering.comment(number, section, question, text(request, "text"), who=who, now=clock.now())


@_form(Permission.REVIEWS_ANSWER)
def finding(request: HttpRequest, number: int, who: Actor) -> object:
    """State a finding, or say what became of one."""
    now = clock.now()
    if "finding" in request.POST:
        which, state = _number(request, "finding"), text(request, "state")
        if state not in set(FindingState):
            raise UserError("no such state of a finding", expected=", ".join(FindingState))
        return answering.settle_finding(number, which, FindingState(state), text(request, "said"), who=who, now=now)
    names = ("section", "title", "severity", "owner", "text", "due", "ticket")
    return answering.find(number, Found(**{name: text(request, name) for name in names}), who=who, now=now)


def _number(request: HttpRequest, name: str) -> int:
    given = text(request, name)
    return int(given) if given.isdecimal() and len(given) < 19 else 0


@_form(Permission.REVIEWS_ANSWER)
def settle(request: HttpRequest, number: int, who: Actor) -> object:
    """Accept a section, or return it."""
    state = SectionState.ACCEPTED if text(request, "what") == "accept" else SectionState.RETURNED
    name, said = text(request, "section"), text(request, "said")
    return answering.settle(number, name, _seen(request), state, said, who=who, now=clock.now())


@_form(Permission.REVIEWS_SIGN)
def decide(request: HttpRequest, number: int, who: Actor) -> object:
    """Take a decision."""
    decision = text(request, "decision")
    if decision not in set(Decision):
        raise UserError("no such decision", expected=", ".join(Decision))
    lines = zip(*(request.POST.getlist(name) for name in ("condition", "owner", "until")), strict=False)
    promises = [Promise(*line) for line in lines if line[0].strip()]
    said = Verdict(Decision(decision), text(request, "rationale"), promises)
    return deciding.decide(number, _seen(request), said, who=who, now=clock.now())


@require(Permission.REVIEWS_SIGN)
@require_POST
def sign(request: HttpRequest, number: int) -> HttpResponse:
    """Sign what was decided, and go to what was signed."""
    _found(request, number)
    try:
        made = deciding.sign(number, _seen(request), who=rights.actor(request.user), now=clock.now())
    except UserError as error:
        return refused(request, error, _Page(number))
    return HttpResponseRedirect(reverse("review-signed", args=[number, made.number]))


@_form(Permission.REVIEWS_SIGN)
def resume(request: HttpRequest, number: int, who: Actor) -> object:
    """Take a decision back that is not signed."""
    return deciding.resume(number, _seen(request), who=who, now=clock.now())


@_form(Permission.REVIEWS_ANSWER)
def fulfil(request: HttpRequest, number: int, who: Actor) -> object:
    """Say that a condition is met."""
    return deciding.fulfil(number, _number(request, "condition"), text(request, "said"), who=who, now=clock.now())


@_form(Permission.REVIEWS_ANSWER)
def withdraw(request: HttpRequest, number: int, who: Actor) -> object:
    """Take a review back."""
    return asking.withdraw(number, _seen(request), text(request, "reason"), who=who, now=clock.now())


@_form(Permission.REVIEWS_ANSWER)
def follow(request: HttpRequest, number: int, who: Actor) -> object:  # noqa: ARG001 - as the others
    """Ask for the next stage; its answers begin with these."""
    return asking.follow(number, who=who, now=clock.now())
