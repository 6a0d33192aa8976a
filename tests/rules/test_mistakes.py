"""What people write who know another language is refused at its place, with what to write here."""

from __future__ import annotations

import pytest
from tests.rules.cast import PARAMETERS, VOCABULARY

from greenboard.rules.language import RuleError
from greenboard.rules.language import compile as compile_rule

# (what is written, the part under the caret, what is said, what is suggested)
MISTAKES = [
    # Names.
    ("entiy.tier == 1", "entiy", "unknown name 'entiy'", "Did you mean 'entity'?"),
    ("entity.teir == 1", "teir", "entity has no field 'teir'", "Did you mean 'tier'?"),
    ("has(entity.teir)", "teir", "entity has no field 'teir'", "Did you mean 'tier'?"),
    ("slo.exist(s, true)", "exist", "unknown function 'exist'", "Did you mean 'exists'?"),
    ("workload.any(w, w.liveness)", "any", "unknown function 'any'", "Did you mean 'exists'?"),
    ("workload.every(w, w.liveness)", "every", "unknown function 'every'", "Did you mean 'all'?"),
    ("entity.name.startswith('a')", "startswith", "unknown function 'startswith'", "Did you mean 'startsWith'?"),
    ("entity.name.lower() == 'a'", "lower", "unknown function 'lower'", "Write lowerAscii."),
    ("len(slo) > 0", "len", "unknown function 'len'", "Write size."),
    ("workload.map(w, w.replicas).max() > 2", "max", "unknown function 'max'", "Write math.greatest."),
    ("now() > readme.last_changed_at", "now", "unknown function 'now'", "without brackets"),
    ("param.copie > 1", "copie", "the rule has no parameter 'copie'", "Did you mean 'copies'?"),
    ("slo.all(s, s.sli == 'Latency')", "'Latency'", "slo.sli is never 'Latency'", "Did you mean 'latency'?"),
    ("entity.kind == service", "service", "unknown name 'service'", 'A text stands in quotes: "service".'),
    ("entity.tier == None", "None", "unknown name 'None'", "ask has(...)"),
    ("entity.discovered == True", "True", "unknown name 'True'", "Write true."),
    # Signs.
    ("entity.tier = 1", "= 1", "not expected here: '='", "Write == to compare."),
    ("entity.tier === 1", "===", "not expected here: '==='", "Write ==."),
    ("entity.tier <> 1", "<>", "not expected here: '<>'", "Write !=."),
    ("entity.name =~ 'x'", "=~", "not expected here: '=~'", 'Write text.matches("...").'),
    ("entity.tier == 1 and size(slo) > 0", "and", "not expected here: 'and'", "Write &&."),
    ("entity.tier == 1 or size(slo) > 0", "or size", "not expected here: 'or'", "Write ||."),
    ("not entity.discovered", "not", "not expected here: 'not'", "Write ! before"),
    ("entity.name not in ['a']", "not", "not expected here: 'not'", "!(x in list)"),
    ("entity.tier == 1 & true", "& true", "not expected here: '&'", "Write &&."),
    ("entity.tier == 1;", ";", "not expected here: ';'", "one expression"),
    ("slo.all(s: s.target_pct > 99)", ": s", "not expected here: ':'", "Write a comma"),
    ("slo.all(s => s.target_pct > 99)", "=>", "not expected here: '=>'", "Write a comma"),
    ("if entity.tier == 1 then true else false", "if", "reserved identifier: if", "test ? this : that"),
    ("coverage.line_pct >= 80,5", ",5", "not expected here: ','", "99.5"),
    ("coverage.line_pct >= 80%", "", "the expression ends too early", None),
    ("slo.all(s, s.target_pct > 99%)", "%", "not expected here: '%'", "99.5"),
    # Quotes and brackets.
    ("entity.name == 'checkout", "'checkout", "the text that starts here does not end", "Close it with '"),
    ("entity.name == ‘checkout’", "‘", "not a quotation mark of the language: ‘", "Write ' or \"."),
    ("entity.tier == 1 && (size(slo) > 0", "", "the expression ends too early", "The ( in line 1, column 21"),
    ("size(slo) > 0)", ")", "this ) closes nothing", "Remove it"),
    ("entity.tier < 2 ? true", "", "the expression ends too early", "A ? needs a :"),
    # Types.
    ("entity.tier == '1'", "== '1'", "int == string is not possible", "without quotes"),
    ("entity.tier != null", "!=", "int != null is not possible", "ask has(...)"),
    ("size(slo) > '3'", "> '3'", "int > string is not possible", "without quotes"),
    ("slo > 3", "> 3", "list<slo> > int is not possible", "Count its elements: size(list)."),
    ("slo.size > 3", ".size", "a list has no field 'size'", "Write size(slo)."),
    ("workload.replicas >= 2", ".replicas", "there may be several workload facts", "workload.all(w, w...)"),
    ("entity.tags == 'java'", "==", "list<string> == string is not possible", "value in list"),
    ("entity.tags.contains('java')", "contains", "contains() does not take (list<string>, string)", "value in list"),
    ("'java' in entity.name", "in", "string in string is not possible", "text.contains(part)"),
    ("coverage.line_pct + 1 > 80.0", "+ 1", "double + int is not possible", "double(...)"),
    ("readme.last_changed_at > now - '90d'", "- '90d'", "timestamp - string is not possible", "days(90)"),
    ("age(readme.last_changed_at) < 90", "< 90", "duration < int is not possible", "days(90)"),
    ("age(readme.last_changed_at) < duration('90d')", "'90d'", "is not a duration", "Write days(90)."),
    ("readme.last_changed_at > '2026-01-01'", "> '2026", "timestamp > string is not possible", "timestamp("),
    ("age(readme.last_changed_at) < days(90.0)", "days", "days() does not take (double)", "a whole number"),
    ("slo['quick'].target_pct > 99", "['quick']", "the place of an element is an int", "list.filter"),
    ("entity['tier'] == 1", "['tier']", "entity has no elements", "entity.tier"),
    ("slo.all(s, s.target_pct)", "all", "all() needs a test that comes to true or false", "Got double."),
    ("slo.all(target_pct > 99)", "target_pct", "unknown name 'target_pct'", "Name each element first"),
    ("exists(slo, s, true)", "exists", "unknown function 'exists'", "Write slo.exists(s, ...)."),
    ("workload.sum(w, w.replicas) > 1", "sum", "sum() takes no variable", "sum(list.map(x, x.field))"),
    ("!entity.tier", "!", "! needs bool", "Got int."),
    ("entity.tier in [1, 2, '3']", "'3'", "the first is int, this one string", None),
    ("has(entity)", "entity", "has() argument must be a field selection", "Write has(entity.tier)"),
    ("entity.?tier == 1", "== 1", "optional<int> == int is not possible", "orValue"),
    ("slo.map(s, s.?current_pct) == []", "map", "a list of optionals cannot be made", "Filter by has"),
]  # fmt: skip


def refused(source: str) -> RuleError:
    with pytest.raises(RuleError) as caught:
        compile_rule(source, VOCABULARY, parameters=PARAMETERS)
    return caught.value


@pytest.mark.parametrize(("source", "part", "what", "hint"), MISTAKES)
def test_a_mistake_is_told_at_its_place_with_a_suggestion(source: str, part: str, what: str, hint: str | None) -> None:
    error = refused(source)
    assert what in error.what
    assert error.place is not None
    column = error.place.column or 0
    assert source[column - 1 :].startswith(part), f"points to {source[column - 1 :]!r}"
    assert error.drawing.split("\n")[1] == "  " + " " * (column - 1) + "^"
    assert (hint is None) or hint in (error.hint or ""), error.hint


def test_a_mistake_in_a_later_line_is_told_there() -> None:
    error = refused("size(slo) > 0 &&\n  entity.tier = 1")
    assert error.place is not None
    assert (error.place.line, error.place.column) == (2, 15)
    assert error.drawing.endswith("\n                ^")


@pytest.mark.parametrize("source", ["'=' == entity.name", "entity.name == 'and' || entity.name == '('"])
def test_what_stands_in_quotes_is_no_mistake(source: str) -> None:
    compile_rule(source, VOCABULARY)
