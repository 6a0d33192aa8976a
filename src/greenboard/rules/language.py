"""Compile a rule: checked by the official CEL implementation, refused where the evaluator cannot follow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from greenboard.core.errors import Place
from greenboard.facts.vocabulary import FieldType, Vocabulary
from greenboard.rules import named
from greenboard.rules.around import RELATIONS
from greenboard.rules.refuse import RuleError, Source, translate
from greenboard.rules.schema import NOW, PARAMETERS, Schema
from greenboard.rules.tree import BOOL, Call, Has, Node, Select, Var

__all__ = ["Program", "RuleError", "compile", "expression"]

Standards = Mapping[str, tuple[str, ...]]
"""The names of the levels of each scorecard, lowest first."""

MAX_LENGTH = 20_000
"""The longest expression, in characters."""


@dataclass(frozen=True)
class Program:
    """A compiled expression.

    `reads` are the fields it reads as `type.field`, sorted; a type of which it reads no field (as in
    `size(slo)`) stands alone. `types` are the fact types. Both are the entity's own facts only.
    `reads_clock`: its outcome may change with time alone. `parameters` are the names it reads of the
    rule's parameters.

    `related` are, for each relation that it follows, the fields that it reads of the related entities,
    as in `reads`. `levels` are the scorecards of which it reads a level, each with the relation to
    whose level it is, "" for the entity itself. `reads_team`: whether it asks who owns something.
    """

    source: str
    reads: tuple[str, ...]
    types: frozenset[str]
    reads_clock: bool
    parameters: tuple[str, ...]
    related: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    levels: frozenset[tuple[str, str]] = frozenset()
    reads_team: bool = False
    parameter_types: Mapping[str, FieldType] = field(repr=False, default_factory=dict)
    tree: Node = field(repr=False, compare=False, kw_only=True)

    @cached_property
    def looks_around(self) -> bool:
        """Whether it reads anything that is not a fact of the entity itself."""
        return bool(self.related or self.levels or self.reads_team)


def compile(  # noqa: A001 - the verb of the package, always imported by name
    source: str,
    vocabulary: Vocabulary,
    *,
    parameters: Mapping[str, FieldType] | None = None,
    place: Place | None = None,
    standards: Standards | None = None,
) -> Program:
    """Compile an expression that decides a rule: it must be bool.

    `place` is where the expression's text starts in its file. With `standards`, a scorecard or level
    that is not among them is refused.

    Raises:
        RuleError: with the place of the part that is wrong, its line and a caret.

    """
    program = expression(source, vocabulary, parameters=parameters, place=place, standards=standards)
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
    standards: Standards | None = None,
) -> Program:
    """Compile an expression of any type; otherwise as `compile`."""
    schema = Schema(vocabulary, dict(parameters or {}), standards)
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
    fields = set(_fields(parts, ""))
    used = tuple(sorted(read.partition(".")[2] for read in fields if read.startswith(f"{PARAMETERS}.")))
    return Program(
        source=source,
        reads=_with_alone({read for read in fields if not read.startswith(f"{PARAMETERS}.")}, types),
        types=types,
        reads_clock=NOW in names,
        parameters=used,
        related=_related(parts),
        levels=frozenset(_levels(parts)),
        reads_team=any(isinstance(part, Call) and part.function == "in_team" for part in parts),
        parameter_types={name: schema.parameters[name] for name in used},
        tree=node,
    )


def _fields(parts: Iterable[Node], through: str) -> Iterator[str]:
    """The fields that are read of the facts of related entities, or (through nothing) of the entity's own."""
    for part in parts:
        if isinstance(part, Select | Has):
            stated = part.operand.type.held
            if stated.through == through and not stated.is_related:
                yield f"{stated.struct}.{part.field}"


def _with_alone(fields: set[str], types: Collection[str]) -> tuple[str, ...]:
    """Fields in order, with the types of which no field is read."""
    read = {field.partition(".")[0] for field in fields}
    return tuple(sorted(fields | (set(types) - read)))


def _related(parts: Sequence[Node]) -> dict[str, tuple[str, ...]]:
    followed = {part.function for part in parts if isinstance(part, Call) and part.function in RELATIONS}
    return {name: _with_alone(set(_fields(parts, name)), _types(parts, name)) for name in sorted(followed)}


def _types(parts: Iterable[Node], through: str) -> set[str]:
    stated = [(part.operand.type.held, part.field) for part in parts if isinstance(part, Select | Has)]
    return {name for of, name in stated if of.is_related and of.through == through}


def _levels(parts: Iterable[Node]) -> Iterator[tuple[str, str]]:
    for part in parts:
        if isinstance(part, Call) and part.function in ("level", "reached"):
            yield part.arguments[0].type.through, named.card_of(part)
