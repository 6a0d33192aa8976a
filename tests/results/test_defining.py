"""Fact types that people define: the vocabulary follows, no rule breaks, and the past stays readable."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from greenboard.access.models import Entry
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.core import clock, placed
from greenboard.core.errors import Place, UserError
from greenboard.core.refs import Ref
from greenboard.facts import custom, definitions, pushing, store
from greenboard.facts.pushing import Pushed, Said
from greenboard.facts.types import Source, SourceKind
from greenboard.results import defining, editing
from greenboard.results.defining import Change, Conflict, NoType, digest
from greenboard.rules.language import compile as compile_rule

CHECKOUT = Ref("service", "default", "checkout")
AT = datetime(2026, 11, 20, tzinfo=UTC)
SOURCE = Source(SourceKind.REPORT, "costs")


def schema(properties=None, **own):
    stated = properties or {"monthly": {"type": "number", "description": "In a month", "examples": [120.5]}}
    shape = {"title": "Cost", "description": "What it costs.", "type": "object", "properties": stated}
    return json.dumps({**shape, "x-greenboard": {"name": "cost", **own}}, indent=1)


def save(text, based_on="", name="cost"):
    return defining.save(Change(name, based_on, "ada", clock.now()), text, placed.read(text, "schema"))


def retire(based_on):
    defining.retire(Change("cost", based_on, "ada", clock.now()))


def push(value, type_="cost"):
    said = Said(CHECKOUT, type_, SOURCE, Place("/facts/0"), value, clock.now())
    pushing.take(Pushed(said=[said]), pushing.Reach(), cause="test")


@pytest.fixture(autouse=True)
def _anew(db):
    custom._current.forget()
    catalog.save(Declared((Entity(CHECKOUT),)), clock.now() - timedelta(hours=1), cause="test")
    yield
    custom._current.forget()


def known():
    (facts, gaps) = store.current(entities=[CHECKOUT])[CHECKOUT]
    return {fact.type: fact.value for fact in facts}, gaps


def test_what_is_defined_is_part_of_the_vocabulary_at_once():
    save(schema())
    assert compile_rule("cost.monthly < 200.0", store.vocabulary()).reads == ("cost.monthly",)
    push({"monthly": 99})
    assert known()[0]["cost"] == {"monthly": 99.0}


def test_another_process_follows_by_itself(monkeypatch):
    store.vocabulary()
    definitions.write(definitions.Definition("cost", schema(), False, "ada", "", AT, None))
    push({"monthly": 99})  # whoever takes facts asks at once
    monkeypatch.setattr(custom, "FRESH", 0.0)
    assert "cost" in store.vocabulary().types
    assert known()[0]["cost"] == {"monthly": 99.0}


def test_the_vocabulary_stays_the_same_object_until_a_definition_changes():
    first = custom.refresh()
    assert custom.refresh() is first
    save(schema())
    second = custom.refresh()
    assert second is not first
    save(schema(), digest(schema()))
    assert custom.refresh() is second


def test_a_field_that_is_gone_leaves_what_was_said_of_the_others():
    two = {
        "monthly": {"type": "number", "description": "In a month"},
        "yearly": {"type": "number", "description": "In a year"},
    }
    save(schema(two))
    push({"monthly": 5, "yearly": 60})
    save(schema(), digest(schema(two)))
    facts, gaps = known()
    assert (facts["cost"], gaps) == ({"monthly": 5.0}, [])


def test_what_a_rule_reads_is_not_taken_from_it():
    save(schema())
    rule = {"title": "It is cheap", "why": "Money.", "fix": "Save.", "level": "bronze", "item": "OPS.1"}
    rule |= {"dimension": "operations", "expression": "cost.monthly < 200.0"}
    change = editing.Change("production-readiness", "ops-cost", "", "ada", clock.now())
    editing.save(change, rule, custom.refresh())
    other = {"yearly": {"type": "number", "description": "In a year"}}
    looked = defining.look(placed.read(schema(other), "schema"), "cost")
    assert [(one.rule.id, "monthly" in one.reason) for one in looked.broken] == [("ops-cost", True)]
    with pytest.raises(UserError, match="rule ops-cost of production-readiness would break"):
        save(schema(other), digest(schema()))
    with pytest.raises(UserError, match="it reads cost"):
        retire(digest(schema()))
    more = {**json.loads(schema())["properties"], **other}
    save(schema(more), digest(schema()))


def test_a_retired_type_takes_no_facts_and_can_still_be_read():
    save(schema())
    push({"monthly": 5})
    retire(digest(schema()))
    assert store.vocabulary().types["cost"].retired
    assert known()[0]["cost"] == {"monthly": 5.0}
    with pytest.raises(UserError, match="cost is retired"):
        push({"monthly": 6})
    save(schema(), digest(schema()))
    push({"monthly": 6})
    assert [one.retired for one in definitions.history("cost")] == [False, True, False]


def test_nobody_overwrites_what_they_have_not_seen():
    save(schema())
    with pytest.raises(Conflict, match="by ada"):
        save(schema(max_age="30d"))
    with pytest.raises(NoType):
        defining.retire(Change("nothing", "", "ada", AT))


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"about": "entity"}, "keeps its shape: about"),
        ({"name": "costs"}, "keeps its name"),
        ({"idioms": [{"says": "x", "rule": "cost.monthl < 2.0"}]}, "idiom 1 is no rule"),
        ({"idioms": [{"says": "x", "rule": "readme.exists"}]}, "idiom 1 does not read cost"),
    ],
)
def test_what_does_not_fit_is_refused_whole(own, said):
    save(schema())
    text = schema(**own)
    with pytest.raises(UserError, match=said) as refused:
        save(text, digest(schema()))
    assert refused.value.errors[0].place.line > 1
    assert definitions.current("cost").text == schema()


def test_the_audit_log_tells_of_it():
    save(schema())
    retire(digest(schema()))
    assert [row.action for row in Entry.objects.order_by("number")] == ["fact_type.saved", "fact_type.retired"]
    assert Entry.objects.first().target == "fact-type:cost"
