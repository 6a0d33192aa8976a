"""SARIF 2.1.0 (OASIS): findings of scanners.

Severity is the rule's or result's `security-severity`, in the bands that GitHub documents: from 9.0
critical, from 7.0 high, from 4.0 medium, above 0 low. A finding without one is counted, but then
nothing is said of severities. Results that are suppressed, absent from the baseline, or no failure
are not open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.reports.severity import counts
from greenboard.repository.reports.types import BadReport, Format, Scan, moment, read_object

_TOOLS = (
    ("codeql", "sast"), ("semgrep", "sast"), ("opengrep", "sast"), ("bandit", "sast"), ("gosec", "sast"),
    ("brakeman", "sast"),
    ("snykcode", "sast"), ("snyk code", "sast"), ("snyk open source", "sca"), ("snyk container", "container"),
    ("snyk iac", "iac"),
    ("njsscan", "sast"), ("flawfinder", "sast"), ("horusec", "sast"), ("bearer", "sast"), ("devskim", "sast"),
    ("psalm", "sast"),
    ("spotbugs", "sast"), ("security-scan", "sast"), ("grype", "sca"), ("osv-scanner", "sca"),
    ("dependency-check", "sca"),
    ("govulncheck", "sca"), ("npm-audit", "sca"), ("pip-audit", "sca"), ("cargo-audit", "sca"), ("gitleaks", "secret"),
    ("trufflehog", "secret"), ("ggshield", "secret"), ("detect-secrets", "secret"), ("checkov", "iac"),
    ("tfsec", "iac"),
    ("kics", "iac"), ("terrascan", "iac"), ("kubescape", "iac"), ("kube-linter", "iac"), ("zap", "dast"),
    ("nuclei", "dast"),
    ("dockle", "container"), ("docker scout", "container"), ("clair", "container"), ("prowler", "cloud"),
    ("zizmor", "sast"),
)  # fmt: skip


def sarif(raw: bytes, path: str) -> list[Scan]:
    """What each run found. A run of a tool that is no known security scanner is left out."""
    data = read_object(raw, path)
    runs = data.get("runs")
    if not isinstance(runs, list) or not str(data.get("version", "")).startswith("2."):
        raise BadReport("not SARIF 2", place=Place(path, 1, 1), expected="version 2.x and runs")
    return [scan for run in runs for scan in _run(run, path)]


def _run(run: Any, path: str) -> Iterator[Scan]:
    driver = _part(_part(run, "tool"), "driver")
    name, results = driver.get("name"), run.get("results") if isinstance(run, dict) else None
    if not isinstance(name, str):
        raise BadReport("a run without a tool", place=Place(path), expected="tool.driver.name")
    invocations = run.get("invocations")
    invocations = [part for part in invocations if isinstance(part, dict)] if isinstance(invocations, list) else []
    if any(part.get("executionSuccessful") is False for part in invocations):
        raise BadReport(f"the scan by {name} did not succeed, as its report says", place=Place(path))
    if not isinstance(results, list):
        raise BadReport(
            f"the run of {name} lists no results", place=Place(path), expected="results, if only an empty list"
        )
    rules = _rules(run, driver)
    dates = [
        at for part in invocations for at in (moment(part.get("endTimeUtc")), moment(part.get("startTimeUtc"))) if at
    ]
    by_kind: dict[str, list[float | None]] = {kind: [] for kind in _kinds(name, rules, run)}
    for result in results:
        if not isinstance(result, dict):
            raise BadReport("a result that is no object", place=Place(path))
        rule = rules.get(_rule_id(result), {})
        kind = _kind(name, rule, run)
        if _open(result) and kind:
            by_kind.setdefault(kind, []).append(_severity(result, rule))
    for kind, severities in by_kind.items():
        yield Scan(_tool(name), kind, counts(severities), len(severities), max(dates, default=None))


def _tool(name: str) -> str:
    lowered = name.lower()
    known = (tool for tool, _ in (*_TOOLS, ("trivy", "sca")) if tool in lowered)
    return next(known, lowered).replace(" ", "-")


def _part(data: Any, name: str) -> dict[str, Any]:
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _rules(run: dict[str, Any], driver: dict[str, Any]) -> dict[str, dict[str, Any]]:
    extensions = _part(run, "tool").get("extensions")
    parts = [driver, *(part for part in (extensions if isinstance(extensions, list) else ()) if isinstance(part, dict))]
    listed = [
        rule for part in parts for rule in (part.get("rules") if isinstance(part.get("rules"), list) else ()) or ()
    ]
    return {str(rule.get("id")): rule for rule in listed if isinstance(rule, dict)}


def _rule_id(result: dict[str, Any]) -> str:
    return str(result.get("ruleId") or _part(result, "rule").get("id") or "")


def _kinds(name: str, rules: dict[str, dict[str, Any]], run: dict[str, Any]) -> set[str]:
    """The kinds that this run looked for, so that a run without findings says zero."""
    if "trivy" in name.lower():
        # Trivy lists only the rules that found something: a run without any does not say what it looked for.
        return {kind for rule in rules.values() if (kind := _kind(name, rule, run))}
    kind = _kind(name, {}, run)
    return {kind} if kind else set()


def _kind(name: str, rule: dict[str, Any], run: dict[str, Any]) -> str | None:
    lowered = name.lower()
    if "trivy" in lowered:
        kind = _trivy(rule)
        return "container" if kind == "sca" and _part(run, "properties").get("imageName") else kind
    known = (kind for tool, kind in _TOOLS if re.search(rf"(^|[^a-z]){re.escape(tool)}([^a-z]|$)", lowered))
    return next(known, None)


def _trivy(rule: dict[str, Any]) -> str | None:
    tags = _part(rule, "properties").get("tags")
    name = str(rule.get("name", ""))
    tags = [str(tag).lower() for tag in tags] if isinstance(tags, list) else []
    if "misconfiguration" in tags or name == "Misconfiguration":
        return "iac"
    if "secret" in tags or name == "Secret":
        return "secret"
    if name.startswith("OsPackage"):
        return "container"
    return "sca" if "vulnerability" in tags or "Vulnerability" in name else None


def _open(result: dict[str, Any]) -> bool:
    suppressions = result.get("suppressions")
    accepted = [part for part in suppressions if _accepted(part)] if isinstance(suppressions, list) else []
    passed = result.get("kind") in ("pass", "notApplicable", "informational")
    return not accepted and not passed and result.get("baselineState") != "absent"


def _accepted(suppression: Any) -> bool:
    return isinstance(suppression, dict) and suppression.get("status", "accepted") == "accepted"


def _severity(result: dict[str, Any], rule: dict[str, Any]) -> float | None:
    for part in (result, rule):
        raw = _part(part, "properties").get("security-severity")
        try:
            score = float(raw) if isinstance(raw, str | int | float) and not isinstance(raw, bool) else None
        except ValueError:
            score = None
        if score is not None and 0 <= score <= 10:
            return score
    return None


FORMAT = Format(
    "sarif",
    "SARIF 2.1 (JSON)",
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html",
    ("vulnerability",),
    re.compile(rb"sarif-(schema-)?2\.|schemas/sarif|\"version\"\s*:\s*\"2\.1\.0\""),
    sarif,
    names=re.compile(r".*\.sarif|.*sarif.*\.json", re.IGNORECASE),
    endings=(".sarif", ".sarif.json"),
)
