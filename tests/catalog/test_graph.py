"""What relations may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenboard.catalog import descriptors, graph
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core.refs import Ref


def read(text: str) -> Declared:
    return descriptors.read(text, "greenboard.yaml")


def said(text: str) -> list[str]:
    return [str(error) for error in graph.check(read(text))]


def ref(name: str, kind: str = "domain") -> Ref:
    return Ref(kind, "default", name)


def test_a_sound_catalog_is_accepted():
    text = """
entities:
  - {kind: service, name: a, owner: t, system: s, depends_on: [b], provides: [a], repository: r}
  - {kind: service, name: b, owner: "person:jane", domain: d, part_of: a, depends_on: [a]}
  - {kind: api, name: a, system: s}
  - {kind: system, name: s, domain: d, owner: t}
  - {kind: domain, name: d, part_of: e}
  - {kind: domain, name: e}
  - {kind: team, name: t, members: [jane], part_of: u}
  - {kind: team, name: u}
  - {kind: person, name: jane}
  - {kind: repository, name: r}
"""
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{kind: domain, name: a, part_of: a}", "domain:default/a part-of itself"),
        ("{kind: service, name: a, owner: 'system:x'}", "not possible with a system (expected person or team)"),
        ("{kind: service, name: a, depends_on: ['team:x']}", "not possible with a team"),
        ("{kind: service, name: a, system: 'team:x'}", "not possible with a team"),
        ("{kind: system, name: a, system: x}", "not possible with a system (expected domain)"),
        ("{kind: service, name: a, repository: 'system:x'}", "expected repository"),
        ("{kind: service, name: a, provides: ['service:x']}", "expected api"),
        ("{kind: service, name: a, system: x, part_of: 'system:y'}", "has two of system: system:default/y"),
    ],
)
def test_what_may_not_be_is_refused_with_its_place(text, expected):
    errors = said(text)
    assert len(errors) == 1
    assert expected in errors[0]
    assert errors[0].startswith("greenboard.yaml:1:")


def test_an_entity_declared_twice_is_refused_with_both_places():
    assert said("kind: service\nname: a\n---\nkind: service\nname: A\n") == [
        (
            "greenboard.yaml:5:1: service:default/a twice (first at greenboard.yaml:2:1). "
            "Give one of them another name or namespace."
        )
    ]


@pytest.mark.parametrize("kind", ["team", "domain"])
def test_circles_of_parts_are_refused_with_the_way_round(kind):
    names = ["a", "b", "c"]
    text = "\n---\n".join(
        f"kind: {kind}\nname: {name}\npart_of: {names[(at + 1) % 3]}" for at, name in enumerate(names)
    )
    errors = said(text)
    assert len(errors) == 1
    assert (
        f"a circle of part-of: {kind}:default/a → {kind}:default/b → {kind}:default/c → {kind}:default/a" in errors[0]
    )
    assert errors[0].startswith("greenboard.yaml:11:1:")


def test_circles_of_dependencies_are_allowed_and_reported():
    declared = read("entities: [{kind: service, name: a, depends_on: [b]}, {kind: job, name: b, depends_on: [a]}]")
    declared = graph.resolve(declared)
    assert graph.check(declared) == []
    assert ["a circle of depends-on" in error.what for error in graph.warnings(declared)] == [True]


def test_targets_that_nobody_declares_are_reported():
    declared = read("entities: [{kind: service, name: a, owner: paymnts}, {kind: team, name: payments}]")
    assert [str(error) for error in graph.missing(declared)] == [
        (
            "greenboard.yaml:1:37: owns team:default/paymnts: nothing of that name is declared. "
            "Did you mean 'team:default/payments'?"
        )
    ]


@pytest.mark.parametrize(
    ("there", "meant"),
    [
        (["service", "api", "data-store"], "service"),
        (["api", "data-store"], "data-store"),
        (["api", "team"], "api"),
        (["mobile-app"], "mobile-app"),
        (["service", "library"], "component"),
        (["team", "system"], "component"),
        ([], "component"),
    ],
)
def test_a_bare_name_means_software_first_and_nothing_when_it_is_ambiguous(there, meant):
    loose = Relation(RelationKind.DEPENDS_ON, ref("a", "job"), ref("x", "component"))
    declared = Declared(tuple(Entity(ref("x", kind)) for kind in there), (loose,))
    assert graph.resolve(declared).relations[0].target.kind == meant
    assert graph.resolve(Declared((), (loose,)), [ref("x", kind) for kind in there]).relations[0].target.kind == meant


edges = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20)


@given(edges)
def test_circles_are_found_exactly_when_there_are_any(pairs):
    relations = [Relation(RelationKind.PART_OF, ref(str(a)), ref(str(b))) for a, b in pairs]
    found = graph.cycles(relations)
    reach = {(a, b) for a, b in pairs}
    for middle in range(8):
        reach |= {(a, b) for a in range(8) for b in range(8) if (a, middle) in reach and (middle, b) in reach}
    assert bool(found) == any((a, a) in reach for a in range(8))
    for circle in found:
        assert all(one.target == two.source for one, two in zip(circle, (*circle[1:], circle[0]), strict=True))


@given(edges)
def test_taking_away_what_closes_a_circle_breaks_every_circle(pairs):
    relations = [Relation(RelationKind.PART_OF, ref(str(a)), ref(str(b))) for a, b in set(pairs)]
    closing = {circle[-1] for circle in graph.cycles(relations)}
    assert graph.cycles([relation for relation in relations if relation not in closing]) == []


def test_a_very_long_chain_is_no_problem():
    chain = [Relation(RelationKind.PART_OF, ref(str(at)), ref(str(at + 1))) for at in range(50_000)]
    assert graph.cycles(chain) == []
    assert len(graph.cycles([*chain, Relation(RelationKind.PART_OF, ref("50000"), ref("0"))])[0]) == 50_001
