"""The standing of many entities at once is that of each of them alone, whatever the outcomes."""

import math
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from greenboard.facts import vocabulary
from greenboard.results.rows import OUTCOMES, code
from greenboard.rules import language
from greenboard.rules.types import Outcome
from greenboard.scorecards import ranks, scoring
from greenboard.scorecards.ranks import Ladder
from greenboard.scorecards.types import Enforcement, Level, Rule, Scorecard

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PROGRAM = language.compile("true", vocabulary.load())
LEVELS = ("bronze", "silver", "gold")
RULE = Rule("r", "OWN.1", "ownership", "", "", "", "bronze", PROGRAM)
DAY = timedelta(days=1)

RULES = st.builds(
    dict,
    level=st.sampled_from(LEVELS),
    weight=st.integers(0, 100),
    enforcement=st.sampled_from([Enforcement.SCORED, Enforcement.SCORED, Enforcement.DRAFT, Enforcement.WARNS]),
    enabled_from=st.sampled_from([None, None, NOW - DAY, NOW, NOW + DAY]),
)


def card(parts, levels=LEVELS):
    rules = tuple(replace(RULE, id=f"r{index}", **part) for index, part in enumerate(parts))
    return Scorecard("card", "Card", "", tuple(Level(name, name) for name in levels), rules)


def test_the_codes_are_those_of_the_store():
    told = (ranks.FAIL, ranks.PASS, ranks.NO_DATA, ranks.ERROR, ranks.NOT_APPLICABLE)
    wanted = (Outcome.FAIL, Outcome.PASS, Outcome.NO_DATA, Outcome.ERROR, Outcome.NOT_APPLICABLE)
    assert told == tuple(code(one) for one in wanted)


@given(st.data())
def test_every_row_stands_where_it_stands_alone(data):
    scorecard = card(data.draw(st.lists(RULES, max_size=8)), LEVELS[: data.draw(st.integers(1, 3))])
    count, rows = len(scorecard.rules), data.draw(st.integers(1, 6))
    drawn = data.draw(st.lists(st.integers(0, 4), min_size=count * rows, max_size=count * rows))
    codes = np.array(drawn, dtype=np.int8).reshape(count, rows)
    pardoned = data.draw(st.none() | st.lists(st.booleans(), min_size=count * rows, max_size=count * rows))
    exempt = () if pardoned is None else np.array(pardoned, dtype=np.bool_).reshape(count, rows)
    found = ranks.stand(scorecard, codes, NOW, exempt)
    for row in range(rows):
        outcomes = {rule.id: OUTCOMES[codes[line, row]] for line, rule in enumerate(scorecard.rules)}
        spared = [rule.id for line, rule in enumerate(scorecard.rules) if len(exempt) and exempt[line, row]]
        alone = scoring.stand(scorecard, outcomes, NOW, exempt=spared)
        score = None if math.isnan(found.score[row]) else found.score[row]
        assert (found.rank[row], score) == (scorecard.rank(alone.level), alone.score)
        counts = (found.passed[row], found.decided[row], found.undecided[row])
        assert counts == (alone.passed, alone.decided, alone.undecided)


@given(st.data())
def test_every_row_keeps_the_level_that_it_keeps_alone(data):
    """However many rules lost their data, since whenever, with any level before and any exemptions."""
    grace = st.sampled_from([timedelta(0), DAY, 3 * DAY])
    parts = data.draw(st.lists(st.tuples(RULES, grace), min_size=1, max_size=8))
    scorecard = card([{**part, "grace": each} for part, each in parts])
    count, rows = len(scorecard.rules), data.draw(st.integers(1, 4))
    shape = st.integers(0, 4), st.booleans(), st.integers(0, 100)
    drawn = data.draw(st.lists(st.tuples(*shape), min_size=count * rows, max_size=count * rows))
    codes, exempt, hours = (np.array(each).reshape(count, rows) for each in zip(*drawn, strict=True))
    previous = np.array(data.draw(st.lists(st.integers(0, len(scorecard.levels)), min_size=rows, max_size=rows)))
    since = [[NOW - timedelta(hours=int(ago)) for ago in line] for line in hours]
    lost = np.array(
        [[NOW - each < rule.grace for each in line] for line, rule in zip(since, scorecard.rules, strict=True)]
    )
    found = ranks.settle(scorecard, previous, codes, NOW, lost=lost, exempt=exempt)
    for row in range(rows):
        names = [rule.id for rule in scorecard.rules]
        alone = scoring.settle(
            scorecard,
            scorecard.levels[previous[row] - 1].name if previous[row] else None,
            {name: OUTCOMES[codes[line, row]] for line, name in enumerate(names)},
            NOW,
            undecided_since={name: since[line][row] for line, name in enumerate(names)},
            exempt=[name for line, name in enumerate(names) if exempt[line, row]],
        )
        holding = tuple(name for line, name in enumerate(names) if found.holding[line, row])
        assert (found.rank[row], holding) == (scorecard.rank(alone.level), alone.held_by)


@given(st.data())
def test_a_ladder_with_another_rule_is_the_ladder_of_the_other_scorecard(data):
    scorecard = card(data.draw(st.lists(RULES, min_size=1, max_size=5)))
    codes = [np.array(data.draw(st.lists(st.integers(0, 4), min_size=4, max_size=4)), np.int8) for _ in scorecard.rules]
    line = data.draw(st.integers(0, len(codes) - 1))
    known = scorecard.rules[line]
    draft = replace(known, **data.draw(RULES))
    after = replace(scorecard, rules=(*scorecard.rules[:line], draft, *scorecard.rules[line + 1 :]))
    outcomes = np.array(data.draw(st.lists(st.integers(0, 4), min_size=4, max_size=4)), np.int8)
    ladder = Ladder.of(scorecard, codes, NOW).swapped(after, NOW, (known, codes[line], None), (draft, outcomes, None))
    other = Ladder.of(after, [*codes[:line], outcomes, *codes[line + 1 :]], NOW)
    assert ladder.ranks().tolist() == other.ranks().tolist()


def test_ten_thousand_entities_by_a_hundred_and_ten_rules_take_some_ten_milliseconds():
    scorecard = card([{"level": LEVELS[index % 3], "weight": index % 5} for index in range(110)])
    codes = np.random.default_rng(1).integers(0, 5, (110, 10_000)).astype(np.int8)
    taken = []
    for _ in range(5):
        start = time.process_time()
        ranks.stand(scorecard, codes, NOW)
        taken.append(time.process_time() - start)
    assert min(taken) < 0.05  # some five on a quiet machine; wide for a busy one
