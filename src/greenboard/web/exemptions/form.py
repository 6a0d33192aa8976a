"""The form that asks for exemptions: of one entity, of all that fit a filter, or for one that follows another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from greenboard.access.decide import Permission, may, require, sight
from greenboard.access.errors import Absent
from greenboard.catalog import whole as catalog
from greenboard.catalog.columns import index
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.exemptions import asking, finding, wishes
from greenboard.exemptions.models import Exemption
from greenboard.exemptions.types import Category, Pair, Terms
from greenboard.results.failing import failing
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Scorecard
from greenboard.web import asked as address
from greenboard.web import content, selection, words
from greenboard.web.acting import refused, text
from greenboard.web.asked import Asked
from greenboard.web.faults import explained

_USUAL = timedelta(days=90)
_BOTH = ("GET", "HEAD", "POST")
_WAYS: Mapping[str, tuple[Outcome, ...]] = {
    "fail": (Outcome.FAIL,),
    "undecided": (Outcome.NO_DATA, Outcome.ERROR),
    "unmet": (Outcome.FAIL, Outcome.NO_DATA, Outcome.ERROR),
}


@require(Permission.EXEMPTIONS_REQUEST)
@require_http_methods(_BOTH)
@explained
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for an exemption of an entity, or of all that fit."""
    form = _Form(request)
    if request.method != "POST":
        return form.draw(request)
    try:
        made = asking.ask(form.pairs(), _terms(request), request.user, clock.now()).made
    except UserError as error:
        return refused(request, error, form.draw)
    if len(made) == 1:
        return HttpResponseRedirect(reverse("exemption", args=[made[0]]))
    return HttpResponseRedirect(f"{reverse('exemptions')}?state=requested")


@require(Permission.EXEMPTIONS_REQUEST)
@require_http_methods(_BOTH)
@explained
def renew(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for one that follows another."""
    try:
        before = finding.row(number, request.user)
    except Absent:
        raise Http404("no such exemption") from None
    form = _Form(request, before)
    if request.method != "POST":
        return form.draw(request)
    try:
        made = asking.renew(number, _terms(request), request.user, clock.now())
    except UserError as error:
        return refused(request, error, form.draw)
    return HttpResponseRedirect(reverse("exemption", args=[made]))


def _terms(request: HttpRequest) -> Terms:
    names = ("category", "reason", "control", "ends", "starts", "environment", "path")
    return wishes.terms(**{name: text(request, name) for name in names})


@dataclass(frozen=True)
class _Form:
    """What is asked about, as the address says; `before` is what is to be followed."""

    request: HttpRequest
    before: Exemption | None = None

    def draw(self, request: HttpRequest, *, error: str = "") -> HttpResponse:
        """The form, filled with what was sent where that was refused."""
        asked, card = self.asked, self.card
        given = request.POST if error else self._usual()
        entity = self.entity
        pairs = [] if entity or self.before else self.pairs()
        rule = card.rule(self.rule) if self.rule else None
        context = {
            "asked": asked,
            "error": error,
            "given": given,
            "scorecard": card,
            "before": self.before,
            "entity": entity,
            "rule": rule,
            "rules": [] if entity and rule else card.rules,
            "count": len(pairs),
            "entities": len({pair.entity for pair in pairs}),
            "menus": () if entity or self.before else self._menus(asked),
            "outcome": asked.get("outcome", "fail"),
            "categories": [(one.value, words.sentence(one.value)) for one in Category],
            "may_endless": may(request.user, Permission.EXEMPTIONS_ENDLESS),
            "here": asked.here(),
        }
        return render(request, "exemption_form.html", context)

    def pairs(self) -> Sequence[Pair]:
        """What is asked for."""
        entity, card, rule = self.entity, self.card, self.rule
        if entity is not None:
            return [Pair(entity, card.name, rule)]
        if not rule:
            return []
        whole = catalog.whole(None)
        own = whole.seen(sight(self.request.user, Permission.EXEMPTIONS_REQUEST))
        ids = whole.ids[index(whole).matching(own, self.asked.filters)].tolist()
        refs = dict(zip(whole.ids.tolist(), (one.ref for one in whole.entities), strict=True))
        found = failing(card.name, [rule], ids, _WAYS[self.asked.choice("outcome", tuple(_WAYS))])
        return [Pair(refs[number], card.name, name) for number, name in found]

    @property
    def asked(self) -> Asked:
        """The address."""
        return address.read(self.request)

    @property
    def card(self) -> Scorecard:
        """The scorecard that is meant."""
        return content.scorecard(self.before.scorecard if self.before else self.asked.get("scorecard"))

    @property
    def rule(self) -> str:
        """The id of the rule that is meant, or nothing."""
        name = self.before.rule if self.before else self.asked.get("rule")
        if name and not self.before and self.card.rule(name) is None:
            raise Http404(f"no rule {name!r}")
        return name

    @property
    def entity(self) -> Ref | None:
        """The entity that is meant; None where a filter says which."""
        if self.before is not None:
            return finding.ref(self.before)
        told = self.request.GET.get("entity", "")
        return Ref.parse(told) if told else None

    def _menus(self, asked: Asked) -> tuple[selection.Menu, ...]:
        whole = catalog.whole(None)
        own = whole.seen(sight(self.request.user, Permission.EXEMPTIONS_REQUEST))
        return selection.menus(index(whole), own, asked, ("team", "kind", "tier", "tag", "system", "domain"))

    def _usual(self) -> Mapping[str, str]:
        """What stands in a new form: the terms of what is followed, or none and an end some months away."""
        ends = f"{clock.now() + _USUAL:%Y-%m-%d}"
        if self.before is None:
            return {"ends": ends, "category": Category.WAIVED.value}
        row = self.before
        later = max(row.ends or clock.now(), clock.now()) + _USUAL
        return {
            "ends": f"{later:%Y-%m-%d}",
            "category": row.category,
            "reason": row.reason,
            "control": row.control,
        }
