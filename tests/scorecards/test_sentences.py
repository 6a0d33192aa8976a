"""The exact sentence of a failure, for every rule of the library."""

from __future__ import annotations

from tests.scorecards import freeze


def test_each_rule_says_what_was_written_down() -> None:
    assert freeze.sentences() == freeze.frozen(), "after reading them: python tests/scorecards/freeze.py"


def test_no_sentence_is_long_or_speaks_in_code() -> None:
    for name, text in freeze.sentences().items():
        assert len(text) <= 240, name
        assert not any(sign in text for sign in ("_pct", " true", " false", "_at ", "param.")), f"{name}: {text}"
