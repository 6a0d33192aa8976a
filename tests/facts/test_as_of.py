"""Random looks against a model that remembers every look and asks them one by one."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greenboard.facts import store
from greenboard.facts.models import FactInterval
from greenboard.facts.service import record

from .cast import CHECKOUT, CODE, day, fact, gap

MAX_AGE = 30
SOURCES = ("Codecov", "Sonar")

look = st.fixed_dictionaries(
    {
        "wait": st.sampled_from([0, 1, 5, 29, 31, 60]),
        "values": st.dictionaries(
            st.tuples(st.sampled_from([CHECKOUT, CODE]), st.sampled_from(SOURCES)),
            st.sampled_from([10.0, 80.0, None]),
            max_size=3,
        ),
    }
)


def model(looks, moment):
    """The last word of each source at a moment: {(entity, source): (value, seen, failing)}."""
    known = {}
    for at, values in looks:
        if at > moment:
            break
        for key, value in values.items():
            said, seen, _ = known.get(key, (None, None, False))
            known[key] = (said, seen, True) if value is None else (value, at, False)
    return known


def stored(moment):
    found = {}
    for facts, gaps in store.current(day(moment), [CHECKOUT, CODE]).values():
        for said in facts:
            fresh = day(moment) - said.observed_at <= timedelta(days=MAX_AGE)
            found[said.entity, said.source.name] = (said.value["line_pct"], fresh, False)
        for failed in gaps:
            value, fresh, _ = found.get((failed.entity, failed.source.name), (None, False, True))
            found[failed.entity, failed.source.name] = (value, fresh, True)
    return found


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(look, max_size=8), extra=st.integers(0, 70))
def test_reading_as_of_any_moment_gives_what_was_said_by_then(shop, plan, extra):
    FactInterval.objects.all().delete()
    store.GapInterval.objects.all().delete()
    looks, at = [], 0
    for step in plan:
        at += step["wait"]
        facts = [fact(entity, value={"line_pct": v}, at=at, source=s) for (entity, s), v in step["values"].items() if v]
        gaps = [gap(entity, at=at, source=s) for (entity, s), v in step["values"].items() if v is None]
        record(facts, gaps, day(at))
        looks.append((at, step["values"]))
    for moment in {0, at // 2, at, at + extra, *(when for when, _ in looks)}:
        expected = {
            key: (value, value is not None and moment - seen <= MAX_AGE, failing)
            for key, (value, seen, failing) in model(looks, moment).items()
        }
        assert stored(moment) == expected
