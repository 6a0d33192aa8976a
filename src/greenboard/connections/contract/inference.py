"""What an expression makes of records of a shape, without running it, and which fields it reads. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from greenboard.connections.contract.shapes import ANYTHING, Origin, Shape, either, listed, made
from greenboard.connections.expressions.function import Function
from greenboard.connections.expressions.standard import FUNCTIONS
from greenboard.core.errors import suggest

Node = Mapping[str, Any]
_GIVES = {
    "int": made("integer"),
    "float": made("number"),
    "seconds": made("number"),
    "bool": made("boolean"),
    "text": made("string"),
    "time": made("string"),
    "texts": listed(made("string")),
    "list": ANYTHING,
    "object": made("object"),
    "any": ANYTHING,
}
_KEEPING = frozenset({"whole", "distinct", "known", "sort_by", "distinct_by", "list"})
_WORDS = frozenset({"default", "when", "when_absent"})


@dataclass
class Inference:
    """Walks one expression. `names` are shapes by which it may start, besides the fields of the record."""

    names: Mapping[str, Shape]
    own: Mapping[str, Function] = field(default_factory=dict)
    read: set[Origin] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def infer(self, tree: Node, shape: Shape) -> Shape:
        """What comes of a value of a shape."""
        return self._node(tree, shape, leftmost=True)

    def _node(self, tree: Node, at: Shape, *, leftmost: bool) -> Shape:
        walk: Callable[[Node, Shape, bool], Shape] = getattr(self, f"_{tree['type']}")
        return walk(tree, at, leftmost)

    def _field(self, tree: Node, at: Shape, leftmost: bool) -> Shape:
        name = tree["value"]
        if leftmost and name in self.names:
            return self.names[name]
        if not at.anything and at.kinds and "object" not in at.kinds:
            self.problems.append(f"{name!r} is read of what is {' or '.join(sorted(at.kinds))}")
            return ANYTHING
        found = at.named(name)
        if found is None:
            where = ".".join(at.origin.path) if at.origin else ""
            hint = suggest(name, at.names()) or ""
            self.problems.append(f"there is no {name!r}{f' in {where}' if where else ''}. {hint}".strip())
            return ANYTHING
        if found.origin is not None:
            self.read.add(found.origin)
        return found

    def _subexpression(self, tree: Node, at: Shape, leftmost: bool) -> Shape:
        first, *others = tree["children"]
        found = self._node(first, at, leftmost=leftmost)
        for other in others:
            found = self._node(other, found, leftmost=False)
        return found

    _index_expression = _subexpression

    def _pipe(self, tree: Node, at: Shape, leftmost: bool) -> Shape:
        return self._subexpression(tree, at, leftmost)

    def _identity(self, _: Node, at: Shape, __: bool) -> Shape:
        return at

    _current = _identity

    def _literal(self, tree: Node, _: Shape, __: bool) -> Shape:
        return _of_value(tree["value"])

    def _index(self, _: Node, at: Shape, __: bool) -> Shape:
        return self._element(at)

    def _slice(self, _: Node, at: Shape, __: bool) -> Shape:
        return at

    def _projection(self, tree: Node, at: Shape, leftmost: bool) -> Shape:
        several = self._node(tree["children"][0], at, leftmost=leftmost)
        return listed(self._node(tree["children"][1], self._element(several), leftmost=False))

    def _value_projection(self, tree: Node, at: Shape, leftmost: bool) -> Shape:
        several = self._node(tree["children"][0], at, leftmost=leftmost)
        return listed(self._node(tree["children"][1], several.values(), leftmost=False))

    def _filter_projection(self, tree: Node, at: Shape, leftmost: bool) -> Shape:
        element = self._element(self._node(tree["children"][0], at, leftmost=leftmost))
        self._node(tree["children"][2], element, leftmost=True)
        return listed(self._node(tree["children"][1], element, leftmost=False))

    def _flatten(self, tree: Node, at: Shape, leftmost: bool) -> Shape:
        several = self._node(tree["children"][0], at, leftmost=leftmost)
        element = self._element(several)
        return listed(element.element()) if "array" in element.kinds else listed(element)

    def _comparator(self, tree: Node, at: Shape, leftmost: bool) -> Shape:
        one, other = (self._node(child, at, leftmost=leftmost) for child in tree["children"])
        for words, against in ((one.enum, other), (other.enum, one)):
            told = against.enum if against.made and not against.nodes else None
            if words and told and not words & told and tree["value"] in ("eq", "ne"):
                self.problems.append(f"it is never {', '.join(map(repr, told))}: it is one of {_some(words)}")
        return made("boolean")

    def _and_expression(self, tree: Node, at: Shape, leftmost: bool) -> Shape:
        return either(*(self._node(child, at, leftmost=leftmost) for child in tree["children"]))

    _or_expression = _and_expression

    def _not_expression(self, tree: Node, at: Shape, leftmost: bool) -> Shape:
        self._node(tree["children"][0], at, leftmost=leftmost)
        return made("boolean")

    def _multi_select_list(self, tree: Node, at: Shape, leftmost: bool) -> Shape:
        return listed(either(*(self._node(child, at, leftmost=leftmost) for child in tree["children"])))

    def _multi_select_dict(self, tree: Node, at: Shape, leftmost: bool) -> Shape:
        parts = {pair["value"]: self._node(pair["children"][0], at, leftmost=leftmost) for pair in tree["children"]}
        return Shape(made=frozenset({"object"}), fields=parts)

    def _function_expression(self, tree: Node, at: Shape, leftmost: bool) -> Shape:
        name = tree["value"]
        function = self.own.get(name) or FUNCTIONS[name]
        given: list[Shape] = []
        for child in tree["children"]:
            if child["type"] == "expref":
                given.append(self._node(child["children"][0], self._element(given[0]), leftmost=True))
            else:
                given.append(self._node(child, at, leftmost=leftmost))
        self._fit(function, given)
        return self._given(function, given)

    def _fit(self, function: Function, given: list[Shape]) -> None:
        for index, shape in enumerate(given):
            wanted = _TAKES.get(function.takes[min(index, len(function.takes) - 1)])
            if wanted and shape.kinds and not shape.kinds & wanted:
                got = " or ".join(sorted(shape.kinds))
                self.problems.append(f"{function.name} takes {' or '.join(sorted(wanted))}, and gets {got}")

    def _given(self, function: Function, given: list[Shape]) -> Shape:
        name = function.name
        if name in _KEEPING:
            return given[0] if name != "list" or "array" in given[0].kinds else listed(given[0])
        if name in _WORDS:
            return either(*(given if name == "default" else given[1:]))
        if name == "map_value":
            return either(*(given[1].fields or {"": ANYTHING}).values())
        if name == "one_of":
            words = given[1].element().enum
            return Shape(made=given[0].kinds or frozenset({"string"}), words=words)
        if name == "entries":
            return listed(Shape(made=frozenset({"object"}), fields={"key": made("string"), "value": given[0].values()}))
        if name == "group_by":
            fields = {"key": made("string", "integer"), "items": given[0]}
            return listed(Shape(made=frozenset({"object"}), fields=fields))
        if name in ("sev", "cvss"):
            return made("string", words=["critical", "high", "medium", "low"])
        if function.gives == "element":
            return self._element(given[0])
        if function.gives == "same":
            return Shape(made=given[0].kinds) if given[0].kinds else ANYTHING
        return _GIVES[function.gives]

    def _element(self, shape: Shape) -> Shape:
        if shape.kinds and "array" not in shape.kinds:
            self.problems.append(f"a list is expected of what is {' or '.join(sorted(shape.kinds))}")
            return ANYTHING
        return shape.element()


_TAKES = {
    "list": frozenset({"array"}),
    "texts": frozenset({"array"}),
    "text": frozenset({"string"}),
    "time": frozenset({"string"}),
    "number": frozenset({"number", "integer"}),
    "object": frozenset({"object"}),
}


def _of_value(value: Any) -> Shape:
    if value is None:
        return Shape(made=frozenset())
    if isinstance(value, bool):
        return made("boolean")
    if isinstance(value, str):
        return made("string", words=[value])
    if isinstance(value, list):
        return listed(either(*(_of_value(one) for one in value)))
    if isinstance(value, dict):
        return Shape(made=frozenset({"object"}), fields={key: _of_value(part) for key, part in value.items()})
    return made("integer" if isinstance(value, int) else "number")


def _some(words: frozenset[Any]) -> str:
    several = sorted(map(str, words))
    return ", ".join(several[:8]) + (", …" if len(several) > 8 else "")
