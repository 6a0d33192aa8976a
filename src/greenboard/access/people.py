"""Accounts of people and of services: made, closed, opened; and who is in which team by hand."""

from __future__ import annotations

import secrets

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from greenboard.access import audit
from greenboard.access.decide import Asker
from greenboard.access.errors import Above, InTheWay
from greenboard.access.grants import NAME
from greenboard.access.models import Membership, Person, Service
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref

MANUAL = Membership.Source.MANUAL


def make(username: str, email: str) -> tuple[Person, str]:
    """Make an account with a random password, which is in the answer and nowhere else.

    Raises:
        UserError: the name is taken or cannot be one, or the address is none.

    """
    password = secrets.token_urlsafe(15)
    person = Person(
        username=Person.normalize_username(username.strip()), email=Person.objects.normalize_email(email.strip())
    )
    person.set_password(password)
    if Person.objects.filter(username=person.username).exists():
        raise InTheWay(f"there is an account {person.username} already")
    try:
        person.full_clean()
    except ValidationError as error:
        field, said = next(iter(error.message_dict.items()))
        raise UserError(f"{field}: {said[0]}") from None
    with transaction.atomic():
        person.save()
        audit.note("account.made", f"account:{person.username}", after={"email": person.email})
    return person, password


def check_closing(person: Person, by: Asker) -> None:
    """Whether somebody may close an account, which `identity.leaving` does. To be asked in its transaction.

    Raises:
        UserError: it is one's own, that of an administrator whom only an administrator may close, or
            the last that no grant can shut out.

    """
    if isinstance(by, Person) and by.pk == person.pk:
        raise InTheWay("this is your own account", hint="Ask somebody else to close it.")
    check_opening(person, by)
    held = Person.objects.select_for_update().filter(is_superuser=True, is_active=True)
    if [one.pk for one in held] == [person.pk]:
        raise InTheWay("this is the last account of an administrator that nothing can shut out")


def check_opening(person: Person, by: Asker) -> None:
    """Whether somebody may open a closed account again.

    Raises:
        UserError: it is an administrator's, and who asks is none.

    """
    if person.is_superuser and not getattr(by, "is_superuser", False):
        raise Above("this account is an administrator's", hint="Ask an administrator.")


def join(person: Person, team: str) -> Membership:
    """Put somebody into a team by hand. A second time changes nothing.

    Raises:
        UserError: it is not the reference of a team.

    """
    ref = Ref.parse(team, kind="team")
    if ref.kind != "team":
        raise UserError(f"{ref} is not a team", expected="team:NAMESPACE/NAME", got=repr(team))
    with transaction.atomic():
        found, made = Membership.objects.get_or_create(
            person=person, team=str(ref), source=MANUAL, provider="", defaults={"since": clock.now()}
        )
        if made:
            audit.note("membership.made", f"account:{person.username}", after={"team": str(ref), "source": MANUAL})
    return found


def leave(membership: Membership) -> None:
    """Take somebody out of a team.

    Raises:
        UserError: an identity provider put them there, and would do so again.

    """
    if membership.source != MANUAL:
        raise InTheWay(
            f"{membership.provider or 'an identity provider'} says who is in this team", hint="Change it there."
        )
    with transaction.atomic():
        said = {"team": membership.team, "source": membership.source}
        audit.note("membership.ended", f"account:{membership.person.username}", before=said)
        membership.delete()


def make_service(name: str, title: str) -> Service:
    """Make a service account. It may nothing until something is granted to it.

    Raises:
        UserError: the name is taken or cannot be one.

    """
    if not NAME.fullmatch(name):
        raise UserError(
            "not a name of a service account", expected="lower-case letters, digits, dashes", got=repr(name[:80])
        )
    try:
        with transaction.atomic():
            service = Service.objects.create(name=name, title=title.strip()[:200], created_at=clock.now())
            audit.note("service-account.made", f"service-account:{name}", after={"title": service.title})
    except IntegrityError:
        raise InTheWay(f"there is a service account {name} already") from None
    return service


def switch_service(service: Service, *, active: bool) -> None:
    """Close or open a service account; closed, its tokens are dead."""
    with transaction.atomic():
        if Service.objects.filter(pk=service.pk).exclude(active=active).update(active=active):
            action = "service-account.opened" if active else "service-account.closed"
            audit.note(
                action, f"service-account:{service.name}", before={"active": not active}, after={"active": active}
            )
