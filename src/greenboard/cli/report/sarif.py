"""The report as SARIF 2.1.0 (OASIS standard), which code hosts show beside the lines.

Failures and errors are results; what is undecided or passes is none.
"""

from __future__ import annotations

import json
import re
from typing import Any

from greenboard import __version__
from greenboard.cli.report.content import Judged, Report
from greenboard.results.types import Result
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule

_PLACE = re.compile(r"(?P<path>.+?):(?P<line>[1-9]\d*)(?::(?P<column>[1-9]\d*))?")
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report) -> str:
    """One run with one result for each failure."""
    rules = list(report.scorecard.rules)
    driver = {
        "name": "greenboard",
        "version": __version__,
        "rules": [_rule(rule) for rule in rules],
    }
    indices = {rule.id: index for index, rule in enumerate(rules)}
    results = [
        _result(judged, rule, result, indices[rule.id], several=len(report.entities) > 1)
        for judged in report.entities
        for rule, result in report.results(judged)
        if result.outcome in (Outcome.FAIL, Outcome.ERROR) and not result.exempt
    ]
    notes = [{"level": "warning", "message": {"text": f"{path}: {why}"}} for path, why in report.skipped]
    run: dict[str, Any] = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": notes}]
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix},
        "properties": {"item": rule.item, "level": rule.level, "tags": [rule.dimension]},
    }


def _result(judged: Judged, rule: Rule, result: Result, index: int, *, several: bool) -> dict[str, Any]:
    name = f"{judged.judgement.ref.short}: " if several else ""
    return {
        "ruleId": rule.id,
        "ruleIndex": index,
        "level": "warning" if result.outcome is Outcome.FAIL else "error",
        "message": {"text": f"{name}{rule.title}: {result.message}\n{result.fix}"},
        "locations": [_location(judged, result)],
        "partialFingerprints": {"greenboard/v1": f"{judged.judgement.ref}#{rule.id}"},
    }


def _location(judged: Judged, result: Result) -> dict[str, Any]:
    """The first place in a file that the evidence names, or else the entity alone."""
    logical = {"fullyQualifiedName": str(judged.judgement.ref), "kind": "module"}
    found = next((match for part in result.evidence if (match := _PLACE.fullmatch(part.source))), None)
    if found is None:
        return {"logicalLocations": [logical]}
    region = {"startLine": int(found["line"])} | ({"startColumn": int(found["column"])} if found["column"] else {})
    physical = {"artifactLocation": {"uri": found["path"].replace(" ", "%20")}, "region": region}
    return {"physicalLocation": physical, "logicalLocations": [logical]}
