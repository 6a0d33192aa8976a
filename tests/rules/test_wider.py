"""Lists made of lists, optionals, named parts, `math` and `sets`: what they come to, also where something is unknown."""

from __future__ import annotations

import pytest
from tests.rules.cast import CHECKOUT, GIVEN, NOW, VOCABULARY, frame, program, verdicts, why

from greenboard.facts.types import Partial
from greenboard.rules.columns import Frame, Row
from greenboard.rules.evaluate import ERROR, FAIL, NO_DATA, PASS, evaluate
from greenboard.rules.language import RuleError
from greenboard.rules.types import Outcome


# Of checkout, which is well known; of search, with empty lists and few fields; of one of whom nothing is known.
@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("entity.tags + ['x'] == ['java', 'pci', 'x']", [PASS, NO_DATA, NO_DATA]),
        ("size(slo + slo) == 4", [PASS, FAIL, NO_DATA]),
        ("(slo + slo).all(s, s.target_pct > 98.0)", [PASS, PASS, NO_DATA]),
        ("entity.tags.join('-') == 'java-pci'", [PASS, NO_DATA, NO_DATA]),
        ("workload.map(w, w.replicas).sort() == [1, 3, 3]", [PASS, FAIL, NO_DATA]),
        ("workload.map(w, w.replicas).distinct() == [1, 3]", [PASS, FAIL, NO_DATA]),
        ("workload.slice(1, 3).all(w, w.replicas == 3)", [PASS, ERROR, NO_DATA]),
        ("workload.map(w, [w.replicas, w.replicas]).flatten() == [1, 1, 3, 3, 3, 3]", [PASS, FAIL, NO_DATA]),
        ("workload.map(w, [w.name]) == [['a']]", [FAIL, FAIL, NO_DATA]),
        ("slo.first().value().name == 'checkouts'", [PASS, ERROR, NO_DATA]),
        ("slo.last().optMap(s, s.name).orValue('none') == 'quick'", [PASS, FAIL, NO_DATA]),
        ("(entity.kind == 'service' ? workload : []).exists(w, w.privileged)", [PASS, FAIL, NO_DATA]),
        ("(entity.kind == 'service' ? slo[0] : slo[1]).target_pct > 99.0", [PASS, ERROR, NO_DATA]),
        ("entity.?tier.orValue(4) == 1", [PASS, FAIL, NO_DATA]),
        ("entity.?tier.value() == 1", [PASS, NO_DATA, NO_DATA]),
        ("slo[?5].value().target_pct > 1.0", [ERROR, ERROR, NO_DATA]),
        ("entity.?tier.or(optional.of(3)) == optional.of(3)", [FAIL, PASS, NO_DATA]),
        ("entity.?tier.optFlatMap(t, optional.ofNonZeroValue(t - 1)).hasValue()", [FAIL, FAIL, NO_DATA]),
        ("size([?entity.?tier, ?entity.?lifecycle.optMap(l, size(l)), 7]) == 3", [PASS, FAIL, NO_DATA]),
        ("slo.exists(s, has(s.current_pct)) || slo.first().optMap(s, 1).value() == 1", [PASS, ERROR, NO_DATA]),
        ("cel.bind(n, size(slo), n >= 1 && n <= 5)", [PASS, FAIL, NO_DATA]),
        ("math.greatest(workload.map(w, w.replicas)) == 3", [PASS, ERROR, NO_DATA]),
        ("math.least(entity.tier, 4, 2) == 1", [PASS, NO_DATA, NO_DATA]),
        ("math.round(coverage.line_pct) == 72.0", [PASS, NO_DATA, NO_DATA]),
        ("sets.contains(entity.tags, ['pci'])", [PASS, NO_DATA, NO_DATA]),
        ("sets.intersects(entity.tags, ['go', 'java'])", [PASS, NO_DATA, NO_DATA]),
        ("sets.equivalent(entity.tags, ['pci', 'java', 'pci'])", [PASS, NO_DATA, NO_DATA]),
        ("string(coverage.line_pct) == '71.5'", [PASS, NO_DATA, NO_DATA]),
        ("entity.name.reverse() == 'tuokcehc'", [PASS, FAIL, NO_DATA]),
        ("entity.name.split('k', 2) == ['chec', 'out']", [PASS, FAIL, NO_DATA]),
        ("[] == [] && optional.none() == optional.none()", [PASS, PASS, PASS]),
    ],
)
def test_what_it_comes_to(source: str, found: list[int]) -> None:
    assert verdicts(source) == found


