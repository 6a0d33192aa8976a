"""Writes that may be sent again: the same key with the same request gives the answer of the first time.

Every operation that changes something takes a key; `app` offers it, so that none is forgotten.

A key is taken, and its answer kept, in the transaction of what that tells of: all of it is there or nothing,
also when the process dies in between. Whoever sends the same meanwhile waits for the end of that transaction.
Refusals are not kept: what was mended may be sent with the same key. Neither is an answer that shows a secret.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial, wraps
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja.operation import Operation

from greenboard.access.standing import Bearer
from greenboard.api import answers
from greenboard.api.models import Answered
from greenboard.core import clock
from greenboard.core.errors import UserError

KEPT = timedelta(hours=24)
_ABANDONED = timedelta(minutes=5)
"""After so long a request without an answer, of a version that took keys before its work, is taken for dead."""
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Of your choice. The same key with the same request gives the first answer again, for 24 hours.",
    "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,200}$"},
}

WITHOUT = frozenset(
    {
        "backtest_rule",
        "check_fact_type",
        "check_rule",
        "check_workflow",
        "dry_run",
        "pass_review_gate",
        "preview_campaign",
        "preview_rule",
        "preview_scorecard",
        "test_channel",
        "test_connection",
        "call_back",
        "hear_tool",
        "pressed",
        "receive",
    }
)
"""Operations without keys: they change nothing, or try another system, or are told apart by what others signed."""
_NOTHING = 204


class Busy(UserError):
    """The first request with the key is still being worked on."""

    status = 409


class Another(UserError):
    """The key was used for another request."""

    status = 422


class NoKey(UserError):
    """What was sent as a key cannot be one."""

    status = 422


class ShownOnce(UserError):
    """The first answer held a secret, which is not shown again."""

    status = 409


def offer(operation: Operation) -> None:
    """Let an operation take keys, where it changes something."""
    view = operation.view_func
    if operation.methods == ["GET"] or (operation.operation_id or view.__name__) in WITHOUT:
        return

    @wraps(view)
    def answered(request: HttpRequest, *parts: Any, **named: Any) -> HttpResponse:
        return once(request, partial(view, request, *parts, **named))

    told = operation.openapi_extra or {}
    operation.view_func = answered
    operation.openapi_extra = {**told, "parameters": [PARAMETER, *told.get("parameters", ())]}


def once(request: HttpRequest, work: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of some work, or that of the first time where the request carries a key that was used.

    Raises:
        Busy: the first request with the key has no answer yet.
        Another: the key was used for another request.
        ShownOnce: the first answer held a secret.

    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return work()
    if not _KEY.fullmatch(key):
        raise NoKey("not an idempotency key", expected="1 to 200 visible characters of ASCII")
    now = clock.now()
    Answered.objects.filter(Q(at__lt=now - KEPT) | Q(status=0, at__lt=now - _ABANDONED)).delete()
    with transaction.atomic():
        row, known = _claim(request, key, now)
        if known is not None:
            return known
        response = work()
        etag = response.headers.get("ETag", "")
        body = "" if answers.secret(response) else response.content.decode()
        told = {"status": response.status_code, "body": body, "etag": etag}
        Answered.objects.filter(pk=row.pk).update(**told)
    return response


def _claim(request: HttpRequest, key: str, now: datetime) -> tuple[Answered, HttpResponse | None]:
    """The row of this request, or the answer that it got before."""
    digest = _digest(request)
    row, fresh = Answered.objects.get_or_create(asker=_asker(request), key=key, defaults={"digest": digest, "at": now})
    if fresh:
        return row, None
    if row.digest != digest:
        raise Another("this key was used for another request", hint="Take a new key for each request.")
    if not row.status:
        raise Busy("the first request with this key is still being worked on", hint="Ask again in a moment.")
    if not row.body and row.status != _NOTHING:
        raise ShownOnce("this was done, and its secret was shown then", hint="Make another one in its place.")
    response = HttpResponse(row.body, content_type="application/json", status=row.status)
    response.headers["Idempotency-Replayed"] = "true"
    if row.etag:
        response.headers["ETag"] = row.etag
    return row, response


def _asker(request: HttpRequest) -> str:
    """Whoever asks: each token by itself, as another of the same owner may be allowed less."""
    user: object = request.user
    return f"token:{user.token.prefix}" if isinstance(user, Bearer) else f"person:{request.user.pk}"


def _digest(request: HttpRequest) -> str:
    head = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(head + request.body).hexdigest()
