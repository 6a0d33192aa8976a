"""A full evaluation, and one of only the entities whose facts changed, come to the same."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greenboard.core.refs import Ref
from greenboard.results import store

from .history_cast import BRONZE, CARD, CHECKOUT, CODE, SILVER, day, enter, run, say, scorecard

MONEY = Ref("library", "default", "money")

say_one = st.one_of(
    st.tuples(st.sampled_from([CHECKOUT, MONEY]), st.just("coverage"), st.sampled_from([60.0, 90.0])),
    st.tuples(st.sampled_from([CHECKOUT, MONEY]), st.just("readme"), st.booleans()),
    st.tuples(st.just(CODE), st.just("branch_policy"), st.integers(0, 1)),
)
VALUES = {
    "coverage": lambda value: {"line_pct": value},
    "readme": lambda value: {"exists": value},
    "branch_policy": lambda value: {"required_reviews": value},
}


def play(card, steps, *, full):
    """What the store says at the end, and the changes on the way, of one way to evaluate."""
    with transaction.atomic():
        enter(-1)
        enter(-1, ref=MONEY)
        run(card, 0)
        for at, (entity, name, value) in enumerate(steps, start=1):
            say(at, (name, VALUES[name](value)), entity=entity)
            touched = [CHECKOUT, MONEY] if entity == CODE else [entity]
            run(card, at, None if full else touched)
        past = [store.levels(CARD, day(at) + timedelta(hours=1)) for at in range(len(steps))]
        said = store.results(CARD), store.levels(CARD), store.changes(CARD, day(0)), past
        transaction.set_rollback(True)
    return said


@pytest.mark.django_db
@settings(max_examples=16, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(say_one, max_size=6))
def test_incremental_and_full_evaluation_agree(tmp_path, steps):
    card = scorecard(tmp_path, BRONZE, SILVER, ("described", "readme.exists", "bronze"))
    assert play(card, steps, full=False) == play(card, steps, full=True)
