"""The one place that decides who may do what.

Views and operations name the permission they need (`require`, the API's guard). Where it is about
entities, `sight` says about which: stores turn it into a condition of their query
(`catalog.sight`), so that what one may not see is not found.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url

from greenboard.access import standing
from greenboard.access.permissions import Permission
from greenboard.access.sight import EVERYTHING, NOTHING, Sight
from greenboard.access.standing import Asker, Bearer

__all__ = ["EVERYTHING", "NOTHING", "Asker", "Bearer", "Permission", "Sight", "may", "require", "sight", "signed_in"]

_SAFE = ("GET", "HEAD")
View = Callable[..., HttpResponseBase]


def may(asker: Asker, permission: Permission) -> bool:
    """Whether somebody may do something. A permission about entities may be held for some only: `sight` says which."""
    return not sight(asker, permission).nothing


def sight(asker: Asker, permission: Permission = Permission.READ) -> Sight:
    """For which entities somebody holds a permission."""
    return standing.of(asker).sight(permission)


def require(permission: Permission) -> Callable[[View], View]:
    """Guard a view: strangers are sent to sign in, others who may not are told so (403)."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if may(request.user, permission):
                return view(request, *args, **kwargs)
            if not request.user.is_authenticated:
                wanted = (
                    request.get_full_path() if request.method in _SAFE else resolve_url(settings.LOGIN_REDIRECT_URL)
                )
                return redirect_to_login(wanted)
            raise PermissionDenied(permission.value)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the test that walks every route
        return guarded

    return guard


def signed_in(view: View) -> View:
    """Guard a page about one's own account: whoever is signed in may see it, whatever they may else."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and request.user.is_active:
            return view(request, *args, **kwargs)
        return redirect_to_login(request.get_full_path())

    guarded.permission = None  # type: ignore[attr-defined]  # as `require` does: the decision is made, for everyone
    return guarded
