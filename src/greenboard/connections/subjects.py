"""From a record to the subject that it is. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from greenboard.connections.expressions import Env, Expression, Mistyped
from greenboard.connections.expressions.compiling import truth
from greenboard.connections.plan import SubjectPlan
from greenboard.connections.types import Match, Subject


class Unclear(Exception):
    """The tool did not say which subject a record is, or whether it is one."""


def subject(plan: SubjectPlan, record: Any, env: Env) -> Subject | None:
    """The subject that a record is; None where it is none.

    Raises:
        Unclear: that cannot be told.

    """
    identity = _text(plan.id, record, env)
    wanted = True if plan.where is None else truth(_value(plan.where, record, env))
    if wanted is False:
        return None
    if not identity or wanted is None:
        raise Unclear
    title = _text(plan.title, record, env) or identity
    link = _text(plan.link, record, env) if plan.link else ""
    return Subject(plan.spec.stream, identity, plan.spec.kinds, title, link, tuple(_matches(plan, record, env)))


def _matches(plan: SubjectPlan, record: Any, env: Env) -> Iterator[Match]:
    seen: set[tuple[str, str]] = set()
    for way in plan.matches:
        value = _value(way.value, record, env)
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, str | int) or isinstance(one, bool) or one == "":
                continue
            text = f"{way.key}={one}" if way.key else str(one)
            if (way.by, text) not in seen:
                seen.add((way.by, text))
                yield Match(way.by, text)


def _text(expression: Expression | None, record: Any, env: Env) -> str:
    value = None if expression is None else _value(expression, record, env)
    return "" if value is None or isinstance(value, bool | list | dict) else str(value)


def _value(expression: Expression, record: Any, env: Env) -> Any:
    try:
        return expression(record, env)
    except Mistyped:
        return None
