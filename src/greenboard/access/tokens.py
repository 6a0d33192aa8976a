"""Tokens: made and shown once, kept as a digest, found by their prefix, dead when anything about them ends."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.http import HttpRequest

from greenboard.access import audit
from greenboard.access.decide import Asker, Bearer, Permission, may
from greenboard.access.errors import Above
from greenboard.access.models import Person, Service, Token
from greenboard.access.permissions import About
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref

LONGEST = timedelta(days=366)
_FORM = re.compile(r"gb_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")
_NOBODYS = hashlib.sha256(b"").hexdigest()
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Wish:
    """What a token shall be. `scope` "" is no bound; without `expires_at` it never ends."""

    name: str
    permissions: Collection[Permission]
    scope: str = ""
    expires_at: datetime | None = None


def make(owner: Person | Service, wish: Wish, by: Asker) -> tuple[Token, str]:
    """Make a token of a person or of a service account. Its text, in the answer, is nowhere kept.

    Raises:
        UserError: the wish cannot be granted, or the permission of whoever asks does not reach so far.

    """
    now = clock.now()
    _check(owner, wish, by, now)
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    text = f"gb_{prefix}_{secret}"
    with transaction.atomic():
        token = Token.objects.create(
            prefix=prefix,
            digest=_digest(text),
            name=wish.name.strip(),
            person=owner if isinstance(owner, Person) else None,
            service=owner if isinstance(owner, Service) else None,
            permissions=sorted(permission.value for permission in wish.permissions),
            scope=str(Ref.parse(wish.scope)) if wish.scope else "",
            created_at=now,
            expires_at=wish.expires_at,
        )
        audit.note("token.made", f"token:{prefix}", after=told(token))
    return token, text


def _check(owner: Person | Service, wish: Wish, by: Asker, now: datetime) -> None:
    name = wish.name.strip()
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise UserError("a token needs a name", expected="1 to 100 characters on one line", got=repr(wish.name[:120]))
    if not wish.permissions:
        raise UserError("a token needs a permission", expected="at least one", got="none")
    if any(permission.about is About.SELF for permission in wish.permissions):
        raise UserError("a token cannot make tokens", hint="Leave that permission out.")
    if wish.expires_at is not None and not now < wish.expires_at <= now + LONGEST:
        raise UserError("a token ends within a year from now", expected="a later day, at most 366 days from now")
    mine = isinstance(owner, Person) and isinstance(by, Person) and owner.pk == by.pk
    if not may(by, Permission.TOKENS_OWN if mine else Permission.ACCESS_MANAGE):
        raise Above("your account may not make this token", hint="Ask an administrator.")
    lacking = sorted(one.value for one in wish.permissions if not may(by, one))
    if lacking:
        raise Above(f"you do not hold {', '.join(lacking)} yourself", hint="Leave it out.")


def revoke(token: Token) -> None:
    """End a token, at once and for good. A second time changes nothing."""
    with transaction.atomic():
        if Token.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=clock.now()):
            audit.note("token.revoked", f"token:{token.prefix}", before=told(token))


def forget(before: datetime) -> int:
    """Forget tokens that ended before a moment; give how many. What became of them stays in the audit log."""
    return Token.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before)).delete()[0]


def told(token: Token) -> dict[str, object]:
    """A token as plain JSON, without anything of its secret."""
    return {
        "name": token.name,
        "owner": str(token.person or token.service),
        "permissions": token.permissions,
        "scope": token.scope,
        "expires_at": clock.format_time(token.expires_at) if token.expires_at else None,
    }


def presented(request: HttpRequest) -> str | None:
    """The text of the token that a request carries as `Authorization: Bearer ...`; None where it has none."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else None


def authenticate(text: str, now: datetime) -> Bearer | None:
    """Who bears a token; None where it is not one, or it or its owner has ended.

    The digests are compared in constant time, also where no token has the prefix.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        return None
    token = Token.objects.filter(prefix=form[1]).select_related("person", "service").first()
    same = hmac.compare_digest(_digest(text), token.digest if token else _NOBODYS)
    if token is None or not same or not _lives(token, now):
        return None
    _used(token, now)
    return Bearer(token)


def _digest(text: str) -> str:
    """Fast on purpose: 256 random bits cannot be guessed, so nothing is to be slowed down."""
    return hashlib.sha256(text.encode()).hexdigest()


def _lives(token: Token, now: datetime) -> bool:
    ended = token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= now)
    return not ended and Bearer(token).is_active


def _used(token: Token, now: datetime) -> None:
    """Note the use, at most once a minute."""
    if token.last_used_at is None or now - token.last_used_at >= _MINUTE:
        late = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - _MINUTE)
        with suppress(DatabaseError):  # one whose disk is full, or that is read-only, can still be read
            Token.objects.filter(late, pk=token.pk).update(last_used_at=now)
