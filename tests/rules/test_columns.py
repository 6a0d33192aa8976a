"""Columns: typed, built when first read, and seen at any moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from tests.rules.cast import CHECKOUT, NOW, SEARCH, VOCABULARY, frame, program

from greenboard.facts.vocabulary import FactType, FieldDef, FieldType, Vocabulary
from greenboard.rules.columns import Frame, Strings, micros, span_micros
from greenboard.rules.evaluate import FAIL, PASS, evaluate
from greenboard.rules.language import RuleError
from greenboard.rules.language import compile as compile_rule
from greenboard.rules.vectors import MISSING, OK, ListVec, StructVec, Vec


def test_a_field_is_typed_and_says_where_it_is_missing() -> None:
    entity = frame().variable("entity")
    assert isinstance(entity, StructVec)
    tier = entity.field("tier")
    assert isinstance(tier, Vec)
    assert tier.data.dtype == np.int64
    assert tier.state is not None
    assert tier.state.tolist() == [OK, MISSING, MISSING]


def test_known_to_be_empty_is_not_missing() -> None:
    slo = frame().variable("slo")
    assert isinstance(slo, ListVec)
    assert slo.lengths.tolist() == [2, 0, 0]
    assert slo.state is not None
    assert slo.state.tolist() == [OK, OK, MISSING]


def test_texts_are_ordered_by_code_point() -> None:
    strings = Strings()
    codes = strings.codes(["b", "a", "é", "a"], 4)
    assert codes.tolist() == [1, 2, 3, 2]
    assert strings.ranks()[codes].tolist() == [2, 1, 3, 1]
    strings.code("aa")
    assert strings.ranks()[codes].tolist() == [3, 1, 4, 1]


@pytest.mark.parametrize(
    ("span", "expected"),
    [(timedelta(microseconds=-1), -1), (timedelta(days=1, microseconds=7), 86_400_000_007)],
)
def test_time_is_kept_to_the_microsecond(span: timedelta, expected: int) -> None:
    assert span_micros(span) == expected
    assert micros(datetime(1970, 1, 1, tzinfo=UTC) + span) == expected


def test_a_frame_can_be_seen_at_another_moment() -> None:
    rule, today = program("attested('COD.4')"), frame(CHECKOUT)
    assert evaluate(rule, today).tolist() == [PASS]
    assert evaluate(rule, today.at(NOW + timedelta(days=60))).tolist() == [FAIL]
    assert evaluate(rule, today).tolist() == [PASS]


def test_columns_of_some_types_can_be_made_ready() -> None:
    ready = Frame.build(VOCABULARY, [CHECKOUT, SEARCH], NOW, types={"slo"})
    assert evaluate(program("size(slo) > 0"), ready).tolist() == [PASS, FAIL]


def test_an_element_of_a_closed_list_must_be_one_of_its_values() -> None:
    signals = FieldDef(type=FieldType.STRINGS, doc="", values=("latency", "errors"))
    alerting = FactType(
        name="alerting", title="", doc="", about="component", supplied_by=("connection",), fields={"signals": signals}
    )
    words = Vocabulary({"alerting": alerting})
    compile_rule("alerting.signals.exists(s, s == 'errors') && 'latency' in alerting.signals", words)
    for wrong in ("alerting.signals.exists(s, s == 'error')", "'latancy' in alerting.signals"):
        with pytest.raises(RuleError, match=r"Did you mean"):
            compile_rule(wrong, words)
