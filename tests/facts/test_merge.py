"""Merging what several sources say of one entity."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from greenboard.core.refs import Ref
from greenboard.facts import vocabulary
from greenboard.facts.merge import merge
from greenboard.facts.types import Fact, Gap, Partial, Source, SourceKind

NOW = datetime(2026, 6, 1, tzinfo=UTC)
WORDS = vocabulary.load()
REF = Ref("service", "default", "checkout")


def _fact(kind: str, value: Any, source: SourceKind = SourceKind.REPOSITORY, *, name: str = "x", days: int = 0) -> Fact:
    return Fact(REF, kind, WORDS.normalise(kind, value), Source(source, name), NOW - timedelta(days=days))


def _gap(kind: str, reason: str = "not YAML") -> Gap:
    return Gap(REF, kind, reason, Source(SourceKind.REPOSITORY, "reader", "k8s/a.yaml:3:5"), NOW)


def test_lists_unite_by_key_and_merge_field_by_field() -> None:
    files = _fact("test_suite", [{"kind": "unit", "files": 3}, {"kind": "e2e", "files": 1}])
    report = _fact("test_suite", [{"kind": "unit", "total": 40}], SourceKind.REPORT)
    found = merge([files, report], [], WORDS, NOW)
    assert {item["kind"]: dict(item) for item in found.values["test_suite"]} == {  # type: ignore[index,call-overload]
        "unit": {"kind": "unit", "files": 3, "total": 40},
        "e2e": {"kind": "e2e", "files": 1},
    }
    assert found.origin("test_suite", "unit", "total") is report
    assert found.origin("test_suite", "unit", "files") is files


def test_tools_are_believed_before_declarations_and_the_conflict_is_kept() -> None:
    said = _fact("readme", {"exists": True, "words": 10}, SourceKind.DESCRIPTOR)
    seen = _fact("readme", {"words": 99}, SourceKind.CONNECTION)
    found = merge([said, seen], [], WORDS, NOW)
    assert found.values["readme"] == {"exists": True, "words": 99}
    (conflict,) = found.conflicts["readme"]
    assert (conflict.field, conflict.taken, conflict.other) == ("words", seen, said)


def test_the_catalog_is_believed_first_about_what_people_decide() -> None:
    seen = _fact("ownership", {"owner": "@acme/pay"}, SourceKind.REPOSITORY)
    said = _fact("ownership", {"owner": "team:payments"}, SourceKind.DESCRIPTOR)
    assert merge([seen, said], [], WORDS, NOW).values["ownership"] == {"owner": "team:payments"}


def test_an_owner_named_by_codeowners_stands_although_the_catalog_knows_of_none() -> None:
    catalog = _fact("ownership", {"declared": False}, SourceKind.CATALOG)
    file = _fact("ownership", {"declared": True, "owner": "@acme/pay"}, SourceKind.REPOSITORY)
    found = merge([catalog, file], [], WORDS, NOW)
    assert found.values["ownership"] == {"declared": True, "owner": "@acme/pay"}
    assert found.origin("ownership", None, "declared") is file
    assert not found.conflicts


def test_a_named_priority_goes_before_all() -> None:
    first = _fact("coverage", {"line_pct": 50.0}, SourceKind.CONNECTION, name="codecov")
    second = _fact("coverage", {"line_pct": 60.0}, SourceKind.REPOSITORY, name="local")
    assert merge([first, second], [], WORDS, NOW).values["coverage"] == {"line_pct": 50.0}
    assert merge([first, second], [], WORDS, NOW, ["local"]).values["coverage"] == {"line_pct": 60.0}


def test_facts_that_are_too_old_are_left_out_and_said() -> None:
    found = merge([_fact("coverage", {"line_pct": 90.0}, SourceKind.REPORT, days=45)], [], WORDS, NOW)
    assert "coverage" not in found.values
    assert found.stale["coverage"].since == NOW - timedelta(days=15)


def test_a_list_with_a_failed_look_may_lack_items() -> None:
    found = merge([_fact("workload", [{"name": "deployment/a"}])], [_gap("workload")], WORDS, NOW)
    assert found.values["workload"] == Partial([{"name": "deployment/a"}])
    assert isinstance(found.values["workload"], Partial)
    assert found.partial == {"workload"}


def test_an_empty_list_with_a_failed_look_is_unknown() -> None:
    found = merge([_fact("workload", [])], [_gap("workload")], WORDS, NOW)
    assert "workload" not in found.values
    assert found.gaps["workload"][0].reason == "not YAML"


def test_a_list_that_lost_items_to_age_is_not_complete() -> None:
    old = _fact("vulnerability", [{"kind": "sast", "open_critical": 3}], SourceKind.REPORT, days=30)
    new = _fact("vulnerability", [{"kind": "sca", "open_critical": 0}], SourceKind.CONNECTION)
    left = merge([old, new], [], WORDS, NOW).values["vulnerability"]
    assert isinstance(left, Partial)
    assert left == ({"kind": "sca", "open_critical": 0},)


def test_the_order_of_facts_does_not_matter() -> None:
    facts = [
        _fact("slo", [{"name": "a", "target_pct": 99.0}], name="one"),
        _fact("slo", [{"name": "a", "target_pct": 98.0}, {"name": "b"}], SourceKind.CONNECTION, name="two"),
        _fact("slo", [], SourceKind.FILE, name="three"),
    ]
    forwards, backwards = merge(facts, [], WORDS, NOW), merge(facts[::-1], [], WORDS, NOW)
    assert forwards.values == backwards.values
    assert forwards.conflicts == backwards.conflicts
