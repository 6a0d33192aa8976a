"""One call while it is evaluated: its node, its arguments' values, and how many lanes there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from greenboard.rules.columns import Strings
from greenboard.rules.tree import Call
from greenboard.rules.vectors import ListVec, OptionalVec, State, Value, Vec, worst


@dataclass(slots=True)
class Step:
    """The arguments of a call. The compiler has checked their types; the getters narrow them."""

    node: Call
    arguments: Sequence[Value]
    lanes: int
    strings: Strings

    def vec(self, index: int) -> Vec:
        """An argument that is scalar."""
        found = self.arguments[index]
        assert isinstance(found, Vec)
        return found

    def pair(self) -> tuple[Vec, Vec]:
        """The first two arguments, which are scalar."""
        left, right = self.arguments[0], self.arguments[1]
        assert isinstance(left, Vec)
        assert isinstance(right, Vec)
        return left, right

    def listed(self, index: int) -> ListVec:
        """An argument that is a list."""
        found = self.arguments[index]
        assert isinstance(found, ListVec)
        return found

    def optional(self, index: int) -> OptionalVec:
        """An argument that is an optional."""
        found = self.arguments[index]
        assert isinstance(found, OptionalVec)
        return found

    def state(self) -> State:
        """The worst state of the arguments, as a strict function passes it on."""
        return worst(*(argument.state for argument in self.arguments))
