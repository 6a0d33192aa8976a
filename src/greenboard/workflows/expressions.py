"""`${{ }}` in the texts of a workflow: CEL over the values of a run, read by the official implementation. Pure.

Missing keys, wrong types and endless loops are errors of the expression; it reaches nothing but what it is given.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.rules import wire
from greenboard.workflows.types import Json

MAPS = ("inputs", "steps", "entity", "run", "secrets", "answer", "event", "callback")
NAMES = (*MAPS, "item", "index", "now")
"""What an expression may read."""
OPEN, CLOSE = "${{", "}}"
MAX_LENGTH, MAX_TEXT = 10_000, 1_000_000
Read = tuple[str, ...]
"""A name and the fields that are read of it: `("steps", "create", "outputs", "key")`."""


class Wrong(UserError):
    """An expression that cannot be, or that came to nothing."""


@dataclass(frozen=True)
class Compiled:
    """An expression, and what it reads."""

    text: str
    reads: frozenset[Read]
    program: Any


def holes(value: object) -> Iterator[str]:
    """Every expression in a value, however deep.

    Raises:
        Wrong: one is not closed.

    """
    if isinstance(value, str):
        yield from (text for text, is_hole in _parts(value) if is_hole)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from holes(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from holes(part)


def reads(value: object) -> set[Read]:
    """All that the expressions in a value read; errors as for `compiled`."""
    return {one for text in holes(value) for one in compiled(text).reads}


def secrets(value: object) -> frozenset[str]:
    """The names of the secrets that a value uses."""
    return frozenset(one[1] for one in reads(value) if one[0] == "secrets" and len(one) > 1)


@lru_cache(maxsize=4096)
def compiled(text: str) -> Compiled:
    """Compile an expression.

    Raises:
        Wrong: it is none, or reads a name that there is not.

    """
    if len(text) > MAX_LENGTH:
        raise Wrong(f"the expression is longer than {MAX_LENGTH:,} characters")
    if not text.strip():
        raise Wrong("the expression is empty", expected="CEL, such as ${{ inputs.version }}")
    try:
        program = _environment().compile(text)
        found = wire.parse(program.serialize()).expr
    except wire.TooDeep:
        raise Wrong("the expression is nested too deeply") from None
    except (RuntimeError, ValueError) as error:
        raise Wrong(f"`{text.strip()[:80]}` is not an expression: {_said(str(error))}") from None
    return Compiled(text, frozenset(_reads(found, frozenset())), program)


def evaluate(text: str, scope: Mapping[str, Any]) -> Json:
    """What an expression comes to; `now` of the scope is a moment.

    Raises:
        Wrong: it cannot be computed.

    """
    given = {name: scope.get(name) or {} for name in MAPS}
    given |= {"item": scope.get("item"), "index": scope.get("index", 0), "now": scope["now"]}
    try:
        found = compiled(text).program.eval(data=given)
        value, kind = found.plain_value(), str(found.type())
    except (RuntimeError, TypeError, ValueError) as error:
        raise Wrong(f"`{text.strip()[:80]}` cannot be computed: {_said(str(error))}") from None
    if kind == "ERROR":
        raise Wrong(f"`{text.strip()[:80]}` cannot be computed: {_said(str(value))}")
    return _plain(value, text)


def filled(value: Json, scope: Mapping[str, Any]) -> Json:
    """A value with its expressions computed. A text that is one expression becomes what that is, of any type.

    Raises:
        Wrong: one of them cannot be computed.

    """
    if isinstance(value, str):
        return _text(value, scope)
    if isinstance(value, dict):
        return {key: filled(part, scope) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, scope) for part in value]
    return value


def truth(text: str, scope: Mapping[str, Any]) -> bool:
    """A condition: the one expression of a text.

    Raises:
        Wrong: it is neither true nor false.

    """
    found = filled(text, scope)
    if not isinstance(found, bool):
        raise Wrong(f"`{text.strip()[:80]}` is neither true nor false", got=repr(found)[:80])
    return found


def _text(value: str, scope: Mapping[str, Any]) -> Json:
    parts = list(_parts(value))
    solid = [part for part in parts if part[1] or part[0].strip()]
    if len(solid) == 1 and solid[0][1]:
        return evaluate(solid[0][0], scope)
    made = "".join(_shown(evaluate(part, scope)) if is_hole else part for part, is_hole in parts)
    if len(made) > MAX_TEXT:
        raise Wrong("a text became too long", expected=f"at most {MAX_TEXT:,} characters")
    return made


def _shown(value: Json) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a text, each with whether it is an expression."""
    at = 0
    while (start := text.find(OPEN, at)) >= 0:
        yield text[at:start], False
        end = _end(text, start + len(OPEN))
        yield text[start + len(OPEN) : end], True
        at = end + len(CLOSE)
    yield text[at:], False


