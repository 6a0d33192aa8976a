"""What can be evaluated: functions by the kinds of their arguments. The rest is refused when compiled."""

from __future__ import annotations

import re
from collections.abc import Sequence

from greenboard.facts.vocabulary import FieldDef
from greenboard.rules import brought, conversions, texts, times, versions
from greenboard.rules.around import RELATIONS
from greenboard.rules.refuse import RuleError, Source, one_of
from greenboard.rules.schema import Schema
from greenboard.rules.tree import Call, Const, Fold, FoldKind, Kind, ListOf, Node, Select, Type, Var

_SCALARS = {Kind.BOOL, Kind.INT, Kind.DOUBLE, Kind.STRING, Kind.TIMESTAMP, Kind.DURATION}
_NUMBERS = {Kind.INT, Kind.DOUBLE}
_TIMES = {Kind.TIMESTAMP, Kind.DURATION}
_B, _I, _D, _S, _T, _L = Kind.BOOL, Kind.INT, Kind.DOUBLE, Kind.STRING, Kind.TIMESTAMP, Kind.DURATION
_ONE_KIND: set[tuple[Kind, ...]] = {*((kind, kind) for kind in _SCALARS), (_I, _D), (_D, _I)}
_EQUAL: set[tuple[Kind, ...]] = {*_ONE_KIND, (Kind.LIST, Kind.LIST), (Kind.OPTIONAL, Kind.OPTIONAL)}
_AT_PLACE: set[tuple[Kind, ...]] = {(Kind.LIST, _I), (Kind.OPTIONAL, _I)}
_EXTREMES: set[tuple[Kind, ...]] = {(_I,), (_D,), (_I, _I), (_D, _D), (Kind.LIST,)}
_TEXTS: set[tuple[Kind, ...]] = {(_S, _S)}
_ANY = {*_SCALARS, Kind.STRUCT, Kind.LIST}
_MOMENT_PARTS: set[tuple[Kind, ...]] = {(_T,), (_T, _S)}

