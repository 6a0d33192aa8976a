"""What a process keeps of its database says the same as the database, whatever changed since."""

from datetime import timedelta

import numpy as np
import pytest

from greenboard.catalog import store as catalog
from greenboard.catalog import whole
from greenboard.catalog.types import Declared, Entity
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import service as facts
from greenboard.results import changes, matrix, service, store
from greenboard.results.held import NONE
from greenboard.results.rows import OUTCOMES
from greenboard.web import content

from .conftest import world

CARD = "production-readiness"


def told(as_of=None):
    """Every result and level as the store says it."""
    ids = {stored.ref: stored.id for stored in catalog.entities(as_of)}
    results = {(ids[row.entity], row.rule): row.outcome for row in store.results(CARD, as_of)}
    levels = {ids[row.entity]: (row.level or "", row.score, row.undecided) for row in store.levels(CARD, as_of)}
    return results, levels


def kept(as_of=None):
    """The same as the matrix says it."""
    found = matrix.matrix(CARD, as_of)
    results, levels = {}, {}
    for column, entity in enumerate(found.ids.tolist()):
        score = found.score[column]
        level = found.levels[found.level[column]]
        levels[entity] = (level, None if np.isnan(score) else float(score), int(found.undecided[column]))
        for line, rule in enumerate(found.names):
            if found.outcomes[line, column] != NONE:
                results[entity, rule] = OUTCOMES[found.outcomes[line, column]]
    return results, levels


@pytest.mark.usefixtures("person")
def test_the_matrix_is_what_the_store_says_now_and_then():
    assert kept() == told()
    then = clock.now() - timedelta(days=20)
    assert kept(then) == told(then)


@pytest.mark.usefixtures("person")
def test_the_matrix_follows_results_that_turn_and_entities_that_come_and_go():
    first = kept()
    at = clock.now()
    facts.record([fact for fact in world._said("checkout", at, replicas=1) if fact.type == "workload"], [], at)
    service.evaluate(content.scorecards()[0], clock.now())
    assert kept() == told()
    world.double()
    assert kept() == told()
    assert len(kept()[1]) == 2 * len(first[1])
    catalog.retire([Ref("service", "default", "ledger-twin")], clock.now())
    service.evaluate(content.scorecards()[0], clock.now())
    assert kept() == told()
    assert len(kept()[1]) == 2 * len(first[1]) - 1


@pytest.mark.usefixtures("person")
def test_changes_are_those_of_the_store():
    for days in (7, 14, 90):
        since = clock.now() - timedelta(days=days)
        assert changes.changes(CARD, since).told() == store.changes(CARD, since)
    at = clock.now()
    facts.record([fact for fact in world._said("search", at, replicas=1) if fact.type == "workload"], [], at)
    service.evaluate(content.scorecards()[0], clock.now())
    since = clock.now() - timedelta(days=14)
    assert changes.changes(CARD, since).told() == store.changes(CARD, since)


@pytest.mark.usefixtures("person")
def test_of_very_many_changes_the_newest_causes_are_chosen_whole():
    found = changes.changes(CARD, clock.now() - timedelta(days=90))
    chosen = found.newest(2, 10_000)
    for direction in (changes.WORSE, changes.LOST, changes.BETTER):
        several = set(chosen.cause[chosen.direction == direction].tolist())
        assert 0 < len(several) <= 2
        for cause in several:
            same = (found.cause == cause) & (found.direction == direction)
            assert int(((chosen.cause == cause) & (chosen.direction == direction)).sum()) == int(same.sum())


@pytest.mark.usefixtures("person")
def test_the_whole_catalog_is_read_again_when_it_changes_and_only_then(django_assert_num_queries):
    before = whole.whole()
    with django_assert_num_queries(1):
        assert whole.whole() is before
    new = Entity(Ref("service", "default", "newcomer"))
    catalog.save(Declared((*(stored.entity for stored in before.entities), new)), clock.now(), cause="test")
    assert {stored.ref for stored in whole.whole().entities} == {stored.ref for stored in catalog.entities()}
    assert new.ref in whole.whole().number


def test_long_lists_come_in_pages_that_keep_their_filters(page, monkeypatch):
    monkeypatch.setattr("greenboard.web.results.model.PAGE", 20)
    first = page("/results?outcome=pass&team=payments")
    assert 'href="/results?outcome=pass&amp;page=2&amp;team=payments"' in first
    second = page("/results?outcome=pass&team=payments&page=2")
    assert "21–40 of" in second
    assert 'href="/results?outcome=pass&amp;team=payments" rel="prev"' in second


def test_a_page_that_cannot_be_meant_is_refused_and_one_beyond_the_end_is_the_last(board):
    assert board.get("/catalog?page=none").status_code == 400
    assert board.get("/catalog?page=999999").status_code == 200
