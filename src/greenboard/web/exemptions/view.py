"""The ledger of exemptions, the page of one, and the forms that decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from greenboard.access.decide import Asker, Permission, may, require, sight
from greenboard.access.errors import Absent
from greenboard.catalog import whole as catalog
from greenboard.catalog.columns import index
from greenboard.catalog.sight import covered
from greenboard.catalog.whole import Whole
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.exemptions import deciding, finding, ledger
from greenboard.exemptions.ledger import Wanted
from greenboard.exemptions.models import Exemption
from greenboard.exemptions.types import OPEN, Category, State
from greenboard.results import failing
from greenboard.rules.types import Outcome
from greenboard.web import asked as address
from greenboard.web import content, export, paging, selection, words
from greenboard.web.acting import act, refused, text
from greenboard.web.asked import Asked
from greenboard.web.exemptions import fitting
from greenboard.web.exemptions.model import (
    COLUMNS,
    SOON,
    STATES,
    Beside,
    Found,
    exported,
    line,
    lines,
    pictures,
)
from greenboard.web.faults import explained
from greenboard.web.selection import Menu, Option

PAGE = 50
_PART = 500


@require(Permission.READ)
@require_safe
@explained
def listing(request: HttpRequest, as_file: str = "") -> HttpResponseBase:
    """Who is exempt from what, who asks to be, and until when."""
    if as_file:
        return _file(request, as_file)
    return _listing(request)


def _listing(request: HttpRequest, *, error: str = "") -> HttpResponse:
    asked = _asked(request)
    whole = catalog.whole(None)
    wanted = _wanted(request, asked, whole)
    counts = ledger.counted(Wanted(**{**vars(wanted), "states": (), "ending": None}), asked.now)
    found = ledger.found(wanted, asked.now)
    page = paging.page(found.count(), PAGE, asked)
    rows = list(found[page.part])
    open_rows = list(ledger.found(Wanted(**{**vars(wanted), "states": OPEN, "ending": None}), asked.now))
    deciding_ = may(request.user, Permission.EXEMPTIONS_DECIDE)
    own = beside(request, whole, rows)
    context = {
        "asked": asked,
        "error": error,
        "given": request.POST if error else {},
        "lines": lines(rows, own, asked),
        "page": page,
        "found": words.count(page.found, "exemption"),
        "tabs": _tabs(asked, counts),
        "soon": _soon(asked, open_rows),
        "menus": (*_menus(asked, open_rows), *_teams(asked, whole, wanted)),
        "chips": _chips(asked),
        "pictures": pictures(open_rows, ledger.renewed(open_rows), own, asked),
        "may_decide": deciding_,
        "fitting": fitting.found(request, wanted, asked.now) if deciding_ and not page.alone else None,
        "decide": replace(asked, path=reverse("exemption-decide")).here(),
        "may_ask": may(request.user, Permission.EXEMPTIONS_REQUEST),
        "csv": Asked(reverse("exemptions-csv"), asked.given, asked.now, None, asked.since).here(),
        "json": Asked(reverse("exemptions-json"), asked.given, asked.now, None, asked.since).here(),
    }
    return render(request, "exemptions.html", context)


def _wanted(request: HttpRequest, asked: Asked, whole: Whole) -> Wanted:
    """What the address asks for; without a state whatever is open."""
    own = sight(request.user)
    state = asked.choice("state", ("open", "all", *State))
    entities = None
    if asked.filters:
        found = index(whole).matching(whole.seen(own), asked.filters)
        entities = whole.ids[found].tolist()
    return Wanted(
        states=OPEN if state == "open" else () if state == "all" else (State(state),),
        scorecard=asked.get("scorecard"),
        rule=asked.get("rule"),
        category=asked.get("category"),
        requested_by=asked.get("requested_by"),
        decided_by=asked.get("decided_by"),
        ending=SOON if asked.get("ending") else None,
        renewals=asked.get("show") == "renewals",
        entities=entities,
        sight=own,
    )


def beside(request: HttpRequest, whole: Whole, rows: Sequence[Exemption]) -> Beside:
    """What lines need beside their rows."""
    number = {entity: at for at, entity in enumerate(whole.ids.tolist())}

    def owner(entity: int) -> Ref | None:
        at = number.get(entity)
        return None if at is None else whole.entities[at].owner

    return Beside({card.name: card for card in content.scorecards()}, owner, beneath(rows), finding.name(request.user))


def beneath(rows: Sequence[Exemption]) -> Found:
    """What the rules of some exemptions come to now."""
    found: dict[tuple[str, int, str], tuple[Outcome, bool]] = {}
    for card in sorted({row.scorecard for row in rows}):
        pairs = {(row.entity_id, row.rule) for row in rows if row.scorecard == card}
        found |= {(card, *pair): told for pair, told in failing.outcomes(card, pairs).items()}
    return found


def _file(request: HttpRequest, as_file: str) -> HttpResponseBase:
    asked, whole = address.read(request), catalog.whole(None)
    found = ledger.found(_wanted(request, asked, whole), asked.now)

    def told() -> Iterator[dict[str, export.Field]]:
        part: list[Exemption] = []
        for row in found.iterator(chunk_size=_PART):
            part.append(row)
            if len(part) == _PART:
                yield from _told(request, whole, part)
                part = []
        yield from _told(request, whole, part)

    return export.table(as_file, "exemptions", COLUMNS, told())


def _told(request: HttpRequest, whole: Whole, rows: Sequence[Exemption]) -> list[dict[str, export.Field]]:
    own = beside(request, whole, rows)
    return [exported(row, own) for row in rows]


@dataclass(frozen=True)
class Tab:
    """A state with its number."""

    text: str
    count: int
    url: str
    chosen: bool


def _tabs(asked: Asked, counts: dict[State, int]) -> tuple[Tab, ...]:
    chosen = asked.get("state", "open")
    total = sum(counts.values())
    tabs = [Tab("Open", sum(counts.get(one, 0) for one in OPEN), asked.here(state=None), chosen == "open")]
    tabs += [
        Tab(STATES[one].word, counts[one], asked.here(state=one), chosen == one)
        for one in State
        if counts.get(one) or chosen == one
    ]
    return (*tabs, Tab("All", total, asked.here(state="all"), chosen == "all"))


def _soon(asked: Asked, rows: Sequence[Exemption]) -> Tab:
    soon = sum(row.state == State.APPROVED and _ends_soon(row.ends, asked.now) for row in rows)
    on = bool(asked.get("ending"))
    return Tab("Ending within 30 days", soon, asked.here(ending=None if on else "30"), on)


def _ends_soon(ends: datetime | None, now: datetime) -> bool:
    return ends is not None and (ends - now).days < SOON


def _menus(asked: Asked, rows: Sequence[Exemption]) -> tuple[Menu, ...]:
    """A menu for each part that has anything to choose between, or is on."""
    anything = {
        "rule": ("Rule", "Any rule"),
        "category": ("Category", "Waived or mitigated"),
        "requested_by": ("Asked by", "Asked by anybody"),
        "decided_by": ("Decided by", "Decided by anybody"),
    }
    built = []
    for name, (label, any_) in anything.items():
        chosen = asked.get(name)
        values = {str(getattr(row, name)) for row in rows} | ({chosen} if chosen else set())
        if name == "category":
            values = {one.value for one in Category}
        options = tuple(Option(value, value, value == chosen) for value in sorted(values - {""}))
        if len(options) > 1 or chosen:
            built.append(Menu(name, label, any_, options, bool(chosen)))
    return tuple(built)


def _teams(asked: Asked, whole: Whole, wanted: Wanted) -> tuple[Menu, ...]:
    return selection.menus(index(whole), whole.seen(wanted.sight), asked, ("team",))


def _chips(asked: Asked) -> tuple[selection.Chip, ...]:
    shown = [name for name in ("category", "requested_by", "decided_by", "show") if asked.get(name)]
    own = tuple(
        selection.Chip(f"{words.sentence(name)}: {asked.get(name)}", asked.here(**{name: None})) for name in shown
    )
    return (*selection.chips(asked), *own)


@require(Permission.READ)
@require_safe
@explained
def page(request: HttpRequest, number: int) -> HttpResponse:
    """One exemption: what is asked, by whom, what lies beneath, and what happened to it."""
    return Page(number)(request)


@dataclass(frozen=True)
class Page:
    """Draws the page of one exemption."""

    number: int

    def __call__(self, request: HttpRequest, *, error: str = "") -> HttpResponse:
        asked = address.read(request)
        try:
            row = finding.row(self.number, request.user)
        except Absent:
            raise Http404("no such exemption") from None
        found = line(row, beside(request, catalog.whole(None), [row]), asked)
        renewal = row.renewals.order_by("-pk").first()
        context = {
            "asked": asked,
            "error": error,
            "given": request.POST if error else {},
            "line": found,
            "row": row,
            "starts": words.day(row.starts) if row.starts else "",
            "from": words.exact(row.holds_from) if row.holds_from else "",
            "ref": finding.ref(row),
            "events": [(one, words.when(one.at, asked.now)) for one in ledger.history(row.pk)],
            "renewal": renewal,
            "may_decide": _may(request, row, Permission.EXEMPTIONS_DECIDE),
            "may_ask": _may(request, row, Permission.EXEMPTIONS_REQUEST),
            "may_renew": row.holds_from is not None and (renewal is None or renewal.state not in OPEN),
        }
        return render(request, "exemption.html", context)


def _may(request: HttpRequest, row: Exemption, permission: Permission) -> bool:
    """Whether whoever looks holds a permission for the entity of an exemption."""
    return bool(covered(sight(request.user, permission), [finding.ref(row)]))


_DECISIONS: Mapping[str, Callable[[deciding.Chosen, str, Asker, datetime], None]] = {
    "approve": deciding.approve,
    "deny": deciding.deny,
    "revoke": deciding.revoke,
}


@require(Permission.EXEMPTIONS_DECIDE)
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Approve, deny or revoke those that are ticked, or all that fit the address; all or none."""
    do, ticked = _DECISIONS.get(text(request, "decision")), _chosen(request)
    alone = next(iter(ticked)) if request.POST.get("page") == "one" and len(ticked) == 1 else None
    draw = _listing if alone is None else Page(alone)
    try:
        chosen = _all(request) if text(request, "all") else ticked
        if do is None or not chosen:
            return refused(request, UserError("nothing is ticked", hint="Tick exemptions and choose a button."), draw)
        do(chosen, text(request, "reason"), request.user, clock.now())
    except UserError as error:
        return refused(request, error, draw)
    return HttpResponseRedirect(_asked(request).here() if alone is None else reverse("exemption", args=[alone]))


def _all(request: HttpRequest) -> dict[int, int | None]:
    """All that fit the address of the form and that the button is about."""
    wanted = _wanted(request, _asked(request), catalog.whole(None))
    return fitting.chosen(request, wanted, text(request, "all"), revoke=text(request, "decision") == "revoke")


def _asked(request: HttpRequest) -> Asked:
    """What is asked of the ledger, also by a form that is sent elsewhere."""
    return replace(address.read(request), path=reverse("exemptions"))


def _chosen(request: HttpRequest) -> dict[int, int | None]:
    """The exemptions that are ticked, each with the version that was shown: `12.3`."""
    found: dict[int, int | None] = {}
    for told in request.POST.getlist("exemption"):
        number, _, version = told.partition(".")
        if not (number.isascii() and number.isdecimal() and len(number) < 16):
            raise Http404("not a number of an exemption")
        found[int(number)] = int(version) if version.isascii() and version.isdecimal() and len(version) < 9 else None
    return found


@require(Permission.EXEMPTIONS_REQUEST)
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take back what one asked for."""
    seen = _chosen(request).get(number)
    return act(
        request,
        lambda: deciding.withdraw({number: seen}, request.user, clock.now()),
        Page(number),
        "exemption",
        str(number),
    )
