"""Machine-readable descriptions of the component's interfaces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.specs.asyncapi import asyncapi
from greenboard.repository.specs.graphql import graphql
from greenboard.repository.specs.openapi import openapi
from greenboard.repository.specs.protobuf import protobuf
from greenboard.repository.specs.types import Described
from greenboard.repository.types import Found, Missed, Reader, Scope

MAX_SNIFFED = 3000
MAX_DESCRIPTIONS = 40
_START = 4096
_SAMPLE = re.compile(
    r"/(tests?|testdata|test-data|__tests__|(__)?fixtures(__)?|_?examples?|samples?|vendor|node_modules|third_party|mocks?"
    r"|site-packages|\.github|google/(api|protobuf|rpc|type|longrunning)|grpc/(health|reflection)|buf/validate)/",
    re.IGNORECASE,
)
_JSON_NAMES = re.compile(r".*(openapi|swagger|asyncapi|api|oas|spec|schema).*\.json", re.IGNORECASE)
_OPENAPI = re.compile(rb"^\s*\{?\s*[\"']?(openapi|swagger)[\"']?\s*:\s*[\"']?[23]\.", re.MULTILINE)
_ASYNCAPI = re.compile(rb"^\s*\{?\s*[\"']?asyncapi[\"']?\s*:\s*[\"']?[23]\.", re.MULTILINE)
_SERVICE = re.compile(rb"^\s*service\s+\w+\s*\{", re.MULTILINE)


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact with an item for each description; nothing where none is found, since none may be needed."""
    items: list[Mapping[str, Any]] = []
    places: dict[str, str] = {}
    for part in _bounded(_all(scope)):
        if isinstance(part, Missed):
            yield part
            continue
        if isinstance(part, UserError):
            yield Missed("api_spec", str(part), str(part.place or ""))
            continue
        if part.unsure:
            yield Missed("api_spec", f"validity not known: {part.unsure}", f"{part.path}:1")
        changed = scope.tree.history.changed(part.path) if scope.tree.entries[part.path].tracked else None
        items.append({**part.item(), **({"last_changed_at": changed} if changed else {})})
        places[part.path] = f"{part.path}:1"
        if part.place:
            places[f"{part.path}.valid"] = part.place
    if items:
        yield Found("api_spec", items, f"{items[0]['path']}:1", places)


def _bounded(parts: Iterable[Described | UserError]) -> Iterator[Described | UserError | Missed]:
    for count, part in enumerate(parts):
        if count == MAX_DESCRIPTIONS:
            yield Missed("api_spec", f"only the first {MAX_DESCRIPTIONS} descriptions were read")
            return
        yield part


def _all(scope: Scope) -> Iterator[Described | UserError]:
    tree = scope.tree
    own = [path for path in scope.files if not _SAMPLE.search("/" + path.removeprefix(scope.root))]
    sniffed = 0
    schemas: list[str] = []
    for path in own:
        suffix = path.rpartition(".")[2].lower()
        if suffix in ("graphql", "graphqls", "gql"):
            schemas.append(path)
        elif suffix in ("yaml", "yml", "proto") or (suffix == "json" and _JSON_NAMES.fullmatch(path)):
            sniffed += 1
            if sniffed <= MAX_SNIFFED:
                yield from _one(scope, path, suffix)
    if schemas:
        yield from graphql(tree, schemas[:200])


def _one(scope: Scope, path: str, suffix: str) -> Iterator[Described | UserError]:
    tree = scope.tree
    try:
        start = _start(scope, path, whole=suffix == "proto")
        if suffix == "proto":
            found = protobuf(tree, path) if _SERVICE.search(start) else None
        elif _OPENAPI.search(start) and _top(start, b"openapi", b"swagger"):
            found = openapi(tree, path)
        elif _ASYNCAPI.search(start) and _top(start, b"asyncapi"):
            found = asyncapi(tree, path)
        else:
            found = None
    except UserError as error:
        yield error
        return
    if found is not None:
        yield found


def _top(start: bytes, *keys: bytes) -> bool:
    """Whether one of these keys stands at the top, not indented inside of something else (or it is JSON)."""
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or any(
        re.search(rb"^[\"']?" + key + rb"[\"']?\s*:", start.removeprefix(b"\xef\xbb\xbf"), re.MULTILINE) for key in keys
    )


def _start(scope: Scope, path: str, *, whole: bool) -> bytes:
    try:
        scope.tree.size(path)
        with (scope.tree.root / path).open("rb") as file:
            return file.read(256 * 2**10 if whole else _START)
    except (UserError, OSError):
        return b""


READER = Reader("api_spec", ("api_spec",), "component", read)
