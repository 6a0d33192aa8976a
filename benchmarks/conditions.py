"""Our rules as conditions of json-rules-engine, where it has the means to say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from greenboard.rules.columns import Row, micros
from greenboard.rules.tree import Call, Const, Fold, FoldKind, Kind, ListOf, Node, Select, Var

Condition = dict[str, Any]

_OPERATORS = {
    "_==_": "equal",
    "_!=_": "notEqual",
    "_<_": "lessThan",
    "_<=_": "lessThanInclusive",
    "_>_": "greaterThan",
    "_>=_": "greaterThanInclusive",
}
_FLIPPED = {"_<_": "_>_", "_<=_": "_>=_", "_>_": "_<_", "_>=_": "_<=_"}


class CannotSay(Exception):
    """A rule that the other engine has no words for."""


def rule(tree: Node, now: datetime) -> Condition:
    """The conditions of one rule. Raises CannotSay."""
    found = _condition(tree, now)
    return found if found.keys() & {"all", "any", "not"} else {"all": [found]}


def facts(row: Row) -> dict[str, Any]:
    """The facts of one entity as the other engine reads them fastest: a field of a single fact has its own name."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            found |= {f"{name}.{field}": _plain(part) for field, part in value.items()}
        else:
            found[name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    """Moments and lengths of time as numbers of milliseconds."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, datetime):
        return micros(value) / 1000
    return value / timedelta(milliseconds=1) if isinstance(value, timedelta) else value


def _condition(node: Node, now: datetime) -> Condition:
    match node:
        case Call(function="_&&_" | "_||_"):
            parts = [_condition(part, now) for part in node.arguments]
            return {"all" if node.function == "_&&_" else "any": parts}
        case Fold(fold=FoldKind.ALL | FoldKind.EXISTS, over=Var(local=False) as over, test=Node() as test):
            every = node.fold is FoldKind.ALL
            each = _leaf(test, now).as_condition("everyFact:" if every else "someFact:")
            none = {"fact": over.name, "path": "$.length", "operator": "equal", "value": 0}
            return {"any": [none, each]} if every else each
    return _leaf(node, now).as_condition()


@dataclass(frozen=True)
class _Leaf:
    """One value held against a literal."""

    fact: str
    path: str
    operator: str
    value: Any

    def as_condition(self, quantifier: str = "") -> Condition:
        if bool(quantifier) is not self.path.startswith("$[*]"):
            raise CannotSay
        read = {"fact": self.fact, "path": self.path} if self.path else {"fact": self.fact}
        return {**read, "operator": quantifier + self.operator, "value": self.value}


def _leaf(node: Node, now: datetime) -> _Leaf:
    match node:
        case Select(type=kind) if kind.kind is Kind.BOOL:
            return _Leaf(*_path(node), "equal", True)
        case Call(function="!_", arguments=(Select() as negated,)):
            return _Leaf(*_path(negated), "equal", False)
        case Call(function="@in", arguments=(sought, ListOf(elements=elements))):
            return _Leaf(*_path(sought), "in", [_literal(part) for part in elements])
        case Call(function=sign, arguments=(Call(function="_-_", arguments=(Var(name="now"), then)), limit)):
            # So long ago at most is: after a moment.
            moment = micros(now) / 1000 - _literal(limit)
            return _Leaf(*_path(then), _OPERATORS[_FLIPPED[sign]], moment)
        case Call(function=sign, arguments=(read, limit)) if sign in _OPERATORS:
            return _Leaf(*_path(read), _OPERATORS[sign], _literal(limit))
    raise CannotSay


def _path(node: Node) -> tuple[str, str]:
    """The fact that is read, and the path within it, if any; of a variable of a comprehension, of all its elements."""
    match node:
        case Select(operand=Var(local=True, over=Var() as over)):
            return over.name, f"$[*].{node.field}"
        case Select(operand=Var() as operand):
            return f"{operand.name}.{node.field}", ""
        case Call(function="size", arguments=(Var() as listed,)):
            return listed.name, "$.length"
        case Call(function="size", arguments=(Select() as field,)):
            name, path = _path(field)
            return name, f"{path or '$'}.length"
    raise CannotSay


def _literal(node: Node) -> Any:
    if not isinstance(node, Const):
        raise CannotSay
    return node.value / 1000 if node.type.kind is Kind.DURATION else node.value  # type: ignore[operator]
