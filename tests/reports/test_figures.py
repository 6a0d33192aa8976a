"""Figures of reports over a company with a history, against what single rows say; and within a sight."""

import importlib
import io
import itertools
import json
from collections import Counter
from datetime import timedelta

import numpy as np
import openpyxl
import pytest

from greenboard.access.sight import EVERYTHING, Sight
from greenboard.catalog import store as catalog
from greenboard.catalog.types import RelationKind
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.paper import csv, sheet
from greenboard.reports import found, groups
from greenboard.reports.wanted import read
from greenboard.results import store
from greenboard.results.models import ResultInterval
from greenboard.results.rows import OUTCOMES
from greenboard.rules.types import Outcome

cast = importlib.import_module("tests.access.cast")
CARD = "production-readiness"
PAYMENTS = Sight((frozenset({Ref("team", "default", "payments")}),))


def figures(name, sight=EVERYTHING, **given):
    one = found.report(name)
    return found.computed(one, read(given, clock.now(), one.span), sight)


def test_the_executive_summary_counts_what_the_stored_rows_say(person):
    _, told = figures("executive-summary")
    rows = store.results(CARD)
    counts = Counter(row.outcome for row in rows if not row.exempt)
    counted = {one.id for one in figures("birds-eye")[0].rules}
    wanted = Counter(row.outcome for row in rows if row.rule in counted and not row.exempt)
    assert sum(risk.passed for risk in told.risks) == wanted[Outcome.PASS]
    assert sum(risk.failed for risk in told.risks) == wanted[Outcome.FAIL]
    assert sum(risk.undecided for risk in told.risks) == wanted[Outcome.NO_DATA] + wanted[Outcome.ERROR]
    levels = store.levels(CARD)
    assert told.standing.entities == len(levels)
    scores = [row.score for row in levels if row.score is not None]
    assert told.standing.score == pytest.approx(sum(scores) / len(scores))
    assert counts


def test_rows_are_grouped_by_any_relation_either_way_and_by_any_field(person):
    ground, _ = figures("birds-eye")
    shown = {ground.seen.entity(number).ref for number in np.flatnonzero(ground.shown).tolist()}
    there = {stored.ref: stored for stored in ground.seen.whole.entities}
    known = catalog.relations()
    assert {(kind, forward) for kind, forward, _ in groups.RELATIONS.values()} == set(
        itertools.product(RelationKind, (True, False))
    )
    for name, (kind, forward, _) in groups.RELATIONS.items():
        both = [(one.source, one.target) if forward else (one.target, one.source) for one in known if one.kind is kind]
        pairs = {(own, other) for own, other in both if own in shown and other in there}
        wanted = Counter(str(other) for _, other in pairs)
        wanted["none"] = len(shown - {own for own, _ in pairs})
        assert counted(name) == +wanted, name
    assert counted("classification") == Counter(there[ref].entity.data_classification or "none" for ref in shown)
    assert counted("namespace") == Counter(ref.namespace for ref in shown)


def counted(by):
    """How many entities are in each group."""
    return {line.name: line.entities for line in figures("birds-eye", by=by)[1].lines}


def test_two_dates_differ_by_what_results_were_on_each_of_them(person):
    since = clock.now() - timedelta(days=20)
    ground, told = figures("comparison", since=clock.format_time(since))
    before = {(row.entity, row.rule): row.outcome for row in store.results(CARD, ground.wanted.since)}
    after = {(row.entity, row.rule): row.outcome for row in store.results(CARD)}
    turned = {pair for pair in before if before[pair] is not after.get(pair)}
    table = found.report("comparison").told(told).table("results")
    named = {(row[0], row[1]): (row[2], row[3]) for row in table.rows}
    assert {(str(entity), rule) for entity, rule in turned} == set(named)
    for entity, rule in turned:
        assert named[str(entity), rule] == (before[entity, rule].value, after[entity, rule].value)
    stood = {row.entity: row.rank for row in store.levels(CARD, ground.wanted.since)}
    climbed = {row.entity for row in store.levels(CARD) if row.entity in stood and row.rank != stood[row.entity]}
    assert {one.entity for one in told.levels} == climbed


def test_a_fix_took_as_long_as_the_rule_had_failed_for_the_entity(person):
    ground, told = figures("rule-quality")
    began, days = {}, {}
    rows = ResultInterval.objects.order_by("valid_from").select_related("rule")
    for row in rows:  # every stretch of every result, in the order of time
        pair = row.entity_id, row.rule.name
        if OUTCOMES[row.outcome] is Outcome.FAIL:
            began.setdefault(pair, row.valid_from)
        elif (start := began.pop(pair, None)) and OUTCOMES[row.outcome] is Outcome.PASS:
            days.setdefault(row.rule.name, []).append((row.valid_from - start) / timedelta(days=1))
    told_of = {one.rule.id: one.fixed for one in told.rules if one.fixed}
    assert told_of == {
        rule: len(several) for rule, several in days.items() if rule in {one.rule.id for one in told.rules}
    }
    for one in told.rules:
        if one.fixed:
            several = sorted(days[one.rule.id])
            middle = several[len(several) // 2] if len(several) % 2 else sum(several[len(several) // 2 - 1 :][:2]) / 2
            assert one.days == pytest.approx(middle)
    assert ground.whole_company
    assert days


@pytest.mark.parametrize("name", [one.name for one in found.reports()])
def test_no_number_of_a_report_counts_what_is_out_of_sight(person, name):
    one = found.report(name)
    _, told = figures(name, PAYMENTS)
    text = json.dumps([table.rows for table in one.told(told).tables], default=str) + str(one.told(told).facts)
    for other in ("storefront", "deployer", "web-shop", "directory-sync"):
        assert other not in text
    ground, _ = figures(name, PAYMENTS)
    assert {ground.seen.entity(number).owner.name for number in ground.shown.nonzero()[0].tolist()} == {"payments"}


def test_without_exemptions_is_what_would_hold_and_the_median_is_that_of_the_teams(person):
    _, told = figures("report-card", team="payments")
    assert told.bare == pytest.approx(told.standing.score)  # nobody is exempt here
    scores = sorted(
        team.standing.score for team in told.teams if team.name != "none" and team.standing.score is not None
    )
    assert told.median == pytest.approx(scores[len(scores) // 2])
    assert told.place == [team.name for team in told.teams].index("payments") + 1


def test_where_no_source_tells_of_incidents_the_report_says_so_and_invents_nothing(person):
    _, told = figures("delivery-and-incidents")
    assert set(told.silent) == {"deployment", "incident", "change_flow"}
    assert {line.incidents for line in (*told.levels, *told.teams)} == {None}
    notes = found.report("delivery-and-incidents").told(told).notes
    assert any("incident" in note for note in notes)


def test_what_begins_like_a_formula_stays_text_in_every_export():
    evil = '=HYPERLINK("http://x")'
    book = openpyxl.load_workbook(io.BytesIO(sheet.write([sheet.Sheet("A/B", ["name"], [[evil], [-3], [None]])])))
    cells = [row[0] for row in book["A B"].iter_rows()]
    assert (cells[1].value, cells[1].data_type, cells[1].quotePrefix) == (evil, "s", True)
    assert cells[2].value == -3
    assert csv.write(["name"], [[evil], ["-1"], [-1]]).splitlines()[1:] == [
        '"\'=HYPERLINK(""http://x"")"',
        "'-1",
        "-1",
    ]
