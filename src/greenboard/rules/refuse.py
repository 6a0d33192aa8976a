"""Refusals: what is wrong with an expression, said with its place, its line, a caret and a suggestion."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from greenboard.core.errors import Place, UserError, suggest
from greenboard.rules import brought, functions, mistakes, reference
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

    def mistake(self, found: mistakes.Mistake) -> RuleError:
        """The error for a mistake that was recognised."""
        return self.refuse(found.at, found.what, hint=found.hint)

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column, both counted from 1."""
        lines = self.text.split("\n")
        return sum(len(text) + 1 for text in lines[: line - 1]) + column - 1


def translate(source: Source, report: str, schema: Schema) -> RuleError:
    """The first complaint of the compiler as our error."""
    found = _REPORT.search(report)
    if "recursion depth" in report:
        return source.refuse(0, "the expression is nested too deeply", hint="Split it into several rules.")
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
        return _no_fields(source, at, _kinds(operand[1]), schema)
    if "Syntax error" in message:
        return source.mistake(mistakes.of_syntax(source.text, at, message))
    return source.refuse(at, _MESSAGE.sub(lambda found: found[2], message), hint=_HINTS.get(message))


def _unknown_field(source: Source, at: int, field: str, stated: Type, schema: Schema) -> RuleError:
    after = source.text.find(f".{field}", at - 1) + 1 or at
    known: Collection[str] = schema.vocabulary.types if stated.is_related else schema.fields(stated.struct)
    expected = ", ".join(sorted(known))
    if not stated.is_related and field in schema.unreadable(stated.struct):
        reason = schema.unreadable(stated.struct)[field]
        return source.refuse(after, f"{stated.struct}.{field} cannot be read: {reason}")
    what = f"{stated.struct} has no field {field!r}"
    if stated.is_related:
        what = f"unknown fact type {field!r}: what is read of a related entity are its facts"
    elif stated.struct == PARAMETERS:
        what = f"the rule has no parameter {field!r}"
        expected = expected or "a rule with parameters"
    expected = expected or "a key that a descriptor has"
    return source.refuse(after, what, hint=suggest(field, known), expected=expected)


def _unknown_name(source: Source, at: int, name: str, schema: Schema) -> RuleError:
    called = source.text[at : at + 1] == "("
    start = max(source.text.rfind(name, 0, at + 1), 0) if called else at
    ours = (*functions.FIELD_FUNCTIONS, *brought.functions())
    declared = next((one for one in ours if one.name == name), None)
    if called and declared is not None:
        return _called_otherwise(source, start, declared)
    names = [*schema.vocabulary.types, NOW, PARAMETERS]
    known = reference.names()
    if called:
        hint = mistakes.of_function(name, names)
        return source.refuse(start, f"unknown function {name!r}", hint=hint or suggest(name, known))
    first = name.partition(".")[0]
    start = start if first == name else max(source.text.rfind(first, 0, start + 1), 0)
    found = mistakes.of_name(source.text, start, first, known)
    if found:
        return source.mistake(found)
    hint = suggest(first, names) or mistakes.unquoted(source.text, start, first)
    return source.refuse(start, f"unknown name {first!r}", hint=hint, expected="a fact type")


def _called_otherwise(source: Source, start: int, declared: functions.Function) -> RuleError:
    """A function of ours with other arguments, or of something that it is no method of."""
    if declared.name in RELATIONS and source.text[:start].rstrip().endswith("."):
        what = f"{declared.name}() leads on from the entity itself, not from a related one"
        return source.refuse(start, what, hint="Ask a related entity for its own facts, such as dependency_map.")
    return source.refuse(start, f"{declared.name}() is called otherwise", expected=declared.signature)


def _no_fields(source: Source, at: int, kind: str, schema: Schema) -> RuleError:
    found = re.fullmatch(r"list[(<](\w+)[)>]", kind)
    if found is None:
        return source.refuse(at, f"{kind} has no fields")
    name = found[1]
    if name == _RELATED_ENTITY:
        what = "there may be several related entities, so they have no fields"
        return source.refuse(at, what, hint="Ask about each: dependencies().all(d, d.slo...) or .exists(...).")
    asked = re.match(r"\.?(size|length|count)\b", source.text[at:])
    if asked:
        return source.refuse(at, f"a list has no field {asked[1]!r}", hint=f"Write size({name}).")
    if name not in schema.vocabulary.types:
        return source.refuse(at, f"a list of {name} has no fields", hint="Ask about its elements: list.all(x, ...).")
    hint = f"Ask about its elements: {name}.all({name[0]}, {name[0]}...) or .exists(...)."
    return source.refuse(at, f"there may be several {name} facts, so they have no fields", hint=hint)


