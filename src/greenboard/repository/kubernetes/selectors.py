"""Label selectors (the Kubernetes API's LabelSelector)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from greenboard.repository.kubernetes.objects import mapping, sequence


def selects(selector: object, labels: Mapping[str, Any]) -> bool | None:
    """Whether a selector matches labels. An empty selector matches all; None where it cannot be told."""
    if not isinstance(selector, Mapping):
        return None
    wanted = mapping(selector.get("matchLabels"))
    verdicts = [_equal(labels.get(key), value) for key, value in wanted.items()]
    verdicts += [_expression(mapping(term), labels) for term in sequence(selector.get("matchExpressions"))]
    unknown = set(selector) - {"matchLabels", "matchExpressions"}
    if any(verdict is False for verdict in verdicts):
        return False
    return None if unknown or None in verdicts else True


def _equal(held: object, wanted: object) -> bool | None:
    if isinstance(wanted, str) and ("$(" in wanted or "${" in wanted):
        return None
    return held is not None and str(held) == str(wanted)


def _expression(term: Mapping[str, Any], labels: Mapping[str, Any]) -> bool | None:
    key, operator = term.get("key"), term.get("operator")
    values = {str(value) for value in sequence(term.get("values"))}
    if not isinstance(key, str):
        return None
    held = labels.get(key)
    match operator:
        case "In":
            return held is not None and str(held) in values
        case "NotIn":
            return held is None or str(held) not in values
        case "Exists":
            return held is not None
        case "DoesNotExist":
            return held is None
    return None
