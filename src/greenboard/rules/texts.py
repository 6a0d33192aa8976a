"""Texts: every function runs once per distinct text, not once per lane."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from greenboard.rules import tree, versions
from greenboard.rules.step import Step
from greenboard.rules.tree import Kind, Type
from greenboard.rules.vectors import OK, Array, ListVec, Value, Vec, failing

MAX_TEXT = 100_000
"""The longest text that a function may make, in characters; a longer one is an error."""

MAX_MADE = 64_000_000
"""How many characters the functions of rules may add to the texts of one frame."""

TextFunction = Callable[..., bool | int | float | str | None]
"""Takes the arguments as Python values; None is an error."""


@lru_cache(maxsize=512)
def pattern(text: str) -> Any:
    """A compiled RE2 pattern. Raises re2.error when it is none."""
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(text, options)


def per_text(step: Step, stated: Type, function: TextFunction, *, known_only: bool = False) -> Vec:
    """Apply a function to each distinct combination of arguments, and spread what it gives.

    With `known_only` it is not called for what stands where an argument has no value, but for what does somewhere.
    """
    arguments = [step.vec(index) for index in range(len(step.arguments))]
    distinct, inverse = _distinct([_valued(argument) for argument in arguments])
    columns = [_values(argument.type, part, step) for argument, part in zip(arguments, distinct, strict=True)]
    combined = zip(*columns, strict=True)
    if known_only:
        wanted = _somewhere(step, inverse, len(columns[0]))
        results = (function(*values) if known else None for values, known in zip(combined, wanted, strict=True))
    else:
        results = (function(*values) for values in combined)
    made, failed = collect(step, results) if stated.kind is Kind.STRING else _encode(stated, list(results))
    return Vec(stated, made[inverse], failing(step.state(), failed[inverse]))


def _somewhere(step: Step, inverse: Array, count: int) -> list[bool]:
    """Which of the distinct combinations stand in a lane where all arguments have a value."""
    state = step.state()
    if state is None:
        return [True] * count
    wanted = np.zeros(count, dtype=np.bool_)
    lanes = np.broadcast_arrays(inverse, state)
    wanted[lanes[0][lanes[1] == OK]] = True
    return list(wanted.tolist())


def _valued(argument: Vec) -> Array:
    """The data with a zero where there is no value: what an overflow left behind may be no moment at all."""
    return argument.data if argument.state is None else np.where(argument.state == OK, argument.data, 0)


def _distinct(data: list[Array]) -> tuple[list[Array], Array]:
    """The distinct combinations across several arrays, and for each lane which one it has."""
    varying = [part for part in data if part.ndim]
    if not varying:
        return [part.reshape(1) for part in data], np.asarray(0)
    if len(varying) == 1:
        one = varying[0]
        # By their bits: 0.0 and -0.0 are equal, and are written differently.
        bits = np.ascontiguousarray(one).view(np.int64) if one.dtype == np.float64 else one
        found, inverse = np.unique(bits, return_inverse=True)
        found = found.view(one.dtype)
        return [np.full(len(found), part) if part.ndim == 0 else found for part in data], inverse
    wide = np.stack([np.broadcast_to(part, varying[0].shape) for part in data], axis=1)
    rows, inverse = np.unique(wide, axis=0, return_inverse=True)
    return [rows[:, index] for index in range(len(data))], inverse.reshape(-1)


def _values(stated: Type, data: Array, step: Step) -> list[Any]:
    if stated.kind is Kind.STRING:
        texts = step.strings.texts
        return [texts[code] for code in data.tolist()]
    return list(data.tolist())


def collect(step: Step, results: Iterable[bool | int | float | str | None]) -> tuple[Array, Array]:
    """The codes of texts as they are made, and which could not be: None, or past what a frame may hold."""
    codes, failed, strings = [], [], step.strings
    for text in results:
        code = strings.make(text, MAX_MADE) if isinstance(text, str) else None
        codes.append(0 if code is None else code)
        failed.append(code is None)
    return np.array(codes, dtype=np.int32), np.array(failed, dtype=np.bool_)


def _encode(stated: Type, results: list[Any]) -> tuple[Array, Array]:
    failed = np.fromiter((result is None for result in results), dtype=np.bool_, count=len(results))
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


def _replace(text: str, old: str, new: str, times: int = -1) -> str | None:
    found = text.count(old)
    grown = (found if times < 0 else min(found, times)) * (len(new) - len(old))
    return text.replace(old, new, times) if len(text) + grown <= max(MAX_TEXT, len(text)) else None


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
    return per_text(step, tree.STRING, lambda left, right: joined("", (left, right)))


def joined(mark: str, parts: Sequence[str]) -> str | None:
    """Texts as one, with a mark between them; None where that is too long."""
    length = sum(map(len, parts)) + len(mark) * max(len(parts) - 1, 0)
    return mark.join(parts) if length <= MAX_TEXT else None


_ESCAPES = {"\a": "a", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v", "\\": "\\", '"': '"'}


def _quote(text: str) -> str | None:
    """A text as it would be written in a rule, in double quotes."""
    return joined("", ['"', *(f"\\{_ESCAPES[sign]}" if sign in _ESCAPES else sign for sign in text), '"'])


def _pieces(text: str, cut: str, most: int = -1) -> list[str]:
    """A text cut at a separator, into no more pieces than are wanted; no separator cuts between all characters."""
    if most in (0, 1):
        return [text][:most]
    if cut:
        return text.split(cut, most - 1 if most > 0 else -1)
    signs = list(text) or [""]
    return signs if most < 0 or len(signs) <= most else [*signs[: most - 1], text[most - 1 :]]


def _split(step: Step) -> Value:
    """A text cut at a separator, as a list."""
    arguments = [step.vec(index) for index in range(len(step.arguments))]
    distinct, inverse = _distinct([argument.data for argument in arguments])
    columns = [_values(argument.type, part, step) for argument, part in zip(arguments, distinct, strict=True)]
    parts = [_pieces(*values) for values in zip(*columns, strict=True)]
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
    "reverse": _on_text(tree.STRING, lambda text: text[::-1]),
    "trim": _on_text(tree.STRING, _trim),
    "replace": _on_text(tree.STRING, _replace),
    "indexOf": _on_text(tree.INT, _index_of),
    "lastIndexOf": _on_text(tree.INT, _last_index_of),
    "substring": _on_text(tree.STRING, _substring),
    "charAt": _on_text(tree.STRING, _char_at),
    "strings.quote": _on_text(tree.STRING, _quote),
    "split": _split,
    "semver_compare": _on_text(tree.INT, versions.compare),
    "semver_in": _on_text(tree.BOOL, versions.within),
}