def _wrong_types(source: Source, at: int, function: str, arguments: str) -> RuleError:
    kinds = _kinds(arguments).replace(_RELATED_ENTITY, "related entity")
    found = _OPERATOR.fullmatch(function)
    sign = "in" if function == "@in" else (found[1] or found[2]) if found else ""
    if sign in ("&&", "||", "!", "?_:"):
        return _not_bool(source, at, sign.replace("?_:", "?:"), kinds)
    if function in ("_[_]", "_[?_]"):
        return _no_place(source, at, kinds)
    if sign and "," in arguments:
        left, right = [part.strip() for part in kinds.split(", ", 1)]
        return source.refuse(at, f"{left} {sign} {right} is not possible", hint=mistakes.of_types(sign, left, right))
    hint = _CALL_HINTS.get(function)
    named = max(source.text.rfind(function, 0, at + 1), 0) if source.text[at : at + 1] == "(" else at
    return source.refuse(named, f"{sign or function}() does not take ({kinds})", hint=hint)


def _not_bool(source: Source, at: int, sign: str, kinds: str) -> RuleError:
    if sign == "?:" and kinds.startswith("bool, "):
        what = f"both values of ?: must be of one type, these are {kinds.removeprefix('bool, ')}"
        return source.refuse(at, what)
    macro = re.search(rf"\b({'|'.join(mistakes.MACROS)})$", source.text[:at])
    if macro and source.text[at : at + 1] == "(":
        got = kinds.split(", ")[-1 if sign != "?:" else 0]
        what = f"{macro[1]}() needs a test that comes to true or false"
        return source.refuse(macro.start(1), what, expected="bool", hint=f"Got {got}.")
    return source.refuse(at, f"{sign} needs bool", expected="bool", hint=f"Got {kinds}.")


def _no_place(source: Source, at: int, kinds: str) -> RuleError:
    listed, place = kinds.split(", ", 1)
    if not listed.startswith("list<"):
        hint = "Write a point and the field: entity.tier." if place == "string" else None
        return source.refuse(at, f"{listed} has no elements", hint=hint)
    hint = 'Find it: list.filter(x, x.name == "...").' if place == "string" else None
    return source.refuse(at, "the place of an element is an int", expected="int", hint=hint)


_HINTS = {
    "has() argument must be a field selection": "Write has(entity.tier): whether a field is known.",
    "reserved identifier: if": "Write test ? this : that.",
    "Invalid argument to has() macro": "Write has(entity.tier): whether a field is known.",
}
_CALL_HINTS = {
    "contains": "Of a list, write value in list.",
    "days": "It takes a whole number: days(90).",
    "hours": "It takes a whole number: hours(12).",
    "value": "Only an optional has one, such as entity.?tier.",
    "orValue": "Only an optional has one, such as entity.?tier, with a value of its type.",
    "size": "Only texts and lists have a size.",
    "age": "It takes a moment, such as readme.last_changed_at.",
    "join": "Only lists of texts can be joined.",
}


def _kinds(arguments: str) -> str:
    inside = arguments[1:-1] if arguments.startswith("(") else arguments
    words = _MESSAGE.sub(lambda found: _RELATED_ENTITY if found[1] == "related" else found[2], inside)
    words = words.replace("null_type", "null")
    words = words.replace("google.protobuf.Timestamp", "timestamp").replace("google.protobuf.Duration", "duration")
    return re.sub(r"(list|optional)(?:_type)?\((\w+)\)", r"\1<\2>", words)


def one_of(value: str, allowed: Iterable[str], label: str) -> tuple[str, str, str | None]:
    """What, expected and hint for a text that a closed field can never have."""
    known = list(allowed)
    return f"{label} is never {value!r}", ", ".join(known), suggest(value, known)
