"""Saved views: kept, changed, shared, found. Each change is noted, and is refused to who did not see the last one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from greenboard.access import audit
from greenboard.access.decide import Permission, may
from greenboard.access.errors import Above, Absent, InTheWay
from greenboard.access.models import Person
from greenboard.catalog.teams import belonging
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.reports import found, wanted
from greenboard.reports.models import Shared, View

MOST = 200
"""Views of one account."""


@dataclass(frozen=True)
class Wish:
    """A view as it is to be. `team` is a reference, where it is shared with a team."""

    name: str
    report: str
    query: str = ""
    shared: str = Shared.OWN
    team: str = ""


def seen_by(person: Person) -> list[View]:
    """The views that somebody finds: own ones, those shared with a team of theirs, and with everybody."""
    teams = [str(ref) for ref in _teams(person)]
    own = Q(owner=person) | Q(shared=Shared.ALL) | Q(shared=Shared.TEAM, team__in=teams)
    return list(View.objects.filter(own).select_related("owner").order_by("name", "id"))


def _teams(person: Person) -> tuple[Ref, ...]:
    mine = belonging(person)
    return (*mine.teams, *mine.within)


def find(person: Person, number: int) -> View:
    """A view that somebody finds.

    Raises:
        Absent: there is none of that number, or it is not for them.

    """
    for one in seen_by(person):
        if one.pk == number:
            return one
    raise Absent(f"no view {number}")


def may_change(person: Person, view: View) -> bool:
    """Whether somebody may change or remove a view: its owner, and who operates the installation."""
    return view.owner_id == person.pk or may(person, Permission.OPERATE)


def make(person: Person, wish: Wish) -> View:
    """Keep a view.

    Raises:
        UserError: it cannot be kept so.

    """
    checked = _checked(person, wish)
    now = clock.now()
    with transaction.atomic():
        mine = View.objects.filter(owner=person)
        if mine.count() >= MOST:
            raise UserError(f"you have {MOST} views already", hint="Remove one that you do not need.")
        if mine.filter(name=checked.name).exists():
            raise InTheWay(
                f"you have a view {checked.name!r} already", hint="Give it another name, or change that one."
            )
        view = View.objects.create(
            owner=person, changed_by=person.username, created_at=now, changed_at=now, **vars(checked)
        )
        audit.note("view.made", f"view:{view.pk}", after=said(view))
    return view


def change(person: Person, view: View, wish: Wish, version: int) -> View:
    """Change a view that was seen in a version.

    Raises:
        InTheWay: somebody changed it meanwhile.
        Above: it is somebody else's.

    """
    _guard(person, view)
    checked = _checked(person, wish)
    with transaction.atomic():
        same = View.objects.filter(owner_id=view.owner_id, name=checked.name).exclude(pk=view.pk)
        if same.exists():
            raise InTheWay(f"there is a view {checked.name!r} already")
        before = said(view)
        own = View.objects.filter(pk=view.pk, version=version)
        stamp = {"changed_by": person.username, "changed_at": clock.now(), "version": version + 1}
        if not own.update(**vars(checked), **stamp):
            last = View.objects.filter(pk=view.pk).first()
            if last is None:
                raise Absent(f"no view {view.pk}")
            who = f"{last.changed_by} changed it at {clock.format_time(last.changed_at)}"
            raise InTheWay("the view is another than you saw", hint=f"{who}. Look at it again.")
        view.refresh_from_db()
        audit.note("view.changed", f"view:{view.pk}", before=before, after=said(view))
    return view


def remove(person: Person, view: View) -> None:
    """Remove a view, with its schedules.

    Raises:
        Above: it is somebody else's.

    """
    _guard(person, view)
    with transaction.atomic():
        number, before = view.pk, said(view)
        if View.objects.filter(pk=number).delete()[0]:
            audit.note("view.removed", f"view:{number}", before=before)


def _guard(person: Person, view: View) -> None:
    if not may_change(person, view):
        raise Above(f"the view is {view.owner}'s", hint="Save one of your own.")


def _checked(person: Person, wish: Wish) -> Wish:
    name = wish.name.strip()
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise UserError("a view needs a name", expected="1 to 100 characters on one line", got=repr(wish.name[:120]))
    one = found.report(wish.report)
    given = {key: text for key, text in wanted.query(wish.query).items() if key != "page"}
    wanted.read(given, clock.now(), one.span)
    if wish.shared not in Shared.values:
        raise UserError("a view is shared with nobody, a team, or everybody", expected=", ".join(Shared.values))
    team = ""
    if wish.shared == Shared.TEAM:
        ref = Ref.parse(wish.team, kind="team")
        if ref not in _teams(person):
            raise UserError(f"you are not in {ref}", hint="Share it with a team of yours.")
        team = str(ref)
    return Wish(name, one.name, wanted.written(given), wish.shared, team)


def said(view: View) -> dict[str, object]:
    """A view as plain JSON."""
    return {
        "name": view.name,
        "owner": view.owner.username,
        "report": view.report,
        "query": view.query,
        "shared": view.shared,
        "team": view.team,
    }
