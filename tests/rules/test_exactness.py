"""Held against the official runtime and the specification's own cases."""

from __future__ import annotations

import pytest
from benchmarks import conformance, fuzz


@pytest.mark.parametrize(("rows", "least"), [(12, 6_000), (1, 500)])
def test_no_difference_from_the_official_runtime(rows: int, least: int) -> None:
    """One row by itself is evaluated by shorter ways, as when one entity changed."""
    result = fuzz.run(expressions=600, rows=rows, seed=2026)
    assert result["differences"] == []
    assert result["cases"] > least
    assert result["unknown"] / result["cases"] > 0.2


def test_the_cases_of_the_specification_pass_or_are_refused() -> None:
    path = conformance.cases_file()
    if not path.is_file():
        pytest.skip("no conformance cases; set GREENBOARD_CEL_CONFORMANCE to their file")
    result = conformance.run(path)
    assert result["wrong_cases"] == []
    assert result["passed"] > 500
