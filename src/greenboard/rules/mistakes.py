"""What people write who know another language: told by its look, answered with what to write here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

MACROS = ("all", "exists", "exists_one", "filter", "map")

_OTHER_NAMES = {
    **dict.fromkeys(("len", "length", "count"), "size"),
    **dict.fromkeys(("lower", "toLower", "toLowerCase", "tolower", "lowercase"), "lowerAscii"),
    **dict.fromkeys(("upper", "toUpper", "toUpperCase", "toupper", "uppercase"), "upperAscii"),
    **dict.fromkeys(("any", "some", "find"), "exists"),
    **dict.fromkeys(("every", "forall", "for_all", "each"), "all"),
    **dict.fromkeys(("where", "select"), "filter"),
    **dict.fromkeys(("strip",), "trim"),
    **dict.fromkeys(("date", "time", "datetime"), "timestamp"),
    **dict.fromkeys(("str", "toString", "text"), "string"),
    **dict.fromkeys(("float", "number"), "double"),
    **dict.fromkeys(("regex", "match", "regexMatch", "test"), "matches"),
    **dict.fromkeys(("max", "maximum"), "math.greatest"),
    **dict.fromkeys(("min", "minimum"), "math.least"),
    **dict.fromkeys(("abs", "ceil", "floor", "round", "sqrt"), "math."),
    **dict.fromkeys(("unique", "uniq"), "distinct"),
    **dict.fromkeys(("concat", "append"), "+"),
    **dict.fromkeys(("isEmpty", "empty", "is_empty"), "size(...) == 0"),
    **dict.fromkeys(("coalesce", "default", "getOrDefault"), "orValue"),
    **dict.fromkeys(("includes",), "contains"),
    **dict.fromkeys(("since", "ago"), "age"),
}
_CONSTANTS = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false"}
_NOTHING = ("None", "nil", "undefined", "NULL", "Null", "NaN")
_WORDS = {
    "and": "Write &&.",
    "AND": "Write &&.",
    "or": "Write ||.",
    "OR": "Write ||.",
    "not": "Write ! before what must not hold: !(x in list).",
    "NOT": "Write ! before what must not hold.",
    "is": "Write ==.",
    "equals": "Write ==.",
    "like": 'Write text.matches("...") or text.contains("...").',
    "between": "Write x >= 1 && x <= 9.",
    "then": "Write test ? this : that.",
    "else": "Write test ? this : that.",
}
_QUOTES = "‘’“”„‚«»`"
_MATCHING = {")": "(", "]": "[", "}": "{"}
_TEXTS = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|//[^\n]*")


@dataclass(frozen=True)
class Mistake:
    """What is wrong, from which character on, and what to write."""

    at: int
    what: str
    hint: str | None = None


def of_syntax(text: str, at: int, said: str) -> Mistake:
    """The mistake behind what the parser did not expect at a character. `said` is what it says itself."""
    end = len(text.rstrip())
    if at >= end:
        return Mistake(at, "the expression ends too early", _unfinished(text))
    for told in (_sign, _word, _bracket, _number):
        found = told(text, at)
        if found:
            return found
    seen = re.match(r"\w+|.", text[at:], re.DOTALL)
    if seen and any(word in said for word in ("mismatched", "extraneous", "no viable", "missing")):
        return Mistake(at, f"not expected here: {seen[0]!r}")
    if seen and "token recognition" in said:
        return Mistake(at, f"not a sign of the language: {seen[0]!r}")
    return Mistake(at, said.replace("Syntax error: ", ""))


def _sign(text: str, at: int) -> Mistake | None:
    sign, after, before = text[at], text[at + 1 : at + 2], text[max(at - 2, 0) : at]
    if sign in _QUOTES:
        return Mistake(at, f"not a quotation mark of the language: {sign}", "Write ' or \".")
    if sign in "'\"":
        return Mistake(at, "the text that starts here does not end", f"Close it with {sign} on the same line.")
    if sign == "=" and after == ">":
        return Mistake(at, "not expected here: '=>'", "Write a comma: list.all(x, x.field > 1).")
    if sign == "=" and after == "~":
        return Mistake(at, "not expected here: '=~'", 'Write text.matches("...").')
    if sign == "=" and before in ("==", "!="):
        return Mistake(at - 2, f"not expected here: '{before}='", f"Write {before}.")
    if sign == "=":
        return Mistake(at, "not expected here: '='", "Write == to compare.")
    if sign == ">" and before.endswith("<"):
        return Mistake(at - 1, "not expected here: '<>'", "Write !=.")
    if sign in "&|":
        return Mistake(at, f"not expected here: {sign!r}", f"Write {sign * 2}.")
    if sign == ";":
        return Mistake(at, "not expected here: ';'", "Leave it out: a rule is one expression.")
    if sign == ":" and re.search(r"\(\s*\w+\s*$", text[:at]):
        return Mistake(at, "not expected here: ':'", "Write a comma after the variable: list.all(x, x.field > 1).")
    return None


def _word(text: str, at: int) -> Mistake | None:
    word = re.match(r"\w+", text[at:])
    before = re.search(r"(\w+)\s+$", text[:at])
    if before and before[1] in ("not", "NOT", "if"):
        hint = "Write ! before what must not hold." if before[1] != "if" else "Write test ? this : that."
        return Mistake(before.start(1), f"not expected here: '{before[1]}'", hint)
    if word and word[0] in _WORDS:
        return Mistake(at, f"not expected here: '{word[0]}'", _WORDS[word[0]])
    return None


def _number(text: str, at: int) -> Mistake | None:
    if text[at] == "," and re.search(r"\d$", text[:at]) and re.match(r",\d", text[at:]):
        return Mistake(at, "not expected here: ','", "Write a point in a number: 99.5.")
    if re.search(r"\d%\s*$", text[:at]):
        return Mistake(text.rindex("%", 0, at), "not expected here: '%'", "Percentages are plain numbers: 99.5.")
    return None


def _bracket(text: str, at: int) -> Mistake | None:
    if text[at] in _MATCHING and not _open(text[:at]):
        return Mistake(at, f"this {text[at]} closes nothing", "Remove it, or open it before.")
    return None


def _open(text: str) -> list[int]:
    """Where the brackets stand that are opened and not closed."""
    waiting: list[int] = []
    for at, sign in enumerate(_TEXTS.sub(lambda found: " " * len(found[0]), text)):
        if sign in "([{":
            waiting.append(at)
        elif sign in _MATCHING and waiting and text[waiting[-1]] == _MATCHING[sign]:
            waiting.pop()
    return waiting


def _unfinished(text: str) -> str | None:
    waiting = _open(text)
    if waiting:
        column = waiting[-1] - (text.rfind("\n", 0, waiting[-1]) + 1) + 1
        line = text.count("\n", 0, waiting[-1]) + 1
        return f"The {text[waiting[-1]]} in line {line}, column {column} is never closed."
    return "A ? needs a : and another value." if "?" in text and ":" not in text else None


def of_function(name: str, types: Iterable[str]) -> str | None:
    """What to write for a function of another language, or for a name that is no function."""
    if name in types:
        return f"{name} is no function; write it without brackets."
    meant = _OTHER_NAMES.get(name)
    return f"Write {meant + name if meant == 'math.' else meant}." if meant else None


def of_name(text: str, at: int, name: str, known: Collection[str]) -> Mistake | None:
    """The mistake behind an unknown name: a variable of a misspelt macro, a constant, a text without quotes."""
    if name in _CONSTANTS:
        return Mistake(at, f"unknown name {name!r}", f"Write {_CONSTANTS[name]}.")
    if name in _NOTHING:
        return Mistake(at, f"unknown name {name!r}", "A field is never null; ask has(...).")
    called = re.search(r"\.(\w+)\(\s*$", text[:at])
    if called and re.match(rf"{re.escape(name)}\s*,", text[at:]) and called[1] not in MACROS:
        return _variable_of(called, known)
    if called and called[1] in MACROS:
        return Mistake(at, f"unknown name {name!r}", f"Name each element first: {called[1]}(x, x.{name} ...).")
    before = re.search(r"\b(\w+)\((\w+)\s*,\s*$", text[:at])
    if before and before[1] in MACROS:
        return Mistake(
            before.start(1), f"unknown function {before[1]!r}", f"Write {before[2]}.{before[1]}({name}, ...)."
        )
    return None


def _variable_of(called: re.Match[str], known: Collection[str]) -> Mistake:
    name = called[1]
    if name in known:
        hint = f"Write {name}(list.map(x, x.field))."
        return Mistake(called.start(1), f"{name}() takes no variable", hint)
    meant = _OTHER_NAMES.get(name) or nearest(name, (*MACROS, *known))
    return Mistake(called.start(1), f"unknown function {name!r}", f"Did you mean {meant!r}?" if meant else None)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like another one, whatever its capitals."""
    from difflib import get_close_matches

    folded = {each.lower(): each for each in known}
    found = get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def unquoted(text: str, at: int, name: str) -> str | None:
    """A hint for a name that stands where a text is compared."""
    return f'A text stands in quotes: "{name}".' if re.search(r"(==|!=|\bin\s*\[|,)\s*$", text[:at]) else None


