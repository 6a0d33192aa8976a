"""Random expressions with optionals, lists made of lists, named parts and the functions of `math` and `sets`."""

from __future__ import annotations

from collections.abc import Callable

from tests.rules import random_rules

_ELEMENTS = ("string", "int", "double", "timestamp")
_SCALARS = ("bool", "int", "double", "string", "timestamp", "duration")


class Maker(random_rules.Maker):
    """Makes all that `random_rules` makes, and in places something of the wider language."""

    def make(self, kind: str, depth: int) -> str:
        """An expression of a type."""
        if depth <= 0 or self.rng.random() >= 0.22:
            return super().make(kind, depth)
        makers: dict[str, list[Callable[[int], str]]] = {
            "bool": [self._sets, self._optional_test, self._optionals_equal, self._deep_lists_equal, self._finite],
            "int": [self._whole_math, self._extreme_int, self._deep_size],
            "double": [self._broken_math, self._extreme_double],
            "string": [self._more_text],
        }
        choice = self.rng.random()
        if kind.startswith("list<"):
            return self._list(kind[5:-1], depth)
        if choice < 0.3:
            return self._opened(kind, depth)
        if choice < 0.42:
            return self._named(kind, depth)
        return self.rng.choice(makers.get(kind, [lambda at: self._opened(kind, at)]))(depth)

    def _named(self, kind: str, depth: int) -> str:
        """A part that is named once and used."""
        part = self.rng.choice(_SCALARS)
        name, said = self._fresh(), self.make(part, depth - 1)
        self.scope.append((name, part))
        body = self.make(kind, depth - 1)
        self.scope.pop()
        return f"cel.bind({name}, {said}, {body})"

    def _fresh(self) -> str:
        """A name of its own: the runtime mixes up a named part with a list's variable of the same name."""
        self.named = getattr(self, "named", 0) + 1
        return f"n{self.named}"

    def optional(self, kind: str, depth: int) -> str:
        """An optional of a scalar."""
        below, choice = depth - 1, self.rng.random()
        if choice < 0.3 or depth <= 0:
            return f"{self.struct(0)}.?{self.field(kind)}"
        if choice < 0.42:
            return f"optional.of({self.make(kind, below)})"
        if choice < 0.5:
            return f"optional.ofNonZeroValue({self.make(kind, below)})"
        if choice < 0.6 and kind in _ELEMENTS:
            return f"{self._list(kind, below)}{self.rng.choice(['[?0]', '[?1]', '.first()', '.last()'])}"
        if choice < 0.72:
            return f"({self.make('bool', below)} ? {self.optional(kind, below)} : optional.none())"
        if choice < 0.84:
            return f"{self.optional(kind, below)}.or({self.optional(kind, below)})"
        return self._mapped(kind, depth)

    def _mapped(self, kind: str, depth: int) -> str:
        inner = self.rng.choice(_SCALARS)
        held = self.optional(inner, depth - 1)
        name = self._fresh()
        self.scope.append((name, inner))
        flat = self.rng.random() < 0.4
        body = self.optional(kind, depth - 1) if flat else self.make(kind, depth - 1)
        self.scope.pop()
        return f"{held}.{'optFlatMap' if flat else 'optMap'}({name}, {body})"

    def _opened(self, kind: str, depth: int) -> str:
        if self.rng.random() < 0.4:
            return f"{self.optional(kind, depth)}.value()"
        return f"{self.optional(kind, depth)}.orValue({self.make(kind, depth - 1)})"

    def _optional_test(self, depth: int) -> str:
        return f"{self.optional(self.rng.choice(_SCALARS), depth)}.hasValue()"

    def _optionals_equal(self, depth: int) -> str:
        kind = self.rng.choice(_SCALARS)
        return f"({self.optional(kind, depth - 1)} {self.rng.choice(['==', '!='])} {self.optional(kind, depth - 1)})"

    def struct(self, depth: int) -> str:
        """A struct: also one of two, or one that an optional holds."""
        if depth <= 0 or self.rng.random() >= 0.3:
            return super().struct(depth)
        many, test = self.rng.choice(["some", "few"]), self.make("bool", 1)
        return self.rng.choice(
            [
                f"({test} ? one : one)",
                f"({test} ? {many}[0] : {many}[1])",
                f"{many}.first().orValue({many}[0])",
                f"{many}[?1].or({many}.last()).value()",
                f"[{many}[0], {many}[1]][{self.rng.choice('012')}]",
                f"optional.of({many}[0]).value()",
            ]
        )

    def _range(self, depth: int) -> tuple[str, str]:
        if depth <= 0 or self.rng.random() >= 0.25:
            return super()._range(depth)
        many, test = self.rng.choice(["some", "few"]), self.make("bool", depth - 1)
        lists = [
            f"({test} ? {many} : [])",
            f"({many} + {many})",
            f"[?{many}.first(), {many}[0]]",
            f"({many} + [{many}[0]])",
            f"optional.of({many}).orValue([])",
        ]
        return self.rng.choice(lists), "struct"

    def _compare(self, depth: int) -> str:
        """A field of a struct that was chosen, or any comparison."""
        if depth <= 1 or self.rng.random() >= 0.3:
            return f"({super()._compare(depth)})"
        kind = self.rng.choice(_SCALARS)
        return (
            f"({self.struct(1)}.{self.field(kind)} {self.rng.choice(['==', '!=', '<'])} {self.make(kind, depth - 1)})"
        )

    def _list(self, element: str, depth: int) -> str:
        if depth <= 0 or self.rng.random() >= 0.3:
            return super()._list(element, depth)
        below, choice = depth - 1, self.rng.random()
        one = self._list(element, below)
        if choice < 0.25:
            return f"({one} + {self.rng.choice([self._list(element, below), '[]'])})"
        # The runtime cannot take lists of moments back from functions that are written in Python.
        own = element != "timestamp"
        if choice < 0.35 and own and element != "bool":
            return f"{one}.sort()"
        if choice < 0.45 and own:
            return f"{one}.distinct()"
        if choice < 0.55 and own:
            return f"{one}.slice({self.rng.choice('001')}, {self.rng.choice('0123')})"
        if choice < 0.65 and own:
            return f"{self._deep(element, below)}.flatten()"
        if choice < 0.75:
            return f"[?{self.optional(element, below)}, {self.make(element, below)}]"
        if choice < 0.85:
            return f"({self.make('bool', below)} ? {one} : {self._list(element, below)})"
        if choice < 0.92:
            return f"optional.of({one}).orValue({self._list(element, below)})"
        return f"optional.of({one}).value()"

    def _deep(self, element: str, depth: int) -> str:
        """A list of lists."""
        if self.nesting < 2 and depth > 0 and self.rng.random() < 0.4:
            over, inner = self._range(depth - 1)
            return self._within(inner, lambda name: f"{over}.map({name}, {self._list(element, depth - 1)})")
        return f"[{', '.join(self._list(element, depth - 1) for _ in range(self.rng.randint(1, 2)))}]"

    def _deep_lists_equal(self, depth: int) -> str:
        element = self.rng.choice(_ELEMENTS)
        return f"({self._deep(element, depth - 1)} == {self._deep(element, depth - 1)})"

    def _deep_size(self, depth: int) -> str:
        return f"size({self._deep(self.rng.choice(_ELEMENTS), depth - 1)})"

    def _sets(self, depth: int) -> str:
        element = self.rng.choice(_ELEMENTS)
        name = self.rng.choice(["contains", "intersects", "equivalent"])
        return f"sets.{name}({self._list(element, depth - 1)}, {self._list(element, depth - 1)})"

    def _finite(self, depth: int) -> str:
        return f"math.{self.rng.choice(['isNaN', 'isInf', 'isFinite'])}({self.make('double', depth - 1)})"

    def _whole_math(self, depth: int) -> str:
        return f"math.{self.rng.choice(['abs', 'sign'])}({self.make('int', depth - 1)})"

    def _broken_math(self, depth: int) -> str:
        name = self.rng.choice(["abs", "sign", "ceil", "floor", "round", "trunc", "sqrt"])
        return f"math.{name}({self.make('double', depth - 1)})"

    def _extreme_int(self, depth: int) -> str:
        return self._extreme("int", depth)

    def _extreme_double(self, depth: int) -> str:
        return self._extreme("double", depth)

    def _extreme(self, kind: str, depth: int) -> str:
        name = self.rng.choice(["math.greatest", "math.least"])
        if self.rng.random() < 0.4:
            return f"{name}({self._list(kind, depth - 1)})"
        return f"{name}({', '.join(self.make(kind, depth - 1) for _ in range(self.rng.choice([1, 2, 2, 3])))})"

    def _finite_text(self, depth: int) -> str:
        """What is no number is written differently by implementations, and is an error with us."""
        name = self._fresh()
        return f"cel.bind({name}, {self.make('double', depth)}, math.isFinite({name}) ? string({name}) : '-')"

    def _more_text(self, depth: int) -> str:
        below = depth - 1
        text = self.make("string", below)
        return self.rng.choice(
            [
                f"{text}.reverse()",
                f"strings.quote({text})",
                self._finite_text(below),
                f"{self._list('string', below)}.join({self.rng.choice(['', chr(34) * 2, chr(34) + '-' + chr(34)])})",
                f'{text}.split("", {self.rng.choice(["-1", "0", "1", "2"])}).join("/")',
            ]
        )
