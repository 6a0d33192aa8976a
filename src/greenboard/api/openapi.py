"""What the description of the API says besides the operations themselves. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from greenboard.api.written import Problem

Json = dict[str, Any]
_Document = TypeVar("_Document", bound=Json)

ABOUT = """\
Everything that the pages show and do. Lists come in pages: `next` in the answer, and the `Link` header, lead on.
Whatever has a history is read `as_of` any moment. Answers have an `ETag`: send it as `If-None-Match`, and get 304
where nothing changed. Whatever changes something takes an `Idempotency-Key`, and may then be sent again.
Refusals are problem details (RFC 9457). See docs/api.md for how to sign in, page, filter and write in bulk."""

_PROBLEM = "#/components/schemas/Problem"
_SAID = {
    "400": "The request cannot be meant.",
    "401": "Nobody is signed in.",
    "403": "The one who asks may not.",
    "404": "There is no such thing, or was not at that moment.",
    "422": "A parameter or a part of the body does not fit.",
    "default": "Any other refusal.",
}


_SCHEMES: Json = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token: `gb_...`"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "That of the pages; what changes or computes also wants `X-CSRFToken`.",
    },
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "Greenboard-Signature",
        "description": "`t=SECONDS,v1=HEX`, see docs/api.md; `Greenboard-Delivery` goes along.",
    },
    "tool": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "Signed as the connected tool signs its messages, in the header that it uses.",
    },
}
_WAYS = {
    "Needs": ("token", "session"),
    "Known": ("token", "session"),
    "Signed": ("signature",),
    "Claimed": ("tool",),
    "CalledBack": (),
}
"""How one is known to a guard, by its name."""


def complete(document: _Document) -> _Document:
    """Add refusals to every operation, and say of parameters only what an address can say."""
    components = document["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components |= problem.pop("$defs", {})
    components["Problem"] = problem
    for method, operation in _operations(document):
        for parameter in operation.get("parameters", []):
            schema = _never_null(parameter["schema"])
            parameter["schema"] = {key: part for key, part in schema.items() if key not in ("title", "description")}
            parameter.pop("examples", None)  # those of the schema are a list, which is another thing here
        (needs,) = operation["security"]
        operation["security"] = [{name: []} for name in _WAYS[next(iter(needs))]]
        responses = {str(status): answer for status, answer in operation["responses"].items()}
        if method == "get" and "200" in responses:
            responses["304"] = {"description": "Nothing changed since `If-None-Match`."}
        operation["responses"] = responses | {
            status: {"description": said, "content": {"application/problem+json": {"schema": {"$ref": _PROBLEM}}}}
            for status, said in _SAID.items()
            if status not in responses
        }
    for schema in components.values():
        _plain(schema)
    document["components"]["securitySchemes"] = _SCHEMES
    document["servers"] = [{"url": "/", "description": "This server"}]
    return document


def _operations(document: Json) -> Iterator[tuple[str, Json]]:
    for path in document["paths"].values():
        yield from path.items()


def _plain(schema: Json) -> None:
    """Take out the titles of fields, which say their names again, and defaults that generators cannot write."""
    for field in schema.get("properties", {}).values():
        field.pop("title", None)
        if isinstance(field.get("default"), dict):
            del field["default"]
    schema.pop("title", None)


def _never_null(schema: Json) -> Json:
    """A parameter that is not given is left out; there is no null in an address."""
    several = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    kept = {key: value for key, value in schema.items() if key != "anyOf" and (key, value) != ("default", None)}
    if len(several) == 1:
        return {**several[0], **kept}
    return {**kept, "anyOf": several} if several else kept