_KINDS: dict[str, set[tuple[Kind, ...]]] = {
    "_&&_": {(_B, _B)},
    "_||_": {(_B, _B)},
    "!_": {(_B,)},
    "_?_:_": {(_B, kind, kind) for kind in (*_ANY, Kind.OPTIONAL)},
    **dict.fromkeys(("_==_", "_!=_"), _EQUAL),
    **dict.fromkeys(("_<_", "_<=_", "_>_", "_>=_"), _ONE_KIND),
    "_+_": {(_I, _I), (_D, _D), (_S, _S), (_T, _L), (_L, _T), (_L, _L), (Kind.LIST, Kind.LIST)},
    "_-_": {(_I, _I), (_D, _D), (_T, _T), (_T, _L), (_L, _L)},
    "_*_": {(_I, _I), (_D, _D)},
    "_/_": {(_I, _I), (_D, _D)},
    "_%_": {(_I, _I)},
    "-_": {(_I,), (_D,)},
    "@in": {(kind, Kind.LIST) for kind in _SCALARS},
    **dict.fromkeys(("_[_]", "_[?_]"), _AT_PLACE),
    "size": {(_S,), (Kind.LIST,)},
    **dict.fromkeys(("startsWith", "endsWith", "contains", "matches"), _TEXTS),
    "split": {(_S, _S), (_S, _S, _I)},
    **dict.fromkeys(("semver_compare", "semver_in"), _TEXTS),
    **{name: {(_S,)} for name in ("lowerAscii", "upperAscii", "trim", "reverse", "strings.quote")},
    "indexOf": {(_S, _S), (_S, _S, _I)},
    "lastIndexOf": {(_S, _S), (_S, _S, _I)},
    "replace": {(_S, _S, _S), (_S, _S, _S, _I)},
    "substring": {(_S, _I), (_S, _I, _I)},
    "charAt": {(_S, _I)},
    **dict.fromkeys(("getFullYear", "getMonth", "getDate", "getDayOfMonth"), _MOMENT_PARTS),
    **dict.fromkeys(("getDayOfWeek", "getDayOfYear"), _MOMENT_PARTS),
    **{name: {*_MOMENT_PARTS, (_L,)} for name in ("getHours", "getMinutes", "getSeconds", "getMilliseconds")},
    "int": {(_I,), (_D,), (_S,), (_T,)},
    "double": {(_I,), (_D,), (_S,)},
    "string": {(_B,), (_I,), (_D,), (_S,), (_T,), (_L,)},
    "bool": {(_B,), (_S,)},
    "timestamp": {(_T,), (_S,), (_I,)},
    "duration": {(_L,), (_S,)},
    "days": {(_I,)},
    "hours": {(_I,)},
    **{name: {()} for name in RELATIONS},
    "level": {(_S,), (Kind.STRUCT, _S)},
    "reached": {(_S, _S), (Kind.STRUCT, _S, _S)},
    "in_team": {(_S,), (Kind.STRUCT, _S)},
    "percent": {(Kind.LIST,)},
    "quantile": {(Kind.LIST, _D)},
    "sum": {(Kind.LIST,)},
    "join": {(Kind.LIST,), (Kind.LIST, _S)},
    **{name: {(Kind.LIST,)} for name in ("sort", "distinct", "flatten", "first", "last")},
    "slice": {(Kind.LIST, _I, _I)},
    **{name: {(Kind.LIST, Kind.LIST)} for name in ("sets.contains", "sets.intersects", "sets.equivalent")},
    "optional.of": {(kind,) for kind in _ANY},
    "optional.none": {()},
    "optional.ofNonZeroValue": {(kind,) for kind in {*_SCALARS, Kind.LIST}},
    "orValue": {(Kind.OPTIONAL, kind) for kind in _ANY},
    "or": {(Kind.OPTIONAL, Kind.OPTIONAL)},
    **{name: {(Kind.OPTIONAL,)} for name in ("hasValue", "value")},
    **dict.fromkeys(("math.@max", "math.@min"), _EXTREMES),
    **{f"math.{name}": {(_I,), (_D,)} for name in ("abs", "sign", "sqrt")},
    **{f"math.{name}": {(_D,)} for name in ("ceil", "floor", "round", "trunc", "isNaN", "isInf", "isFinite")},
}
_SAME = {"_?_:_": (1, 2), "_+_": (0, 1), "or": (0, 1)}
"""Arguments that are lists, structs or optionals must be of one type where these functions take them."""

_OF_SCALARS = {"sort", "distinct", "sets.contains", "sets.intersects", "sets.equivalent"}
_NOT_EMPTY = {"sum", "percent", "quantile", "math.@max", "math.@min", "orValue", "value"}
_SIGNS = {
    "@in": "in",
    "_[_]": "[]",
    "_[?_]": "[?]",
    "_?_:_": "?:",
    "-_": "-",
    "!_": "!",
    "math.@max": "math.greatest",
    "math.@min": "math.least",
}


def missing(function: str, arguments: Sequence[Type]) -> str | None:
    """Why a call cannot be evaluated, or None when it can."""
    kinds = _KINDS.get(function) or brought.kinds(function)
    label = _SIGNS.get(function) or function.strip("_")
    if kinds is None:
        return f"{label}() is not supported"
    told = ", ".join(str(argument) for argument in arguments)
    if tuple(argument.kind for argument in arguments) not in kinds:
        return f"{label} of ({told}) is not supported"
    if function == "@in" and arguments[1].inner.kind not in {arguments[0].kind, Kind.EMPTY}:
        return f"in a {arguments[1]} no {arguments[0]} can be"
    if not _fits(function, arguments):
        return f"{label} of ({told}) is not supported"
    return None


