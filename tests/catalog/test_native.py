"""Our own descriptor, greenboard.yaml."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import event, given
from hypothesis import strategies as st

from greenboard.catalog import descriptors
from greenboard.catalog.types import (
    CLASSIFICATIONS,
    CONTACT_KINDS,
    KINDS,
    LIFECYCLES,
    LINK_KINDS,
    Contact,
    ExternalDependency,
    Kind,
    Link,
)
from greenboard.core.errors import Place, UserError, UserErrors
from greenboard.core.refs import Ref

CHECKOUT = """\
kind: service
name: Checkout
description: Takes the money.
owner: payments
tier: 1
lifecycle: production
system: shop
tags: [web, pci, web]
path: services/checkout
links:
  - {kind: runbook, url: docs/runbook.md, title: When it burns}
contacts:
  chat: "#pay"
  escalation: [jane, joe]
depends_on: [orders-db, "service:stock/inventory"]
provides: [checkout-api]
consumes: [prices]
external_dependencies:
  - {name: Bank, critical: true, slo_pct: 99.9}
data_classification: restricted
repository: shop-code
annotations: {pagerduty.com/service-id: P123, number: 7}
properties: {since: 2024-05-01, cost: {centre: 7}}
"""


def read(text: str, path: str = "greenboard.yaml", known=()):
    return descriptors.read(text, path, known)


def refused(text: str, **more) -> str:
    with pytest.raises(UserError) as caught:
        read(text, **more)
    return str(caught.value)


def relations(declared) -> set[tuple[str, str, str]]:
    return {(str(each.source), each.kind.value, str(each.target)) for each in declared.relations}


def test_it_says_everything_of_an_entity():
    found = read(CHECKOUT).entities[0]
    assert found.ref == Ref("service", "default", "checkout")
    assert found.title == "Checkout"
    assert (found.tier, found.lifecycle, found.tags) == (1, "production", ("web", "pci"))
    assert found.links == (Link("docs/runbook.md", "When it burns", "runbook"),)
    assert found.contacts == (Contact("chat", "#pay"), Contact("escalation", "jane"), Contact("escalation", "joe"))
    assert found.external_dependencies == (ExternalDependency("Bank", True, 99.9),)
    assert found.annotations == {"pagerduty.com/service-id": "P123", "number": "7"}
    assert found.properties == {"since": "2024-05-01", "cost": {"centre": 7}}
    assert found.place == Place("greenboard.yaml", 2, 1)
    assert not found.discovered


def test_its_references_have_default_kinds():
    me = "service:default/checkout"
    assert relations(read(CHECKOUT)) == {
        ("team:default/payments", "owns", me),
        (me, "part-of", "system:default/shop"),
        (me, "depends-on", "component:default/orders-db"),
        (me, "depends-on", "service:stock/inventory"),
        (me, "provides", "api:default/checkout-api"),
        (me, "consumes", "api:default/prices"),
        (me, "lives-in", "repository:default/shop-code"),
    }


def test_each_relation_has_its_line():
    lines = {str(each.target): each.place.line for each in read(CHECKOUT).relations}
    assert lines["service:stock/inventory"] == 15
    assert lines["service:default/checkout"] == 4


def test_several_entities_stand_in_one_file():
    several = read("entities:\n- {kind: team, name: a, members: [jane]}\n- {kind: person, name: b, teams: [a]}\n")
    documents = read("kind: team\nname: a\nmembers: [jane]\n---\nkind: person\nname: b\nteams: [a]\n---\n")
    assert relations(several) == relations(documents)
    assert [each.ref for each in several.entities] == [each.ref for each in documents.entities]


@pytest.mark.parametrize(("kind", "target"), [("team", "team"), ("domain", "domain"), ("service", "component")])
def test_what_it_is_part_of_has_a_kind_that_fits(kind, target):
    assert [each.target.kind for each in read(f"{{kind: {kind}, name: a, part_of: b}}").relations] == [target]


def test_dependencies_are_declared_none_or_not_at_all():
    found = [
        read(f"{{kind: service, name: a{more}}}").entities[0] for more in (", depends_on: []", "", ", consumes: [x]")
    ]
    assert [each.dependencies_declared for each in found] == [True, False, True]
    assert "write [] for none" in refused("kind: service\nname: a\ndepends_on:\n")
    external = [read(f"{{kind: service, name: a{more}}}").entities[0] for more in (", external_dependencies: []", "")]
    assert [each.external_dependencies for each in external] == [(), None]


def test_a_folder_is_seen_from_the_descriptor():
    paths = [("a/greenboard.yaml", "../b"), ("greenboard.yaml", "."), ("x/y/greenboard.yaml", "z")]
    found = [read(f"{{kind: service, name: a, path: {given}}}", path).entities[0].path for path, given in paths]
    assert found == ["b", "", "x/y/z"]
    assert read("{kind: service, name: a}").entities[0].path is None
    for outside in ("../..", "/etc"):
        assert "greenboard.yaml:1:" in refused(f"{{kind: service, name: a, path: {outside}}}", path="a/greenboard.yaml")


def test_in_another_repository_the_folder_is_one_of_that():
    declared = read("{kind: service, name: a, repository: code, path: svc}", "deep/greenboard.yaml")
    assert (declared.entities[0].path, declared.relations[0].path) == ("svc", "svc")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: service\nname: a\nownr: b", "greenboard.yaml:3:1: ownr: unknown field 'ownr'"),
        ("kind: service\nname: a\nownr: b", "Did you mean 'owner'?"),
        ("kind: servce\nname: a", "greenboard.yaml:1:1: unknown kind 'servce'"),
        ("kind: service", "greenboard.yaml:1:1: name: field required"),
        ("kind: service\nname: a b", "greenboard.yaml:2:1: name:"),
        ("kind: service\nname: a\ntier: 5", "greenboard.yaml:3:1: tier: input should be less than or equal to 4"),
        ("kind: service\nname: a\ntier: true", "greenboard.yaml:3:1: tier:"),
        ("kind: service\nname: a\nlifecycle: prodution", "Did you mean 'production'?"),
        ("kind: service\nname: a\nlinks:\n- {kind: runbok, url: x}", "greenboard.yaml:4:4: links.0.kind"),
        ("kind: service\nname: a\nlinks:\n- {url: 'javascript:alert(1)'}", "an address that is not opened"),
        ("kind: service\nname: a\nowner: a b", "greenboard.yaml:3:1: owner: not a reference"),
        ("kind: service\nname: a\ndepends_on:\n  - ok\n  - 'not ok'", "greenboard.yaml:5:5: depends_on"),
        ("kind: service\nname: a\ndepends_on: ['servic:b']", "greenboard.yaml:3:14: unknown kind 'servic'"),
        ("kind: service\nname: a\nmembers: [b]", "greenboard.yaml:3:1: members: only for the kind team"),
        ("kind: service\nname: a\nexternal_dependencies: [{name: x}, {name: x}]", "'x' twice"),
        ("kind: service\nname: a\nproperties: {x: .nan}", "properties: not a number"),
        ('kind: service\nname: a\ntitle: "a\\0b"', "greenboard.yaml:3:1: a character that cannot be printed"),
        ("kind: service\nname: a\nname: b", "greenboard.yaml:3:1: duplicate key 'name'"),
        ("kind: service\nname: [", "greenboard.yaml:3:1:"),
        ("- a", "greenboard.yaml:1:1"),
        ("", "a descriptor that declares nothing"),
        ("entities: []", "a descriptor that declares nothing"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, said):
    assert said in refused(text)


def test_everything_wrong_is_told_at_once():
    with pytest.raises(UserErrors) as caught:
        read("kind: servce\nname: a\nowner: b c\nlinks: [{url: 'x y'}]")
    assert [error.place.line for error in caught.value.errors] == [1, 3, 4]


QUEUE = "kinds: [{name: queue, properties: {properties: {size: {type: integer}}, additionalProperties: false}}]\n"


def test_a_kind_of_ones_own_checks_its_properties_where_they_stand():
    assert read(QUEUE + "entities: [{kind: queue, name: a, properties: {size: 3}}]").entities[0].ref.kind == "queue"
    said = refused(QUEUE + "entities:\n- kind: queue\n  name: a\n  properties:\n    size: big\n")
    assert "greenboard.yaml:6:5: properties.size: 'big' is not of type 'integer'" in said
    assert "Did you mean 'size'?" in refused(QUEUE + "entities: [{kind: queue, name: a, properties: {sise: 3}}]")


def test_a_kind_may_be_known_from_elsewhere():
    assert read("{kind: queue, name: a}", known=[Kind("queue")]).entities
    assert "unknown kind 'queue'" in refused("{kind: queue, name: a}")
    assert read("{kind: mobile-app, name: a, properties: {platforms: [ios]}}").entities


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        ("{name: service}", "is a built-in kind"),
        ("{name: queue, properties: {type: objct}}", "not a JSON Schema"),
        ("{name: queue, properties: {pattern: '('}}", "not a JSON Schema"),
        ("{name: queue, properties: {$ref: 'https://example.com/x'}}", "refers outside"),
    ],
)
def test_a_broken_kind_is_refused(definition, said):
    text = refused(f"kinds:\n- {definition}\n")
    assert said in text
    assert "greenboard.yaml:2:" in text


def test_a_schema_that_refers_to_nothing_or_to_itself_is_refused():
    for schema in ("{$ref: '#/$defs/x'}", "{$ref: '#'}"):
        text = f"kinds: [{{name: queue, properties: {schema}}}]\nentities: [{{kind: queue, name: a}}]"
        assert "refers to nothing, or to itself" in refused(text)


words = st.from_regex(r"[a-z0-9]([a-z0-9._-]{0,20}[a-z0-9])?", fullmatch=True)
prose = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30).map(str.strip)
addresses = words.map(lambda word: f"https://example.com/{word}")
links = st.fixed_dictionaries({"kind": st.sampled_from(LINK_KINDS), "url": addresses, "title": prose})
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | prose,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
entities = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS), "name": words},
    optional={
        "namespace": words,
        "title": prose.filter(bool),
        "description": prose,
        "owner": words,
        "tier": st.integers(0, 4),
        "lifecycle": st.sampled_from(LIFECYCLES),
        "tags": st.lists(prose.filter(bool), unique=True, max_size=3),
        "links": st.lists(links, max_size=3),
        "contacts": st.dictionaries(st.sampled_from(CONTACT_KINDS), prose.filter(bool)),
        "depends_on": st.lists(words, max_size=3),
        "data_classification": st.sampled_from(CLASSIFICATIONS),
        "annotations": st.dictionaries(words, prose, max_size=3),
        "properties": st.dictionaries(words, plain, max_size=3),
    },
)


@given(st.lists(entities, min_size=1, max_size=4), st.booleans())
def test_what_is_written_is_what_is_read(written, together):
    text = yaml.safe_dump({"entities": written}) if together else yaml.safe_dump_all(written)
    declared = read(text)
    for given_, found in zip(written, declared.entities, strict=True):
        assert found.ref == Ref(given_["kind"], given_.get("namespace", "default"), given_["name"])
        for key in ("title", "description"):
            assert getattr(found, key) == given_.get(key, "")
        for key in ("tier", "lifecycle", "data_classification"):
            assert getattr(found, key) == given_.get(key)
        assert list(found.tags) == given_.get("tags", [])
        assert [(link.kind, link.url, link.title) for link in found.links] == [
            (link["kind"], link["url"], link["title"]) for link in given_.get("links", [])
        ]
        assert {each.kind: each.address for each in found.contacts} == given_.get("contacts", {})
        assert (found.annotations, found.properties) == (given_.get("annotations", {}), given_.get("properties", {}))
        targets = {each.target.name for each in declared.relations if each.declarer == found.ref}
        assert targets >= set(given_.get("depends_on", ()))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(KINDS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*descriptors.native.EntityModel.model_fields, "entities", "kinds", "spec", "metadata"])
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(anything, st.booleans())
def test_whatever_stands_in_a_descriptor_is_read_or_refused(data, backstage):
    if backstage and isinstance(data, dict):
        data = {"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "x"}, **data}
    try:
        found = read(yaml.safe_dump(data))
    except UserError as error:
        event(error.what[:20])
    else:
        assert found.entities or found.kinds or found.targets


@given(st.text(max_size=200))
def test_whatever_text_there_is_is_read_or_refused(text):
    with pytest.raises(UserError):
        read(text + "\nx")
