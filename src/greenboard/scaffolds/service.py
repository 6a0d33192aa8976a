"""What people do with scaffolds: have something made, bring it up to date, try again. Each is in the audit log."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

from django.db import transaction

from greenboard.access import audit
from greenboard.access.decide import Asker, Permission, may, sight
from greenboard.access.errors import Above, Absent, InTheWay
from greenboard.access.sealing import Secret
from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.core import clock
from greenboard.core.errors import Place, UserError
from greenboard.durable import outbox
from greenboard.facts.store import vocabulary
from greenboard.scaffolds import allowed, answers, forge, reserving, shelf, store
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.shelf import Offered
from greenboard.scaffolds.types import Goal, Landing, Purpose, State, Wish
from greenboard.scorecards import store as standards

_REPOSITORY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]+)+")


def ask(wish: Wish, asker: Asker, key: uuid.UUID | None = None) -> Making:
    """Have something made as somebody asks; durable work does it. `key` names it, where the caller has a name.

    Raises:
        UserError: there is no such scaffold, connection, entity or rule, they may not, or an answer does not fit.

    """
    offered = shelf.find(wish.scaffold)
    about = _about(wish, asker)
    _goal(wish.goal, offered, asker)
    _rule(wish)
    checked = answers.check(offered.scaffold.questions, wish.answers)
    kept, hidden = answers.parted(offered.scaffold.questions, checked)
    purpose = Purpose.FIX if wish.rule else Purpose.START
    told = {
        "way": wish.goal.way.value,
        "connection": wish.goal.connection,
        "repository": wish.goal.repository,
        "private": wish.goal.private,
        "reviewed": wish.goal.reviewed or wish.goal.way is Landing.PULL_REQUEST,
        "entity_id": about.id if about else None,
        "rule": wish.rule,
        "purpose": purpose.value,
        "key": key or uuid.uuid4(),
        "answers": kept,
        "secrets": Secret(json.dumps(hidden)) if hidden else Secret(""),
    }
    with transaction.atomic():
        if purpose is Purpose.FIX and about is not None and (other := store.fixing(about.id, wish.rule)):
            raise InTheWay("somebody is at it already", hint=f"See what was made under the number {other.pk}.")
        made = _make(offered, allowed.account(asker), told)
        audit.note("scaffold.used", f"scaffold:{offered.full}", after=_noted(made))
    return made


def update(first: Making, asker: Asker) -> Making:
    """Have what was made brought up to date with its scaffold, by a pull request.

    Raises:
        InTheWay: it is up to date, or an update is under way.
        Absent: the scaffold is not there any more.
        Above: they may not.

    """
    if not allowed.go_on(asker, first) and not _covers(asker, first):
        raise Above("this is not yours to bring up to date")
    reserving.check(first.connection, asker)
    return _update(first, allowed.account(asker))


def renew(first: Making) -> Making:
    """As `update`, without anybody asking: in the name of whoever made it, since the scaffold changed."""
    return _update(first, first.by)


def _update(first: Making, by: str) -> Making:
    offered = shelf.find(first.scaffold)
    with transaction.atomic():
        Making.objects.select_for_update().defer("tree").get(pk=first.pk)
        chain = store.chain(first.pk)
        landed = [one for one in chain if one.landed_at]
        if not landed or landed[-1].version == offered.version:
            raise InTheWay(f"{first.repository} is up to date with {offered.scaffold.title}")
        if open_ := next((one for one in chain if under_way(one)), None):
            raise InTheWay("an update is under way already", hint=f"See what was made under the number {open_.pk}.")
        known = {one.name for one in offered.scaffold.questions if one.asked}
        told = {
            "way": Landing.PULL_REQUEST.value,
            "connection": first.connection,
            "repository": first.repository,
            "entity_id": first.entity_id,
            "first": first,
            "purpose": Purpose.UPDATE.value,
            "key": uuid.uuid4(),
            "answers": {name: value for name, value in landed[-1].answers.items() if name in known},
        }
        made = _make(offered, by, told)
        audit.note("scaffold.updated", f"scaffold:{offered.full}", after=_noted(made))
    return made


def under_way(row: Making) -> bool:
    """Whether something is being made, or waits to be merged."""
    return row.state != State.FAILED and row.landed_at is None and row.closed_at is None


def retry(number: int, asker: Asker) -> Making:
    """Go on with what failed, where it failed.

    Raises:
        UserError: there is none, they may not, or it did not fail.

    """
    with transaction.atomic():
        row = store.making(number, allowed.makings(asker))
        if not allowed.go_on(asker, row):
            raise Above("this is not yours to try again")
        row = Making.objects.select_for_update().defer("tree").get(pk=number)
        if row.state != State.FAILED:
            raise InTheWay("it did not fail")
        reserving.check(row.connection, asker)
        row.state, row.error, row.tries, row.ended_at = State.UNDERWAY.value, "", 0, None
        row.save(update_fields=["state", "error", "tries", "ended_at"])
        wake(row)
        audit.note("scaffold.retried", f"making:{number}")
    return row


def wake(row: Making) -> None:
    """Have durable work go on with a making."""
    from greenboard.scaffolds.jobs import make

    row.turn, row.turned_at = outbox.wish(make, {"making": row.pk}), clock.now()
    row.save(update_fields=["turn", "turned_at"])


def _make(offered: Offered, by: str, told: dict[str, Any]) -> Making:
    now = clock.now()
    row = Making.objects.create(
        scaffold=offered.full,
        title=offered.scaffold.title,
        version=offered.version,
        packed_id=offered.packed,
        by=by,
        branch=f"greenboard/{offered.scaffold.name}-{told['key'].hex[:8]}",
        turned_at=now,
        began_at=now,
        **told,
    )
    wake(row)
    return row


def _about(wish: Wish, asker: Asker) -> Stored | None:
    seen = sight(asker, Permission.SCAFFOLDS_USE)
    if not may(asker, Permission.SCAFFOLDS_USE):
        raise Above("scaffolds are not yours to use")
    if allowed.person(asker) is None:
        raise Above("something is made in the name of a person", hint="Use a token of somebody's own.")
    if wish.entity is None:
        return None
    found = catalog.find(wish.entity, sight=seen)
    if found is None:
        raise Absent(f"no entity {wish.entity}", hint="Or scaffolds are not yours to use for it.")
    return found


def _covers(asker: Asker, row: Making) -> bool:
    ref = store.entity(row)
    return ref is not None and catalog.find(ref, sight=sight(asker, Permission.SCAFFOLDS_USE)) is not None


def _goal(goal: Goal, offered: Offered, asker: Asker) -> None:
    if goal.way is Landing.DOWNLOAD:
        return
    if goal.way is Landing.REPOSITORY and not offered.project:
        raise UserError(f"{offered.scaffold.title} is a part: it makes no repository of its own",
                        hint="Open a pull request to one that is there.")  # fmt: skip
    forge.check(goal.connection)
    reserving.check(goal.connection, asker)
    if len(goal.repository) > 200 or not _REPOSITORY.fullmatch(goal.repository):
        raise UserError("not the name of a repository", place=Place("repository"), expected="owner/name",
                        got=repr(goal.repository)[:80])  # fmt: skip


def _rule(wish: Wish) -> None:
    if not wish.rule:
        return
    card, _, name = wish.rule.partition("/")
    standards.rule(standards.standard(card, vocabulary()), name)
    if wish.entity is None:
        raise UserError("a rule is met for an entity", place=Place("entity"))


def _noted(row: Making) -> dict[str, Any]:
    return {"making": row.pk, "version": row.version, "way": row.way, "repository": row.repository,
            "answers": row.answers}  # fmt: skip
