from dataclasses import replace

import pytest
from django.db import transaction

from greenboard.catalog.models import EntityVersion
from greenboard.core import events
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import service, store
from greenboard.facts.events import FactsChanged
from greenboard.facts.intervals import OutOfOrder
from greenboard.facts.models import FactInterval, GapInterval
from greenboard.facts.service import Whole, record
from greenboard.facts.types import SourceKind

from .cast import CHECKOUT, CODE, day, fact, gap

pytestmark = pytest.mark.django_db


def in_tree(said):
    return replace(said, source=replace(said.source, kind=SourceKind.REPOSITORY))


def read(at=None, entity=CHECKOUT):
    return store.current(None if at is None else day(at), [entity])[entity]


def test_a_fact_is_read_back_as_it_was_said(shop):
    said = fact(value={"line_pct": 71.5, "measured_at": day(0)}, places={"line_pct": "cov.xml:3"}, location="cov.xml:1")
    record([said], [], day(0))
    assert read() == ([said], [])


def test_paths_and_names_of_any_length_and_bytes_are_kept_apart_and_the_same_again_is_the_same(shop):
    deep = "/".join(["ordner-äöü"] * 400)
    long = [fact(location=f"{deep}/{name}.xml:3", source="Werkzeug " * 40 + name) for name in ("one", "two")]
    odd = [fact(location="caf\udce9/report.xml"), fact(location="a\0b")]
    failed = gap(name="oncall", reason="not text: \0\udce9")
    assert record([*long, *odd], [failed], day(0)).began == 5
    assert record([*long, *odd], [failed], day(1)).same == 5
    facts, gaps = read()
    assert [said.source.location for said in facts[:2]] == [said.source.location for said in long]
    assert facts[2].source.location == "caf\ufffd/report.xml"
    assert gaps[0].reason == "not text: \ufffd\ufffd"


def test_an_identical_look_moves_only_the_time_it_was_seen(shop):
    record([fact(at=0)], [], day(0))
    assert record([fact(at=1)], [], day(1)).began == 0
    row = FactInterval.objects.get()
    assert (row.valid_from, row.seen_at, row.observed_at, row.valid_to) == (day(0), day(1), day(1), None)


def test_another_value_starts_an_interval_where_the_last_ends(shop):
    record([fact()], [], day(0))
    record([fact(value={"line_pct": 60.0}, at=3)], [], day(3))
    assert [(f.value["line_pct"], a, b) for f, a, b in store.history(CHECKOUT, "coverage")] == [
        (80.0, day(0), day(3)),
        (60.0, day(3), None),
    ]
    assert read(2.9)[0][0].value["line_pct"] == 80.0
    assert read(3)[0][0].value["line_pct"] == 60.0


def test_a_hole_longer_than_the_maximum_age_stays_visible(shop):
    record([fact(at=0)], [], day(0))
    record([fact(at=40)], [], day(40))
    assert FactInterval.objects.count() == 2
    assert read(35)[0][0].observed_at == day(0)
    assert read(41)[0][0].observed_at == day(40)


def test_between_two_looks_of_one_interval_a_fact_counts_as_observed_then(shop):
    record([fact(at=0)], [], day(0))
    record([fact(at=20)], [], day(20))
    assert read(10)[0][0].observed_at == day(10)


def test_a_gap_leaves_the_last_fact_and_ends_with_the_next_one(shop):
    record([fact(at=0)], [], day(0))
    record([], [gap(at=1)], day(1))
    record([], [gap(at=2)], day(2))
    assert [len(part) for part in read()] == [1, 1]
    record([fact(at=3)], [], day(3))
    assert [len(part) for part in read()] == [1, 0]
    assert [(g.valid_from, g.seen_at, g.valid_to) for g in GapInterval.objects.all()] == [(day(1), day(2), day(3))]


def test_a_gap_for_another_reason_is_another_gap(shop):
    record([], [gap()], day(0))
    record([], [gap(reason="timed out")], day(1))
    assert [(row.reason, row.valid_to) for row in GapInterval.objects.order_by("id")] == [
        ("answered 403", day(1)),
        ("timed out", None),
    ]


def test_two_files_of_one_tool_stand_beside_each_other_until_one_is_left_out(shop):
    first, second = fact(location="a.xml:1"), fact(location="b.xml:1", value={"line_pct": 10.0})
    record([first, second], [], day(0))
    assert len(read()[0]) == 2
    record([fact(location="a.xml:9", at=1)], [], day(1))
    assert [one.source.location for one in read()[0]] == ["a.xml:9"]


def test_a_failed_look_ends_nothing_of_its_type(shop):
    record([fact(location="a.xml:1"), fact(location="b.xml:1")], [], day(0))
    record([fact(location="a.xml:1", at=1)], [gap(at=1)], day(1))
    assert len(read()[0]) == 2


def test_a_file_that_can_no_longer_be_read_says_nothing_any_more(shop):
    tree = Whole([CHECKOUT])
    said = in_tree(fact(name="workload", value=({"name": "deployment/checkout"},)))
    record([said], [], day(0), whole=tree)
    record([], [in_tree(gap(name="workload", reason="k8s.yaml:3: not YAML", at=1))], day(1), whole=tree)
    assert [len(part) for part in read()] == [0, 1]
    assert [len(part) for part in read(0.5)] == [1, 0]


def test_what_does_not_age_ends_when_its_tool_has_failed_too_long(shop):
    record([fact(name="slo", value=())], [], day(0))
    for at, facts in ((1, 1), (3, 1), (4, 0)):
        record([], [gap(name="slo", at=at)], day(at))
        assert len(read()[0]) == facts


