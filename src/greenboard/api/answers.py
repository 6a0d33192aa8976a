"""Answers that a caller may keep: with a tag to ask again by, and the address of the next page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from pydantic import BaseModel

from greenboard.api.query import cursor
from greenboard.api.schemas import Shown
from greenboard.catalog.paging import Key

_SIZE = 24
_KEPT_BY_NOBODY = "no-store"


def listing(
    request: HttpRequest, shape: type[BaseModel], rows: Iterable[Shown], next_: Key | None, fields: str | None
) -> HttpResponse:
    """A page of a list. `shape` is that of the answer: its list, and `next`."""
    name = next(field for field in shape.model_fields if field != "next")
    response = kept(request, {name: [_some(row, fields) for row in rows], "next": cursor(next_)})
    return paged(response, request, next_)


def paged(response: HttpResponse, request: HttpRequest, next_: Key | None) -> HttpResponse:
    """An answer with the address of the next page, where there is one."""
    if next_ is not None:
        address = request.GET.copy()
        address["cursor"] = str(cursor(next_))
        response.headers["Link"] = f'<{request.path}?{address.urlencode()}>; rel="next"'
    return response


def several(request: HttpRequest, shape: type[BaseModel], rows: Iterable[Shown], fields: str | None) -> HttpResponse:
    """A list that is always given as a whole."""
    return kept(request, {next(iter(shape.model_fields)): [_some(row, fields) for row in rows]})


def one(request: HttpRequest, shown: Shown, fields: str | None = None) -> HttpResponse:
    """A single thing. Its tag is that of all its fields, whichever are asked for."""
    return kept(request, _some(shown, fields), tag=tag(shown))


def told(shown: BaseModel, status: int = 200) -> HttpResponse:
    """An answer that is given once."""
    return HttpResponse(shown.model_dump_json(), content_type="application/json", status=status)


def told_once(shown: BaseModel, status: int = 200) -> HttpResponse:
    """An answer with a secret, which nobody is to keep."""
    response = told(shown, status)
    response.headers["Cache-Control"] = _KEPT_BY_NOBODY
    return response


def secret(response: HttpResponse) -> bool:
    """Whether an answer holds a secret."""
    return response.headers.get("Cache-Control") == _KEPT_BY_NOBODY


def written(shown: BaseModel, status: int) -> HttpResponse:
    """A thing as it is after a change, with its tag."""
    response = told(shown, status)
    response.headers["ETag"] = tag(shown)
    return response


def tags(request: HttpRequest, header: str) -> list[str]:
    """The tags that a header of a request names."""
    return parse_etags(request.headers.get(header, ""))


def tag(shown: BaseModel) -> str:
    """The tag of a thing as it is now, for `If-Match`."""
    return _tag(shown.model_dump_json().encode())


def kept(request: HttpRequest, given: BaseModel | dict[str, Any] | str, *, tag: str | None = None) -> HttpResponse:
    """An answer with its tag, or only that nothing changed."""
    text = (
        given if isinstance(given, str) else given.model_dump_json() if isinstance(given, BaseModel) else _json(given)
    )
    found = tag or _tag(text.encode())
    known = tags(request, "If-None-Match")
    if found in known or "*" in known or f"W/{found}" in known:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(text, content_type="application/json")
    response.headers["ETag"] = found
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def tagged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A file with its tag, or only that it is the same."""
    found = _tag(response.content)
    known = tags(request, "If-None-Match")
    if found in known or "*" in known:
        response = HttpResponse(status=304)
    response.headers["ETag"] = found
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _some(shown: Shown, fields: str | None) -> dict[str, Any]:
    wanted = None if fields is None else {*fields.split(","), *shown.names}
    return shown.model_dump(mode="json", include=wanted)


def _json(given: dict[str, Any] | str) -> str:
    if isinstance(given, str):
        return given
    return json.dumps(given, ensure_ascii=False, separators=(",", ":"))


def _tag(text: bytes) -> str:
    return f'"{hashlib.sha256(text).hexdigest()[:_SIZE]}"'
