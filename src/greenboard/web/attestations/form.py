"""The form that gives an attestation: made of the policy of its item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from greenboard.access.decide import Permission, require, sight
from greenboard.access.errors import Absent
from greenboard.attestations import files, permitting, policies, questions, service, store
from greenboard.attestations.models import Attestation, Upload
from greenboard.attestations.permitting import Acting
from greenboard.attestations.service import Said
from greenboard.attestations.types import Given, Policy, Proof, Question, Wish
from greenboard.catalog.store import Stored
from greenboard.core import clock
from greenboard.core.errors import UserError, UserErrors
from greenboard.core.refs import Ref
from greenboard.web.acting import text
from greenboard.web.attestations import model

LINKS = 3
"""Fields for addresses; more evidence can be told by API."""


@dataclass(frozen=True)
class Field:
    """One question of the form, with what the browser checks."""

    question: Question
    name: str
    value: str
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class Kept:
    """A file that was handed in already, by a form that was refused."""

    number: int
    name: str
    size: str


@require(Permission.ATTEST)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Attest an item of an entity; first which, then the questions of that item."""
    asked = request.POST if request.method == "POST" else request.GET
    by = Acting.by(request.user)
    renewed = _renewed(request, asked.get("renews", ""))
    if renewed is None and not (asked.get("entity") and asked.get("item")):
        return _choose(request, asked)
    try:
        ref = model.ref_of(renewed) if renewed else Ref.parse(asked["entity"])
        policy = policies.of(renewed.item if renewed else asked["item"])
        stored = permitting.entity(ref, by)
    except Absent as error:
        raise Http404(str(error)) from None
    except UserError as error:
        return _choose(request, asked, error)
    rim = _Form(request, by, stored, policy, renewed)
    return rim.send() if request.method == "POST" else rim.draw(rim.given())


def _renewed(request: HttpRequest, told: str) -> Attestation | None:
    """The attestation that is renewed."""
    if not told:
        return None
    number = int(told) if told.isascii() and told.isdecimal() and len(told) < 16 else 0
    try:
        return store.find(number, sight(request.user))
    except Absent:
        raise Http404("no such attestation") from None


def _choose(request: HttpRequest, asked: Mapping[str, Any], error: UserError | None = None) -> HttpResponse:
    """Which item of which entity."""
    told = str(asked.get("entity", ""))
    kind = told.partition(":")[0]
    known = [one for one in policies.shipped().values() if not told or ":" not in told or kind in one.kinds]
    context = {
        "error": _sentence(error),
        "entity": told,
        "item": asked.get("item", ""),
        "policies": known or list(policies.shipped().values()),
    }
    return render(request, "attestation_choose.html", context, status=error.status if error else 200)


def _sentence(error: UserError | None) -> str:
    said = str(error) if error else ""
    return said[:1].upper() + said[1:]


@dataclass(frozen=True)
class _Form:
    """The form of one item of one entity."""

    request: HttpRequest
    by: Acting
    stored: Stored
    policy: Policy
    renewed: Attestation | None

    def given(self) -> dict[str, Any]:
        """What the fields begin with: of the attestation that is renewed what stays true, and nothing dated."""
        if self.renewed is None:
            return {"statement": self.policy.statement, "environment": self.request.GET.get("environment", "")}
        row = self.renewed
        told = {"statement": row.statement, "environment": row.environment, "role": row.role}
        undated = {question.id for question in self.policy.questions if question.kind != "date"}
        return {**told, **{f"answer.{name}": model.answer(row.answers[name]) for name in undated & set(row.answers)}}

    def draw(
        self, given: Mapping[str, Any], errors: Sequence[UserError] = (), uploads: Sequence[Upload] = ()
    ) -> HttpResponse:
        now = clock.now()
        latest = (now + self.policy.valid_for).date()
        links = given.getlist("link") if hasattr(given, "getlist") else []
        context = {
            "errors": [_sentence(error) for error in errors],
            "stored": self.stored,
            "policy": self.policy,
            "renewed": self.renewed,
            "yours": permitting.may_attest(self.policy, self.stored, self.by),
            "who": permitting.told(self.policy.who),
            "confirm": permitting.told(self.policy.confirm) if self.policy.confirm else "",
            "fields": [_field(question, given, now.date()) for question in self.policy.questions],
            "given": given,
            "links": [*links, *[""] * LINKS][:LINKS],
            "uploads": [Kept(one.pk, one.name, model.size(one.file.size)) for one in uploads],
            "today": str(now.date()),
            "latest": str(latest),
            "until": given.get("until") or str(latest),
            "ends": model.ends(self.policy),
            "most": model.size(settings.EVIDENCE_BYTES),
            "needs": ", ".join(_NEEDS[kind] for kind in self.policy.need),
        }
        return render(self.request, "attestation_new.html", context, status=errors[0].status if errors else 200)

    def send(self) -> HttpResponse:
        """Give it, or draw the form again with all that was wrong; files that were handed in stay."""
        now = clock.now()
        uploads, errors = self._uploads(now)
        if not errors:
            try:
                said = Said(renews=self.renewed.pk if self.renewed else None)
                row = service.give(self._wish(uploads), self.by, now, said)
            except UserError as error:
                errors = list(error.errors) if isinstance(error, UserErrors) else [error]
            else:
                return HttpResponseRedirect(reverse("attestation", args=[row.pk]))
        return self.draw(self.request.POST, errors, uploads)

    def _uploads(self, now: datetime) -> tuple[list[Upload], list[UserError]]:
        """The files that are handed in, and those that a refused form kept."""
        found: list[Upload] = []
        errors: list[UserError] = []
        for told in self.request.POST.getlist("upload")[:20]:
            try:
                found.append(files.claim(int(told) if told.isascii() and told.isdecimal() else 0, self.by.name))
            except UserError as error:
                errors.append(error)
        for one in self.request.FILES.getlist("file")[:20]:
            try:
                with transaction.atomic():
                    found.append(files.keep(one, str(one.name), self.by.name, now))
            except UserError as error:
                errors.append(error)
        return found, errors

    def _wish(self, uploads: Sequence[Upload]) -> Wish:
        request = self.request
        answers = {question.id: text(request, f"answer.{question.id}") for question in self.policy.questions}
        pieces = [Given(Proof.LINK, link.strip()) for link in request.POST.getlist("link")[:LINKS] if link.strip()]
        pieces += [Given(Proof.FILE, one.name, one.pk) for one in uploads]
        pieces += [Given(kind, told) for kind, told in _words(request) if told]
        return Wish(
            entity=self.stored.ref,
            item=self.policy.item,
            statement=text(request, "statement"),
            answers=answers,
            evidence=tuple(pieces),
            until=_day(text(request, "until")),
            environment=text(request, "environment"),
            release=text(request, "release"),
            role=text(request, "role"),
        )


def _words(request: HttpRequest) -> list[tuple[Proof, str]]:
    return [(Proof.TEXT, text(request, "words")), (Proof.PATH, text(request, "path"))]


_NEEDS = {
    Proof.LINK: "a link",
    Proof.FILE: "a file",
    Proof.TEXT: "words",
    Proof.PATH: "a path in the repository",
}


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told) if told else None
    except ValueError:
        raise UserError("until: not a day", expected="a day such as 2026-11-23", got=repr(told[:40])) from None


def _field(question: Question, given: Mapping[str, Any], today: date) -> Field:
    name = f"answer.{question.id}"
    return Field(question, name, str(given.get(name, "")), questions.attributes(question, today))
