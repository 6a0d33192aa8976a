"""The facts that the catalog states, and those about which it keeps silent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from greenboard.catalog import descriptors
from greenboard.catalog.types import Declared, Entity
from greenboard.core.refs import Ref
from greenboard.facts import described, vocabulary
from greenboard.facts.types import SourceKind

NOW = datetime(2026, 9, 1, tzinfo=UTC)
CHECKOUT = Ref("service", "default", "checkout")


def facts(text: str, *, complete: bool, ref: Ref = CHECKOUT):
    found = described.describe(descriptors.read(text, "greenboard.yaml"), NOW, complete=complete)
    return {fact.type: fact for fact in found if fact.entity == ref}


def value(text: str, type_: str, *, complete: bool):
    fact = facts(text, complete=complete).get(type_)
    return None if fact is None else fact.value


BARE = "{kind: service, name: checkout}"
OWNED = "{kind: service, name: checkout, owner: pay}"
TEAM = "\n---\n{kind: team, name: pay, members: [jane, joe]}"


def test_every_fact_fits_the_vocabulary():
    words = vocabulary.load()
    text = """
entities:
  - kind: service
    name: checkout
    owner: pay
    tier: 1
    lifecycle: production
    data_classification: internal
    depends_on: [stock, gone]
    consumes: [prices]
    external_dependencies: [{name: Bank, critical: true}]
    contacts: {chat: "#pay", email: pay@example.com, escalation: [jane], person: joe, phone: "1"}
    links:
      - {kind: runbook, url: docs/runbook.md}
      - {kind: dashboard, url: "https://grafana.example.com/1", title: Main}
      - {kind: dashboard, url: "https://grafana.example.com/2", title: Main}
      - {kind: docs, url: "https://docs.example.com"}
      - {kind: issues, url: "https://issues.example.com"}
      - {kind: issues, url: "https://more.example.com"}
  - {kind: service, name: stock, tier: 2}
  - {kind: team, name: pay, members: [jane]}
"""
    for complete in (True, False):
        found = described.describe(descriptors.read(text, "greenboard.yaml"), NOW, complete=complete)
        assert {fact.type for fact in found} == {
            "entity", "ownership", "contact", "dependency_map", "external_dependency",
            "runbook", "dashboard", "user_docs", "feedback",
        }  # fmt: skip
        for fact in found:
            raw = list(fact.value) if isinstance(fact.value, tuple) else fact.value
            assert words.normalise(fact.type, raw) == fact.value


def test_a_named_owner_is_stated_with_its_line():
    fact = facts("kind: service\nname: checkout\n\nowner: pay", complete=False)["ownership"]
    assert fact.value == {"declared": True, "owner": "team:default/pay", "is_team": True, "inherited": False}
    assert set(fact.places.values()) == {"greenboard.yaml:4"}
    assert (fact.source.kind, fact.source.location) == (SourceKind.DESCRIPTOR, "greenboard.yaml:2")


def test_without_an_owner_a_single_repository_says_nothing_and_a_whole_catalog_says_so():
    assert value(BARE, "ownership", complete=False) is None
    assert value(BARE, "ownership", complete=True) == {"declared": False}


def test_a_team_is_known_when_it_is_declared_and_unknown_only_to_a_whole_catalog():
    assert value(OWNED + TEAM, "ownership", complete=False)["team_known"] is True
    assert "team_known" not in value(OWNED, "ownership", complete=False)
    assert value(OWNED, "ownership", complete=True)["team_known"] is False
    person = "{kind: service, name: checkout, owner: 'person:jane'}\n---\n{kind: person, name: jane}"
    assert value(person, "ownership", complete=True)["team_known"] is False


def test_members_are_counted_through_teams_and_without_those_who_left():
    text = (
        OWNED
        + TEAM
        + """
