"""The code of integrations takes whatever a tool answers: what it does not understand is unknown or the tool's fault."""

from __future__ import annotations

import copy
import random
from datetime import UTC, datetime

import pytest

from greenboard.connections import discovery
from greenboard.connections.expressions import Env, Mistyped, compiled

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ODD = [None, [], {}, "x", 1, True, -3.5, ["q"], [None], {"something": "else"}]
UNTIL = "2027-01-01T00:00:00Z"
SHIFT = {"start_at": "2026-11-20T00:00:00Z", "end_at": UNTIL, "user": {"id": "u"}}
PERIOD = {"startDate": "2026-11-20T00:00:00Z", "endDate": UNTIL, "recipient": {"type": "user"}}
LEVEL = {"type": "level", "level": {"time_to_ack_seconds": 300, "targets": [{"type": "user", "id": "u"}]}}
BRANCH = {"then_path": [{"type": "repeat", "repeat": {"repeat_times": 2}}], "else_path": [LEVEL]}
PATH = [LEVEL, {"type": "delay", "delay": {"delay_seconds": 3}}, {"type": "if_else", "if_else": BRANCH}]
RULE = {"delay": {"timeAmount": 1, "timeUnit": "minutes"}, "recipient": {"type": "user", "id": "u"}}
SILENCE = {
    "matchers": [{"name": one, "value": "a", "isRegex": False, "isEqual": True} for one in ("service", "alertname")]
}
RESOURCE = {"type": "steps", "id": "1"}
CASES = [
    ("incident_io", "levels", [PATH]),
    ("incident_io", "second_after", [PATH]),
    ("incident_io", "repeats", [PATH]),
    ("incident_io", "targets", [PATH]),
    ("incident_io", "uncovered", [[SHIFT]]),
    ("incident_io", "literals", [{"A": {"value": {"literal": "x"}}, "B": {"array_value": [{"literal": "y"}]}}]),
    ("opsgenie", "levels", [[RULE]]),
    ("opsgenie", "uncovered", [[{"periods": [PERIOD]}], UNTIL]),
    ("alertmanager", "muted", [[SILENCE], "service", "a"]),
    ("grafana", "silenced", [[SILENCE], {"labels": {"service": "a"}, "title": "a", "uid": "b"}]),
    ("datadog", "linked", [[RESOURCE], [RESOURCE]]),
]


@pytest.mark.parametrize(("name", "function", "given"), CASES, ids=[f"{one[0]}-{one[1]}" for one in CASES])
def test_no_shape_of_an_answer_is_too_odd(name, function, given):
    names = [f"given{at}" for at in range(len(given))]
    expression = compiled(f"{function}({', '.join(names)})", own=discovery.found()[name].functions)
    chance = random.Random(5)
    for _ in range(300):
        arguments = _odd(copy.deepcopy(given), chance)
        try:
            expression(dict(zip(names, arguments, strict=True)), Env(NOW))
        except Mistyped:
            continue


def _odd(given, chance):
    """Some places of a value with something else in them."""
    for _ in range(chance.randint(1, 3)):
        holder, key = chance.choice(list(_places(given)))
        holder[key] = copy.deepcopy(chance.choice(ODD))
    return given


def _places(value):
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)
