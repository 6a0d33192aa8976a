"""Figures of reports against a slow count, one result at a time, over random companies."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from greenboard.access.sight import EVERYTHING
from greenboard.catalog.store import Stored
from greenboard.catalog.types import Entity
from greenboard.catalog.whole import Whole
from greenboard.core.refs import Ref
from greenboard.reports.each import birds_eye
from greenboard.reports.gains import gains
from greenboard.reports.ground import Ground
from greenboard.reports.wanted import Wanted
from greenboard.results.matrix import EXEMPT, Matrix
from greenboard.results.rows import OUTCOMES
from greenboard.results.seen import Seen
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Level, Rule, Scorecard

NOW = datetime(2026, 11, 26, tzinfo=UTC)
LEVELS = ("bronze", "silver", "gold")
TEAMS = (None, "payments", "search", "identity")
CELLS = [*range(len(OUTCOMES)), *(EXEMPT + number for number in range(len(OUTCOMES)))]
PROGRAM = SimpleNamespace(types=frozenset(), reads=(), related={}, levels=frozenset(), reads_team=False)


@st.composite
def companies(draw):
    count = draw(st.integers(0, 12))
    rules = draw(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=6))
    entities = [
        (
            draw(st.sampled_from(TEAMS)),
            draw(st.sampled_from((None, 0, 1, 3))),
            draw(st.lists(st.sampled_from("xyz"), unique=True)),
        )
        for _ in range(count)
    ]
    cells = [[draw(st.sampled_from(CELLS)) for _ in range(count)] for _ in rules]
    seen = [draw(st.booleans()) for _ in range(count)]
    judged = [draw(st.booleans()) for _ in range(count)]
    scores = [draw(st.one_of(st.none(), st.floats(0, 100))) for _ in range(count)]
    return SimpleNamespace(rules=rules, entities=entities, cells=cells, seen=seen, judged=judged, scores=scores)


def ground(company, **asked):
    """The company as reports get it."""
    stored = []
    for number, (team, tier, tags) in enumerate(company.entities):
        owners = (Ref("team", "default", team),) if team else ()
        entity = Entity(Ref("service", "default", f"s{number:02}"), tier=tier, tags=tuple(tags))
        stored.append(Stored(100 + number, entity, owners, None, None, NOW))
    judged = [number for number in range(len(stored)) if company.judged[number]]
    rules = tuple(
        Rule(f"r{at}", f"X.{at}", "any", f"Rule {at}", "", "", level, PROGRAM, weight=at + 1)
        for at, level in enumerate(company.rules)
    )
    matrix = Matrix(
        rules=tuple(range(1, len(rules) + 1)),
        names=tuple(rule.id for rule in rules),
        ids=np.array([100 + number for number in judged], dtype=np.int64),
        outcomes=np.array([[row[number] for number in judged] for row in company.cells], dtype=np.int8).reshape(
            len(rules), len(judged)
        ),
        levels=("", *LEVELS),
        level=np.zeros(len(judged), dtype=np.int16),
        score=np.array(
            [np.nan if company.scores[number] is None else company.scores[number] for number in judged],
            dtype=np.float64,
        ),
        undecided=np.zeros(len(judged), dtype=np.int64),
        bare_level=np.zeros(len(judged), dtype=np.int16),
        bare_score=np.full(len(judged), np.nan),
        read_to=(0, 0),
    )
    levels = tuple(Level(name, name.title()) for name in LEVELS)
    card = Scorecard("card", "Card", "", levels, rules, dimensions={"any": "Any"})
    seen = Seen(Whole(tuple(stored)), matrix, np.array(company.seen, dtype=np.bool_), EVERYTHING)
    wanted = Wanted(NOW, None, NOW - timedelta(days=30), **asked)
    return Ground(card, (card,), seen, wanted)


def slowly(company, value_of):
    """What each rule comes to for each group, counted one by one."""
    found = {}
    for number, entity in enumerate(company.entities):
        if company.seen[number] and company.judged[number]:
            for group in value_of(entity):
                counts = found.setdefault(group, [Counter() for _ in company.rules])
                for at, row in enumerate(company.cells):
                    outcome, exempt = OUTCOMES[row[number] % EXEMPT], row[number] >= EXEMPT
                    counts[at]["exempt" if exempt and outcome is not Outcome.PASS else outcome.value] += 1
    return found


@settings(max_examples=60)
@given(companies())
def test_groups_count_what_a_slow_count_counts_and_nothing_that_is_out_of_sight(company):
    ways = {
        "team": lambda entity: [entity[0] or "none"],
        "tier": lambda entity: ["none" if entity[1] is None else str(entity[1])],
        "tag": lambda entity: entity[2] or ["none"],
    }
    for by, value_of in ways.items():
        found = birds_eye.build(ground(company, by=by))
        expected = slowly(company, value_of)
        assert {line.name for line in found.lines} == set(expected)
        for at, line in enumerate(found.lines):
            for place, rule in enumerate(found.rules):
                counts = expected[line.name][int(rule.id[1:])]
                undecided = counts["no_data"] + counts["error"]
                told = [counts["pass"], counts["fail"], undecided, counts["exempt"]]
                assert found.counts[:4, place, at].tolist() == told


@settings(max_examples=60)
@given(companies())
def test_one_by_one_each_entity_in_sight_has_its_outcomes(company):
    found = birds_eye.build(ground(company, by="entity"))
    shown = [number for number, seen in enumerate(company.seen) if seen and company.judged[number]]
    assert [line.home.name for line in found.lines] == [f"s{number:02}" for number in shown]
    for at, number in enumerate(shown):
        codes = {rule.id: code for rule, code in zip(found.rules, found.codes[:, at].tolist(), strict=True)}
        assert codes == {f"r{line}": row[number] for line, row in enumerate(company.cells)}


@settings(max_examples=60)
@given(companies())
def test_a_gain_is_an_entity_that_one_failing_rule_alone_keeps_from_its_next_level(company):
    found = {one.rule.id: one.entities for one in gains(ground(company))}
    expected = Counter()
    for number in range(len(company.entities)):
        if not (company.seen[number] and company.judged[number]):
            continue
        for level in LEVELS:
            own = [at for at, rule in enumerate(company.rules) if rule == level]
            unmet = [at for at in own if not met(company.cells[at][number])]
            if unmet:
                if len(unmet) == 1 and OUTCOMES[company.cells[unmet[0]][number] % EXEMPT] is Outcome.FAIL:
                    expected[f"r{unmet[0]}"] += 1
                break
    assert {rule: count for rule, count in found.items() if count} == dict(expected)


def met(code):
    return code >= EXEMPT or OUTCOMES[code] in (Outcome.PASS, Outcome.NOT_APPLICABLE)
