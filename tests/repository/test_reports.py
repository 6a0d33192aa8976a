"""What reports say of a component, and what they never say."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.repository import samples_of_reports as samples

from greenboard.core.errors import UserError
from greenboard.facts import vocabulary
from greenboard.repository.readers import reports, repository_reports
from greenboard.repository.reports.recognise import recognise, worth_a_look
from greenboard.repository.types import Found, Missed

VOCABULARY = vocabulary.load()
MADE = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
STAMPED = datetime.fromtimestamp(1795000000, UTC)


@pytest.fixture
def look(repo, scope):
    def read(files, path=""):
        seen = scope(repo({"main.py": "", **files}), path)
        said = [one for reader in (reports.READER, repository_reports.READER) for one in reader.read(seen)]
        found = {(each.type, each.tool): each for each in said if isinstance(each, Found)}
        for each in found.values():
            VOCABULARY.normalise(each.type, each.value)
        return found, [each for each in said if isinstance(each, Missed)]

    return read


@pytest.mark.parametrize(
    ("name", "tool", "expected"),
    [
        ("coverage.xml", "cobertura", {"line_pct": 75.0, "branch_pct": 50.0}),
        ("jacoco.xml", "jacoco", {"line_pct": 80.0, "branch_pct": 75.0}),
        ("lcov.info", "lcov", {"line_pct": 75.0, "branch_pct": 50.0}),
        ("coverage.json", "coverage.py", {"line_pct": 90.0, "branch_pct": 25.0}),
        ("coverage-summary.json", "istanbul", {"line_pct": 70.0, "branch_pct": 50.0}),
        ("cover.out", "go", {"line_pct": 75.0}),
    ],
)
def test_coverage_is_read_from_every_format(look, name, tool, expected):
    found, missed = look({f"reports/{name}": samples.ALL[name]})
    fact = found["coverage", tool]
    assert not missed
    assert {key: fact.value.get(key) for key in ("line_pct", "branch_pct") if key in fact.value} == expected
    assert fact.source == "report"
    assert fact.location == f"reports/{name}:1"


def test_a_test_report_counts_its_cases(look):
    found, _ = look({"reports/junit.xml": samples.JUNIT})
    fact = found["test_suite", "junit"]
    assert fact.value == [{"kind": "unit", "total": 4, "failed": 2, "skipped": 1, "last_run_at": MADE}]
    assert fact.observed_at == MADE


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("reports/junit-integration.xml", "integration"),
        ("target/failsafe-reports/TEST-a.xml", "integration"),
        ("playwright-report/results.xml", "e2e"),
        ("reports/junit.xml", "unit"),
    ],
)
def test_the_kind_of_a_test_report_is_told_by_its_place(look, path, kind):
    found, _ = look({path: samples.JUNIT})
    assert found["test_suite", "junit"].value[0]["kind"] == kind


def test_findings_are_counted_by_severity_and_suppressed_ones_left_out(look):
    found, missed = look({"codeql.sarif": samples.SARIF})
    item = found["vulnerability", "codeql"].value[0]
    assert not missed
    assert (item["kind"], item["open_critical"], item["open_high"], item["open_medium"]) == ("sast", 1, 0, 1)
    assert item["last_scan_at"] == MADE


def test_findings_without_severity_leave_severities_unknown(look):
    text = samples.SARIF.replace('"security-severity": "5.0"', '"tags": []')
    found, missed = look({"codeql.sarif": text})
    assert "open_critical" not in found["vulnerability", "codeql"].value[0]
    assert "carry no severity" in missed[0].reason


def test_a_scan_that_did_not_succeed_says_nothing(look):
    found, missed = look({"codeql.sarif": samples.SARIF.replace("true", "false")})
    assert not found
    assert "did not succeed" in missed[0].reason


def test_a_linter_is_no_security_scanner(look):
    found, _ = look({"lint.sarif": samples.SARIF.replace("CodeQL", "ESLint")})
    assert not found


@pytest.mark.parametrize(
    ("name", "form", "components", "licenses", "unlicensed"),
    [
        ("bom.json", "cyclonedx", 3, ["Apache-2.0 OR MIT", "MIT"], 1),
        ("bom.xml", "cyclonedx", 2, ["MIT"], 1),
        ("sbom.spdx.json", "spdx", 2, ["MIT"], 1),
        ("sbom.spdx", "spdx", 1, ["MIT"], 0),
    ],
)
def test_a_bill_of_materials_lists_its_licences(look, name, form, components, licenses, unlicensed):
    found, _ = look({name: samples.ALL[name]})
    value = found["sbom", form].value
    assert (value["components"], value["licenses"], value["unlicensed"]) == (components, licenses, unlicensed)
    assert value["created_at"] == MADE


def test_load_tests_are_read(look):
    found, _ = look({"k6-summary.json": samples.K6, "results.jtl": samples.JMETER, "shop_stats.csv": samples.LOCUST})
    k6, jmeter, locust = (found["load_test", tool].value[0] for tool in ("k6", "jmeter", "locust"))
    assert (k6["mean_rps"], k6["p95_ms"], k6["error_pct"], k6["passed"]) == (50.5, 120.5, 1.0, True)
    assert (jmeter["peak_rps"], jmeter["p95_ms"], round(jmeter["error_pct"])) == (2.0, 300.0, 33)
    assert (locust["mean_rps"], locust["error_pct"]) == (2.5, 10.0)


def test_a_crossed_threshold_of_k6_is_no_pass(look):
    found, _ = look({"k6-summary.json": samples.K6.replace('"p(95)<200": false', '"p(95)<200": true')})
    assert found["load_test", "k6"].value[0]["passed"] is False


def test_accessibility_is_read(look):
    found, _ = look({"axe.json": samples.AXE, "lighthouse.json": samples.LIGHTHOUSE})
    axe = found["accessibility", "axe"].value
    assert (axe["critical"], axe["serious"]) == (1, 2)
    assert found["accessibility", "lighthouse"].value["score"] == 92.0


def test_a_report_in_fixtures_is_a_sample(look):
    assert look({"tests/data/coverage.xml": samples.COBERTURA, "fixtures/bom.json": samples.CYCLONEDX}) == ({}, [])


def test_an_ignored_report_of_a_build_is_found(repo, scope, write):
    tree = repo({"main.py": "", ".gitignore": "target/\n"})
    write(tree.root, {"target/site/jacoco/jacoco.xml": samples.JACOCO})
    found = [each for each in reports.READER.read(scope(tree)) if isinstance(each, Found)]
    assert found[0].location == "target/site/jacoco/jacoco.xml:1"


def test_a_report_belongs_to_the_component_around_it(repo, scope, write):
    tree = repo({"main.py": "", "services/cart/main.py": "", ".gitignore": "target/\n"})
    write(tree.root, {"services/cart/target/jacoco.xml": samples.JACOCO})
    cart = scope(tree, "services/cart")
    root = scope(tree)
    outer = type(root)(tree, root.component, ("main.py", ".gitignore"), root.now)
    assert [each.type for each in reports.READER.read(cart)] == ["coverage"]
    assert list(reports.READER.read(outer)) == []


def test_a_report_without_a_date_is_as_old_as_its_file(repo, scope, write):
    tree = repo({"main.py": "", ".gitignore": "*.info\n"})
    write(tree.root, {"lcov.info": samples.LCOV})
    os.utime(tree.root / "lcov.info", (1795000000, 1795000000))
    found = next(iter(reports.READER.read(scope(tree))))
    assert found.observed_at == STAMPED


def test_a_tracked_report_without_a_date_is_as_old_as_its_commit(look):
    found, _ = look({"lcov.info": samples.LCOV})
    assert found["coverage", "lcov"].observed_at == datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_modules_add_up_and_the_same_files_count_once(look):
    other = samples.JACOCO.replace("Cart.java", "Order.java").replace(
        'missed="2" covered="8"', 'missed="8" covered="2"'
    )
    apart, _ = look({"a/jacoco.xml": samples.JACOCO, "b/jacoco.xml": other})
    assert apart["coverage", "jacoco"].value["line_pct"] == 50.0
    same, _ = look({"a/jacoco.xml": samples.JACOCO, "b/jacoco.xml": samples.JACOCO})
    assert same["coverage", "jacoco"].value["line_pct"] == 80.0


@pytest.mark.parametrize("name", sorted(samples.ALL))
def test_a_report_that_is_cut_off_says_where_and_states_nothing(look, name):
    whole = samples.ALL[name]
    if name in ("cover.out", "sbom.spdx", "results.jtl", "shop_stats.csv"):
        cut = whole.rstrip()[:-3].rstrip() + " <text>" if name == "sbom.spdx" else whole.rstrip()[:-4]
        cut = cut.replace("1795000002000,200", "1795000002000") if name == "results.jtl" else cut
    else:
        cut = whole[: len(whole) * 3 // 4]
    found, missed = look({name: cut})
    if name == "shop_stats.csv":
        return
    assert found == {}
    assert missed[0].location.startswith(name)


def test_an_entity_bomb_is_refused(look):
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite name="&b;"></testsuite>'
    )
    found, missed = look({"junit.xml": bomb})
    assert not found
    assert "refused for safety" in missed[0].reason


def test_an_empty_report_is_cut_off_not_clean(look):
    found, missed = look({"codeql.sarif": ""})
    assert not found
    assert missed[0].type == "vulnerability"


def _parse(name, raw):
    known = recognise(name, raw[:8192])
    return known.read(raw, name) if known else None


@given(name=some.sampled_from(sorted(samples.FORMATS)), raw=some.binary(max_size=400))
def test_arbitrary_bytes_are_refused_or_not_recognised(name, raw):
    try:
        assert _parse(name, raw) is None or not raw.strip(b"\0")
    except UserError:
        pass


@given(name=some.sampled_from(sorted(samples.FORMATS)), data=some.data())
def test_a_changed_report_is_read_or_refused_but_never_crashes(name, data):
    raw = bytearray({**samples.ALL, **samples.SENT}[name].encode())
    for _ in range(data.draw(some.integers(1, 4))):
        at = data.draw(some.integers(0, len(raw) - 1))
        raw[at : at + data.draw(some.integers(0, 6))] = data.draw(some.binary(max_size=6))
    try:
        report = _parse(name, bytes(raw))
    except UserError:
        return
    for part in report if isinstance(report, list) else [report]:
        assert all(value >= 0 for value in _numbers(part))


def _numbers(part):
    values = getattr(part, "__slots__", None) or vars(part).values() if part is not None else ()
    return [value for value in values if isinstance(value, int | float)]


@given(name=some.text(max_size=60))
def test_any_name_can_be_asked_about(name):
    assert worth_a_look(name) in (True, False)
