"""On the server the vocabulary follows the keys that descriptors have."""

from datetime import UTC, datetime, timedelta

import pytest

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Kind
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import custom, store
from greenboard.facts.described import describe
from greenboard.facts.service import record
from greenboard.facts.types import SourceKind
from greenboard.facts.vocabulary import FieldType, load
from greenboard.rules.language import RuleError
from greenboard.rules.language import compile as compile_rule

START = datetime(2026, 9, 1, tzinfo=UTC)
CHECKOUT = Ref("service", "default", "checkout")


def day(number):
    return START + timedelta(days=number)


def declare(at, *, kinds=(), **properties):
    """Save one entity with properties, and the facts that follow."""
    saved = catalog.save(Declared((Entity(CHECKOUT, properties=properties),), kinds=kinds), day(at), cause="test")
    record(describe(catalog.declared(day(at)), day(at), complete=True), [], day(at))
    return saved


@pytest.fixture(autouse=True)
def _anew(db):
    custom._current.forget()
    yield
    custom._current.forget()


def field(name):
    return custom.refresh().types["properties"].fields.get(name)


def test_a_new_key_is_readable_as_soon_as_it_is_there():
    declare(0, pager=1)
    assert field("pager").type is FieldType.INT
    declare(1, pager=1, region="eu")
    assert field("region").type is FieldType.STRING
    assert compile_rule("properties.region == 'eu'", store.vocabulary()).reads == ("properties.region",)


def test_the_vocabulary_is_the_same_object_until_keys_change():
    declare(0, pager=1)
    first = custom.refresh()
    declare(1, pager=2)
    assert custom.refresh() is first
    declare(2, pager=2, region="eu")
    assert custom.refresh() is not first


def test_the_catalog_is_not_asked_for_every_question(django_assert_num_queries):
    declare(0, pager=1)
    store.vocabulary()
    with django_assert_num_queries(0):
        store.vocabulary()


def test_the_vocabulary_refreshes_by_itself(monkeypatch):
    declare(0, pager=1)
    store.vocabulary()
    declare(1, pager=1, region="eu")
    monkeypatch.setattr(custom, "FRESH", 0.0)
    assert "region" in store.vocabulary().types["properties"].fields


def test_a_key_that_vanished_can_still_be_read_by_rules_of_the_past():
    declare(0, pager=1)
    declare(1, region="eu")
    assert field("pager").type is FieldType.INT
    custom._current.forget()
    assert field("pager").type is FieldType.INT


def test_a_key_that_changed_its_type_has_the_new_one():
    declare(0, pager=1)
    declare(1, pager="platform")
    assert field("pager").type is FieldType.STRING


def test_the_schema_of_a_kind_that_a_descriptor_defines_declares_keys():
    schema = {"type": "object", "properties": {"pager": {"type": "number"}, "later": {"type": "boolean"}}}
    declare(0, kinds=(Kind("model", properties=schema),), pager=1)
    assert field("pager").type is FieldType.FLOAT
    assert field("later").type is FieldType.BOOL


def test_custom_facts_are_stored_as_they_were_said():
    declare(0, **{"cost-center": 7, "langs": ["go"], "nested": {"a": 1}})
    facts, gaps = store.current(day(1), [CHECKOUT])[CHECKOUT]
    fact = next(one for one in facts if one.type == "properties")
    assert fact.value == {"cost-center": 7, "langs": ("go",)}
    assert fact.source.kind is SourceKind.CATALOG
    assert gaps == []


def test_a_change_names_the_field_that_rules_read():
    declare(0, **{"cost-center": 7})
    catalog.save(Declared((Entity(CHECKOUT, properties={"cost-center": 8}),)), day(1), cause="test")
    done = record(describe(catalog.declared(day(1)), day(1), complete=True), [], day(1))
    assert done.changed[CHECKOUT] == {"properties.cost_center"}


# Fact types of your own.

OWN = """
name: budget
title: Budget
doc: What a service may cost.
about: component
supplied_by: [connection]
fields:
  monthly: {type: float, doc: Per month}
"""


def own(tmp_path, monkeypatch, text, name="own.yaml"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setenv("GREENBOARD_FACT_TYPES", str(tmp_path))
    return load()


def test_a_fact_type_of_your_own_can_be_read(tmp_path, monkeypatch):
    words = own(tmp_path, monkeypatch, OWN)
    assert compile_rule("budget.monthly < 1000", words).reads == ("budget.monthly",)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (OWN.replace("budget", "slo"), 2, "the name 'slo' is taken"),
        (OWN.replace("budget", "now"), 2, "the name 'now' is taken"),
        (OWN.replace("budget", "cost-limit"), 2, "'cost-limit' cannot be read by rules"),
        (OWN.replace("monthly", "per-month"), 8, "'per-month' cannot be read by rules"),
        (OWN + "many: nme\n", 9, "many names a field that there is not"),
        (OWN + "open: true\n", 9, "only custom facts are open"),
    ],
)
def test_a_fact_type_that_cannot_be_is_refused_with_its_place(tmp_path, monkeypatch, text, line, what):
    with pytest.raises(UserError) as caught:
        own(tmp_path, monkeypatch, text)
    assert what in caught.value.what
    assert caught.value.place.path.endswith("own.yaml")
    assert caught.value.place.line == line


def test_two_files_cannot_share_a_name(tmp_path, monkeypatch):
    (tmp_path / "a.yaml").write_text(OWN, encoding="utf-8")
    with pytest.raises(UserError, match="taken"):
        own(tmp_path, monkeypatch, OWN, "b.yaml")


def test_keys_of_custom_facts_can_be_declared_before_anyone_has_them(tmp_path, monkeypatch):
    text = (
        "name: properties\ntitle: Properties\ndoc: Ours\nabout: entity\nsupplied_by: [descriptor]\nopen: true\n"
        "fields: {pager: {type: string, doc: Who is called}}\n"
    )
    words = own(tmp_path, monkeypatch, text)
    assert compile_rule("properties.pager != ''", words).reads == ("properties.pager",)


def test_a_folder_that_is_not_there_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("GREENBOARD_FACT_TYPES", str(tmp_path / "none"))
    with pytest.raises(UserError, match="GREENBOARD_FACT_TYPES"):
        load()


def test_a_key_that_nobody_has_is_refused_when_a_rule_is_saved():
    with pytest.raises(RuleError, match="properties has no field 'pager'"):
        compile_rule("properties.pager > 1", store.vocabulary())
