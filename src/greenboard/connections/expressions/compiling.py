"""From the text of an expression to a Python function, once; then it is called for each record. Pure.

The syntax is that of JMESPath, read by its own parser. The meaning differs where JMESPath would turn
unknown into an answer (docs/integrations.md): null stands for unknown, comparisons with it are unknown
(but for the literal `null`), `&&`, `||` and `!` are those of three-valued logic, a filter that cannot
decide about an element gives no list, projections keep unknown elements, and flattening one is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import jmespath.exceptions
from jmespath.parser import Parser

from greenboard.connections.expressions import standard
from greenboard.connections.expressions.function import Function, Mistyped, fitting, is_number, takes_whole
from greenboard.core.errors import UserError, suggest

Node = Mapping[str, Any]


@dataclass
class Env:
    """What an expression may read besides the value at hand. `names` hide fields of the same name."""

    now: datetime
    names: dict[str, Any] = field(default_factory=dict)
    root: Any = None


Compiled = Callable[[Any, Env], Any]


class ExpressionError(UserError):
    """An expression that cannot be read."""


@dataclass(frozen=True)
class Expression:
    """An expression, ready to be called with a value. Its `tree` is for looking at what it reads."""

    text: str
    tree: Node
    run: Compiled

    def __call__(self, value: Any, env: Env) -> Any:
        return self.run(value, env)


def compiled(text: str, names: frozenset[str] = frozenset(), own: Mapping[str, Function] | None = None) -> Expression:
    """Compile an expression. `names` are those of `Env.names` that it may use; `own` are further functions.

    Raises:
        ExpressionError: no JMESPath, an unknown function, or a wrong number of arguments.

    """
    tree = _tree(text)
    return Expression(text, tree, _Compiler(names, {**standard.FUNCTIONS, **(own or {})}).node(tree, leftmost=True))


@lru_cache(maxsize=4096)
def _tree(text: str) -> Node:
    try:
        parsed: Node = Parser().parse(text).parsed
    except jmespath.exceptions.JMESPathError as error:
        said = str(error).split("\n", 1)[0]
        raise ExpressionError(f"no expression: {said}", got=repr(text)[:120]) from None
    return parsed


def truth(value: Any) -> bool | None:
    """Whether a value holds: unknown stays unknown; empty lists, texts and objects do not."""
    return None if value is None else value is not False and value not in ("", [], {})


class _Compiler:
    """Compiles the nodes of one tree. `leftmost` nodes start from the record, where names are looked up."""

    def __init__(self, names: frozenset[str], functions: Mapping[str, Function]) -> None:
        self.names = names | {"settings", "root"}
        self.functions = functions

    def node(self, tree: Node, *, leftmost: bool) -> Compiled:
        return getattr(self, f"_{tree['type']}")(tree, leftmost)  # type: ignore[no-any-return]

    def _field(self, tree: Node, leftmost: bool) -> Compiled:
        name = tree["value"]
        if leftmost and name == "root":
            return lambda _, env: env.root
        if leftmost and name in self.names:
            return lambda _, env: env.names.get(name)
        return lambda value, _: value.get(name) if isinstance(value, dict) else None

    def _subexpression(self, tree: Node, leftmost: bool) -> Compiled:
        first, *others = tree["children"]
        if first["type"] == "not_expression":
            raise ExpressionError("`!a.b` means `(!a).b`, which is never known", hint="Write `!(a.b)`.")
        run = self.node(first, leftmost=leftmost)
        if all(other["type"] == "field" for other in others):
            return _path(run, tuple(other["value"] for other in others))
        for other in others:
            run = _then(run, self.node(other, leftmost=False))
        return run

    _index_expression = _subexpression

    def _pipe(self, tree: Node, leftmost: bool) -> Compiled:
        left, right = tree["children"]
        return _then(self.node(left, leftmost=leftmost), self.node(right, leftmost=False))

    def _identity(self, _: Node, __: bool) -> Compiled:
        return lambda value, _: value

    _current = _identity

    def _literal(self, tree: Node, _: bool) -> Compiled:
        constant = tree["value"]
        return lambda _, __: constant

    def _index(self, tree: Node, _: bool) -> Compiled:
        at = tree["value"]
        return lambda value, _: value[at] if isinstance(value, list) and -len(value) <= at < len(value) else None

    def _slice(self, tree: Node, _: bool) -> Compiled:
        part = slice(*tree["children"])
        return lambda value, _: value[part] if isinstance(value, list) else None

    def _projection(self, tree: Node, leftmost: bool) -> Compiled:
        left, right = self.node(tree["children"][0], leftmost=leftmost), self._right(tree)

        def project(value: Any, env: Env) -> Any:
            several = left(value, env)
            if not isinstance(several, list):
                return None
            return several if right is None else [right(one, env) for one in several]

        return project

    def _value_projection(self, tree: Node, leftmost: bool) -> Compiled:
        left, right = self.node(tree["children"][0], leftmost=leftmost), self._right(tree)

        def project(value: Any, env: Env) -> Any:
            several = left(value, env)
            if not isinstance(several, dict):
                return None
            return list(several.values()) if right is None else [right(one, env) for one in several.values()]

        return project

    def _filter_projection(self, tree: Node, leftmost: bool) -> Compiled:
        left, right = self.node(tree["children"][0], leftmost=leftmost), self._right(tree)
        rule = self.node(tree["children"][2], leftmost=True)

        def choose(value: Any, env: Env) -> Any:
            several = left(value, env)
            if not isinstance(several, list):
                return None
            held = [truth(rule(one, env)) for one in several]
            if None in held:
                return None
            chosen = [one for one, holds in zip(several, held, strict=True) if holds]
            return chosen if right is None else [right(one, env) for one in chosen]

        return choose

    def _right(self, tree: Node) -> Compiled | None:
        right = tree["children"][1]
        return None if right["type"] == "identity" else self.node(right, leftmost=False)

    def _flatten(self, tree: Node, leftmost: bool) -> Compiled:
        left = self.node(tree["children"][0], leftmost=leftmost)

        def flatten(value: Any, env: Env) -> Any:
            several = left(value, env)
            if not isinstance(several, list) or any(one is None for one in several):
                return None
            lists = sum(isinstance(part, list) for part in several)
            if lists and lists != len(several):
                raise Mistyped("expected a list of lists, got something else in it")
            return [one for part in several for one in part] if lists else several

        return flatten

    def _comparator(self, tree: Node, leftmost: bool) -> Compiled:
        left, right = (self.node(child, leftmost=leftmost) for child in tree["children"])
        if any(child["type"] == "literal" and child["value"] is None for child in tree["children"]):
            wanted = tree["value"] == "eq"
            return lambda value, env: (left(value, env) is right(value, env)) is wanted
        compare = _COMPARE[tree["value"]]

        def held(value: Any, env: Env) -> Any:
            one, other = left(value, env), right(value, env)
            return None if one is None or other is None else compare(one, other)

        return held

    def _and_expression(self, tree: Node, leftmost: bool) -> Compiled:
        left, right = (self.node(child, leftmost=leftmost) for child in tree["children"])

        def both(value: Any, env: Env) -> Any:
            one = left(value, env)
            if truth(one) is False:
                return one
            other = right(value, env)
            return other if one is not None or truth(other) is False else None

        return both

    def _or_expression(self, tree: Node, leftmost: bool) -> Compiled:
        left, right = (self.node(child, leftmost=leftmost) for child in tree["children"])

        def either(value: Any, env: Env) -> Any:
            one = left(value, env)
            if truth(one):
                return one
            other = right(value, env)
            return other if one is not None or other is True else None

        return either

    def _not_expression(self, tree: Node, leftmost: bool) -> Compiled:
        inner = self.node(tree["children"][0], leftmost=leftmost)

        def negated(value: Any, env: Env) -> Any:
            held = truth(inner(value, env))
            return None if held is None else not held

        return negated

    def _multi_select_list(self, tree: Node, leftmost: bool) -> Compiled:
        parts = [self.node(child, leftmost=leftmost) for child in tree["children"]]
        return lambda value, env: [part(value, env) for part in parts]

    def _multi_select_dict(self, tree: Node, leftmost: bool) -> Compiled:
        parts = [(pair["value"], self.node(pair["children"][0], leftmost=leftmost)) for pair in tree["children"]]
        return lambda value, env: {name: part(value, env) for name, part in parts}

    def _expref(self, tree: Node, _: bool) -> Compiled:
        inner = self.node(tree["children"][0], leftmost=True)
        return lambda _, env: lambda one: inner(one, env)

    def _function_expression(self, tree: Node, leftmost: bool) -> Compiled:
        function = self._known(tree)
        arguments = [self.node(child, leftmost=leftmost) for child in tree["children"]]

        takes = [function.takes[min(at, len(function.takes) - 1)] for at in range(len(arguments))]
        checks = list(enumerate((takes_whole(one), fitting(one)) for one in takes))

        def call(value: Any, env: Env) -> Any:
            given = [argument(value, env) for argument in arguments]
            for at, (whole, fits) in checks:
                one = given[at]
                if one is False and whole:
                    # A joined record that is not there has no elements and no fields: nothing is known of them.
                    one = given[at] = None
                if one is None:
                    if function.strict:
                        return None
                elif not fits(one):
                    raise function.refusal(at, one)
            return function.call(env.now, *given) if function.timed else function.call(*given)

        return call

    def _known(self, tree: Node) -> Function:
        name, given = tree["value"], len(tree["children"])
        function = self.functions.get(name)
        if function is None:
            raise ExpressionError(f"unknown function {name!r}", hint=suggest(name, self.functions))
        most = 99 if function.rest else len(function.takes)
        if not function.needed <= given <= most:
            expected = str(function.needed) if function.needed == most else f"{function.needed} to {most}"
            raise ExpressionError(f"{name}: wrong number of arguments", expected=expected, got=str(given))
        for child, takes in zip(tree["children"], function.takes, strict=False):
            if (takes == "rule") is not (child["type"] == "expref"):
                raise ExpressionError(f"{name}: {'an' if takes == 'rule' else 'no'} &expression is expected here")
        return function


def _path(run: Compiled, names: tuple[str, ...]) -> Compiled:
    """Fields of fields, without a call for each."""

    def descend(value: Any, env: Env) -> Any:
        value = run(value, env)
        for name in names:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    return descend


def _then(first: Compiled, second: Compiled) -> Compiled:
    def both(value: Any, env: Env) -> Any:
        between = first(value, env)
        return None if between is None else second(between, env)

    return both


def _same(one: Any, other: Any) -> bool | None:
    """Whether two values are the same; unknown of a list or object beside something else, which is no answer."""
    if isinstance(one, list | dict) is not isinstance(other, list | dict):
        return None
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def _other(one: Any, other: Any) -> bool | None:
    same = _same(one, other)
    return None if same is None else not same


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    return lambda one, other: compare(one, other) if is_number(one) and is_number(other) else None


_COMPARE: dict[str, Callable[[Any, Any], bool | None]] = {
    "eq": _same,
    "ne": _other,
    "lt": _ordered(lambda one, other: one < other),
    "lte": _ordered(lambda one, other: one <= other),
    "gt": _ordered(lambda one, other: one > other),
    "gte": _ordered(lambda one, other: one >= other),
}