def _fits(function: str, arguments: Sequence[Type]) -> bool:
    """Whether what lists and optionals hold is what a function can take."""
    if function in ("_==_", "_!=_"):
        return arguments[0].element is None or _comparable(*arguments)
    if function in _SAME and arguments[_SAME[function][0]].kind not in _SCALARS:
        one, other = _SAME[function]
        return arguments[one] == arguments[other]
    if function == "orValue" and arguments[0].inner != arguments[1]:
        return False
    inner = arguments[0].element if arguments else None
    if inner is None:
        return True
    if function == "flatten":
        return inner.kind is Kind.LIST
    if function in _OF_SCALARS:
        return inner.kind in _SCALARS and all(argument == arguments[0] for argument in arguments)
    return inner.kind is not Kind.EMPTY or function not in _NOT_EMPTY


def _comparable(left: Type, right: Type) -> bool:
    """Whether two lists or optionals can be held against one another: of scalars, or of lists of them."""
    ours, theirs = left.inner, right.inner
    if Kind.EMPTY in (ours.kind, theirs.kind):
        return left.kind is Kind.LIST or ours == theirs
    if ours.kind is Kind.LIST and theirs.kind is Kind.LIST:
        return _comparable(ours, theirs)
    return ours == theirs and ours.kind in _SCALARS


def check_constants(source: Source, node: Call, schema: Schema) -> None:
    """Refuse literals that can never be right: a text outside a closed field's values, a broken pattern.

    Raises:
        RuleError: with the place of the literal.

    """
    if node.function in ("_==_", "_!=_", "@in"):
        _check_closed(source, node, schema)
    check = _LITERALS.get(node.function)
    if check is None:
        return
    index, valid, what = check
    if index < len(node.arguments):
        literal = node.arguments[index]
        if isinstance(literal, Const) and isinstance(literal.value, str) and not valid(literal.value):
            days = re.fullmatch(r"(\d+)d", literal.value) if node.function == "duration" else None
            hint = f"Write days({days[1]})." if days else None
            raise source.refuse(literal.at, f"{literal.value!r} {what}", hint=hint)


def _check_closed(source: Source, node: Call, schema: Schema) -> None:
    left, right = node.arguments
    for one, other in ((left, right), (right, left)):
        allowed = _closed(one, schema)
        if allowed is None:
            continue
        for literal in other.elements if isinstance(other, ListOf) else (other,):
            if isinstance(literal, Const) and literal.value not in allowed[1]:
                raise _outside(source, literal, allowed)


def _outside(source: Source, literal: Const, allowed: tuple[str, tuple[str, ...]]) -> RuleError:
    what, expected, hint = one_of(str(literal.value), allowed[1], allowed[0])
    return source.refuse(literal.at, what, expected=expected, hint=hint)


def _closed(node: Node, schema: Schema) -> tuple[str, tuple[str, ...]] | None:
    """The label and the values of a field that is closed to a few texts."""
    if isinstance(node, Var) and node.over is not None:
        return _closed(node.over, schema)
    if isinstance(node, Fold) and node.fold is FoldKind.FILTER:
        return _closed(node.over, schema)
    if not isinstance(node, Select) or node.operand.type.kind is not Kind.STRUCT:
        return None
    stated = node.operand.type
    if stated.is_related:
        return None
    declared: FieldDef = schema.fields(stated.struct)[node.field]
    return (f"{stated.struct}.{node.field}", declared.values) if declared.values else None


def _pattern_is_valid(text: str) -> bool:
    import re2

    try:
        texts.pattern(text)
    except re2.error:
        return False
    return True


_LITERALS = {
    "matches": (1, _pattern_is_valid, "is not a regular expression (RE2)"),
    "timestamp": (0, lambda text: conversions.moment(text) is not None, "is not a timestamp in whole microseconds"),
    "duration": (0, lambda text: conversions.span(text) is not None, "is not a duration such as 90m or 24h"),
    "semver_in": (1, lambda text: versions.read_range(text) is not None, "is not a range of versions"),
    **{
        name: (1, lambda text: times.zone(text) is not None, "is not a time zone")
        for name in ("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear")
    },
    **{
        name: (1, lambda text: times.zone(text) is not None, "is not a time zone")
        for name in ("getHours", "getMinutes", "getSeconds", "getMilliseconds")
    },
}
