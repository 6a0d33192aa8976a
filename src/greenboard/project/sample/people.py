"""The people of the sample organization who act: accounts that nobody can sign in to, since they have no password."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from greenboard.access import audit
from greenboard.access.models import Grant, Person, Role
from greenboard.access.origin import Origin

_ROLES = {"grace-mensah": "maintainer", "samuel-adeyemi": "maintainer"}
_DOMAIN = "harbourline.example"


def account(name: str, at: datetime) -> Person:
    """Somebody's account, made when they first act; they are the person of that name in the catalog."""
    found = Person.objects.filter(username=name).first()
    if found is not None:
        return found
    made = Person(username=name, email=f"{name.partition('-')[0]}@{_DOMAIN}", date_joined=at)
    made.set_unusable_password()
    role = Role.objects.get(name=_ROLES.get(name, "member"))
    with transaction.atomic():
        made.save()
        Grant.objects.create(role=role, person=made, created_at=at, created_by="sample")
        audit.note("account.made", f"account:{name}", after={"role": role.name})
    return made


def page(name: str) -> Origin:
    """Whose doing something is, as the audit log names it."""
    return Origin("person", name, "page")
