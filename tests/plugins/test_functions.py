"""Functions that plugins bring: compiled, evaluated and explained as ours are, bounded, and kept where a plugin is gone."""

from __future__ import annotations

import pytest
from tests.plugins.conftest import Install
from tests.rules.cast import program, verdicts

from greenboard.core.errors import UserError
from greenboard.plugins import installation, registry
from greenboard.plugins.models import Kept
from greenboard.rules import brought, reference
from greenboard.rules.evaluate import ERROR, FAIL, NO_DATA, PASS

pytestmark = pytest.mark.django_db
BRINGS = """
    @hookimpl
    def greenboard_functions():
        return [
            Function("starts", ("string", "string"), "bool", "It starts so.", "xx.starts(entity.name, 'a')", starts),
            Function("twice", ("int",), "int", "Two times.", "xx.twice(entity.tier) > 1", twice),
            Function("half", ("double",), "double", "The half.", "xx.half(coverage.line_pct) > 1.0", half),
            Function("loud", ("string",), "string", "In capitals.", "xx.loud(entity.name) == 'A'", str.upper),
        ]

    SEEN = []

    def starts(text, part):
        SEEN.append((text, part))
        return text.startswith(part)

    def twice(number):
        return None if number > 2 else number * 2

    def half(number):
        if number > 50:
            raise ArithmeticError("too much")
        return "no number"
"""


def test_they_are_evaluated_once_for_each_different_value_and_never_for_one_that_is_unknown(install: Install) -> None:
    install(xx=BRINGS)
    assert verdicts("xx.starts(entity.name, 'check')") == [PASS, FAIL, NO_DATA]
    assert verdicts("xx.loud(entity.kind) == 'SERVICE'") == [PASS, FAIL, NO_DATA]
    assert verdicts("xx.twice(entity.tier) == 2") == [PASS, NO_DATA, NO_DATA]
    assert verdicts("xx.twice(3) == 6") == [ERROR, ERROR, ERROR]
    assert verdicts("workload.all(w, xx.starts(w.name, 'd') || xx.loud(w.name) != '')") == [PASS, PASS, NO_DATA]
    (plugin,) = registry.plugins()
    seen = plugin.brought["greenboard_functions"][0].compute.__globals__["SEEN"]
    assert len(seen) == len(set(seen))
    assert "" not in {text for text, _ in seen}


def test_one_that_breaks_or_gives_another_kind_is_an_error_of_the_rule_and_is_noted(install: Install) -> None:
    install(xx=BRINGS)
    assert verdicts("xx.half(coverage.line_pct) > 1.0") == [ERROR, NO_DATA, NO_DATA]
    assert "ArithmeticError: too much" in installation.faults()["xx"].said
    assert verdicts("xx.half(2.0) > 1.0") == [ERROR, ERROR, ERROR]
    Kept.objects.all().delete()
    assert verdicts("xx.half(4.0) > 1.0") == [ERROR, ERROR, ERROR]
    assert "gave str where double is due" in installation.faults()["xx"].said


def test_more_than_may_be_computed_in_one_evaluation_is_an_error(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(xx=BRINGS)
    monkeypatch.setattr(brought, "MOST", 0)
    assert verdicts("xx.starts(entity.name, 'check')") == [ERROR, ERROR, NO_DATA]
    monkeypatch.setattr(brought, "MOST", 100)
    monkeypatch.setattr(brought, "SECONDS", -1.0)
    assert verdicts("xx.starts(entity.name, 'check')") == [ERROR, ERROR, NO_DATA]
    assert "seconds in one evaluation" in installation.faults()["xx"].said


def test_authors_of_rules_are_told_of_them(install: Install) -> None:
    install(xx=BRINGS)
    assert reference.sections()[-1].title == "Of plugins"
    assert "xx.starts" in reference.names()
    with pytest.raises(UserError, match=r"xx\.starts\(\) does not take \(int, string\)"):
        program("xx.starts(1, 'a')")


def test_a_rule_can_still_be_read_where_the_plugin_is_off_and_comes_to_an_error(install: Install) -> None:
    install(xx=BRINGS)
    assert verdicts("xx.starts(entity.name, 'check')") == [PASS, FAIL, NO_DATA]
    installation.switch("xx", enabled=False, by="ada")
    assert verdicts("xx.starts(entity.name, 'check')") == [ERROR, ERROR, NO_DATA]
    installation.switch("xx", enabled=True, by="ada")
    assert verdicts("xx.starts(entity.name, 'check')") == [PASS, FAIL, NO_DATA]


def test_a_rule_can_still_be_read_where_the_plugin_is_broken_by_the_time_a_process_starts(install: Install) -> None:
    install(xx=BRINGS)
    installation.remember()
    install(xx="import nothing_of_that_name")
    assert verdicts("xx.starts(entity.name, 'check')") == [ERROR, ERROR, NO_DATA]
    assert verdicts("xx.starts(entity.name, 'check') || entity.kind == 'service'") == [PASS, ERROR, NO_DATA]


def test_without_plugins_nothing_is_asked_of_the_database(install: Install, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    install()
    with django_assert_num_queries(0):
        assert verdicts("entity.kind == 'service'") == [PASS, FAIL, NO_DATA]
    assert brought.functions() == ()
