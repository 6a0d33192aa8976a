"""What CEL itself and its extensions bring, as far as rules may use it; the field's own are in `functions`.

With `functions` this is the one list of them all: suggestions and the reference page are made of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from greenboard.rules import brought
from greenboard.rules.functions import FIELD_FUNCTIONS, Function


@dataclass(frozen=True)
class Section:
    """Functions that belong together."""

    title: str
    functions: tuple[Function, ...]


def _of(name: str, signature: str, doc: str, example: str) -> Function:
    return Function(name, signature, doc, example=example, method=not signature.startswith(f"{name}("))


_LISTS = Section(
    "Lists",
    (
        _of("all", "list.all(x, test) -> bool", "Every element passes the test; of an empty list, true.",
            "slo.all(s, s.target_pct >= 99)"),
        _of("exists", "list.exists(x, test) -> bool", "An element passes the test; of an empty list, false.",
            'slo.exists(s, s.sli == "latency")'),
        _of("exists_one", "list.exists_one(x, test) -> bool", "Exactly one element passes the test.",
            'slo.exists_one(s, s.sli == "availability")'),
        _of("filter", "list.filter(x, test) -> list", "The elements that pass the test.",
            "size(workload.filter(w, w.privileged)) == 0"),
        _of("map", "list.map(x, value) -> list",
            "A value for each element; with a test before it, of those that pass: `list.map(x, test, value)`.",
            "workload.map(w, w.name) == entity.tags"),
        _of("size", "size(list) -> int", "How many elements; of a text, how many characters.", "size(slo) >= 1"),
        _of("in", "value in list -> bool", "The value is among the elements.", '"pci" in entity.tags'),
        _of("[]", "list[int] -> element", "The element at a place, from 0; outside of the list an error.",
            "slo[0].target_pct >= 99"),
        _of("+", "list + list -> list", "The elements of both.", '("pci" in entity.tags + entity.link_kinds)'),
        _of("join", "list.join(string) -> string", "The texts of a list as one, with a text between them.",
            'entity.tags.join(",").contains("pci,")'),
        _of("first", "list.first() -> optional", "The first element, if there is one.",
            "slo.first().hasValue()"),
        _of("last", "list.last() -> optional", "The last element, if there is one.",
            'entity.tags.last().orValue("") != ""'),
    ),
)  # fmt: skip
_OPTIONALS = Section(
    "Optionals",
    (
        _of("has", "has(x.field) -> bool", "Whether a field is known.", "has(entity.tier)"),
        _of(".?", "x.?field -> optional", "A field, or none where it is not known.", "entity.?tier.hasValue()"),
        _of("[?]", "list[?int] -> optional", "An element, or none.", "slo[?0].hasValue()"),
        _of("hasValue", "optional.hasValue() -> bool", "Whether there is one.", "entity.?tier.hasValue()"),
        _of("value", "optional.value() -> value",
            "The value. Of a field that is not known it is unknown, of an element that is not there an error.",
            "entity.?tier.value() <= 2"),
        _of("orValue", "optional.orValue(value) -> value", "The value, or another one.",
            "entity.?tier.orValue(4) <= 2"),
        _of("or", "optional.or(optional) -> optional", "The first that holds a value.",
            "slo.first().or(slo.last()).hasValue()"),
        _of("optMap", "optional.optMap(x, value) -> optional", "What becomes of the value, if there is one.",
            "entity.?tier.optMap(t, t * 2).orValue(0) <= 4"),
        _of("optFlatMap", "optional.optFlatMap(x, optional) -> optional", "The optional that a value leads to.",
            "slo.first().optFlatMap(s, s.?current_pct).hasValue()"),
        _of("optional.of", "optional.of(value) -> optional", "An optional that holds a value.",
            "optional.of(entity.tier).hasValue()"),
        _of("optional.none", "optional.none() -> optional", "An optional that holds none.",
            "!optional.none().hasValue()"),
        _of("optional.ofNonZeroValue", "optional.ofNonZeroValue(value) -> optional",
            'None of 0, false, "" and [].', "optional.ofNonZeroValue(entity.name).hasValue()"),
    ),
)  # fmt: skip
_TEXTS = Section(
    "Texts",
    (
        _of("contains", "string.contains(string) -> bool", "The text has a part.", 'entity.name.contains("api")'),
        _of("startsWith", "string.startsWith(string) -> bool", "The text begins so.", 'entity.name.startsWith("api-")'),
        _of("endsWith", "string.endsWith(string) -> bool", "The text ends so.", 'entity.name.endsWith("-job")'),
        _of("matches", "string.matches(string) -> bool", "A part of the text fits a regular expression (RE2).",
            'entity.name.matches("^[a-z-]+$")'),
        _of("lowerAscii", "string.lowerAscii() -> string", "A to Z in small letters.",
            "entity.name.lowerAscii() == entity.name"),
        _of("upperAscii", "string.upperAscii() -> string", "a to z in capitals.", 'entity.name.upperAscii() == "A"'),
        _of("trim", "string.trim() -> string", "Without white space at its ends.", 'entity.description.trim() != ""'),
        _of("replace", "string.replace(string, string) -> string",
            "With a part put in place of another; a third argument says how many times.",
            'entity.name.replace("-", "_") != ""'),
        _of("split", "string.split(string) -> list<string>",
            "Cut at a text; a second argument says into how many pieces at most.",
            'size(entity.name.split("-")) <= 3'),
        _of("indexOf", "string.indexOf(string) -> int",
            "Where a part begins, or -1; a second argument says from where on.",
            'entity.name.indexOf("-") > 0'),
        _of("lastIndexOf", "string.lastIndexOf(string) -> int", "Where the last such part begins, or -1.",
            'entity.name.lastIndexOf("-") > 0'),
        _of("substring", "string.substring(int, int) -> string",
            "From a place up to, and without, another; without the second, to the end.",
            'entity.name.substring(0, 1) == "a"'),
        _of("charAt", "string.charAt(int) -> string", "The character at a place.", 'entity.name.charAt(0) == "a"'),
        _of("reverse", "string.reverse() -> string", "From the last character to the first.",
            "entity.name.reverse() != entity.name"),
        _of("strings.quote", "strings.quote(string) -> string", "As it would be written in a rule, with quotes.",
            'strings.quote(entity.name) != ""'),
    ),
)  # fmt: skip
_NUMBERS = Section(
    "Numbers",
    (
        _of("math.greatest", "math.greatest(number, ...) -> number", "The greatest of numbers, or of a list of them.",
            "math.greatest(workload.map(w, w.replicas)) >= 2"),
        _of("math.least", "math.least(number, ...) -> number", "The least of numbers, or of a list of them.",
            "math.least(entity.tier, 3) <= 2"),
        _of("math.abs", "math.abs(number) -> number", "Without its sign.", "math.abs(coverage.line_pct - 80.0) < 5.0"),
        _of("math.sign", "math.sign(number) -> number", "-1, 0 or 1.", "math.sign(coverage.line_pct) > 0.0"),
        _of("math.ceil", "math.ceil(double) -> double", "The whole number above.",
            "math.ceil(coverage.line_pct) > 80.0"),
        _of("math.floor", "math.floor(double) -> double", "The whole number below.",
            "math.floor(coverage.line_pct) > 80.0"),
        _of("math.round", "math.round(double) -> double", "The nearest whole number; of two, the one further from 0.",
            "math.round(coverage.line_pct) >= 80.0"),
        _of("math.trunc", "math.trunc(double) -> double", "Without its fraction.",
            "math.trunc(coverage.line_pct) >= 80.0"),
        _of("math.sqrt", "math.sqrt(number) -> double", "The square root.", "math.sqrt(coverage.line_pct) > 9.0"),
        _of("math.isNaN", "math.isNaN(double) -> bool", "It is no number, as 0.0 / 0.0.",
            "!math.isNaN(coverage.line_pct)"),
        _of("math.isInf", "math.isInf(double) -> bool", "It is infinite, as 1.0 / 0.0.",
            "!math.isInf(coverage.line_pct)"),
        _of("math.isFinite", "math.isFinite(double) -> bool", "It is a number, and not infinite.",
            "math.isFinite(coverage.line_pct)"),
    ),
)  # fmt: skip
_PARTS = (
    ("getFullYear", "The year."), ("getMonth", "The month, from 0."), ("getDate", "The day of the month, from 1."),
    ("getDayOfMonth", "The day of the month, from 0."),
    ("getDayOfWeek", "The day of the week, from Sunday, which is 0."),
    ("getDayOfYear", "The day of the year, from 0."), ("getHours", "The hour; of a length of time, all its hours."),
    ("getMinutes", "The minute; of a length of time, all its minutes."),
    ("getSeconds", "The second; of a length of time, all its seconds."),
    ("getMilliseconds", "The milliseconds within the second."),
)  # fmt: skip
_TIMES = Section(
    "Moments and lengths of time",
    tuple(
        _of(name, f"timestamp.{name}(string) -> int", f"{doc} The argument is a time zone; without it, UTC.",
            f'readme.last_changed_at.{name}("Europe/Berlin") >= 0')
        for name, doc in _PARTS
    ),
)  # fmt: skip
_TYPES = Section(
    "Conversions",
    (
        _of("int", "int(value) -> int",
            "Of a double its whole part, of a text the number, of a moment its seconds since 1970.",
            "int(coverage.line_pct) >= 80"),
        _of("double", "double(value) -> double", "Of an int or a text.", "double(entity.tier) / 2.0 < 1.5"),
        _of("string", "string(value) -> string", "Of a number, bool, moment or length of time.",
            'string(entity.tier) == "1"'),
        _of("bool", "bool(string) -> bool", 'Of "true", "false" and their like; any other text is an error.',
            'bool("true")'),
        _of("timestamp", "timestamp(string) -> timestamp", "A moment as RFC 3339 writes it.",
            'readme.last_changed_at > timestamp("2026-01-01T00:00:00Z")'),
        _of("duration", "duration(string) -> duration", "A length of time: `90m`, `1h30m`, `24h`.",
            'age(readme.last_changed_at) < duration("24h")'),
        _of("cel.bind", "cel.bind(name, part, value) -> value", "Gives a part a name, to use it more than once.",
            "cel.bind(n, size(slo), n >= 1 && n <= 5)"),
    ),
)  # fmt: skip


def sections() -> tuple[Section, ...]:
    """All functions that rules may use, in the order of the reference; those of plugins last."""
    ours = (Section("Of Greenboard", FIELD_FUNCTIONS), _LISTS, _OPTIONALS, _TEXTS, _NUMBERS, _TIMES, _TYPES)
    found = brought.functions()
    return (*ours, Section("Of plugins", found)) if found else ours


def _functions() -> Iterator[Function]:
    return (function for section in sections() for function in section.functions)


def names() -> list[str]:
    """The names of all functions, as they are called; operators are not among them."""
    return [function.name for function in _functions() if function.is_named]


@cache
def methods() -> frozenset[str]:
    """The functions that stand behind what they are about: `text.trim()`."""
    return frozenset(function.name for function in _functions() if function.method)
