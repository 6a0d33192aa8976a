"""New passwords, for who has lost theirs."""

from __future__ import annotations

import secrets

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from greenboard.access import audit
from greenboard.access.models import Person


def renew(person: Person, *, factors: bool = False) -> str:
    """Give an account a random password, which is in the answer and nowhere else, and end its sessions.

    With `factors` its second factors go as well. A session that nothing lists ends too: it is bound to
    the password.
    """
    password = secrets.token_urlsafe(15)
    with transaction.atomic():
        person.set_password(password)
        person.save(update_fields=["password"])
        for session in UserSession.objects.filter(user=person):
            session.end()
        if factors:
            Authenticator.objects.filter(user=person).delete()
        audit.note("account.password-renewed", f"account:{person.username}", after={"factors removed": factors})
    return password
