"""Several operations in one request (RFC 7644, 3.7): each is done as if it came alone, and answered in its order."""

from __future__ import annotations

import copy
import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from greenboard.scim import views
from greenboard.scim.description import LARGEST, MOST
from greenboard.scim.guard import Refused, View, answer, problem, provisions_several, whole

_ANSWER = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
_ASKED = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
_PATH = re.compile(r"/?(Users|Groups)(?:/([^/?#]+))?")
_MEANT = re.compile(r"bulkId:(.+)", re.DOTALL)
# As they are without their guard: whoever sends was admitted once, for all of them.
_VIEWS: Mapping[tuple[str, bool], View] = {
    ("Users", False): inspect.unwrap(views.people),
    ("Users", True): inspect.unwrap(views.person),
    ("Groups", False): inspect.unwrap(views.groups),
    ("Groups", True): inspect.unwrap(views.group),
}


class _Operation(BaseModel):
    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    path: str
    bulk_id: str | None = Field(default=None, alias="bulkId", min_length=1)
    version: str | None = None
    data: dict[str, Any] | None = None


class _Request(BaseModel):
    # Providers send attributes of their own.
    model_config = ConfigDict(extra="ignore")

    schemas: list[str]
    fail_on_errors: int | None = Field(default=None, alias="failOnErrors", ge=1)
    operations: list[dict[str, Any]] = Field(alias="Operations")


@provisions_several
def several(request: HttpRequest) -> HttpResponseBase:
    """Do several operations; each that is refused says so in its own answer, and the others hold."""
    views.expect(request, "POST")
    if len(request.body) > LARGEST:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A request may have {LARGEST:,} bytes.")
    try:
        asked = _Request.model_validate(views.body(request))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise Refused(HTTPStatus.BAD_REQUEST, f"{where}: {first['msg']}", "invalidSyntax") from None
    if _ASKED not in asked.schemas:
        raise Refused(HTTPStatus.BAD_REQUEST, f"schemas: expected {_ASKED}", "invalidSyntax")
    if len(asked.operations) > MOST:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A request may have {MOST:,} operations.")
    try:
        done = _Job(request, asked.fail_on_errors).do(asked.operations)
    except RecursionError:  # all of it is looked through before anything is done
        raise Refused(HTTPStatus.BAD_REQUEST, "The body is nested too deeply.", "invalidSyntax") from None
    return answer({"schemas": [_ANSWER], "Operations": done})


class _Job:
    """Does operations, and keeps what those that make something made, by their `bulkId`."""

    def __init__(self, request: HttpRequest, patience: int | None) -> None:
        self.request, self.patience = request, patience
        self.made: dict[str, str] = {}

    def do(self, operations: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The answers, in the order of the operations; what was not tried any more has none."""
        answers: dict[int, dict[str, Any]] = {}
        errors = 0
        for number in self._order(operations):
            answers[number] = self._one(operations[number])
            errors += int(answers[number]["status"]) >= HTTPStatus.BAD_REQUEST
            if self.patience is not None and errors >= self.patience:
                break
        return [answers[number] for number in sorted(answers)]

    def _order(self, operations: Sequence[dict[str, Any]]) -> Iterator[int]:
        """As they came, but what names something that a later one makes comes after that one."""
        makes = {one["bulkId"]: at for at, one in enumerate(operations) if isinstance(one.get("bulkId"), str)}
        needs = [
            {makes[name] for name in set(_named(one)) if name in makes} - {at} for at, one in enumerate(operations)
        ]
        waiting, over = list(range(len(operations))), set[int]()
        while waiting:
            # Where they need each other in a circle, the first is tried, and refused for what it lacks.
            number = next((at for at in waiting if needs[at] <= over), waiting[0])
            waiting.remove(number)
            over.add(number)
            yield number

    def _one(self, said: dict[str, Any]) -> dict[str, Any]:
        try:
            operation = _Operation.model_validate(said)
        except ValidationError as error:
            first = error.errors()[0]
            refused = problem(400, f"{'.'.join(map(str, first['loc']))}: {first['msg']}", "invalidSyntax")
            return _answered(said, refused)
        return _answered(said, self._done(operation), self._location(operation))

    def _done(self, operation: _Operation) -> HttpResponseBase:
        found = _PATH.fullmatch(operation.path)
        if found is None or (operation.method == "POST") == bool(found[2]):
            return problem(400, f"{operation.method} is not possible at {operation.path!r}.", "invalidPath")
        if operation.method == "POST" and operation.bulk_id is None:
            return problem(400, "What is made needs a bulkId.", "invalidSyntax")
        if operation.method != "DELETE" and operation.data is None:
            return problem(400, "data is missing.", "invalidSyntax")
        try:
            key = self._meant(found[2] or "")
            data = self._meant(operation.data)
        except KeyError as error:
            return problem(HTTPStatus.CONFLICT, f"Nothing was made as bulkId:{error.args[0]}.", "invalidValue")
        more = {"key": key} if key else {}
        told = whole(_VIEWS[found[1], bool(key)], self._request(operation, data), **more)
        if operation.bulk_id and "Location" in told:
            self.made[operation.bulk_id] = str(told["Location"]).rpartition("/")[2]
        return told

    def _request(self, operation: _Operation, data: Any) -> HttpRequest:
        """The request that the operation would have been."""
        made = copy.copy(self.request)
        made.__dict__.pop("headers", None)
        made.META = {name: text for name, text in self.request.META.items() if not name.startswith("HTTP_IF_")}
        if operation.version:
            made.META["HTTP_IF_MATCH"] = operation.version
        made.method, made.GET = operation.method, QueryDict()
        made._body = json.dumps(data).encode()  # where Django keeps what it has read
        return made

    def _location(self, operation: _Operation) -> str:
        return "" if operation.method == "POST" else f"{views.base(self.request)}/{operation.path.lstrip('/')}"

    def _meant(self, value: Any) -> Any:
        """A value with each `bulkId:NAME` in it as the id of what was made under that name."""
        if isinstance(value, dict):
            return {key: self._meant(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._meant(one) for one in value]
        found = _MEANT.fullmatch(value) if isinstance(value, str) else None
        return self.made[found[1]] if found else value


def _named(value: Any) -> Iterator[str]:
    """The names of what an operation needs."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _named(one.rpartition("/")[2] if key == "path" and isinstance(one, str) else one)
    elif isinstance(value, list):
        for one in value:
            yield from _named(one)
    elif isinstance(value, str) and (found := _MEANT.fullmatch(value)):
        yield found[1]


def _answered(said: Mapping[str, Any], told: HttpResponseBase, location: str = "") -> dict[str, Any]:
    """What came of one operation."""
    method, name = said.get("method"), said.get("bulkId")
    found: dict[str, Any] = {"method": method, "status": str(told.status_code)}
    if isinstance(name, str):
        found["bulkId"] = name
    where = str(told["Location"]) if "Location" in told else location
    if where:
        found["location"] = where
    if "ETag" in told:
        found["version"] = str(told["ETag"])
    if told.status_code >= HTTPStatus.BAD_REQUEST and isinstance(told, HttpResponse):
        found["response"] = json.loads(told.content)
    return found
