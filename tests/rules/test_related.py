"""Rules that look beyond their own entity: related entities, levels on scorecards, teams."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from tests.rules import random_rules
from tests.rules.cast import CHECKOUT, NOW, PARAMETERS, VOCABULARY

from greenboard.facts.types import Partial
from greenboard.rules import vectors
from greenboard.rules.around import Around, Levels, Links
from greenboard.rules.columns import Frame, Row
from greenboard.rules.evaluate import ERROR, FAIL, NO_DATA, PASS, evaluate
from greenboard.rules.explain import Explanation, Read, explain
from greenboard.rules.functions import FIELD_FUNCTIONS
from greenboard.rules.language import Program, RuleError
from greenboard.rules.language import compile as compile_rule
from greenboard.rules.vectors import MISSING, OK

AS_STRICT = (
    'dependencies().all(d, d.slo.exists(s, s.sli == "availability" && '
    'slo.exists(m, m.sli == "availability" && s.target_pct >= m.target_pct)))'
)
LEDGER: Row = {
    "entity": {"kind": "service", "namespace": "default", "name": "ledger", "tier": 0},
    "slo": ({"name": "up", "sli": "availability", "target_pct": 99.0}, {"name": "fast", "sli": "latency"}),
    "coverage": {"line_pct": 40.0},
}
ORDERS: Row = {
    "entity": {"kind": "service", "namespace": "shop", "name": "orders", "tier": 2},
    "slo": ({"name": "up", "sli": "availability", "target_pct": 99.95},),
}
GHOST: Row = {}
ROWS = (CHECKOUT, LEDGER, ORDERS, GHOST)
NAMES = ("service:default/checkout", "service:default/ledger", "service:shop/orders", "service:default/ghost")


def links(*targets: Sequence[int] | None, partial: Sequence[int] = ()) -> Links:
    """For each row the rows it leads to; None is unknown."""
    lengths = np.array([len(each or ()) for each in targets])
    flat = np.array([row for each in targets for row in each or ()], dtype=np.int64)
    state = np.array([MISSING if each is None else OK for each in targets], dtype=np.uint8)
    marked = np.isin(np.arange(len(targets)), partial) if partial else None
    return Links(np.cumsum(lengths) - lengths, lengths, flat, state if state.any() else None, marked)


def around(dependencies: Links | None = None, partial_teams: Sequence[int] = ()) -> Around:
    return Around(
        {
            "dependencies": dependencies or links((1, 2), (2,), (), None),
            "dependents": links((), (0,), (0, 1), None, partial=(2,)),
            "repository": links((3,), (), (), ()),
        },
        {"basics": Levels(("bronze", "silver"), np.array([1, 2, 0, -1]))},
        [("core", "payments"), ("ledger-team",), (), None],
        NAMES,
        np.isin(np.arange(4), partial_teams) if partial_teams else None,
    )


def frame(beside: Around | None = None) -> Frame:
    return Frame.build(VOCABULARY, ROWS, NOW, around=beside or around())


def program(source: str, standards: dict[str, tuple[str, ...]] | None = None) -> Program:
    return compile_rule(source, VOCABULARY, parameters=PARAMETERS, standards=standards)


def verdicts(source: str, beside: Around | None = None) -> list[int]:
    """The verdicts of checkout, ledger, orders and the ghost of whom nothing is known."""
    return list(evaluate(program(source), frame(beside)).tolist())


def why(source: str, row: int = 0, beside: Around | None = None) -> Explanation:
    return explain(program(source), frame(beside), row)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (AS_STRICT, [FAIL, PASS, PASS, NO_DATA]),
        ("dependencies().all(d, d.entity.tier <= 1)", [FAIL, FAIL, PASS, NO_DATA]),
        ("dependencies().exists(d, d.coverage.line_pct > 30)", [PASS, NO_DATA, FAIL, NO_DATA]),
        ("size(dependencies()) == 2", [PASS, FAIL, FAIL, NO_DATA]),
        ("size(dependencies().filter(d, has(d.coverage))) == 1", [PASS, FAIL, FAIL, NO_DATA]),
        ("dependencies().map(d, d.entity.name) == ['ledger', 'orders']", [PASS, FAIL, FAIL, NO_DATA]),
        ("dependencies()[0].coverage.line_pct < 50", [PASS, NO_DATA, ERROR, NO_DATA]),
        ("dependencies()[?0].?coverage.?line_pct.orValue(99.0) > 50", [FAIL, PASS, PASS, NO_DATA]),
        ("dependencies().map(d, d.slo)[0].size() == 2", [PASS, FAIL, ERROR, NO_DATA]),
        ("dependencies().filter(d, false)[0].coverage.line_pct > 1", [ERROR, ERROR, ERROR, NO_DATA]),
        ("parts().all(p, true)", [NO_DATA] * 4),
        ("has(repository().slo)", [FAIL, NO_DATA, NO_DATA, NO_DATA]),
        ("repository().branch_policy.protected", [NO_DATA] * 4),
        ("dependents().all(d, has(d.slo))", [PASS, PASS, NO_DATA, NO_DATA]),
        ("dependents().exists(d, d.entity.tier == 0)", [FAIL, FAIL, PASS, NO_DATA]),
    ],
)
def test_related_entities_are_read_by_their_facts(source: str, expected: list[int]) -> None:
    assert verdicts(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('level("basics") == "bronze"', [PASS, FAIL, FAIL, NO_DATA]),
        ('level("basics") == ""', [FAIL, FAIL, PASS, NO_DATA]),
        ('reached("basics", "bronze")', [PASS, PASS, FAIL, NO_DATA]),
        ('reached("basics", "silver")', [FAIL, PASS, FAIL, NO_DATA]),
        ('reached("basics", "platinum")', [NO_DATA] * 4),
        ('level("elsewhere") == ""', [NO_DATA] * 4),
        ('dependencies().exists(d, d.reached("basics", "silver"))', [PASS, FAIL, FAIL, NO_DATA]),
        ('dependencies().all(d, d.level("basics") != "")', [FAIL, FAIL, PASS, NO_DATA]),
        ('repository().reached("basics", "bronze")', [NO_DATA] * 4),
        ('in_team("payments")', [PASS, FAIL, FAIL, NO_DATA]),
        ('in_team("team:default/Core")', [PASS, FAIL, FAIL, NO_DATA]),
        ('dependencies().all(d, d.in_team("ledger-team"))', [FAIL, FAIL, PASS, NO_DATA]),
        ('dependencies().exists(d, in_team("payments") && d.in_team("ledger-team"))', [PASS, FAIL, FAIL, NO_DATA]),
    ],
)
def test_levels_and_teams_are_asked_of_the_entity_and_of_related_ones(source: str, expected: list[int]) -> None:
    assert verdicts(source) == expected


def test_nothing_is_known_around_an_entity_that_stands_alone() -> None:
    alone = Frame.build(VOCABULARY, ROWS, NOW)
    for source in ("size(dependencies()) == 0", "has(repository().slo)", 'level("basics") == ""', 'in_team("core")'):
        assert evaluate(program(source), alone).tolist() == [NO_DATA] * 4


def test_a_list_of_related_entities_may_lack_some() -> None:
    beside = around(links((1,), (), None, None, partial=(0,)))
    assert verdicts("dependencies().exists(d, d.entity.tier == 0)", beside)[0] == PASS
    assert verdicts("dependencies().all(d, d.entity.tier == 0)", beside)[0] == NO_DATA
    assert verdicts("dependencies().all(d, d.entity.tier == 1)", beside)[0] == FAIL
    assert verdicts("size(dependencies()) >= 1", beside)[0] == PASS
    assert verdicts("size(dependencies()) < 2", beside)[0] == NO_DATA


def test_facts_of_related_entities_may_lack_items() -> None:
    rows = (CHECKOUT, {**LEDGER, "slo": Partial(LEDGER["slo"])}, ORDERS, GHOST)
    seen = Frame.build(VOCABULARY, rows, NOW, around=around())
    found = evaluate(program('dependencies().all(d, !d.slo.exists(s, s.sli == "freshness"))'), seen)
    assert found.tolist()[0] == NO_DATA


def test_a_team_of_which_it_is_not_known_what_it_is_part_of_may_be_within_any() -> None:
    beside = around(partial_teams=(1,))
    assert verdicts('in_team("ledger-team")', beside)[1] == PASS
    assert verdicts('in_team("payments")', beside)[1] == NO_DATA


@pytest.mark.parametrize(
    ("source", "what", "hint"),
    [
        ("dependencies().all(d, d.dependents().size() > 0)", "dependents() leads on from the entity itself", "facts"),
        ("dependencies().all(d, d.slos.size() > 0)", "unknown fact type 'slos'", "Did you mean 'slo'?"),
        ("dependencies().all(d, d.slo.all(s, s.sla == 'x'))", "slo has no field 'sla'", "Did you mean 'sli'?"),
        ("dependencies().slo.size() > 0", "there may be several related entities", ".all(d, d.slo...)"),
        ("dependencies().all(d, d.slo.all(s, s.sli == 'availabilty'))", "slo.sli is never", "'availability'"),
        ("dependencies(1).size() > 0", "dependencies() is called otherwise", None),
        ("dependencis().size() > 0", "unknown function 'dependencis'", "'dependencies'"),
        ("dependencies() == dependents()", "related entity", None),
        ("level(entity.name) == ''", "names that stand in the rule itself", None),
        ("reached('basics', entity.lifecycle)", "names that stand in the rule itself", None),
        ("level('basic') == ''", "there is no scorecard 'basic'", "'basics'"),
        ("reached('basics', 'silvr')", "basics has no level 'silvr'", "'silver'"),
        ("in_team('person:ada')", "is not the name of a team", None),
    ],
)
def test_what_cannot_be_asked_is_refused(source: str, what: str, hint: str | None) -> None:
    with pytest.raises(RuleError) as caught:
        program(source, {"basics": ("bronze", "silver")})
    assert what in caught.value.what
    assert hint is None or hint in (caught.value.hint or "")
    assert caught.value.place is not None


def test_scorecards_are_not_checked_where_it_is_not_known_which_there_are() -> None:
    assert program("reached('whatever', 'there-is')").levels == {("", "whatever")}


def test_a_program_knows_what_it_reads_of_whom() -> None:
    found = program(f'{AS_STRICT} && dependencies().all(d, has(d.coverage) && d.reached("basics", "silver"))')
    assert found.reads == ("slo.sli", "slo.target_pct")
    assert found.types == {"slo"}
    assert found.related == {"dependencies": ("coverage", "slo.sli", "slo.target_pct")}
    assert found.levels == {("dependencies", "basics")}
    assert not found.reads_team


def test_a_program_that_only_counts_reads_no_facts_of_others() -> None:
    found = program('size(parts()) > 0 && repository().in_team("payments") && level("basics") != ""')
    assert (found.reads, found.types) == ((), frozenset())
    assert found.related == {"parts": (), "repository": ()}
    assert found.levels == {("", "basics")}
    assert found.reads_team


def test_every_function_is_documented() -> None:
    assert {"dependencies", "dependents", "parts", "repository", "level", "reached", "in_team"} <= {
        function.name for function in FIELD_FUNCTIONS
    }
    assert all(function.signature and function.doc.endswith(".") for function in FIELD_FUNCTIONS)


def test_rows_beyond_the_budget_are_evaluated_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = program("dependencies().all(a, dependencies().exists(b, b.slo.exists(s, s.sli == a.slo[0].sli)))")
    if_alone = [evaluate(rule, frame(), rows=np.array([row])).tolist()[0] for row in range(4)]
    monkeypatch.setattr(vectors, "MAX_LANES", 13)
    assert evaluate(rule, frame()).tolist() == if_alone
    monkeypatch.setattr(vectors, "MAX_LANES", 3)
    assert evaluate(rule, frame()).tolist()[0] == ERROR
    assert "more than" in explain(rule, frame(), 0).text


def test_a_long_list_in_every_related_entity_is_within_the_budget_too(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"entity": {"name": "x", "tags": tuple(f"t{index}" for index in range(20))}}] * 3
    hub = Around({"dependents": links((0, 1, 2), (), ())})
    seen = Frame.build(VOCABULARY, rows, NOW, around=hub)
    monkeypatch.setattr(vectors, "MAX_LANES", 50)
    for source in (
        "dependents().all(d, d.entity.name in d.entity.tags)",
        "dependents().all(d, d.entity.tags == entity.tags)",
    ):
        assert evaluate(program(source), seen, rows=np.array([0])).tolist() == [ERROR]


def test_comprehensions_over_related_entities_nest_as_deep_as_others() -> None:
    inner = "d.slo.all(s, slo.all(m, {}))"
    program(f"dependencies().all(d, {inner.format('m.sli == s.sli')})")
    with pytest.raises(RuleError, match="within one another"):
        program(f"dependencies().all(d, {inner.format('dependents().all(e, true)')})")


def _random_programs(rng: random.Random, count: int) -> Iterator[tuple[str, Program]]:
    words = random_rules.vocabulary()
    while count:
        source = random_rules.Maker(rng, related=True).make("bool", 3)
        try:
            yield source, compile_rule(source, words, parameters=random_rules.PARAMETERS)
        except RuleError:
            continue
        count -= 1


def test_some_rows_come_to_the_same_as_all_rows() -> None:
    rng = random.Random(41)
    beyond = 0
    for _ in range(12):
        rows = [random_rules.random_row(rng, 0.1) for _ in range(15)]
        beside = random_rules.random_around(rng, 15, 0.1)
        given = {"limit": [rng.choice([0, 1, None]) for _ in rows], "share": [0.5] * 15, "word": ["a"] * 15}
        for source, compiled in _random_programs(rng, 25):
            seen = Frame.build(random_rules.vocabulary(), rows, random_rules.NOW, around=beside)
            chosen = np.array(rng.sample(range(15), 6))
            whole = evaluate(compiled, seen, given)
            assert evaluate(compiled, seen, given, rows=chosen).tolist() == whole[chosen].tolist(), source
            beyond += compiled.looks_around
    assert beyond > 200


def test_every_random_row_is_explained_as_it_is_decided() -> None:
    rng = random.Random(43)
    rows = [random_rules.random_row(rng, 0.1) for _ in range(8)]
    seen = Frame.build(
        random_rules.vocabulary(), rows, random_rules.NOW, around=random_rules.random_around(rng, 8, 0.1)
    )
    given = {"limit": [1] * 8, "share": [0.5] * 8, "word": ["a"] * 8}
    codes = {"fail": FAIL, "pass": PASS, "no_data": NO_DATA, "error": ERROR}
    for source, compiled in _random_programs(rng, 250):
        verdict = evaluate(compiled, seen, given).tolist()
        row = rng.randrange(8)
        told = explain(compiled, seen, row, given)
        assert (codes[told.outcome.value], bool(told.text)) == (verdict[row], True), source


def test_no_verdict_is_overturned_by_related_entities_that_were_not_seen() -> None:
    rng = random.Random(47)
    decided = 0
    for _ in range(30):
        rows = [random_rules.random_row(rng, 0.05) for _ in range(8)]
        whole = random_rules.random_around(rng, 8, 0.0)
        seen = Around(
            {name: _fewer(rng, each) if name != "repository" else each for name, each in whole.links.items()},
            whole.levels,
            whole.teams,
        )
        frames = [Frame.build(random_rules.vocabulary(), rows, random_rules.NOW, around=each) for each in (seen, whole)]
        given = {"limit": [1] * 8, "share": [0.5] * 8, "word": ["a"] * 8}
        for source, compiled in _random_programs(rng, 20):
            ours, theirs = (evaluate(compiled, each, given).tolist() for each in frames)
            for one, other in zip(ours, theirs, strict=True):
                if one in (PASS, FAIL):
                    decided += bool(compiled.related)
                    assert other in (one, NO_DATA, ERROR), source
    assert decided > 300


def _fewer(rng: random.Random, known: Links) -> Links:
    """The same links without some of the last ones of each row."""
    lengths = np.array([rng.randint(0, int(length)) for length in known.lengths])
    return Links(known.starts, lengths, known.targets, known.state, np.ones(len(lengths), dtype=np.bool_))


def _read(found: Explanation, path: str) -> Read:
    return next(read for read in found.reads if read.path == path and read.decisive)


def test_a_related_entity_that_falls_short_is_named() -> None:
    found = why(AS_STRICT)
    assert found.text == "ledger's SLO up: target 99 %, wanted at least 99.9 % (SLO checkouts target)"
    read = _read(found, "dependencies().slo.target_pct")
    assert (read.key, read.value, read.row, read.item) == ("service:default/ledger up", 99.0, 1, "up")
    assert _read(found, "dependencies()").value == 2


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("dependencies().all(d, d.entity.tier <= 1)", "shop/orders: tier 2, wanted at most 1"),
        ("size(dependencies()) < 2", "2 dependencies, wanted at most 1"),
        ("dependencies().all(d, size(d.slo) >= 2)", "shop/orders: 1 SLO, wanted at least 2"),
        (
            'dependencies()[0].slo.exists(s, s.sli == "freshness")',
            "ledger: there is no SLO of sli freshness, only availability and latency",
        ),
        ('dependencies().all(d, d.reached("basics", "silver"))', "shop/orders: no level on basics, wanted at least silver"),
        ('reached("basics", "silver")', "bronze on basics, wanted at least silver"),
        ('level("basics") == "silver"', "bronze on basics, wanted silver"),
        ('in_team("retail")', "owned by core of payments, wanted a team within retail"),
        ('dependencies()[0].in_team("retail")', "ledger: owned by ledger-team, wanted a team within retail"),
        ("has(repository().slo)", "ghost: SLO not known"),
    ],
)  # fmt: skip
def test_failures_are_said_of_whom_they_are(source: str, text: str) -> None:
    assert why(source).text == text


@pytest.mark.parametrize(
    ("source", "text", "missing", "rows"),
    [
        (
            "repository().slo.exists(s, s.target_pct > 1)",
            "nothing is known of SLOs of ghost",
            ("repository().slo",),
            {"repository().slo": (3,)},
        ),
        (
            "dependencies().exists(d, d.coverage.branch_pct > 50)",
            "ledger's coverage: branches not known; nothing is known of coverage of shop/orders",
            ("dependencies().coverage", "dependencies().coverage.branch_pct"),
            {"dependencies().coverage.branch_pct": (1,), "dependencies().coverage": (2,)},
        ),
        ("parts().all(p, true)", "what is part of it is not known", ("parts()",), {}),
        ('level("other") == ""', "level on other not known", ('level("other")',), {}),
        (
            'repository().in_team("core")',
            "ghost: who owns it is not known",
            ("repository().in_team()",),
            {"repository().in_team()": (3,)},
        ),
    ],
)
def test_what_is_missing_is_said_of_whom(
    source: str, text: str, missing: tuple[str, ...], rows: dict[str, tuple[int, ...]]
) -> None:
    found = why(source)
    assert (found.text, found.missing, found.rows) == (text, missing, rows)


def test_that_there_may_be_more_is_said() -> None:
    found = why("dependents().all(d, has(d.slo))", row=2)
    assert (found.text, found.missing) == ("there may be more dependents than are known", ("dependents()",))
