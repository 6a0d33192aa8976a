"""Protobuf files that define services, parsed by proto-schema-parser. What they import is not looked up."""

from __future__ import annotations

from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.specs.types import Described
from greenboard.repository.tree import Tree

MAX_BYTES = 256 * 2**10


def protobuf(tree: Tree, path: str) -> Described:
    """What a protobuf file says. A method is documented by a comment right above it.

    Raises:
        UserError: it cannot be read, or is larger than is read.

    """
    from antlr4.error.ErrorListener import ErrorListener  # type: ignore[import-untyped]
    from proto_schema_parser import ast
    from proto_schema_parser.parser import Parser

    errors: list[Place] = []

    class Listener(ErrorListener):  # type: ignore[misc]
        def syntaxError(self, _parser: Any, _symbol: Any, line: int, column: int, *_rest: Any) -> None:  # noqa: N802
            errors.append(Place(path, line, column + 1))

    def listen(parser: Any) -> None:
        parser.removeErrorListeners()
        parser.addErrorListener(Listener())

    text = tree.text(path, MAX_BYTES)
    try:
        file = Parser(setup_lexer=listen, setup_parser=listen).parse(text)
    except (AttributeError, TypeError, ValueError, LookupError, AssertionError):
        # It builds its tree from what it could recover, and stumbles in many ways.
        place = errors[0] if errors else Place(path, 1, 1)
        return Described(path, "protobuf", valid=False, problems=max(len(errors), 1), place=str(place))
    if errors:
        return Described(path, "protobuf", valid=False, problems=len(errors), place=str(errors[0]))
    methods = documented = 0
    for service in (part for part in file.file_elements if isinstance(part, ast.Service)):
        before: Any = None
        for element in service.elements:
            methods += isinstance(element, ast.Method)
            documented += isinstance(element, ast.Method) and isinstance(before, ast.Comment)
            before = element
    package = next((part.name for part in file.file_elements if isinstance(part, ast.Package)), "")
    last = package.rpartition(".")[2]
    version = last if last[:1] == "v" and last[1:2].isdigit() else ""
    return Described(path, "protobuf", version, True, 0, methods, documented)
