"""Who may call an operation: decided by `access`, checked against forged requests, before anything is read.

Whoever calls is signed in by a session, which the CSRF token must go with, or bears a token, which
counts what it asks.
"""

from __future__ import annotations

import re
import time
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.security import APIKeyCookie

from greenboard.access import decide, tokens
from greenboard.access.decide import Bearer, Permission, Sight, may
from greenboard.access.limits import Buckets
from greenboard.access.models import Person
from greenboard.core import clock
from greenboard.hooks import inlets
from greenboard.outbound import signing

MESSAGE = "Greenboard-Delivery"
"""The header that tells messages apart; what is signed is its value, a dot, and the body."""
_MESSAGE = re.compile(r"[!-~]{1,200}")
_buckets = Buckets(settings.TOKEN_RATE)


class Needs(APIKeyCookie):
    """Lets in whoever has a permission; with a session, what changes or computes also needs the CSRF token.

    Every operation names one as its `auth`; the test that walks all routes reads `permission`.
    """

    param_name = "sessionid"

    def __init__(self, permission: Permission) -> None:
        super().__init__(csrf=True)
        self.permission = permission

    def __call__(self, request: HttpRequest) -> Any:
        """Whoever asks; None is a stranger (401).

        Raises:
            PermissionDenied: they are known, and may not (403).
            TooMany: the token asks too often (429).

        """
        text = tokens.presented(request)
        if text is None:
            return super().__call__(request)
        bearer = tokens.authenticate(text, clock.now())
        if bearer is None:
            return None
        _buckets.take(bearer.token.pk, time.monotonic())
        # Everything further inside asks the request who it is: decisions, the audit log, authors.
        request.user = bearer  # type: ignore[assignment]
        return self.authenticate(request, None)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:  # noqa: ARG002 - Django has read it
        """Whoever asks, once it is known who that is."""
        if may(request.user, self.permission):
            return request.user
        if request.user.is_authenticated:
            raise PermissionDenied(self.permission.value)
        return None


class Signed(Needs):
    """Lets in messages that an inlet's secret signs; they act as its service account, which may state facts.

    No session counts here, so there is no token against forged requests either.
    """

    def __init__(self) -> None:
        super().__init__(Permission.FACTS_WRITE)

    def __call__(self, request: HttpRequest) -> Any:
        """Whoever sent it; None where it is not signed, or no longer fresh (401)."""
        name = request.resolver_match.kwargs.get("name", "") if request.resolver_match else ""
        message, signature = request.headers.get(MESSAGE, ""), request.headers.get(signing.HEADER, "")
        if not _MESSAGE.fullmatch(message):
            return None
        found = inlets.sender(name, f"{message}.".encode() + request.body, signature, clock.now())
        if found is None:
            return None
        request.user = found[1]  # type: ignore[assignment]  # as for a token
        return self.authenticate(request, None)


class Known(Needs):
    """Lets in whoever is known, whatever they may: for what is about themselves."""

    def __init__(self) -> None:
        super().__init__(Permission.READ)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:  # noqa: ARG002 - Django has read it
        """Whoever asks; None is a stranger, or somebody who was closed out."""
        return request.user if request.user.is_authenticated and request.user.is_active else None


MYSELF = Known()


class Claimed(Needs):
    """Lets in messages that claim to be a connected tool's: the operation has the connection verify that.

    No session counts here, as for `Signed`.
    """

    def __init__(self) -> None:
        super().__init__(Permission.FACTS_WRITE)

    def __call__(self, request: HttpRequest) -> Any:  # noqa: ARG002 - what is signed is read further inside
        """Whoever it is."""
        return True


class CalledBack(Needs):
    """Lets in answers to a run of a workflow: the operation looks whether the address was signed for that.

    No session counts here, as for `Signed`.
    """

    def __init__(self) -> None:
        super().__init__(Permission.WORKFLOWS_RUN)

    def __call__(self, request: HttpRequest) -> Any:  # noqa: ARG002 - the address itself says who may
        """Whoever it is."""
        return True


READ = Needs(Permission.READ)
PREVIEW = Needs(Permission.RULES_PREVIEW)
EDIT = Needs(Permission.RULES_WRITE)
DECLARE = Needs(Permission.CATALOG_WRITE)
STATE = Needs(Permission.FACTS_WRITE)
HOOKS = Needs(Permission.HOOKS_MANAGE)
NOTIFICATIONS = Needs(Permission.NOTIFICATIONS_MANAGE)
WORKFLOWS_RUN = Needs(Permission.WORKFLOWS_RUN)
WORKFLOWS = Needs(Permission.WORKFLOWS_MANAGE)
SCAFFOLDS_USE = Needs(Permission.SCAFFOLDS_USE)
SCAFFOLDS = Needs(Permission.SCAFFOLDS_MANAGE)
ASK_EXEMPTIONS = Needs(Permission.EXEMPTIONS_REQUEST)
DECIDE_EXEMPTIONS = Needs(Permission.EXEMPTIONS_DECIDE)
CONNECTIONS_READ = Needs(Permission.CONNECTIONS_READ)
CONNECTIONS = Needs(Permission.CONNECTIONS_MANAGE)
PEOPLE_READ = Needs(Permission.PEOPLE_READ)
PEOPLE = Needs(Permission.PEOPLE_MANAGE)
ACCESS = Needs(Permission.ACCESS_MANAGE)
TOKENS = Needs(Permission.TOKENS_OWN)
AUDIT = Needs(Permission.AUDIT_READ)
ATTEST = Needs(Permission.ATTEST)
REVIEW = Needs(Permission.REVIEWS_ANSWER)
SIGN = Needs(Permission.REVIEWS_SIGN)
REVIEWS = Needs(Permission.REVIEWS_MANAGE)
CAMPAIGNS = Needs(Permission.CAMPAIGNS_MANAGE)
ADMINISTER = Needs(Permission.OPERATE)


def author(request: HttpRequest) -> str:
    """The name of whoever asks, behind a guard."""
    return str(request.user.get_username())


def sight(request: HttpRequest, permission: Permission = Permission.READ) -> Sight:
    """For which entities whoever asks holds a permission."""
    return decide.sight(request.user, permission)


def person(request: HttpRequest) -> Person:
    """The person who asks, by session or token, behind a guard.

    Raises:
        PermissionDenied: it is a service account.

    """
    asker: object = request.user
    found = asker.person if isinstance(asker, Bearer) else asker
    if not isinstance(found, Person):
        raise PermissionDenied("a service account is no person")
    return found
