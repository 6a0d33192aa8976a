from datetime import UTC, datetime, timedelta

import pytest

from greenboard.web import words
from greenboard.web.export import table
from greenboard.web.markdown import render
from greenboard.web.rule.expression import highlight

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(hours=26), "1 d ago"),
        (timedelta(days=400), "400 d ago"),
        (timedelta(days=800), "2 y ago"),
        (-timedelta(days=3), "in 3 d"),
    ],
)
def test_moments_are_relative(before, said):
    assert words.ago(NOW - before, NOW) == said


def test_a_score_is_never_rounded_up_to_a_hundred():
    assert words.score(99.7) == "99"
    assert words.score(100.0) == "100"
    assert words.score(None) == "–"


def test_unknown_zero_and_none_are_told_apart():
    assert [words.value(raw) for raw in (None, 0, False, ())] == ["unknown", "0", "no", "none"]


def test_markdown_runs_nothing_and_loads_nothing():
    text = render("<script>x</script> [a](javascript:alert(1)) ![p](https://other.example/p.png) **b**")
    assert "<script>" not in text
    assert 'href="javascript' not in text
    assert "<img" not in text
    assert "<strong>b</strong>" in text


def test_highlighting_keeps_the_text_and_escapes_it():
    source = 'slo.all(s, s.name != "<x>" && s.current_pct >= 99.9) // done'
    marked = highlight(source, {"slo"})
    plain = __import__("html").unescape(__import__("re").sub(r"<[^>]+>", "", marked))
    assert plain == source
    assert '<a class="t-fact" href="/fact-types/slo">slo</a>' in marked


def test_a_cell_that_a_spreadsheet_would_run_stays_text():
    assert b"'=cmd()" in table("csv", "x", ["a"], [{"a": "=cmd()"}]).getvalue()
