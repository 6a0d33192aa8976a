"""Who may call an operation: decided by `access`, checked against forged requests, before anything is read."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.security import APIKeyCookie

from greenboard.access.decide import Permission, may
from greenboard.access.models import Person


class Needs(APIKeyCookie):
    """Lets in whoever is signed in and has a permission; what changes or computes also needs the CSRF token.

    Every operation names one as its `auth`; the test that walks all routes reads `permission`.
    """

    param_name = "sessionid"

    def __init__(self, permission: Permission) -> None:
        super().__init__(csrf=True)
        self.permission = permission

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:  # noqa: ARG002 - Django has read it
        """The person who asks; None is a stranger (401).

        Raises:
            PermissionDenied: they are signed in, and may not (403).

        """
        if may(request.user, self.permission):
            return request.user
        if request.user.is_authenticated:
            raise PermissionDenied(self.permission.value)
        return None


READ = Needs(Permission.READ)
ADMINISTER = Needs(Permission.ADMINISTER)


def person(request: HttpRequest) -> Person:
    """Whoever asks, behind a guard."""
    assert isinstance(request.user, Person)
    return request.user
