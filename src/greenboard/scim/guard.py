"""Who may provision: whoever bears a token with that permission. Sessions count nothing here, so nothing is forged."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError
from scim2_models import Error, SCIMException

from greenboard.access import tokens
from greenboard.access.decide import Permission, may
from greenboard.access.limits import Buckets, TooMany
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.identity import membership
from greenboard.identity.provisioning import BY, Taken
from greenboard.scim.description import PROVIDER

TYPE = "application/scim+json"
View = Callable[..., HttpResponseBase]
_buckets = Buckets(settings.TOKEN_RATE)


def provisions(view: View) -> View:
    """Guard an operation, run it all or nothing, and tell what is refused as SCIM does."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return _told(partial(_admit, request)) or whole(view, request, **kwargs)

    guarded.permission = Permission.PEOPLE_PROVISION  # type: ignore[attr-defined]  # read by the test of all routes
    return guarded


def provisions_several(view: View) -> View:
    """Guard a request of several operations, each of which is all or nothing by itself (`whole`)."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        told = _told(partial(_admit, request)) or _told(partial(view, request, **kwargs))
        assert told is not None, "every view answers"
        return told

    guarded.permission = Permission.PEOPLE_PROVISION  # type: ignore[attr-defined]  # as above
    return guarded


def whole(view: View, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    """Run an operation of somebody who was admitted, all or nothing."""

    def run() -> HttpResponseBase:
        with PROVIDER, transaction.atomic():
            return view(request, **kwargs)

    told = _told(run)
    assert told is not None, "every view answers"
    return told


def _told(do: Callable[[], HttpResponseBase | None]) -> HttpResponseBase | None:
    """What it answers; what it refuses, as SCIM tells it."""
    try:
        return do()
    except Refused as refused:
        return refused.response
    except SCIMException as error:
        return _error(error.to_error())
    except ValidationError as invalid:
        return _error(Error.from_validation_error(invalid.errors()[0]))
    except TooMany as often:
        answer = problem(HTTPStatus.TOO_MANY_REQUESTS, str(often))
        answer["Retry-After"] = str(often.seconds)
        return answer
    except UserError as error:
        kind = "uniqueness" if isinstance(error, Taken) else "invalidValue"
        return problem(error.status, str(error), kind)


class Refused(Exception):
    """An answer that ends an operation and what it wrote."""

    def __init__(self, status: int, detail: str, kind: str | None = None) -> None:
        super().__init__(detail)
        self.response = problem(status, detail, kind)


def _admit(request: HttpRequest) -> None:
    bearer = tokens.authenticate(tokens.presented(request) or "", clock.now())
    if bearer is None:
        refused = Refused(HTTPStatus.UNAUTHORIZED, "Send a token of Greenboard as a bearer token.")
        refused.response["WWW-Authenticate"] = "Bearer"
        raise refused
    _buckets.take(bearer.token.pk, time.monotonic())
    request.user = bearer  # type: ignore[assignment]  # the audit log asks the request who it is
    if not may(request.user, Permission.PEOPLE_PROVISION):
        raise Refused(HTTPStatus.FORBIDDEN, "The token lacks the permission people.provision.")
    with suppress(DatabaseError):  # one whose disk is full, or that is read-only, can still be read
        membership.heard(BY, clock.now())


def problem(status: int, detail: str, kind: str | None = None) -> HttpResponse:
    """An error as SCIM tells it."""
    return _error(Error(status=int(status), detail=detail, scim_type=kind))


def _error(error: Error) -> HttpResponse:
    return answer(error.model_dump(), int(error.status or 400))


def answer(body: Any, status: int = 200) -> HttpResponse:
    """A body as SCIM sends it."""
    return HttpResponse(json.dumps(body, ensure_ascii=False), content_type=TYPE, status=status)
