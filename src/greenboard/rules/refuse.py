"""Refusals: what is wrong with an expression, said with its place, its line, a caret and a suggestion."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from greenboard.core.errors import Place, UserError, suggest
from greenboard.rules import functions
from greenboard.rules.around import RELATIONS
from greenboard.rules.schema import NOW, PARAMETERS, Schema, struct_type
from greenboard.rules.tree import Type


class RuleError(UserError):
    """An expression that was refused. `place` is that of the part that is wrong, `drawing` its line with a caret."""

    def __init__(
        self,
        what: str,
        *,
        place: Place | None = None,
        expected: str | None = None,
        got: str | None = None,
        hint: str | None = None,
        drawing: str = "",
    ) -> None:
        super().__init__(what, place=place, expected=expected, got=got, hint=hint)
        self.drawing = drawing

    def __str__(self) -> str:
        return f"{super().__str__()}\n{self.drawing}" if self.drawing else super().__str__()


_REPORT = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_FIELD = re.compile(r"undefined field '(.+)' not found in struct '(.+)'")
_NAME = re.compile(r"undeclared reference to '(.+)' \(in")
_OVERLOAD = re.compile(r"found no matching overload for '(.+)' applied to '(.*)'")
_OPERAND = re.compile(r"expression of type '(.+)' cannot be the operand of a select operation")
_MESSAGE = re.compile(rf"{functions.ROOT}\.(\w+)\.(\w+)")
_RELATED_ENTITY = "related_entity"
_OPERATOR = re.compile(r"_(.+)_|(.)_")
_KNOWN = (
    *("size", "has", "all", "exists", "exists_one", "filter", "map", "matches", "startsWith", "endsWith"),
    *("contains", "lowerAscii", "upperAscii", "trim", "replace", "split", "join", "indexOf", "substring"),
    *("timestamp", "duration", "int", "double", "string", "bool", "getFullYear", "getMonth", "getDayOfMonth"),
    *("getDayOfWeek", "getHours", "getMinutes", "getSeconds", "orValue", "hasValue"),
)


@dataclass(frozen=True)
class Source:
    """An expression's text, and where it stands in its file."""

    text: str
    start: Place | None = None

    def refuse(self, at: int, what: str, *, hint: str | None = None, expected: str | None = None) -> RuleError:
        """The error for the part that starts at an offset, counted in characters."""
        before = self.text[:at]
        line, column = before.count("\n"), at - (before.rfind("\n") + 1)
        start = self.start or Place("expression", 1, 1)
        place = Place(start.path, (start.line or 1) + line, (start.column or 1) + column)
        shown = self.text.split("\n")[line].replace("\t", " ")
        drawing = f"  {shown}\n  {' ' * column}^"
        return RuleError(what, place=place, expected=expected, hint=hint, drawing=drawing)

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column, both counted from 1."""
        lines = self.text.split("\n")
        return sum(len(text) + 1 for text in lines[: line - 1]) + column - 1


def translate(source: Source, report: str, schema: Schema) -> RuleError:
    """The first complaint of the compiler as our error."""
    found = _REPORT.search(report)
    if found is None:
        return source.refuse(0, report.split("\n", maxsplit=1)[0])
    at = source.offset(int(found[1]), int(found[2]))
    message = found[3].replace(" [INVALID_ARGUMENT]", "")
    if field := _FIELD.match(message):
        return _unknown_field(source, at, field[1], struct_type(field[2]), schema)
    if name := _NAME.match(message):
        return _unknown_name(source, at, name[1], schema)
    if overload := _OVERLOAD.match(message):
        return _wrong_types(source, at, overload[1], overload[2])
    if operand := _OPERAND.match(message):
        return _no_fields(source, at, _kinds(operand[1]))
    if "Syntax error" in message:
        return source.refuse(at, _syntax(source, at, message))
    return source.refuse(at, _MESSAGE.sub(lambda found: found[2], message))


def _unknown_field(source: Source, at: int, field: str, stated: Type, schema: Schema) -> RuleError:
    known: Collection[str] = schema.vocabulary.types if stated.is_related else schema.fields(stated.struct)
    after = source.text.find(field, at)
    what = f"{stated.struct} has no field {field!r}"
    if stated.is_related:
        what = f"unknown fact type {field!r}: what is read of a related entity are its facts"
    elif stated.struct == PARAMETERS:
        what = f"the rule has no parameter {field!r}"
    expected = ", ".join(sorted(known)) or "a rule with parameters"
    return source.refuse(after if 0 <= after <= at + 2 else at, what, hint=suggest(field, known), expected=expected)


def _unknown_name(source: Source, at: int, name: str, schema: Schema) -> RuleError:
    called = source.text[at : at + 1] == "("
    start = max(source.text.rfind(name, 0, at + 1), 0) if called else at
    if called:
        known = [*_KNOWN, *(function.name for function in functions.FIELD_FUNCTIONS)]
        declared = next((one for one in functions.FIELD_FUNCTIONS if one.name == name), None)
        if declared is not None:
            return _called_otherwise(source, start, declared)
        return source.refuse(start, f"unknown function {name!r}", hint=suggest(name, known))
    names = [*schema.vocabulary.types, NOW, PARAMETERS]
    first = name.partition(".")[0]
    start = start if first == name else max(source.text.rfind(first, 0, start + 1), 0)
    return source.refuse(start, f"unknown name {first!r}", hint=suggest(first, names), expected="a fact type")


def _called_otherwise(source: Source, start: int, declared: functions.Function) -> RuleError:
    """A function of ours with other arguments, or of something that it is no method of."""
    if declared.name in RELATIONS and source.text[:start].rstrip().endswith("."):
        what = f"{declared.name}() leads on from the entity itself, not from a related one"
        return source.refuse(start, what, hint="Ask a related entity for its own facts, such as dependency_map.")
    return source.refuse(start, f"{declared.name}() is called otherwise", expected=declared.signature)


def _no_fields(source: Source, at: int, kind: str) -> RuleError:
    found = re.fullmatch(r"list[(<](\w+)[)>]", kind)
    if found is None:
        return source.refuse(at, f"{kind} has no fields")
    name = found[1]
    if name == _RELATED_ENTITY:
        what = "there may be several related entities, so they have no fields"
        return source.refuse(at, what, hint="Ask about each: dependencies().all(d, d.slo...) or .exists(...).")
    hint = f"Ask about its elements: {name}.all({name[0]}, {name[0]}...) or .exists(...)."
    return source.refuse(at, f"there may be several {name} facts, so they have no fields", hint=hint)


def _wrong_types(source: Source, at: int, function: str, arguments: str) -> RuleError:
    kinds = _kinds(arguments)
    found = _OPERATOR.fullmatch(function)
    sign = (found[1] or found[2]) if found else ""
    if sign in ("&&", "||", "!", "?_:"):
        return source.refuse(at, f"{sign.replace('?_:', '?:')} needs bool", expected="bool", hint=f"Got {kinds}.")
    if sign and "," in arguments:
        left, right = [part.strip() for part in kinds.split(", ", 1)]
        return source.refuse(at, f"{left} {sign} {right} is not possible", hint=_conversion(sign, left, right))
    return source.refuse(at, f"{sign or function}() does not take ({kinds})")


def _conversion(sign: str, left: str, right: str) -> str | None:
    if {left, right} == {"int", "double"}:
        return "Write double(...) around the int, or a literal such as 100.0."
    if "null" in (left, right):
        return "A field is never null; ask has(...)."
    if sign == "in":
        return "The left side must be of the type of the list's elements."
    return None


def _kinds(arguments: str) -> str:
    inside = arguments[1:-1] if arguments.startswith("(") else arguments
    words = _MESSAGE.sub(lambda found: _RELATED_ENTITY if found[1] == "related" else found[2], inside)
    words = words.replace("null_type", "null")
    words = words.replace("google.protobuf.Timestamp", "timestamp").replace("google.protobuf.Duration", "duration")
    return re.sub(r"list\((\w+)\)", r"list<\1>", words)


def _syntax(source: Source, at: int, message: str) -> str:
    if at >= len(source.text.rstrip()):
        return "the expression ends too early"
    if "mismatched input" in message or "extraneous input" in message or "no viable" in message:
        word = re.match(r"\w+|.", source.text[at:])
        return f"not expected here: {word[0]!r}" if word else "not expected here"
    return message.replace("Syntax error: ", "")


def one_of(value: str, allowed: Iterable[str], label: str) -> tuple[str, str, str | None]:
    """What, expected and hint for a text that a closed field can never have."""
    known = list(allowed)
    return f"{label} is never {value!r}", ", ".join(known), suggest(value, known)
