"""Three entities that the tests of rules are about: one well known, one with little, one with nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from greenboard.facts import vocabulary
from greenboard.facts.types import FieldValue
from greenboard.facts.vocabulary import FieldType
from greenboard.rules.columns import Frame, Row
from greenboard.rules.evaluate import evaluate
from greenboard.rules.explain import Explanation, explain
from greenboard.rules.language import Program
from greenboard.rules.language import compile as compile_rule

NOW = datetime(2026, 11, 23, tzinfo=UTC)
VOCABULARY = vocabulary.load()
PARAMETERS = {"copies": FieldType.INT, "target": FieldType.FLOAT}
GIVEN: dict[str, Sequence[FieldValue | None]] = {"copies": [2, 2, 2], "target": [99.9, None, 99.9]}

CHECKOUT: Row = {
    "entity": {"kind": "service", "name": "checkout", "tier": 1, "tags": ("java", "pci"), "lifecycle": "production"},
    "workload": (
        {"name": "deployment/checkout", "replicas": 1, "liveness": True, "privileged": False},
        {"name": "deployment/worker", "replicas": 3, "liveness": False, "privileged": True},
        {"name": "statefulset/store", "replicas": 3, "liveness": True, "privileged": True},
    ),
    "slo": (
        {"name": "checkouts", "sli": "availability", "target_pct": 99.9, "current_pct": 99.95},
        {"name": "quick", "sli": "latency", "target_pct": 99.0},
    ),
    "coverage": {"line_pct": 71.5},
    "attestation": (
        {"item": "COD.4", "expires_at": NOW + timedelta(days=30)},
        {"item": "OWN.2", "expires_at": NOW - timedelta(days=3)},
    ),
    "readme": {"last_changed_at": NOW - timedelta(days=400)},
}
SEARCH: Row = {"entity": {"kind": "library", "name": "search"}, "slo": (), "workload": ()}
NOBODY: Row = {}


def program(source: str) -> Program:
    return compile_rule(source, VOCABULARY, parameters=PARAMETERS)


def frame(*rows: Row) -> Frame:
    return Frame.build(VOCABULARY, rows or (CHECKOUT, SEARCH, NOBODY), NOW)


def verdicts(source: str) -> list[int]:
    """The verdicts of checkout, search and nobody."""
    return list(evaluate(program(source), frame(), GIVEN).tolist())


def why(source: str, row: int = 0) -> Explanation:
    return explain(program(source), frame(), row, GIVEN)
