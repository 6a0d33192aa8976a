"""What the compiler wrote, read back: its types, and the macros that it expanded."""

from __future__ import annotations

from typing import Any

from greenboard.rules import tree
from greenboard.rules.schema import struct_type
from greenboard.rules.tree import FoldKind, Kind, Type

_PRIMITIVES = {1: tree.BOOL, 2: tree.INT, 4: tree.DOUBLE, 5: tree.STRING}
_WELL_KNOWN = {2: tree.TIMESTAMP, 3: tree.DURATION}


def convert(stated: Any) -> Type | None:
    """The type that the compiler found, or None where values of it cannot be evaluated."""
    match stated.WhichOneof("kind"):
        case "primitive":
            return _PRIMITIVES.get(stated.primitive)
        case "well_known":
            return _WELL_KNOWN.get(stated.well_known)
        case "message_type":
            return struct_type(stated.message_type)
        case "list_type":
            return _of(Kind.LIST, stated.list_type.elem_type)
        case "abstract_type" if stated.abstract_type.name == "optional_type":
            return _of(Kind.OPTIONAL, stated.abstract_type.parameter_types[0])
    return None


def _of(kind: Kind, inner: Any) -> Type | None:
    """A list or optional; of what has no type (`[]`, `optional.none()` by itself) it is EMPTY."""
    free = inner.WhichOneof("kind") in ("dyn", "type_param", None)
    element = tree.EMPTY if free else convert(inner)
    if element is None:
        return None
    return tree.list_of(element) if kind is Kind.LIST else Type(kind, element=element)


def no_type(stated: Any) -> str:
    """Why a type cannot be evaluated."""
    kind = stated.WhichOneof("kind") if stated is not None else None
    words = {"dyn": "values of unknown type", "map_type": "maps", "null": "null", "type": "types as values"}
    return f"{words.get(kind or '', 'values of this type')} cannot be used in a rule"


def names_a_part(told: Any) -> bool:
    """Whether a comprehension is `cel.bind(name, part, rest)`, which `optMap` is made of, too."""
    return bool(told.iter_var == "#unused")


def unfold(told: Any) -> tuple[FoldKind | None, Any, Any]:
    """The macro that the compiler expanded: its kind, its condition and what it makes."""
    if told.iter_var2:
        return None, None, None
    step = told.loop_step.call_expr
    match step.function:
        case "_&&_":
            return FoldKind.ALL, step.args[1], None
        case "_||_":
            return FoldKind.EXISTS, step.args[1], None
        case "_+_":
            return FoldKind.MAP, None, step.args[1].list_expr.elements[0]
        case "_?_:_":
            return _unfold_conditional(told, step)
    return None, None, None


def _unfold_conditional(told: Any, step: Any) -> tuple[FoldKind | None, Any, Any]:
    test, added = step.args[0], step.args[1].call_expr.args[1]
    if added.WhichOneof("kind") == "const_expr":
        return FoldKind.EXISTS_ONE, test, None
    made = added.list_expr.elements[0]
    if made.WhichOneof("kind") == "ident_expr" and made.ident_expr.name == told.iter_var:
        return FoldKind.FILTER, test, None
    return FoldKind.MAP, test, made