def test_a_whole_look_ends_what_it_no_longer_names_but_not_what_others_said(shop):
    record([fact(), fact(name="sbom", value={"components": 3}, source="GitHub")], [], day(0))
    record([fact(name="oncall", value={"schedules": 1})], [], day(1), whole=Whole([CHECKOUT], [SourceKind.REPOSITORY]))
    assert {one.type for one in read()[0]} == {"coverage", "sbom", "oncall"}
    record([], [gap(at=2)], day(2), whole=Whole([CHECKOUT], [SourceKind.CONNECTION]))
    assert {one.type for one in read()[0]} == {"coverage"}


def test_a_moved_line_is_new_evidence_and_no_new_value(shop, django_capture_on_commit_callbacks):
    record([fact(location="cov.xml:1")], [], day(0))
    assert record([fact(location="cov.xml:7", at=1)], [], day(1)).changed == {}
    assert read(0.5)[0][0].source.location == "cov.xml:1"
    assert read(1)[0][0].source.location == "cov.xml:7"


def test_what_is_said_twice_in_one_moment_leaves_the_last_word(shop):
    record([fact()], [], day(0))
    record([fact(value={"line_pct": 10.0})], [], day(0))
    assert [row.valid_to for row in FactInterval.objects.all()] == [None]
    assert read()[0][0].value["line_pct"] == 10.0


def test_a_late_look_is_refused_with_both_times(shop):
    record([fact(at=5)], [], day(5))
    with pytest.raises(OutOfOrder, match=r"2026-09-06T00:00:00Z.*2026-09-05"):
        record([fact(value={"line_pct": 1.0}, at=4)], [], day(4))


def test_recording_is_all_or_nothing(shop):
    stranger = Ref("service", "default", "stranger")
    with pytest.raises(UserError, match="no entity service:default/stranger"):
        record([fact(), fact(entity=stranger)], [], day(0))
    record([fact(name="oncall", value={"schedules": 1}, at=5)], [], day(5))
    with pytest.raises(OutOfOrder):
        record([fact(), fact(name="oncall", value={"schedules": 2})], [], day(0))
    assert {one.type for one in read()[0]} == {"oncall"}


def test_one_statement_twice_in_one_look_is_refused(shop):
    with pytest.raises(UserError, match="stated twice by Codecov"):
        record([fact(), fact(value={"line_pct": 1.0})], [], day(0))


def test_a_component_reads_its_repository_for_types_about_repositories(shop):
    said = [fact(CODE, "license", {"exists": True}), fact(CODE, "oncall", {"schedules": 1})]
    record(said, [gap(CODE, "codeowners")], day(0))
    assert [one.type for one in read()[0]] == ["license"]
    assert read()[0][0].entity == CODE
    assert [one.type for one in read()[1]] == ["codeowners"]
    assert store.current(day(-20), [CHECKOUT]) == {}


def test_a_change_is_announced_inside_its_transaction(shop):
    heard: list[FactsChanged] = []
    with events.subscribed(FactsChanged, heard.append), transaction.atomic():
        service.record([fact()], [], day(0))
        assert [event.paths for event in heard] == [{CHECKOUT: frozenset({"coverage"})}]


def test_a_changed_value_is_announced_with_the_fields_that_differ(shop):
    service.record([fact(value={"line_pct": 80.0, "branch_pct": 70.0})], [], day(0))
    changed = service.record([fact(value={"line_pct": 60.0, "branch_pct": 70.0})], [], day(1)).changed
    assert changed == {CHECKOUT: frozenset({"coverage.line_pct"})}


def test_a_fact_that_counts_again_after_it_was_too_old_is_a_change(shop):
    name = "coverage"
    age = store.vocabulary().types[name].max_age
    assert age is not None
    record([fact(at=0)], [], day(0))
    days = age.days + 1
    assert record([fact(at=days - 2)], [], day(days)).changed == {CHECKOUT: frozenset({name})}


def test_a_stored_value_that_no_longer_fits_its_type_becomes_a_gap(shop):
    record([fact()], [], day(0))
    FactInterval.objects.update(value='{"line_percent": 80}')
    facts, gaps = read()
    assert facts == []
    assert "older form" in gaps[0].reason


def test_the_steps_of_a_span_are_net_of_what_came_and_went(shop):
    record([fact()], [], day(0))
    record([fact(value={"line_pct": 10.0}, at=1)], [], day(1))
    record([fact(value={"line_pct": 50.0}, at=2)], [gap(name="oncall", at=2)], day(2))
    ids = store.identify([CHECKOUT])
    found = store.steps(day(0), day(2), ids, {})[CHECKOUT]
    assert [
        (s.type, s.before and s.before.value["line_pct"], s.after and s.after.value["line_pct"]) for s in found
    ] == [
        ("coverage", 80.0, 50.0),
        ("oncall", None, None),
    ]
    assert store.steps(day(2), day(3), ids, {})[CHECKOUT] == []


def test_the_facts_of_an_entity_that_left_the_catalog_are_not_read_but_stay_in_the_past(shop):
    record([fact()], [], day(0))
    EntityVersion.objects.filter(name="checkout").update(valid_to=day(1))
    assert CHECKOUT not in store.current()
    assert len(store.current(day(0.5))[CHECKOUT][0]) == 1


def test_a_gap_that_nobody_need_mend_is_read_back_as_such(shop):
    record([], [replace(gap(), unclear=True)], day(0))
    assert read()[1][0].unclear
    record([], [gap(at=1)], day(1))
    assert [row.unclear for row in GapInterval.objects.order_by("id")] == [True, False]
    assert not read()[1][0].unclear
