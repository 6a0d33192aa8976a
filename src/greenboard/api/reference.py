"""The description of the API itself, for machines and for people. Nothing of it comes from another host."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import Router

from greenboard.access.decide import Permission, require
from greenboard.api import answers
from greenboard.api.guard import READ

router = Router(tags=["Reference"])
Json = Mapping[str, Any]


@lru_cache(maxsize=1)
def document() -> Json:
    """The OpenAPI document as data."""
    from greenboard.api.app import api  # joins this module too

    return api.get_openapi_schema()


@lru_cache(maxsize=1)
def text() -> str:
    """The OpenAPI document, the same text for the same code."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


@router.get("/openapi.json", auth=READ, include_in_schema=False)
def openapi(request: HttpRequest) -> HttpResponse:
    """All operations as OpenAPI 3.1."""
    return answers.kept(request, text())


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of what is sent or answered."""

    name: str
    type: str
    required: bool
    doc: str
    where: str = ""


@dataclass(frozen=True)
class Operation:
    """One operation for people."""

    id: str
    method: str
    path: str
    title: str
    doc: str
    parameters: tuple[Field, ...]
    sent: str
    answered: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Shape:
    """One of the schemas: what is sent or answered."""

    name: str
    doc: str
    fields: tuple[Field, ...]


@require(Permission.READ)
def page(request: HttpRequest) -> HttpResponse:
    """The reference as a page."""
    return render(request, "api.html", {"groups": _groups(), "shapes": _shapes()})


@lru_cache(maxsize=1)
def _groups() -> tuple[tuple[str, tuple[Operation, ...]], ...]:
    found: dict[str, list[Operation]] = {}
    for path, methods in document()["paths"].items():
        for method, told in methods.items():
            found.setdefault(told.get("tags", ["Other"])[0], []).append(_operation(path, method, told))
    return tuple((name, tuple(several)) for name, several in found.items())


def _operation(path: str, method: str, told: Json) -> Operation:
    sent = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        title=told["operationId"].replace("_", " "),
        doc=told.get("description", ""),
        parameters=tuple(
            Field(one["name"], _type(one["schema"]), one.get("required", False), one.get("description", ""), one["in"])
            for one in told.get("parameters", [])
        ),
        sent=_type(sent) if sent else "",
        answered=tuple(_answers(told["responses"])),
    )


def _answers(responses: Json) -> Iterator[tuple[str, str, str]]:
    for status, told in responses.items():
        schema: Json = next((one.get("schema", {}) for one in told.get("content", {}).values()), {})
        yield status, told.get("description", ""), _type(schema) if schema else ""


@lru_cache(maxsize=1)
def _shapes() -> tuple[Shape, ...]:
    schemas = document()["components"]["schemas"]
    return tuple(
        Shape(
            name,
            told.get("description", ""),
            tuple(
                Field(field, _type(one), field in told.get("required", []), one.get("description", ""))
                for field, one in told.get("properties", {}).items()
            ),
        )
        for name, told in sorted(schemas.items())
    )


def _type(schema: Json) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            parts = [_type(one) for one in schema[several]]
            return " or ".join(dict.fromkeys(part for part in parts if part)) or str(schema.get("type", ""))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {})) or 'anything'}"
    kept = [str(schema[key]) for key in ("format", "type", "const") if key in schema]
    return kept[0] if kept else "anything"