def of_types(sign: str, left: str, right: str) -> str | None:
    """What to write where two types do not go together."""
    kinds = {left, right}
    if "null" in kinds:
        return "A field is never null; ask has(...)."
    if any(kind.startswith("optional<") for kind in kinds):
        return "An optional may hold none: write x.orValue(...), x.value(), or read the field without ?."
    if sign == "in":
        return (
            "in looks into a list; for a part of a text write text.contains(part)."
            if right == "string"
            else ("The left side must be of the type of the list's elements.")
        )
    if left.startswith("list<") != right.startswith("list<"):
        number = kinds & {"int", "double"}
        return "Count its elements: size(list)." if number else "Ask whether it is among them: value in list."
    return _of_scalars(sign, kinds)


def _of_scalars(sign: str, kinds: set[str]) -> str | None:
    if kinds == {"int", "double"} and sign in "+-*/%":
        return "Write double(...) around the int, or a literal such as 100.0."
    if kinds & {"duration", "timestamp"} and kinds & {"int", "double"}:
        return "Write a length of time: days(90), hours(12) or duration('90m')."
    if "timestamp" in kinds and "string" in kinds:
        if sign == "-" or sign == "+":
            return "Write a length of time: days(90), hours(12) or duration('90m')."
        return 'Write a moment: timestamp("2026-01-31T00:00:00Z").'
    if kinds & {"duration"} and "string" in kinds:
        return "Write duration('90m'), days(90) or hours(12)."
    if "string" in kinds and kinds & {"int", "double", "bool"}:
        return "Numbers, true and false stand without quotes."
    return None