SEEN: list[Row] = [
    {
        "entity": {"tags": ("a", "b")},
        "workload": Partial([{"name": "a", "replicas": 2}, {"name": "b", "replicas": 2}]),
    }
]


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("size(workload + workload) >= 4", PASS),
        ("size(workload + workload) >= 5", NO_DATA),
        ("(workload + workload).exists(w, w.replicas == 2)", PASS),
        ("size((size(entity.tags) == 2 ? workload : [])) > 1", PASS),
        ("size((size(entity.tags) == 2 ? workload : [])) == 2", NO_DATA),
        ("size((size(entity.tags) == 3 ? workload : [])) == 0", PASS),
        ("size(workload.map(w, w.replicas).distinct()) >= 1", PASS),
        ("size(workload.map(w, w.replicas).distinct()) == 1", NO_DATA),
        ("size(workload.map(w, [w.name, w.name]).flatten()) >= 4", PASS),
        ("workload.map(w, w.name).sort()[0] == 'a'", NO_DATA),
        ("workload.map(w, w.name).slice(0, 1) == ['a']", NO_DATA),
        ("workload.map(w, w.name).join() == 'ab'", NO_DATA),
        ("math.greatest(workload.map(w, w.replicas)) >= 2", NO_DATA),
        ("sets.contains(workload.map(w, w.name), ['a'])", PASS),
        ("sets.contains(workload.map(w, w.name), ['z'])", NO_DATA),
        ("sets.contains(['a', 'b'], workload.map(w, w.name))", NO_DATA),
        ("sets.contains(['a'], workload.map(w, w.name))", FAIL),
        ("sets.intersects(workload.map(w, w.name), ['b'])", PASS),
        ("sets.intersects(workload.map(w, w.name), ['z'])", NO_DATA),
        ("sets.equivalent(workload.map(w, w.name), ['a', 'b'])", NO_DATA),
        ("workload.first().hasValue()", NO_DATA),
        ("optional.of(workload).hasValue()", NO_DATA),
        ("size(optional.of(entity.tags).orValue(workload.map(w, w.name))) == 2", PASS),
    ],
)
def test_a_list_that_may_lack_elements_proves_nothing_by_what_is_not_in_it(source: str, verdict: int) -> None:
    assert evaluate(program(source), Frame.build(VOCABULARY, SEEN, NOW), GIVEN).tolist() == [verdict]


@pytest.mark.parametrize(
    ("source", "outcome", "text"),
    [
        ("entity.?data_classification.value() == 'public'", Outcome.NO_DATA, "data classification not known"),
        ("cel.bind(n, size(slo), n >= 3)", Outcome.FAIL, "2 SLOs, wanted at least 3"),
        ("slo[?9].value().target_pct > 1.0", Outcome.ERROR, "slo[?9].value() cannot be computed: there is none"),
        ("math.least(entity.tier, 3) > 1", Outcome.FAIL, "math.least(entity.tier, 3) is 1, wanted at least 2"),
        ("entity.tags.sort() == ['go']", Outcome.FAIL, "entity.tags.sort() is java, pci, wanted go"),
    ],
)
def test_why(source: str, outcome: Outcome, text: str) -> None:
    told = why(source)
    assert (told.outcome, told.text) == (outcome, text)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("[slo[0].?current_pct] == []", "a list of optionals"),
        ("[slo, workload] == []", "one type"),
        ("size(entity.kind == 'a' ? slo : workload) > 0", "must be of one type, these are list<slo>, list<workload>"),
        ("slo.sort() == slo", "sort of (list<slo>) is not supported"),
        ("entity.tags.flatten() == []", "flatten"),
        ("sets.contains(entity.tags, [1])", "sets.contains"),
        ("optional.of(1) == optional.of('a')", "not possible"),
        ("math.greatest(1, 2.0) > 1.0", "math.greatest of (int, double)"),
    ],
)
def test_what_cannot_be_done_is_refused_when_saved(source: str, what: str) -> None:
    with pytest.raises(RuleError) as caught:
        program(source)
    assert what in caught.value.what


def test_a_part_with_a_name_is_read_as_if_it_stood_there() -> None:
    found = program("cel.bind(w, workload.filter(x, x.privileged), w.exists(y, y.replicas > 1) && size(w) < 9)")
    assert found.reads == ("workload.privileged", "workload.replicas")
    assert evaluate(found, frame(CHECKOUT)).tolist() == [PASS]
