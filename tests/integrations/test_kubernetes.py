"""Label selectors, owners and restarts, also of objects that are not as they should be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from greenboard.connections.expressions import Mistyped
from greenboard.integrations.kubernetes import collect

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LABELS = {"app": "checkout", "tier": "web"}


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ({}, True),
        ({"matchLabels": {"app": "checkout"}}, True),
        ({"matchLabels": {"app": "cart"}}, False),
        ({"matchExpressions": [{"key": "tier", "operator": "In", "values": ["web", "api"]}]}, True),
        ({"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["web"]}]}, False),
        ({"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["web"]}]}, True),
        ({"matchExpressions": [{"key": "zone", "operator": "Exists"}]}, False),
        ({"matchExpressions": [{"key": "zone", "operator": "DoesNotExist"}]}, True),
        ({"matchExpressions": [{"key": "zone", "operator": "Resembles"}]}, None),
        ({"matchLabels": {"app": "cart"}, "matchExpressions": [{"key": "zone", "operator": "Resembles"}]}, False),
    ],
)
def test_a_selector_selects_as_the_api_documents_and_a_new_operator_is_unknown(selector, selected):
    assert collect.selects(selector, LABELS) is selected


def pod(count, ended=None, started="2026-11-01T00:00:00Z"):
    last = {"lastState": {"terminated": {"finishedAt": ended}}} if ended else {}
    return {"startTime": started, "containerStatuses": [{"name": "a", "restartCount": count, **last}]}


@pytest.mark.parametrize(
    ("status", "restarts"),
    [
        (pod(0), 0),
        (pod(9, started="2026-11-23T00:00:00Z"), 9),
        (pod(9, ended="2026-11-20T00:00:00Z"), 0),
        (pod(1, ended="2026-11-23T08:00:00Z"), 1),
        (pod(9, ended="2026-11-23T08:00:00Z"), None),
        (pod(9), None),
        (pod(None), None),
        ({"phase": "Pending"}, 0),
        ({"phase": "Running"}, None),
    ],
)
def test_restarts_of_a_day_are_told_only_where_they_are_certain(status, restarts):
    assert collect.restarts_24h(NOW, status) == restarts


@pytest.mark.parametrize(
    ("spec", "given"),
    [
        ({"limits": [{"type": "Container", "default": {"cpu": "1", "memory": "1Gi"}}]}, True),
        ({"limits": [{"type": "Container", "defaultRequest": {"memory": "1Gi"}}]}, None),
        ({"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}, False),
        ({}, False),
    ],
)
def test_a_namespace_gives_what_a_limit_range_has_as_default(spec, given):
    assert collect.gives([{"spec": spec}], ["cpu", "memory"], "defaultRequest") is given


@pytest.mark.parametrize(
    "call",
    [
        lambda: collect.selects({"matchLabels": ["app"]}, LABELS),
        lambda: collect.selects({"matchExpressions": 7}, LABELS),
        lambda: collect.selects({"matchExpressions": ["app"]}, LABELS),
        lambda: collect.owner({"ownerReferences": 7}),
        lambda: collect.restarts_24h(NOW, {"containerStatuses": 7}),
        lambda: collect.gives([7], ["cpu"], "default"),
    ],
)
def test_an_object_of_another_shape_is_told_as_one(call):
    with pytest.raises(Mistyped):
        call()
