"""What the templates of a question say, as far as that can be told without running them. Pure.

Copier's `when` and `validator` are templates of Jinja, which only the process that renders may run. Here they are
parsed and never run: comparisons of answers and plain patterns are understood, of anything else nothing is known.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2
from jinja2 import Environment, TemplateError, nodes

_LONGEST = 1_000
_NO = frozenset({"", "n", "no", "f", "false", "off", "0", "none", "null", "~"})
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "in": lambda one, several: one in several,
    "notin": lambda one, several: one not in several,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
}


@dataclass(frozen=True)
class Shape:
    """The pattern (RE2) that an answer has to fit, and what is said where it does not."""

    pattern: str
    said: str


class _Unknown(Exception):
    """It takes more than looking at answers."""


def holds(when: bool | str, answers: Mapping[str, Any]) -> bool | None:
    """Whether it holds for these answers; None where only rendering can tell."""
    if isinstance(when, bool):
        return when
    try:
        found = _expression(when)
        value = when.strip() if found is None else _worked_out(found, answers)
    except (_Unknown, TypeError):
        return None
    return value.lower() not in _NO if isinstance(value, str) else bool(value)


@lru_cache(maxsize=512)
def shape(validator: str, name: str) -> Shape | None:
    """The shape that a validator asks for: `{% if not (NAME|regex_search('^...$')) %}what is wrong{% endif %}`."""
    try:
        body = _parsed(validator)
    except _Unknown:
        return None
    only = body[0] if len(body) == 1 else None
    if not isinstance(only, nodes.If) or only.else_ or only.elif_ or not isinstance(only.test, nodes.Not):
        return None
    found, said = only.test.node, only.body[0] if len(only.body) == 1 else None
    if not (isinstance(found, nodes.Filter) and found.name == "regex_search" and isinstance(found.node, nodes.Name)):
        return None
    if found.node.name != name or len(found.args) != 1 or not isinstance(found.args[0], nodes.Const):
        return None
    text = said.nodes[0] if isinstance(said, nodes.Output) and len(said.nodes) == 1 else None
    pattern = str(found.args[0].value)
    if not isinstance(text, nodes.TemplateData) or not (pattern.startswith("^") and pattern.endswith("$")):
        return None
    try:
        re2.compile(pattern)
    except re2.error:
        return None
    return Shape(pattern[1:-1], " ".join(text.data.split()))


@lru_cache(maxsize=512)
def _expression(text: str) -> nodes.Expr | None:
    """The one expression that a template consists of; None where it is plain text."""
    body = _parsed(text)
    if len(body) != 1 or not isinstance(body[0], nodes.Output) or len(body[0].nodes) != 1:
        raise _Unknown
    only = body[0].nodes[0]
    return None if isinstance(only, nodes.TemplateData) else only


def _parsed(text: str) -> list[nodes.Node]:
    if len(text) > _LONGEST:
        raise _Unknown
    try:
        return Environment(autoescape=True).parse(text.strip()).body
    except (TemplateError, RecursionError):
        raise _Unknown from None


def _worked_out(node: nodes.Node, answers: Mapping[str, Any]) -> Any:
    if isinstance(node, nodes.Const):
        return node.value
    if isinstance(node, nodes.Name):
        if node.name not in answers:
            raise _Unknown
        return answers[node.name]
    if isinstance(node, nodes.List | nodes.Tuple):
        return [_worked_out(item, answers) for item in node.items]
    if isinstance(node, nodes.Not):
        return not _worked_out(node.node, answers)
    if isinstance(node, nodes.And):
        return _worked_out(node.left, answers) and _worked_out(node.right, answers)
    if isinstance(node, nodes.Or):
        return _worked_out(node.left, answers) or _worked_out(node.right, answers)
    if isinstance(node, nodes.Compare) and len(node.ops) == 1 and node.ops[0].op in _COMPARED:
        left, right = _worked_out(node.expr, answers), _worked_out(node.ops[0].expr, answers)
        return _COMPARED[node.ops[0].op](left, right)
    raise _Unknown