def _end(text: str, at: int) -> int:
    """Where an expression ends: at the first `}}` that is neither in a text of it nor closes a map of it."""
    depth, quote = 0, ""
    while at < len(text):
        sign = text[at]
        if quote:
            if sign == "\\":
                at += 1
            elif sign == quote:
                quote = ""
        elif sign in "\"'":
            quote = sign
        elif sign == "{":
            depth += 1
        elif not depth and text.startswith(CLOSE, at):
            return at
        elif sign == "}":
            depth -= 1
        at += 1
    raise Wrong(f"`{text.strip()[:60]}`: an expression is not closed", expected="${{ ... }}")


@cache
def _environment() -> Any:
    from cel_expr_python import cel
    from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings

    names = {name: cel.Type.Map(cel.Type.STRING, cel.Type.DYN) for name in MAPS}
    more = {"item": cel.Type.DYN, "index": cel.Type.INT, "now": cel.Type.TIMESTAMP}
    extensions = [ext_bindings.ExtBindings(), ext_math.ExtMath(), ext_optional.ExtOptional(), ext_strings.ExtStrings()]
    return cel.NewEnv(variables={**names, **more}, extensions=extensions)


def _reads(node: Any, local: frozenset[str]) -> Iterator[Read]:
    chain = _chain(node)
    if chain is not None:
        if chain[0] not in local:
            yield chain
        return
    for part, names in _below(node, local):
        yield from _reads(part, names)


def _chain(node: Any) -> Read | None:
    """The name and fields of a part that is nothing else."""
    if node.HasField("ident_expr"):
        return (node.ident_expr.name.lstrip("."),)
    if node.HasField("select_expr"):
        inner = _chain(node.select_expr.operand)
        return None if inner is None else (*inner, node.select_expr.field)
    if node.HasField("call_expr") and node.call_expr.function in ("_[_]", "_?._", "_[?_]"):
        index = node.call_expr.args[1]
        inner = _chain(node.call_expr.args[0])
        if inner is not None and index.HasField("const_expr") and index.const_expr.HasField("string_value"):
            return (*inner, index.const_expr.string_value)
    return None


def _below(node: Any, local: frozenset[str]) -> Iterable[tuple[Any, frozenset[str]]]:
    if node.HasField("select_expr"):
        yield node.select_expr.operand, local
    elif node.HasField("call_expr"):
        if node.call_expr.HasField("target"):
            yield node.call_expr.target, local
        yield from ((part, local) for part in node.call_expr.args)
    elif node.HasField("list_expr"):
        yield from ((part, local) for part in node.list_expr.elements)
    elif node.HasField("struct_expr"):
        for entry in node.struct_expr.entries:
            yield entry.value, local
            if entry.HasField("map_key"):
                yield entry.map_key, local
    elif node.HasField("comprehension_expr"):
        fold = node.comprehension_expr
        inside = local | {fold.iter_var, fold.accu_var, fold.iter_var2}
        yield fold.iter_range, local
        yield fold.accu_init, local
        yield from ((part, inside) for part in (fold.loop_condition, fold.loop_step, fold.result))


def _plain(value: Any, text: str) -> Json:
    if isinstance(value, bool | int | float | str) or value is None:
        return value
    if isinstance(value, datetime):
        return clock.format_time(value)
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}s"
    if isinstance(value, dict):
        return {str(key): _plain(part, text) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part, text) for part in value]
    raise Wrong(f"`{text.strip()[:80]}` comes to something that is not JSON", got=type(value).__name__)


def _said(report: str) -> str:
    """The first line of a report of the compiler, without its codes."""
    line = report.split("\n", maxsplit=1)[0]
    for noise in ("INVALID_ARGUMENT: ", "ERROR: ", "NOT_FOUND: ", "UNKNOWN: ", "INTERNAL: ", "<input>:"):
        line = line.replace(noise, "")
    return line.replace(" (in container '')", "").strip()
