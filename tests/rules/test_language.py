"""What a program says of itself, and what is refused, with its place and a suggestion."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given, strategies
from tests.rules.cast import PARAMETERS, VOCABULARY, program

from greenboard.core.errors import Place
from greenboard.rules.language import RuleError
from greenboard.rules.language import compile as compile_rule


def refused(source: str, place: Place | None = None) -> RuleError:
    with pytest.raises(RuleError) as caught:
        compile_rule(source, VOCABULARY, parameters=PARAMETERS, place=place)
    return caught.value


def test_a_program_knows_what_it_reads() -> None:
    found = program("size(slo) > 0 && workload.all(w, w.replicas >= param.copies || has(entity.tier))")
    assert found.reads == ("entity.tier", "slo", "workload.replicas")
    assert found.types == {"slo", "workload", "entity"}
    assert found.parameters == ("copies",)
    assert not found.reads_clock


def test_an_attestation_reads_the_clock() -> None:
    assert program("attested('COD.4')").reads_clock
    assert program("attested('COD.4')").reads == ("attestation.expires_at", "attestation.item")


@pytest.mark.parametrize(
    ("source", "column", "what", "hint"),
    [
        ("slo.all(s, s.curent_pct > 99)", 14, "slo has no field 'curent_pct'", "Did you mean 'current_pct'?"),
        ("slos.all(s, true)", 1, "unknown name 'slos'", "Did you mean 'slo'?"),
        ("entity.name.startWith('a')", 13, "unknown function 'startWith'", "Did you mean 'startsWith'?"),
        ("param.copis > 1", 7, "the rule has no parameter 'copis'", "Did you mean 'copies'?"),
        ("slo.all(s, s.sli == 'availabilty')", 21, "slo.sli is never 'availabilty'", "Did you mean 'availability'?"),
        ("slo.all(s, s.sli in ['latency', 'x'])", 33, "slo.sli is never 'x'", None),
        ("slo.sli == 'latency'", 4, "there may be several slo facts", "slo.all(s, s...)"),
        ("entity.tier == 'gold'", 13, "int == string is not possible", None),
        ("entity.name.matches('(')", 21, "'(' is not a regular expression", None),
        ("timestamp('2026-13-01') < now", 11, "'2026-13-01' is not a timestamp", None),
        ("size(slo)", 1, "this comes to int", None),
        ("entity.tier == null", 13, "int == null is not possible", "ask has(...)"),
        ("dependencies().all(d, d.parts().all(p, true))", 25, "leads on from the entity itself", "dependency_map"),
        ("{'a': 1}.size() > 0", 1, "maps and messages", None),
        ("(", 2, "the expression ends too early", None),
        ("", 1, "the expression is empty", None),
        ("1u == 2u", 1, "unsigned numbers", None),
        ("entity == entity", 8, "not supported", None),
        ("'a' == entity.tags[0].format([])", 23, "format() is not supported", None),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(source: str, column: int, what: str, hint: str | None) -> None:
    error = refused(source)
    assert what in error.what
    assert error.place is not None
    assert (error.place.line, error.place.column) == (1, column)
    assert hint is None or hint in (error.hint or "")


def test_a_refusal_shows_the_line_with_a_caret() -> None:
    error = refused("size(slo) > 0 &&\n  entity.teir < 2", Place("rules.yaml", 12, 9))
    assert str(error.place) == "rules.yaml:13:18"
    assert str(error).endswith("\n    entity.teir < 2\n           ^")


def test_comprehensions_may_nest_three_deep() -> None:
    program("slo.all(a, slo.all(b, slo.all(c, true)))")
    assert "more than 3 comprehensions" in refused("slo.all(a, slo.all(b, slo.all(c, slo.all(d, true))))").what


def test_a_long_chain_of_conditions_compiles() -> None:
    program(" && ".join(["entity.tier > 1"] * 300))


def test_a_very_long_expression_is_refused() -> None:
    assert "longer than" in refused(" || ".join(["true"] * 10_000)).what


@pytest.mark.parametrize(
    "source",
    [
        "(" * 3_000 + "true" + ")" * 3_000,
        "!(" * 500 + "true" + ")" * 500,
        "1" + " + 1" * 400 + " > 3",
        "[" * 300 + "]" * 300 + " == []",
    ],
)
def test_a_deeply_nested_expression_is_refused_not_a_crash(source: str) -> None:
    refused(source)


def test_outcomes_can_be_imported_without_numpy_or_cel() -> None:
    heavy = ("numpy", "cel_expr_python", "re2", "pydantic")
    code = f"import sys, greenboard.rules.types; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


WORDS = "slo entity . all ( ) s , target_pct > = 1 1.5 'a' && [ ] ? : has now - { } é // ` param.copies"
PIECES = [*WORDS.split(), " "]
PIECES += ['"', "\n", "\x00", "\ud800", "-9223372036854775808"]


@given(strategies.lists(strategies.sampled_from(PIECES), max_size=14).map("".join) | strategies.text(max_size=30))
@example("entity.tags[9223372036854775807] == ''")
def test_any_text_compiles_or_is_refused_with_its_place(source: str) -> None:
    error: RuleError | None = None
    try:
        compile_rule(source, VOCABULARY, parameters=PARAMETERS)
    except RuleError as refusal:
        error = refusal
    place = error.place if error else Place("", 1)
    assert place is not None
    assert place.line is not None
    assert 1 <= place.line <= source.count("\n") + 1
