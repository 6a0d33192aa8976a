"""Compile a rule: checked by the official CEL implementation, refused where the evaluator cannot follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from greenboard.core.errors import Place
from greenboard.facts.vocabulary import FieldType, Vocabulary
from greenboard.rules.refuse import RuleError, Source, translate
from greenboard.rules.schema import NOW, PARAMETERS, Schema
from greenboard.rules.tree import BOOL, Has, Kind, Node, Select, Var

__all__ = ["Program", "RuleError", "compile", "expression"]

MAX_LENGTH = 20_000
"""The longest expression, in characters."""


@dataclass(frozen=True)
class Program:
    """A compiled expression.

    `reads` are the fields it reads as `type.field`, sorted; a type of which it reads no field (as in
    `size(slo)`) stands alone. `types` are the fact types. `reads_clock`: its outcome may change with
    time alone. `parameters` are the names it reads of the rule's parameters.
    """

    source: str
    reads: tuple[str, ...]
    types: frozenset[str]
    reads_clock: bool
    parameters: tuple[str, ...]
    parameter_types: Mapping[str, FieldType] = field(repr=False, default_factory=dict)
    tree: Node = field(repr=False, compare=False, kw_only=True)


def compile(  # noqa: A001 - the verb of the package, always imported by name
    source: str,
    vocabulary: Vocabulary,
    *,
    parameters: Mapping[str, FieldType] | None = None,
    place: Place | None = None,
) -> Program:
    """Compile an expression that decides a rule: it must be bool.

    `place` is where the expression's text starts in its file.

    Raises:
        RuleError: with the place of the part that is wrong, its line and a caret.

    """
    program = expression(source, vocabulary, parameters=parameters, place=place)
    if program.tree.type != BOOL:
        what = f"a rule must come to true or false, this comes to {program.tree.type}"
        raise Source(source, place).refuse(0, what)
    return program


def expression(
    source: str,
    vocabulary: Vocabulary,
    *,
    parameters: Mapping[str, FieldType] | None = None,
    place: Place | None = None,
) -> Program:
    """Compile an expression of any type; otherwise as `compile`."""
    schema = Schema(vocabulary, dict(parameters or {}))
    return _program(source, _build(Source(source, place), schema), schema)


def _build(source: Source, schema: Schema) -> Node:
    from greenboard.rules import wire
    from greenboard.rules.build import Builder
    from greenboard.rules.schema import environment

    if len(source.text) > MAX_LENGTH:
        raise source.refuse(0, f"the expression is longer than {MAX_LENGTH:,} characters")
    if any("\ud800" <= sign <= "\udfff" for sign in source.text):
        raise source.refuse(0, "the expression is not valid Unicode")
    if not source.text.strip():
        raise source.refuse(0, "the expression is empty")
    try:
        checked = wire.parse(environment(schema).compile(source.text).serialize())
    except (RuntimeError, ValueError) as error:
        raise translate(source, str(error), schema) from None
    except wire.TooDeep:
        raise source.refuse(0, "the expression is nested too deeply", hint="Split it into several rules.") from None
    types = {entry.key: entry.value for entry in checked.type_map}
    positions = {entry.key: entry.value for entry in checked.source_info.positions}
    return Builder(source, schema, types, positions).build(checked.expr)


def _program(source: str, node: Node, schema: Schema) -> Program:
    parts = list(node.walk())
    names = {part.name for part in parts if isinstance(part, Var) and not part.local}
    types = frozenset(names - {NOW, PARAMETERS})
    fields = {read for part in parts if isinstance(part, Select | Has) for read in [_read(part)]}
    alone = {name for name in types if not any(field.startswith(f"{name}.") for field in fields)}
    used = tuple(sorted(read.partition(".")[2] for read in fields if read.startswith(f"{PARAMETERS}.")))
    return Program(
        source=source,
        reads=tuple(sorted({read for read in fields if not read.startswith(f"{PARAMETERS}.")} | alone)),
        types=types,
        reads_clock=NOW in names,
        parameters=used,
        parameter_types={name: schema.parameters[name] for name in used},
        tree=node,
    )


def _read(part: Select | Has) -> str:
    stated = part.operand.type
    struct = stated.inner.struct if stated.kind is Kind.OPTIONAL else stated.struct
    return f"{struct}.{part.field}"
