"""Backstage's catalog-info.yaml, read into our kinds and relations."""

from __future__ import annotations

import pytest

from greenboard.catalog import descriptors
from greenboard.catalog.parts import Placeholder
from greenboard.core.errors import UserError, UserErrors

HEAD = "apiVersion: backstage.io/v1alpha1\n"


def entity(kind: str, name: str, spec: str = "{}", metadata: str = "") -> str:
    more = f", {metadata}" if metadata else ""
    return f"{HEAD}kind: {kind}\nmetadata: {{name: {name}{more}}}\nspec: {spec}\n"


def read(*documents: str, path: str = "catalog-info.yaml"):
    return descriptors.read("---\n".join(documents), path)


def relations(declared) -> set[tuple[str, str, str]]:
    return {(str(each.source), each.kind.value, str(each.target)) for each in declared.relations}


@pytest.mark.parametrize(
    ("kind", "spec", "expected"),
    [
        ("Component", "{type: service}", "service"),
        ("Component", "{type: website}", "website"),
        ("Component", "{type: library}", "library"),
        ("Component", "{type: node-library}", "library"),
        ("Component", "{type: cronjob}", "job"),
        ("Component", "{type: something}", "service"),
        ("API", "{type: openapi}", "api"),
        ("Resource", "{type: database}", "data-store"),
        ("Resource", "{type: cluster}", "resource"),
        ("System", "{}", "system"),
        ("Domain", "{}", "domain"),
        ("Group", "{type: team, children: []}", "team"),
        ("User", "{memberOf: []}", "person"),
        ("Template", "{type: service, owner: x, steps: []}", "template"),
        ("Mobile-App", "{}", "mobile-app"),
    ],
)
def test_every_kind_has_one_of_ours(kind, spec, expected):
    assert read(entity(kind, "x", spec)).entities[0].ref.kind == expected


def test_the_original_type_is_kept_as_a_property():
    assert read(entity("Component", "x", "{type: something}")).entities[0].properties == {"type": "something"}


def test_relations_of_a_component_have_their_default_kinds_and_namespaces():
    spec = """
  owner: payments
  system: shop
  subcomponentOf: till
  dependsOn: [resource:orders-db, component:other/stock]
  dependencyOf: [component:front]
  providesApis: [checkout-api]
  consumesApis: [api:other/prices]"""
    found = relations(read(entity("Component", "checkout", spec, "namespace: pay")))
    me = "service:pay/checkout"
    assert found == {
        ("team:pay/payments", "owns", me),
        (me, "part-of", "system:pay/shop"),
        (me, "part-of", "component:pay/till"),
        (me, "depends-on", "resource:pay/orders-db"),
        (me, "depends-on", "component:other/stock"),
        ("component:pay/front", "depends-on", me),
        (me, "provides", "api:pay/checkout-api"),
        (me, "consumes", "api:other/prices"),
    }


def test_owners_may_be_users_or_groups():
    assert ("person:default/jane", "owns", "system:default/a") in relations(
        read(entity("System", "a", "{owner: 'user:jane'}"))
    )
    assert ("team:x/ops", "owns", "system:default/a") in relations(
        read(entity("System", "a", "{owner: 'Group:x/ops'}"))
    )


def test_groups_bring_their_hierarchy_and_members_and_how_to_reach_them():
    spec = """{type: team, parent: division, children: [sub], members: [jane],
               profile: {displayName: The Pay, email: pay@example.com}}"""
    declared = read(entity("Group", "pay", spec), entity("User", "joe", "{memberOf: [pay]}"))
    assert relations(declared) == {
        ("team:default/pay", "part-of", "team:default/division"),
        ("team:default/sub", "part-of", "team:default/pay"),
        ("person:default/jane", "member-of", "team:default/pay"),
        ("person:default/joe", "member-of", "team:default/pay"),
    }
    pay = declared.entities[0]
    assert pay.title == "The Pay"
    assert pay.contacts[0].address == "pay@example.com"
    assert {str(each.declarer) for each in declared.relations} == {"team:default/pay", "person:default/joe"}


def test_unknown_annotations_labels_and_fields_are_kept():
    metadata = "annotations: {example.com/id: 12, backstage.io/techdocs-ref: 'dir:.'}, labels: {stage: hot}"
    found = read(entity("Component", "x", "{type: service, cost: {centre: 7}}", metadata)).entities[0]
    assert found.annotations == {"example.com/id": "12", "backstage.io/techdocs-ref": "dir:.", "stage": "hot"}
    assert found.properties["cost"] == {"centre": 7}


