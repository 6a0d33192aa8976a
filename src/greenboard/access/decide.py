"""The one place that decides who may do what.

Today there is one administrator and everyone who has signed in may read; roles come later, here.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, Protocol

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase


class Permission(StrEnum):
    """What a person can ask to do."""

    READ = "read"
    ADMINISTER = "administer"


class Asker(Protocol):
    """Who asks: Django's user, signed in or anonymous."""

    @property
    def is_authenticated(self) -> Any: ...
    @property
    def is_active(self) -> Any: ...
    @property
    def is_superuser(self) -> Any: ...


View = Callable[..., HttpResponseBase]


def may(asker: Asker, permission: Permission) -> bool:
    """Whether a person may do something."""
    if not asker.is_authenticated or not asker.is_active:
        return False
    return permission is Permission.READ or bool(asker.is_superuser)


def require(permission: Permission) -> Callable[[View], View]:
    """Guard a view: strangers are sent to sign in, others who may not are told so (403)."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if may(request.user, permission):
                return view(request, *args, **kwargs)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            raise PermissionDenied(permission.value)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the test that walks every route
        return guarded

    return guard
