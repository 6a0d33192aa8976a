"""The report as JSON, described by `library/schemas/check.schema.json`."""

from __future__ import annotations

import json
from typing import Any

from greenboard.cli.report.content import Judged, Report, as_json
from greenboard.core import clock


def render(report: Report) -> str:
    """One JSON object, indented."""
    document = {
        "scorecard": {
            "name": report.scorecard.name,
            "digest": report.scorecard.digest,
            "levels": [level.name for level in report.scorecard.levels],
        },
        "now": clock.format_time(report.now),
        "entities": [_entity(report, judged) for judged in report.entities],
        "skipped": [{"path": path, "reason": reason} for path, reason in report.skipped],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _entity(report: Report, judged: Judged) -> dict[str, Any]:
    standing = judged.judgement.standing
    return {
        "ref": str(judged.judgement.ref),
        "kind": judged.judgement.kind,
        "path": judged.path or None,
        "tier": judged.entity.tier,
        "discovered": judged.entity.discovered,
        "level": standing.provisional,
        "full_level": standing.level,
        "next_level": standing.provisional_next,
        "blocking": list(standing.provisional_blocking),
        "score": None if standing.score is None else round(standing.score, 1),
        "passed": standing.passed,
        "decided": standing.decided,
        "undecided": standing.undecided,
        "left_out": list(standing.left_out),
        "results": [
            {
                "rule": rule.id,
                "item": rule.item,
                "dimension": rule.dimension,
                "level": rule.level,
                "title": rule.title,
                "outcome": result.outcome.value,
                "exempt": result.exempt,
                "message": result.message,
                "evidence": [as_json(part) for part in result.evidence],
                "missing": [
                    {"fact": lack.fact, "lack": lack.lack.value, "reason": lack.reason, "remedy": lack.remedy}
                    for lack in result.missing
                ],
                "fix": result.fix,
            }
            for rule, result in report.results(judged)
        ],
    }
