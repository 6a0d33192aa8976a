"""Functions that plugins bring: declared as ours are, and called once for each different combination of arguments.

A function of a plugin that is not ready stays declared, as it was brought before, and comes to an error.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

from greenboard.plugins import registry
from greenboard.plugins.boundary import Mishap
from greenboard.plugins.contract import Function as Brought
from greenboard.plugins.contract import Scalar
from greenboard.plugins.types import Unavailable
from greenboard.rules import texts
from greenboard.rules.functions import Function
from greenboard.rules.step import Step
from greenboard.rules.tree import Kind
from greenboard.rules.vectors import Vec

MOST = 100_000
"""So many different combinations of arguments are computed in one evaluation; the rest are errors."""
SECONDS = 10.0
"""So long all of them may take together; what is not computed by then is an error, and the plugin is told of."""

_TYPES: dict[str, type] = {"bool": bool, "int": int, "double": float, "string": str}
_KINDS = {"bool": Kind.BOOL, "int": Kind.INT, "double": Kind.DOUBLE, "string": Kind.STRING}
_WHOLE = 2**63


def functions() -> tuple[Function, ...]:
    """What the functions of plugins look like to authors of rules and to the compiler."""
    return tuple(_declared(name, one) for name, one in _all())


def _all() -> list[tuple[str, Brought]]:
    found = list(registry.brought("greenboard_functions", Brought))
    return found + [(name, one) for name, words in registry.words() for one in words.functions]


@lru_cache(maxsize=256)
def _declared(plugin: str, one: Brought) -> Function:
    name = f"{plugin}.{one.name}"
    signature = f"{name}({', '.join(one.arguments)}) -> {one.result}"
    return Function(name, signature, one.doc, ((one.arguments, one.result),), example=one.example)


def _find(function: str) -> tuple[str, Brought] | None:
    plugin, _, name = function.partition(".")
    return next((pair for pair in _all() if pair[0] == plugin and pair[1].name == name), None) if name else None


def kinds(function: str) -> set[tuple[Kind, ...]] | None:
    """The kinds of arguments that a function of a plugin takes; None where there is none of that name."""
    found = _find(function)
    return None if found is None else {tuple(_KINDS[kind] for kind in found[1].arguments)}


def applied(step: Step) -> Vec:
    """The value of a call of a function of a plugin."""
    found = _find(step.node.function)
    plugin, one = found or (step.node.function.partition(".")[0], None)
    if one is None or not registry.ready(plugin):
        return texts.per_text(step, step.node.type, lambda *_: None)
    return texts.per_text(step, step.node.type, _Bounded(plugin, one), known_only=True)


class _Bounded:
    """A function within its limits; once it broke, it is not called again in this evaluation."""

    def __init__(self, plugin: str, one: Brought) -> None:
        self._plugin, self._one = plugin, one
        self._left = MOST
        self._until = time.monotonic() + SECONDS
        self._over = False

    def __call__(self, *values: Scalar) -> Scalar | None:
        self._left -= 1
        if self._over or self._left < 0:
            return None
        where = f"{self._plugin}.{self._one.name}()"
        if time.monotonic() > self._until:
            registry.strike(self._plugin, where, Mishap(f"it took more than {SECONDS:g} seconds in one evaluation"))
            self._over = True
            return None
        try:
            return registry.call(self._plugin, where, lambda: _given(self._one, values), _Gave).value
        except Unavailable:
            self._over = True
            return None


class _Gave:
    """What a function gave."""

    def __init__(self, value: Scalar | None) -> None:
        self.value = value


def _given(one: Brought, values: tuple[Scalar, ...]) -> _Gave:
    return _Gave(_kept(one.compute, one.result, values))


@lru_cache(maxsize=65_536, typed=True)
def _kept(compute: Callable[..., Scalar | None], result: str, values: tuple[Scalar, ...]) -> Scalar | None:
    """What a function gives, which is kept: it depends on its arguments only.

    Raises:
        TypeError: it is of another kind than the function says.

    """
    value = compute(*values)
    if value is None:
        return None
    wanted = _TYPES[result]
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise TypeError(f"gave {type(value).__name__} where {result} is due: {value!r:.80}")
    if isinstance(value, str) and len(value) > texts.MAX_TEXT:
        return None
    return None if type(value) is int and not -_WHOLE <= value < _WHOLE else value
