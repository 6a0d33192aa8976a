"""GraphQL schemas in the schema definition language, parsed and validated by graphql-core.

The files of one component make up one schema together. Directives and types that a gateway adds
(Apollo Federation) are not known here: where only those are missing, validity stays unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from greenboard.core.errors import Place, UserError
from greenboard.repository.specs.types import Described
from greenboard.repository.tree import Tree

_ROOTS = frozenset({"Query", "Mutation", "Subscription"})
_ELSEWHERE = re.compile(r"Unknown directive|Unknown type|Cannot extend type")


def graphql(tree: Tree, paths: Sequence[str]) -> list[Described | UserError]:
    """What each file says that defines types; files of queries only are left out."""
    from graphql import GraphQLSyntaxError, Source, concat_ast, parse

    documents: dict[str, Any] = {}
    found: list[Described | UserError] = []
    for path in paths:
        try:
            document = parse(Source(tree.text(path, 2**20), path), max_tokens=200_000)
        except UserError as error:
            found.append(error)
            continue
        except GraphQLSyntaxError as error:
            line = error.locations[0] if error.locations else None
            place = Place(path, line.line, line.column) if line else Place(path, 1)
            found.append(Described(path, "graphql", valid=False, problems=1, place=str(place)))
            continue
        except RecursionError:
            found.append(UserError("nested too deeply", place=Place(path)))
            continue
        if any(
            "definition" in node.kind or "extension" in node.kind for node in document.definitions if _defines(node)
        ):
            documents[path] = document
    problems, unsure = _problems(concat_ast(list(documents.values()))) if documents else (Counter(), "")
    for path, document in documents.items():
        found.append(_described(path, document, problems, unsure))
    return found


def _defines(node: Any) -> bool:
    return node.kind not in ("operation_definition", "fragment_definition")


def _problems(document: Any) -> tuple[Counter[str], str]:
    """Problems by file, and why they are not all there may be."""
    from graphql.validation.validate import validate_sdl

    counted: Counter[str] = Counter()
    unsure = ""
    for error in validate_sdl(document):
        if _ELSEWHERE.match(error.message):
            unsure = error.message
            continue
        nodes = error.nodes or ()
        sources = {node.loc.source.name for node in nodes if node.loc}
        counted.update(sources)
    return counted, unsure


def _described(path: str, document: Any, problems: Counter[str], unsure: str) -> Described:
    count = problems[path]
    fields = [
        field
        for node in document.definitions
        if _defines(node) and getattr(getattr(node, "name", None), "value", "") in _ROOTS
        for field in getattr(node, "fields", None) or ()
    ]
    documented = sum(1 for field in fields if field.description and field.description.value.strip())
    if not count and unsure:
        return Described(
            path,
            "graphql",
            "",
            None,
            None,
            len(fields),
            documented,
            f"what it names may be defined elsewhere: {unsure}",
        )
    return Described(path, "graphql", "", not count, count, len(fields), documented)
