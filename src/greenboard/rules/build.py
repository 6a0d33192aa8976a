"""From the checked expression to the typed tree: macros folded back, field functions unfolded, the rest refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from greenboard.facts.vocabulary import FieldType
from greenboard.rules import constants, macros, named, supported, tree
from greenboard.rules.refuse import RuleError, Source
from greenboard.rules.schema import NOW, PARAMETERS, Schema
from greenboard.rules.tree import Call, Const, Fold, FoldKind, Has, Kind, ListOf, Node, Select, Type, Var

MAX_NESTING = 3
"""How many comprehensions may stand within one another."""

MAX_REPEATED = 5_000
"""How many operations the parts that are named once and used often may come to together."""

_TYPES = {
    FieldType.BOOL: tree.BOOL,
    FieldType.INT: tree.INT,
    FieldType.FLOAT: tree.DOUBLE,
    FieldType.STRING: tree.STRING,
    FieldType.TIMESTAMP: tree.TIMESTAMP,
    FieldType.DURATION: tree.DURATION,
}


@dataclass
class Builder:
    """Builds the tree of one expression."""

    source: Source
    schema: Schema
    types: Mapping[int, Any]
    positions: Mapping[int, int]
    scope: Mapping[str, tuple[int, Node] | Node] = field(default_factory=dict)
    depth: int = 0
    repeated: list[int] = field(default_factory=list)

    def build(self, expr: Any) -> Node:
        """The node for an expression.

        Raises:
            RuleError: something that CEL allows and the evaluator does not have.

        """
        match expr.WhichOneof("kind"):
            case "const_expr":
                return self._constant(expr)
            case "ident_expr":
                return self._variable(expr)
            case "select_expr":
                return self._select(expr)
            case "call_expr":
                return self._call(expr)
            case "list_expr":
                return self._list(expr)
            case "comprehension_expr":
                return self._fold(expr)
        raise self._refuse(expr, "maps and messages cannot be made in a rule")

    def _at(self, expr: Any) -> int:
        at = self.positions.get(expr.id, 0)
        # A call or macro stands at its bracket; people look at its name.
        if expr.WhichOneof("kind") == "comprehension_expr":
            macro = re.search(r"\w+$", self.source.text[:at])
            return macro.start() if macro else at
        name = expr.call_expr.function if expr.WhichOneof("kind") == "call_expr" else ""
        return at - len(name) if name and self.source.text[: at + 1].endswith(f"{name}(") else at

    def _refuse(self, expr: Any, what: str, hint: str | None = None) -> RuleError:
        return self.source.refuse(self._at(expr), what, hint=hint)

    def _type(self, expr: Any) -> Type:
        stated = self.types.get(expr.id)
        found = macros.convert(stated) if stated is not None else None
        if found is None:
            raise self._refuse(expr, macros.no_type(stated))
        return found

    def _constant(self, expr: Any) -> Node:
        constant = expr.const_expr
        match constant.WhichOneof("kind"):
            case "bool_value":
                return Const(tree.BOOL, self._at(expr), 0, constant.bool_value)
            case "int64_value":
                return Const(tree.INT, self._at(expr), 0, constant.int64_value)
            case "double_value":
                return Const(tree.DOUBLE, self._at(expr), 0, constant.double_value)
            case "string_value":
                return Const(tree.STRING, self._at(expr), 0, constant.string_value)
            case "null_value":
                raise self._refuse(expr, "a field is never null", "Ask has(...) whether it is known.")
        raise self._refuse(expr, "unsigned numbers and bytes are not in the vocabulary")

    def _variable(self, expr: Any) -> Node:
        name = expr.ident_expr.name
        local = self.scope.get(name)
        if isinstance(local, Node):
            return self._again(expr, local)
        if local is not None:
            level, over = local
            return Var(over.type.inner, self._at(expr), level, name, local=True, over=over)
        name = name.removeprefix(".")
        if name not in self.schema.vocabulary.types and name not in (NOW, PARAMETERS):
            raise self._refuse(expr, f"{name} cannot be used as a value")
        return Var(self._type(expr), self._at(expr), 0, name)

    def _again(self, expr: Any, part: Node) -> Node:
        """A part that `cel.bind` gave a name, where the name stands."""
        self.repeated.append(sum(1 for _ in part.walk()))
        if sum(self.repeated) > MAX_REPEATED:
            raise self._refuse(expr, f"named parts come to more than {MAX_REPEATED:,} operations", "Name less.")
        return part

    def _select(self, expr: Any) -> Node:
        select = expr.select_expr
        operand = self.build(select.operand)
        if operand.type.kind is not Kind.STRUCT and not _optional_struct(operand.type):
            raise self._refuse(expr, f"{operand.type} has no fields")
        at = self._at(expr) + (1 if not select.test_only else 0)
        if select.test_only:
            return Has(tree.BOOL, self._at(select.operand), operand.level, operand, select.field)
        return Select(self._type(expr), at, operand.level, operand, select.field, _optional_struct(operand.type))

    def _call(self, expr: Any) -> Node:
        call = expr.call_expr
        stated = ([call.target] if call.HasField("target") else []) + list(call.args)
        if call.function == "_?._":
            return self._optional_select(expr, stated)
        arguments = tuple(self.build(argument) for argument in stated)
        match call.function:
            case "age":
                return self._call_node(expr, "_-_", (Var(tree.TIMESTAMP, self._at(expr), 0, NOW), *arguments))
            case "attested":
                return self._attested(expr, arguments[0])
            case "in_team":
                arguments = (*arguments[:-1], named.team(self.source, arguments[-1]))
        return self._call_node(expr, call.function, arguments)

    def _call_node(self, expr: Any, function: str, arguments: tuple[Node, ...]) -> Node:
        reason = supported.missing(function, tuple(argument.type for argument in arguments))
        if reason:
            raise self._refuse(expr, reason)
        node = Call(self._type(expr), self._at(expr), _level(arguments), function, arguments)
        supported.check_constants(self.source, node, self.schema)
        named.check_standing(self.source, node, self.schema)
        return constants.fold(node)

    def _optional_select(self, expr: Any, stated: list[Any]) -> Node:
        operand = self.build(stated[0])
        inner = operand.type.inner if operand.type.kind is Kind.OPTIONAL else operand.type
        if inner.kind is not Kind.STRUCT:
            raise self._refuse(expr, f"{inner} has no fields")
        name = stated[1].const_expr.string_value
        return Select(self._type(expr), self._at(expr), operand.level, operand, name, optional=True)

    def _list(self, expr: Any) -> Node:
        created = expr.list_expr
        elements = tuple(self.build(element) for element in created.elements)
        if not elements:
            return ListOf(self._type(expr), self._at(expr), 0, ())
        may_lack = set(created.optional_indices)
        held = [part.type.inner if at in may_lack else part.type for at, part in enumerate(elements)]
        inner = held[0]
        for part, other in zip(elements, held, strict=True):
            if other != inner:
                what = f"the elements of a list must be of one type: the first is {inner}, this one {other}"
                raise self.source.refuse(part.at, what)
        if inner.kind is Kind.OPTIONAL:
            raise self._refuse(expr, "a list of optionals cannot be made in a rule", "Write [?x] for x where it is.")
        stated = tree.list_of(inner)
        return ListOf(stated, self._at(expr), _level(elements), elements)

    def _attested(self, expr: Any, item: Node) -> Node:
        """`attested(x)` is `attestation.exists(a, a.item == x && a.expires_at > now)`."""
        at, depth = self._at(expr), self.depth + 1
        struct = tree.struct_of("attestation")
        one = Var(struct, at, depth, "attestation", local=True)
        same = Call(tree.BOOL, at, depth, "_==_", (Select(tree.STRING, at, depth, one, "item"), item))
        end = Select(tree.TIMESTAMP, at, depth, one, "expires_at")
        valid = Call(tree.BOOL, at, depth, "_>_", (end, Var(tree.TIMESTAMP, at, 0, NOW)))
        test = Call(tree.BOOL, at, depth, "_&&_", (same, valid))
        over = Var(tree.list_of(struct), at, 0, "attestation")
        exists = Fold(tree.BOOL, at, item.level, FoldKind.EXISTS, over, "attestation", test, None, depth)
        return Call(tree.BOOL, at, item.level, "attested", (item, exists))

    def _fold(self, expr: Any) -> Node:
        told = expr.comprehension_expr
        if macros.names_a_part(told):
            part = self.build(told.accu_init)
            return replace(self, scope={**self.scope, told.accu_var: part}).build(told.result)
        if self.depth >= MAX_NESTING:
            raise self._refuse(expr, f"more than {MAX_NESTING} comprehensions within one another")
        over = self.build(told.iter_range)
        if over.type.kind is not Kind.LIST:
            raise self._refuse(expr, f"{over.type} is not a list")
        kind, test, body = macros.unfold(told)
        if kind is None:
            raise self._refuse(expr, "this kind of comprehension is not supported")
        inner = self._within(told.iter_var, over)
        test_node = inner.build(test) if test is not None else None
        body_node = inner.build(body) if body is not None else None
        return self._fold_node(expr, kind, over, (test_node, body_node))

    def _within(self, variable: str, over: Node) -> Builder:
        depth = self.depth + 1
        return replace(self, scope={**self.scope, variable: (depth, over)}, depth=depth)

    def _fold_node(self, expr: Any, kind: FoldKind, over: Node, inner: tuple[Node | None, Node | None]) -> Node:
        test, body = inner
        depth = self.depth + 1
        level = max(
            [over.level, *(level for part in inner if part is not None for level in _outer_levels(part, depth))]
        )
        stated = tree.BOOL
        if kind is FoldKind.FILTER:
            stated = over.type
        if kind is FoldKind.MAP:
            assert body is not None
            if body.type.kind is Kind.OPTIONAL:
                raise self._refuse(expr, "a list of optionals cannot be made in a rule", "Filter by has(...) first.")
            stated = tree.list_of(body.type)
        variable = expr.comprehension_expr.iter_var
        return Fold(stated, self._at(expr), level, kind, over, variable, test, body, depth)


def _outer_levels(node: Node, depth: int) -> list[int]:
    """The levels below `depth` that variables within a node depend on."""
    return [part.level for part in node.walk() if isinstance(part, Var) and part.level < depth]


def _level(nodes: tuple[Node, ...]) -> int:
    return max((node.level for node in nodes), default=0)


def _optional_struct(stated: Type) -> bool:
    return stated.kind is Kind.OPTIONAL and stated.inner.kind is Kind.STRUCT
