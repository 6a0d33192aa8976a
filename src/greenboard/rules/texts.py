"""Texts: every function runs once per distinct text, not once per lane."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from greenboard.rules import tree, versions
from greenboard.rules.step import Step
from greenboard.rules.tree import Kind, Type
from greenboard.rules.vectors import OK, Array, ListVec, Value, Vec, failing

TextFunction = Callable[..., bool | int | float | str | None]
"""Takes the arguments as Python values; None is an error."""


@lru_cache(maxsize=512)
def pattern(text: str) -> Any:
    """A compiled RE2 pattern. Raises re2.error when it is none."""
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(text, options)


def per_text(step: Step, stated: Type, function: TextFunction) -> Vec:
    """Apply a function to each distinct combination of arguments, and spread what it gives."""
    arguments = [step.vec(index) for index in range(len(step.arguments))]
    distinct, inverse = _distinct([_valued(argument) for argument in arguments])
    columns = [_values(argument.type, part, step) for argument, part in zip(arguments, distinct, strict=True)]
    results = [function(*values) for values in zip(*columns, strict=True)]
    made, failed = _encode(stated, results, step)
    return Vec(stated, made[inverse], failing(step.state(), failed[inverse]))


def _valued(argument: Vec) -> Array:
    """The data with a zero where there is no value: what an overflow left behind may be no moment at all."""
    return argument.data if argument.state is None else np.where(argument.state == OK, argument.data, 0)


def _distinct(data: list[Array]) -> tuple[list[Array], Array]:
    """The distinct combinations across several arrays, and for each lane which one it has."""
    varying = [part for part in data if part.ndim]
    if not varying:
        return [part.reshape(1) for part in data], np.asarray(0)
    if len(varying) == 1:
        found, inverse = np.unique(varying[0], return_inverse=True)
        return [np.full(len(found), part) if part.ndim == 0 else found for part in data], inverse
    wide = np.stack([np.broadcast_to(part, varying[0].shape) for part in data], axis=1)
    rows, inverse = np.unique(wide, axis=0, return_inverse=True)
    return [rows[:, index] for index in range(len(data))], inverse.reshape(-1)


def _values(stated: Type, data: Array, step: Step) -> list[Any]:
    if stated.kind is Kind.STRING:
        texts = step.strings.texts
        return [texts[code] for code in data.tolist()]
    return list(data.tolist())


def _encode(stated: Type, results: list[Any], step: Step) -> tuple[Array, Array]:
    failed = np.fromiter((result is None for result in results), dtype=np.bool_, count=len(results))
    if stated.kind is Kind.STRING:
        return step.strings.codes(("" if result is None else result for result in results), len(results)), failed
    kinds: dict[Kind, type] = {Kind.BOOL: np.bool_, Kind.DOUBLE: np.float64}
    plain = [0 if result is None else result for result in results]
    return np.array(plain, dtype=kinds.get(stated.kind, np.int64)), failed


def _matches(text: str, wanted: str) -> bool | None:
    import re2

    try:
        return pattern(wanted).search(text) is not None
    except re2.error:
        return None


def _lower(text: str) -> str:
    return "".join(chr(ord(sign) + 32) if "A" <= sign <= "Z" else sign for sign in text)


def _upper(text: str) -> str:
    return "".join(chr(ord(sign) - 32) if "a" <= sign <= "z" else sign for sign in text)


# White space as Unicode defines it (White_Space=yes); Python's strip() also takes U+001C to U+001F.
_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def _trim(text: str) -> str:
    return text.strip(_SPACES)


def _replace(text: str, old: str, new: str, times: int = -1) -> str:
    return text.replace(old, new, times)


def _index_of(text: str, part: str, start: int = 0) -> int | None:
    if not 0 <= start <= len(text):
        return None
    return text.find(part, start)


def _last_index_of(text: str, part: str, start: int | None = None) -> int | None:
    if start is None:
        return text.rfind(part)
    return text.rfind(part, 0, start + len(part)) if 0 <= start <= len(text) else None


def _substring(text: str, start: int, stop: int | None = None) -> str | None:
    end = len(text) if stop is None else stop
    return text[start:end] if 0 <= start <= end <= len(text) else None


def _char_at(text: str, index: int) -> str | None:
    return text[index : index + 1] if 0 <= index <= len(text) else None


def _on_text(stated: Type, function: TextFunction) -> Callable[[Step], Value]:
    def applied(step: Step) -> Value:
        return per_text(step, stated, function)

    return applied


def size(step: Step) -> Value:
    """The length of a text in code points."""
    return per_text(step, tree.INT, len)


def join(step: Step) -> Vec:
    """Two texts, one after the other."""
    return per_text(step, tree.STRING, lambda left, right: left + right)


def _split(step: Step) -> Value:
    """A text cut at a separator, as a list."""
    text, separator = step.vec(0), step.vec(1)
    distinct, inverse = _distinct([text.data, separator.data])
    columns = [_values(tree.STRING, part, step) for part in distinct]
    parts = [one.split(cut) if cut else list(one) or [""] for one, cut in zip(*columns, strict=True)]
    lengths = np.array([len(part) for part in parts], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    flat = [piece for part in parts for piece in part]
    content = Vec(tree.STRING, step.strings.codes(flat, len(flat)))
    state = step.state()
    lanes_lengths = lengths[inverse] if state is None else np.where(state == 0, lengths[inverse], 0)
    return ListVec(step.node.type, starts[inverse], lanes_lengths, content, state)


OPERATORS: dict[str, Callable[[Step], Value]] = {
    "startsWith": _on_text(tree.BOOL, str.startswith),
    "endsWith": _on_text(tree.BOOL, str.endswith),
    "contains": _on_text(tree.BOOL, str.__contains__),
    "matches": _on_text(tree.BOOL, _matches),
    "lowerAscii": _on_text(tree.STRING, _lower),
    "upperAscii": _on_text(tree.STRING, _upper),
    "trim": _on_text(tree.STRING, _trim),
    "replace": _on_text(tree.STRING, _replace),
    "indexOf": _on_text(tree.INT, _index_of),
    "lastIndexOf": _on_text(tree.INT, _last_index_of),
    "substring": _on_text(tree.STRING, _substring),
    "charAt": _on_text(tree.STRING, _char_at),
    "split": _split,
    "semver_compare": _on_text(tree.INT, versions.compare),
    "semver_in": _on_text(tree.BOOL, versions.within),
}
