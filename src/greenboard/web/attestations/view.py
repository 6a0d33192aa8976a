"""All attestations, one of them, and what is decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Permission, may, require, sight
from greenboard.access.errors import Absent
from greenboard.attestations import files, permitting, policies, register, service, store
from greenboard.attestations.models import Attestation
from greenboard.attestations.permitting import Acting
from greenboard.attestations.service import Change
from greenboard.attestations.store import Wanted
from greenboard.attestations.types import State
from greenboard.catalog import whole as catalog
from greenboard.catalog.columns import index
from greenboard.catalog.listing import ALL, Chosen
from greenboard.core import clock
from greenboard.core.errors import UserError, suggest
from greenboard.core.refs import Ref
from greenboard.web import asked as address
from greenboard.web.acting import act, text
from greenboard.web.asked import Asked
from greenboard.web.attestations import model
from greenboard.web.faults import explained
from greenboard.web.paging import page as page_of
from greenboard.web.selection import Menu, Option

PAGE = 50
ALL_ITEMS = "all"


@require(Permission.READ)
@require_safe
@explained
def listing(request: HttpRequest) -> HttpResponse:
    """What is attested, by whom, and until when."""
    return _listing(request)


def _listing(request: HttpRequest, *, error: str = "") -> HttpResponse:
    asked = address.read(request)
    found = store.search(_wanted(request, asked))
    part = page_of(found.count(), PAGE, asked)
    context = {
        "error": error,
        "asked": asked,
        "lines": [model.line(row, asked.now, asked.as_of) for row in found[part.part]],
        "page": part,
        "menus": _menus(request, asked),
        "entity": asked.get("entity"),
        "without_entity": asked.here(entity=None),
        "filtered": any(asked.get(name) for name in ("item", "state", "ending", "team", "entity")),
        "may_attest": may(request.user, Permission.ATTEST) and asked.as_of is None,
        "openings": register.openings(),
        "may_open": may(request.user, Permission.OPERATE) and asked.as_of is None,
        "policies": list(policies.shipped().values()),
    }
    return render(request, "attestations.html", context)


def _wanted(request: HttpRequest, asked: Asked) -> Wanted:
    item, state = asked.get("item"), asked.get("state")
    if item and item not in policies.shipped():
        raise UserError(f"the address asks for item={item!r}", hint=suggest(item, policies.shipped()))
    if state:
        asked.choice("state", tuple(one.value for one in State))
    ending = asked.choice("ending", ("", "7d", "30d", "90d"))
    return Wanted(
        items=[item] if item else [],
        states=[State(state)] if state else [],
        ending=asked.now + clock.parse_span(ending) if ending else None,
        chosen=_chosen(request, asked),
        as_of=asked.as_of,
    )


def _chosen(request: HttpRequest, asked: Asked) -> Chosen:
    """The entities that are meant, of those that may be seen."""
    sees = sight(request.user)
    if not asked.get("team") and not asked.get("entity"):
        return Chosen(sight=sees) if not sees.everything else ALL
    known = catalog.whole(asked.as_of)
    mask = index(known).matching(known.seen(sees), {"team": asked.get("team")} if asked.get("team") else {})
    ids = {int(number) for number in known.ids[mask]}
    if asked.get("entity"):
        wanted = known.number.get(Ref.parse(asked.get("entity")))
        ids &= {known.entities[wanted].id} if wanted is not None else set()
    return Chosen(among=frozenset(ids), sight=sees)


def _menus(request: HttpRequest, asked: Asked) -> list[Menu]:
    known = catalog.whole(asked.as_of)
    teams = sorted(index(known).values(known.seen(sight(request.user)), "team"))
    return [
        _menu(asked, "item", "Item", "Any item", [(item, item) for item in policies.shipped()]),
        _menu(asked, "team", "Team", "Any team", [(team, "No owner" if team == "none" else team) for team in teams]),
        _menu(asked, "state", "State", "Any state", [(state.value, said.word) for state, said in model.STATES.items()]),
        _menu(asked, "ending", "Ends", "Whenever it ends", [(f"{n}d", f"Ends in {n} days") for n in (7, 30, 90)]),
    ]


def _menu(asked: Asked, name: str, label: str, anything: str, options: list[tuple[str, str]]) -> Menu:
    chosen = asked.get(name)
    built = tuple(Option(value, said, value == chosen) for value, said in options)
    return Menu(name, label, anything, built, bool(chosen))


@require(Permission.READ)
@require_safe
@explained
def page(request: HttpRequest, number: int) -> HttpResponse:
    """One attestation with its evidence and its history."""
    return _Page(number)(request)


@dataclass(frozen=True)
class _Page:
    """Draws the page of one attestation."""

    number: int

    def __call__(self, request: HttpRequest, *, error: str = "") -> HttpResponse:
        row, now = _found(request, self.number), clock.now()
        policy = policies.shipped().get(row.item)
        context = {
            "error": error,
            "row": row,
            "line": model.line(row, now),
            "policy": policy,
            "answers": model.answered(policy, row),
            "evidence": model.proven(row, store.evidence(row)),
            "turns": model.turns(store.history(row), now),
            "ends": model.ends(policy),
            "live": row.ended_at is None,
            "renewals": [one.pk for one in row.renewals.order_by("id")],
            **_may(request, row, now),
        }
        return render(request, "attestation.html", context)


def _may(request: HttpRequest, row: Attestation, now: datetime) -> dict[str, Any]:
    """What whoever looks may do about it."""
    nothing = {"may_decide": False, "may_revoke": False, "may_renew": False, "waits_for": ""}
    policy = policies.shipped().get(row.item)
    try:
        by = Acting.by(request.user)
        stored = permitting.entity(model.ref_of(row), by)
    except UserError:
        return nothing
    confirm = policy.confirm if policy is not None and row.state == State.WAITING else None
    second = confirm is not None and by.name != row.given_by and permitting.fits(confirm, stored, by)
    gives = policy is not None and permitting.fits(policy.who, stored, by)
    live = row.ended_at is None
    return {
        "may_decide": second,
        "may_revoke": live and (by.name == row.given_by or service.may_revoke(row, stored, by)),
        "may_renew": gives and (row.state != State.WAITING) and (not live or row.expires_at - now <= 3 * model.SOON),
        "waits_for": permitting.told(confirm) if confirm is not None and not second else "",
    }


def _found(request: HttpRequest, number: int) -> Attestation:
    try:
        return store.find(number, sight(request.user))
    except Absent:
        raise Http404("no such attestation") from None


@require(Permission.READ)
@require_safe
def document(request: HttpRequest, number: int, piece: int) -> HttpResponseBase:
    """A file of evidence, to be kept by whoever asks."""
    row = _found(request, number)
    try:
        found = store.document(row, piece)
    except Absent:
        raise Http404("no such file") from None
    assert found.file is not None, "it is one with a file"
    return files.served(found.file, found.text)


@require(Permission.ATTEST)
@require_POST
@explained
def decide(request: HttpRequest, number: int, *, what: str) -> HttpResponse:
    """Confirm, refuse or revoke an attestation as it was seen."""
    _found(request, number)
    do = {"confirm": service.confirm, "refuse": service.refuse, "revoke": service.revoke}[what]
    change = Change(number, _version(request), text(request, "reason"))
    by = Acting.by(request.user)
    return act(request, lambda: do(change, by, clock.now()), _Page(number), "attestation", str(number))


def _version(request: HttpRequest) -> int:
    told = text(request, "version")
    if not (told.isascii() and told.isdecimal() and len(told) < 10):
        raise UserError("the form does not say which version was seen", hint="Reload the page and send it again.")
    return int(told)


@require(Permission.OPERATE)
@require_POST
@explained
def switch(request: HttpRequest, *, opens: bool) -> HttpResponse:
    """Open the register for an item or for all, or close it."""
    do, by = register.open_for if opens else register.close_for, request.user.get_username()
    item = text(request, "item")
    if not item:
        raise UserError("the form does not say for which item", expected=f"an item, or {ALL_ITEMS}")
    told = "" if item == ALL_ITEMS else item
    return act(request, lambda: do(told, by, clock.now()), _listing, "attestations")