def test_our_annotations_say_what_backstage_cannot():
    metadata = "annotations: {greenboard/tier: '1', greenboard/data-classification: restricted, greenboard/path: pay}"
    found = read(entity("Component", "x", "{}", metadata), path="services/catalog-info.yaml").entities[0]
    assert (found.tier, found.data_classification, found.path) == (1, "restricted", "services/pay")
    assert (
        read(entity("Resource", "x", "{}", "annotations: {greenboard/kind: data-store}")).entities[0].ref.kind
        == "data-store"
    )


def test_a_misspelt_annotation_of_ours_is_refused_at_its_line():
    with pytest.raises(UserError, match=r"catalog-info.yaml:3:\d+: greenboard/teir.*Did you mean 'tier'"):
        read(entity("Component", "x", "{}", "annotations: {greenboard/teir: '1'}"))


def test_links_are_of_the_kind_that_their_type_or_title_names_and_never_of_their_icon():
    metadata = """links: [{url: "https://a", title: Runbook}, {url: "https://b", type: documentation},
      {url: "https://c", title: Admin, icon: dashboard}, {url: "https://d", title: Dashboards}]"""
    found = read(entity("Component", "x", "{}", metadata)).entities[0]
    assert [link.kind for link in found.links] == ["runbook", "docs", "other", "dashboard"]


def test_lifecycles_that_companies_made_up_are_unknown_and_kept():
    made_up, ours = (
        read(entity("Component", "x", f"{{lifecycle: {word}}}")).entities[0] for word in ("ga-2", "Production")
    )
    assert (made_up.lifecycle, made_up.properties["lifecycle"]) == (None, "ga-2")
    assert ours.lifecycle == "production"


def test_an_empty_list_of_dependencies_says_that_there_are_none():
    none, silent = (read(entity("Component", "x", spec)).entities[0] for spec in ("{dependsOn: []}", "{}"))
    assert none.dependencies_declared
    assert not silent.dependencies_declared


def test_locations_name_more_descriptors_in_the_tree_and_elsewhere():
    spec = "{targets: [./a/catalog-info.yaml, ./teams/*.yaml, 'https://example.com/x.yaml'], target: ../top.yaml}"
    declared = read(entity("Location", "all", spec), path="deep/catalog-info.yaml")
    assert [target.where for target in declared.targets if target.in_tree] == [
        "top.yaml",
        "deep/a/catalog-info.yaml",
        "deep/teams/*.yaml",
    ]
    assert [target.where for target in declared.targets if not target.in_tree] == ["https://example.com/x.yaml"]
    with pytest.raises(UserError, match="leads out of the repository"):
        read(entity("Location", "all", "{target: ../../../etc/passwd}"), path="deep/catalog-info.yaml")


def test_where_an_api_is_defined_is_a_property():
    declared = read(entity("API", "x", "{type: openapi, definition: {$text: ./openapi.yaml}}"))
    assert declared.entities[0].properties == {"type": "openapi", "definition": "./openapi.yaml"}


def test_unknown_kinds_are_refused_with_what_may_have_been_meant():
    with pytest.raises(UserError, match=r"unknown kind 'componet'"):
        read(entity("Componet", "x"))
    with pytest.raises(UserError, match=r"catalog-info.yaml:2:1: unknown kind 'Team'.*Group"):
        read(entity("Team", "x"))


def test_a_descriptor_in_a_template_is_told_apart():
    with pytest.raises(Placeholder, match="yet to be filled in"):
        read(entity("Component", '"${{ values.name }}"'))


def test_everything_wrong_is_told_at_once_in_the_order_of_the_lines():
    text = (
        entity("Component", "x", "{owner: 'a b', dependsOn: [c d]}") + "---\n" + entity("System", "y", "{owner: [1]}")
    )
    with pytest.raises(UserErrors) as refused:
        read(text)
    assert [error.place.line for error in refused.value.errors] == [4, 4, 9]


def test_it_may_stand_in_one_file_with_our_format():
    declared = read(entity("System", "shop", "{owner: pay}"), "kind: team\nname: pay\n")
    assert [str(each.ref) for each in declared.entities] == ["system:default/shop", "team:default/pay"]
