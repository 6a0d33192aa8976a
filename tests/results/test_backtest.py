"""The backtest of a rule is what judging each moment on its own would have come to."""

import pytest

from greenboard.facts import store as facts
from greenboard.results import service
from greenboard.results.archive import Archive
from greenboard.results.backtest import ABSENT, outcomes
from greenboard.results.judge import outcomes as judged
from greenboard.results.rows import OUTCOMES

from .history_cast import day
from .past_cast import Shop, card

pytestmark = pytest.mark.django_db


def held(standard, rule, past, moments):
    """What a backtest says: outcome by entity, for each moment."""
    codes = outcomes(standard, rule, past)[-len(moments) :]
    refs = [entity.ref for entity in past.entities]
    return [
        {ref.name: OUTCOMES[code].value for ref, code in zip(refs, line.tolist(), strict=True) if code != ABSENT}
        for line in codes
    ]


def one_by_one(standard, moments):
    """What judging the facts and the catalog of each moment says, by rule."""
    found = {rule.id: [] for rule in standard.rules}
    for moment in moments:
        asked = list(service.subjects(standard, moment).values())
        for rule in standard.rules:
            found[rule.id].append({})
        for subject, said in zip(asked, judged(standard, asked, facts.vocabulary(), moment), strict=True):
            for name, outcome in said.items():
                found[name][-1][subject.entity.ref.name] = outcome.value
    return found


@pytest.mark.parametrize("seed", range(6))
def test_a_backtest_is_what_judging_each_moment_comes_to(seed, tmp_path):
    shop, standard, kept = Shop(seed), card(tmp_path), Archive()
    shop.happen(25)
    before, seen = shop.moments(6), set()
    for _ in range(3):
        shop.happen(6)
        moments = [*before, day(shop.now + shop.rng.choice([0, 0.5, 3]))]
        expected, anew = one_by_one(standard, moments), Archive()
        shop.now += 3
        for rule in standard.rules:
            for archive in (kept, anew):
                found = held(standard, rule, archive.past(rule.types, moments), moments)
                assert found == expected[rule.id], (rule.id, "kept" if archive is kept else "read anew")
            seen |= {outcome for line in found for outcome in line.values()}
    assert seen >= {"pass", "fail", "no_data"}
