"""Some fields only: every list of things takes `fields`, so that nobody has to carry what they do not read.

`app` offers it, so that none is forgotten. The answer is made as ever, and what was not asked for is left out of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial, wraps
from typing import Any, get_args, get_origin

from django.http import HttpRequest, HttpResponse
from ninja.decorators import decorate_view
from ninja.operation import Operation
from pydantic import BaseModel, ConfigDict

from greenboard.api import problems
from greenboard.api.query import FIELDS, OFFERED, fields_of
from greenboard.api.schemas import Shown, sparse
from greenboard.core.errors import Place, UserError, suggest

Run = Callable[..., HttpResponse]


@dataclass(frozen=True)
class _List:
    """An answer that is one list of things, and the address of the next page where it comes in pages."""

    page: type[BaseModel]
    name: str
    item: type[BaseModel]

    @property
    def names(self) -> tuple[str, ...]:
        """What names one of the things: what it says itself, or the first field that each has."""
        first = next(name for name, field in self.item.model_fields.items() if field.is_required())
        return getattr(self.item, "names", (first,))

    @cached_property
    def parameter(self) -> Any:
        return fields_of(self.item)

    @cached_property
    def pattern(self) -> str:
        return next(str(one.pattern) for one in self.parameter.metadata if hasattr(one, "pattern"))

    def described(self) -> type[BaseModel]:
        """The answer for the description: its things may lack any field but their name."""
        item = self.item if issubclass(self.item, Shown) else _loose(self.item, self.names)
        return _like(self.page, self.page.__name__, __annotations__={self.name: list[item]})  # type: ignore[valid-type]


def offer(operation: Operation) -> None:
    """Let an operation take `fields`, where it answers with a list of things and does not take them already."""
    found = _list(operation)
    if found is None or FIELDS in _parameters(operation):
        return
    operation.response_models[200] = operation._create_response_model(found.described())
    told = operation.openapi_extra or {}
    parameter = {
        "name": FIELDS,
        "in": "query",
        "required": False,
        "description": found.parameter.description,
        "schema": {"type": "string", "pattern": found.pattern},
    }
    operation.openapi_extra = {**told, "parameters": [*told.get("parameters", ()), parameter]}
    decorate_view(partial(_sparing, found, frozenset({FIELDS, *_parameters(operation)})))(operation.view_func)


def _list(operation: Operation) -> _List | None:
    answer = operation.response_models.get(200) if operation.methods == ["GET"] else None
    if not (isinstance(answer, type) and issubclass(answer, BaseModel)):
        return None
    page = answer.model_fields["response"].annotation
    if not (isinstance(page, type) and issubclass(page, BaseModel)):
        return None
    several = [name for name in page.model_fields if name != "next"]
    annotation = page.model_fields[several[0]].annotation if len(several) == 1 else None
    item = get_args(annotation)[0] if get_origin(annotation) is list else None
    return _List(page, several[0], item) if isinstance(item, type) and issubclass(item, BaseModel) else None


def _parameters(operation: Operation) -> Iterator[str]:
    for model in operation.models:
        yield from model.__ninja_flatten_map__


def _loose(item: type[BaseModel], names: tuple[str, ...]) -> type[BaseModel]:
    """A thing of which any field may be left out but its names."""
    name = f"{item.__name__.removesuffix('Shown')}Listed"
    return _like(item, name, model_config=ConfigDict(json_schema_extra=partial(sparse, names)))


def _like(model: type[BaseModel], name: str, **told: Any) -> type[BaseModel]:
    return type(name, (model,), {"__module__": model.__module__, "__doc__": model.__doc__, **told})


def _sparing(found: _List, known: frozenset[str], run: Run) -> Run:
    """An operation that leaves out what was not asked for, and refuses what it does not know."""

    @wraps(run)
    def answered(request: HttpRequest, *parts: Any, **named: Any) -> HttpResponse:
        request.META[OFFERED] = True
        response = run(request, *parts, **named)
        asked = request.GET.getlist(FIELDS)
        if not request.GET or response.status_code != 200:
            return response
        if (wrong := _wrong(request, known, found)) is not None:
            return problems.answer(422, str(wrong), errors=problems.mistakes(wrong))
        if not asked:
            return response
        wanted = {*asked[0].split(","), *found.names}
        told = json.loads(response.content)
        told[found.name] = [{key: row[key] for key in row if key in wanted} for row in told[found.name]]
        response.content = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        return response

    return answered


def _wrong(request: HttpRequest, known: frozenset[str], found: _List) -> UserError | None:
    """What is wrong with the parameters of a list; `query.Asked` refuses for itself what it does not know."""
    strange = next((name for name in request.GET if name not in known), None)
    if strange is not None:
        return UserError(f"unknown parameter {strange!r}", place=Place(strange), hint=suggest(strange, known))
    asked = request.GET.getlist(FIELDS)
    if len(asked) > 1 or any(not re.fullmatch(found.pattern, one) for one in asked):
        expected = f"some of {', '.join(found.item.model_fields)}, separated by commas"
        got = " and ".join(map(repr, asked))[:200]
        return UserError("not fields of this list", place=Place(FIELDS), expected=expected, got=got)
    return None
