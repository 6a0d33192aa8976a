"""Making a directory hold here: all of a look in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from greenboard.access import audit
from greenboard.access.models import Person
from greenboard.core import events
from greenboard.identity import handles, leaving, membership
from greenboard.identity.configuration import LdapModel
from greenboard.identity.directory import planning, reading
from greenboard.identity.directory.types import Account, Listed, Look, Plan
from greenboard.identity.events import PersonArrived
from greenboard.identity.models import Handle

BY = "ldap"


def sync(model: LdapModel, at: datetime, *, dry_run: bool = False, force: bool = False) -> Plan:
    """Look at the directory and make it hold; with `dry_run` only say what that would change.

    Raises:
        UserError: the directory cannot be read whole, or the look would close too many accounts.

    """
    look = reading.look(model)
    with transaction.atomic():
        accounts = _accounts()
        plan = planning.plan(look, accounts, model.rules())
        if dry_run:
            return plan
        if not force:
            planning.guard(plan, look, accounts, model.most_lost)
        _apply(plan, look, model, at)
    return plan


def _accounts() -> list[Account]:
    keys = dict(Handle.objects.filter(tool=BY, confirmed_at__isnull=False).values_list("person_id", "name"))
    return [
        Account(
            id=person.pk,
            username=person.username,
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            active=person.is_active,
            key=keys.get(person.pk),
            untouchable=person.is_superuser,
        )
        for person in Person.objects.all()
    ]


def _apply(plan: Plan, look: Look, model: LdapModel, at: datetime) -> None:
    people = Person.objects.in_bulk()
    by_key = {name: people[person] for person, name in _keys().items() if person in people}
    for account, one in plan.changed:
        _change(people[account.id], one)
    for account, one in plan.linked:
        handles.know(people[account.id], BY, one.key, at, by=BY)
        by_key[one.key] = people[account.id]
    for one in plan.made:
        by_key[one.key] = _make(one, at)
    for account in plan.reopened:
        leaving.reopen(people[account.id], at, by=BY)
    for account in plan.closed:
        leaving.close(people[account.id], at, by=BY)
    _place(plan, by_key, look, model, at)
    membership.heard(BY, at, whole=True)


def _keys() -> dict[int, str]:
    return dict(Handle.objects.filter(tool=BY, confirmed_at__isnull=False).values_list("person_id", "name"))


def _make(one: Listed, at: datetime) -> Person:
    person = Person(
        username=one.username, email=one.email, first_name=one.first_name, last_name=one.last_name, is_active=True
    )
    person.set_unusable_password()
    person.save()
    handles.know(person, BY, one.key, at, by=BY)
    audit.note("account.provisioned", f"account:{one.username}", after={"email": one.email, "by": BY})
    events.announce(PersonArrived(at, person.pk, person.username, BY))
    return person


def _change(person: Person, one: Listed) -> None:
    before = {"name": person.username, "email": person.email}
    person.username, person.email = one.username, one.email
    person.first_name, person.last_name = one.first_name, one.last_name
    person.save(update_fields=["username", "email", "first_name", "last_name"])
    after = {"name": one.username, "email": one.email}
    audit.note("account.changed", f"account:{one.username}", before=before, after=after)


def _place(plan: Plan, by_key: Mapping[str, Person], look: Look, model: LdapModel, at: datetime) -> None:
    """Bring teams and roles up to date, of those only whose groups mean something else than before."""
    present = membership.given_by(BY)
    for key, placed in (plan.placed or {}).items():
        person = by_key.get(key)
        if person is not None and present.get(person.pk, membership.NOWHERE) != placed:
            membership.sync(person, BY, look.groups.get(key, ()), model.rules(), at)