---
{kind: team, name: sub, part_of: pay, members: [jim]}
---
{kind: person, name: joe, properties: {active: false}}
"""
    )
    assert value(text, "ownership", complete=False)["active_members"] == 2


def test_nobody_counts_zero_members_where_nobody_keeps_members():
    team = "\n---\n{kind: team, name: pay}"
    assert "active_members" not in value(OWNED + team, "ownership", complete=True)
    others = team + "\n---\n{kind: team, name: other, members: [jane]}"
    assert value(OWNED + others, "ownership", complete=True)["active_members"] == 0
    assert "active_members" not in value(OWNED + others, "ownership", complete=False)


def test_an_owner_is_inherited_from_the_system_and_then_the_domain():
    text = """
entities:
  - {kind: service, name: checkout, system: shop}
  - {kind: system, name: shop, domain: retail}
  - {kind: domain, name: retail, owner: pay}
"""
    found = value(text, "ownership", complete=False)
    assert (found["owner"], found["inherited"]) == ("team:default/pay", True)
    assert value(text, "entity", complete=False)["domain"] == "domain:default/retail"


def test_contacts_of_the_owning_team_count():
    text = OWNED + "\n---\n{kind: team, name: pay, contacts: {chat: '#pay', email: [a@example.com]}}"
    found = value(text, "contact", complete=False)
    assert found == {"chat_channels": ("#pay",), "emails": ("a@example.com",)}
    assert value(text, "contact", complete=True)["escalation"] == ()
    assert value(BARE, "contact", complete=False) is None


@pytest.mark.parametrize(("more", "expected"), [("", False), (", depends_on: []", True), (", depends_on: [a]", True)])
def test_dependencies_are_declared_when_they_are_listed_even_as_none(more, expected):
    assert value(f"{{kind: service, name: checkout{more}}}", "dependency_map", complete=False)["declared"] is expected


def test_an_entity_that_no_descriptor_declares_is_not_said_to_lack_anything():
    declared = Declared((Entity(CHECKOUT, discovered=True),))
    found = described.describe(declared, NOW, complete=False)
    assert [(fact.type, fact.value) for fact in found] == [
        ("entity", {"kind": "service", "name": "checkout", "namespace": "default", "discovered": True})
    ]


DEPENDENT = """
entities:
  - {kind: service, name: checkout, tier: 1, depends_on: [stock, gone], consumes: [prices]}
  - {kind: service, name: stock, tier: 3}
  - {kind: service, name: pricing, tier: 1, provides: [prices]}
  - {kind: api, name: prices}
  - {kind: service, name: front, depends_on: [checkout]}
"""


def test_dependencies_that_are_nothing_known_are_named_by_a_whole_catalog_only():
    assert value(DEPENDENT, "dependency_map", complete=True)["unresolved"] == ("component:default/gone",)
    assert "unresolved" not in value(DEPENDENT, "dependency_map", complete=False)


def test_less_critical_dependencies_and_dependents_are_named():
    found = value(DEPENDENT, "dependency_map", complete=True)
    assert found["less_critical"] == ("service:default/stock",)
    assert found["dependents"] == ("service:default/front",)
    assert "dependents" not in value(DEPENDENT, "dependency_map", complete=False)


def test_no_dependency_is_called_critical_enough_while_a_tier_is_unknown():
    text = DEPENDENT.replace("name: stock, tier: 3", "name: stock")
    assert "less_critical" not in value(text, "dependency_map", complete=True)


def test_those_who_call_its_api_depend_on_it():
    found = facts(DEPENDENT, complete=True, ref=Ref("service", "default", "pricing"))["dependency_map"]
    assert found.value["dependents"] == ("service:default/checkout",)


def test_links_become_what_they_are_for_and_their_lack_is_no_absence():
    found = facts("kind: service\nname: checkout\nlinks: [{kind: runbook, url: docs/r.md, title: R}]", complete=True)
    assert found["runbook"].value == ({"path": "docs/r.md", "title": "R"},)
    assert not {"dashboard", "user_docs", "feedback"} & set(found)


def test_an_empty_list_of_external_dependencies_is_stated():
    assert (
        value("{kind: service, name: checkout, external_dependencies: []}", "external_dependency", complete=False) == ()
    )
    assert value(BARE, "external_dependency", complete=True) is None
