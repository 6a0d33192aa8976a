"""Refusals as problem details (RFC 9457): what was wrong, where, what was expected, what was got, what to do."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError, ValidationErrorContext
from ninja.openapi.schema import OpenAPISchema, get_schema
from ninja.operation import Operation
from ninja.parser import Parser
from pydantic import BaseModel

from greenboard.access.decide import Bearer, Permission
from greenboard.access.limits import TooMany
from greenboard.api import naming, openapi
from greenboard.core import clock, yaml
from greenboard.core.errors import UserError, UserErrors
from greenboard.results.editing import Conflict

TYPE = "application/problem+json"
PREFIX = "api/v1/"
"""Where the API is."""
MOST = 1_000
"""So many mistakes of one request are told one by one."""
_SAID = 10
_WORD = re.compile(r"\w+|.", re.DOTALL)


def mistakes(error: UserError, texts: Mapping[str, str | None] | None = None) -> list[dict[str, Any]]:
    """Every single refusal within an error.

    `where` is the part that is meant; line, column, offset and length (in characters, lines and
    columns from 1) are there where it is an expression of `texts`.
    """
    return [_mistake(one, texts or {}) for one in (error.errors if isinstance(error, UserErrors) else (error,))]


def _mistake(error: UserError, texts: Mapping[str, str | None]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "where": error.place.path if error.place else None,
        "message": error.what,
        "line": error.place.line if error.place else None,
        "column": error.place.column if error.place else None,
        "expected": error.expected,
        "got": error.got,
        "hint": error.hint,
    }
    if error.place and error.place.path.startswith("/"):
        told |= _pointed(error.place.path)
    text = texts.get(error.place.path) if error.place else None
    if text is not None and error.place and error.place.line and error.place.column:
        lines = text.split("\n")
        offset = sum(len(line) + 1 for line in lines[: error.place.line - 1]) + error.place.column - 1
        word = _WORD.match(text, offset)
        length = len(word[0]) if word else 0
        told |= {"offset": offset, "length": length, "end_column": error.place.column + length}
    return told


def _pointed(pointer: str) -> dict[str, Any]:
    """A part of a body by its pointer, and which of a list it is."""
    parts = pointer.split("/")
    numbers = [int(part) for part in parts if part.isdecimal()]
    return {"where": parts[1], "pointer": pointer, **({"index": numbers[0]} if numbers else {})}


def answer(status: int, detail: str, **more: Any) -> HttpResponse:
    """A problem as a response."""
    title = HTTPStatus(status).phrase
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    text = json.dumps(told, ensure_ascii=False).encode(errors="replace")  # half characters of a body may be quoted
    return HttpResponse(text, content_type=TYPE, status=status)


class Strict(Parser):
    """Reads JSON as it is defined: no NaN, no numbers beyond measure."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as data. Whatever is raised is told as a body that is no JSON."""
        return json.loads(request.body, parse_constant=_never, parse_float=_finite)


def _never(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is beyond measure")
    return number


class Api(NinjaAPI):
    """Tells whatever is refused as a problem; faults of ours are left to crash."""

    def on_exception(self, request: HttpRequest, exc: Exception | type[Exception]) -> HttpResponse:
        """The problem for an exception; one that is none is raised again."""
        told = _problem(request, exc)
        if told is None:
            raise exc
        if isinstance(exc, TooMany):
            told.headers["Retry-After"] = str(exc.seconds)
        if told.status_code == 401:
            told.headers["WWW-Authenticate"] = "Bearer"
        return told

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of an operation, which generated clients call it by."""
        return operation.view_func.__name__.rstrip("_")

    def get_openapi_schema(self, **_: Any) -> OpenAPISchema:
        """The description of all operations, with what they have in common."""
        naming.install()
        return openapi.complete(naming.shortened(get_schema(self, path_prefix=PREFIX)))

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        """The refusals of a body, told as those of a YAML document are: with the field that was meant."""
        return ValidationError([told for context in error_contexts for told in _fields(context)])


def _fields(context: ValidationErrorContext[Any]) -> Iterator[dict[str, Any]]:
    # A body is the only field of the framework's model; parts of an address have no model of their own.
    inside = [field.annotation for field in context.model.model_fields.values()]
    model = inside[0] if len(inside) == 1 else None
    for error in context.pydantic_validation_error.errors(include_url=False):
        path = error["loc"][1:]
        if isinstance(model, type) and issubclass(model, BaseModel):
            found = yaml.explain(_BODY, model, {**error, "loc": path})
        else:
            found = UserError(f"{error['loc'][-1]}: {error['msg']}")
        where = _pointed("".join(f"/{part}" for part in path)) if path else {"where": None}
        yield {**_mistake(found, {}), "line": None, "column": None, **where}


_BODY = yaml.Document(None, "body")


def _problem(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse | None:
    match error:
        case UserError():
            return answer(_status(error), _detail(error), errors=mistakes(error)[:MOST], **_conflict(error))
        case ValidationError():
            said = "; ".join(one["message"] for one in error.errors[:_SAID])
            return answer(422, said, errors=error.errors[:MOST])
        case AuthenticationError():
            return answer(401, "Sign in, or send a token that is valid: Authorization: Bearer gb_...")
        case HttpError(status_code=403):
            return answer(403, "The CSRF token is missing or stale: send the one of the page as X-CSRFToken.")
        case HttpError(status_code=400):
            return answer(400, "The body is not JSON.", errors=[_unread(request)])
        case PermissionDenied():
            return answer(403, _denied(request, error))
        case Http404():
            return answer(404, "Nothing has this address.")
    return None


def _denied(request: HttpRequest, error: object) -> str:
    """Who lacks what: of a token, which may do less than its owner, that is not clear otherwise."""
    user: object = request.user
    who = "The token, or whoever it belongs to," if isinstance(user, Bearer) else "Your account"
    needed = [str(one) for one in getattr(error, "args", ()) if one in {*Permission}]
    return f"{who} lacks {' '.join(('the permission', *needed))}. Ask an administrator."


def _status(error: UserError) -> int:
    """That of the error, or of all errors within it where they agree."""
    several = {one.status for one in error.errors} if isinstance(error, UserErrors) else {error.status}
    return several.pop() if len(several) == 1 else error.status


def _conflict(error: UserError) -> dict[str, Any]:
    """What somebody else changed, of a refusal for that."""
    if not isinstance(error, Conflict):
        return {}
    edit = error.edit
    said = {"author": edit.author, "at": clock.format_time(edit.since), "note": edit.note} if edit else {}
    return {"changed": list(error.changed), **said}


def _detail(error: UserError) -> str:
    if isinstance(error, UserErrors):
        return f"{len(error.errors)} mistakes" if len(error.errors) > 1 else _detail(error.errors[0])
    # The drawing under a line of a rule is for a terminal.
    return UserError.__str__(error)


def _unread(request: HttpRequest) -> dict[str, Any]:
    """Where the body stops to be JSON."""
    try:
        json.loads(request.body)
    except json.JSONDecodeError as error:
        return {"where": "body", "message": error.msg, "line": error.lineno, "column": error.colno}
    except UnicodeDecodeError:
        return {"where": "body", "message": "not UTF-8 text"}
    except RecursionError:
        return {"where": "body", "message": "nested too deeply"}
    return {"where": "body", "message": "not an object"}
