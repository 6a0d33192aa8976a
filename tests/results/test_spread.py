"""Several workers share what a new version asks, in any order and whoever dies, and come to what one would."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.core.refs import Ref
from greenboard.results import changes, marks, matrix, models, parts, service, store
from greenboard.results.continuous import Continuous
from greenboard.results.live import Live

from .history_cast import CARD, START, day, enter, scorecard
from .test_continuous import ABOVE, RULES, STEPS, _differing, play

EDITED = (("covered", "coverage.line_pct >= 50.0", "silver"), *RULES[1:4], *RULES[5:])
"""Rules of which one asks something else than in `RULES`, and one is gone."""
WORKERS = 3


class Company:
    """Workers that share one database. Which of them work in a step, in which order, and who dies, is given."""

    def __init__(self, before, after, shifts):
        self.cards, self.versions = before, (before, after)
        self.shifts = iter(shifts)
        self.workers = [self._hire() for _ in range(WORKERS)]

    def _hire(self):
        return Continuous(lambda: self.cards, Live(), size=1, patience=0)

    def __call__(self, at):
        edited, order, dying = next(self.shifts)
        self.cards = self.versions[edited]
        for worker in self.workers:  # within the hour that marks are kept, everybody reads them
            worker.live.ground(at)
        for round_ in range(1_000):
            for number in order:
                if dying == number and round_ == 1:
                    self.workers[number] = self._hire()
            done = [self.workers[number].turn(at) for number in order]
            if all(one is not None and not one.part for one in done[:1]):
                break
        for number in order:
            self.workers[number].turn(at)


SHIFT = st.tuples(
    st.booleans(),
    st.lists(st.sampled_from(range(WORKERS)), min_size=1, max_size=3, unique=True),
    st.sampled_from([None, *range(WORKERS)]),
)


@pytest.mark.django_db
@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS, shifts=st.lists(SHIFT, min_size=9, max_size=9))
def test_several_workers_come_to_what_full_runs_come_to(tmp_path, monkeypatch, steps, shifts):
    above = scorecard(tmp_path, *ABOVE, name="above")
    before, after = ([scorecard(tmp_path, *rules), above] for rules in (RULES, EDITED))
    monkeypatch.setattr("greenboard.scorecards.store.standards", lambda words: tuple(before))
    edits = iter(shifts)
    anew = play(steps, lambda at: [service.evaluate(card, at) for card in (before, after)[next(edits)[0]]])
    said, causes = play(steps, Company(before, after, shifts))
    assert [_differing(one, other) for one, other in zip(said, anew[0], strict=True)] == [({}, {})] * len(said)
    assert set(causes) ^ set(anew[1]) == set()


def shop(size):
    """So many services, of which nothing is known."""
    enter(-1)
    many = [Entity(Ref("service", "default", f"s{number}")) for number in range(size - 1)]
    catalog.save(Declared(tuple(many), ()), START, cause="test")


@pytest.mark.django_db
def test_a_part_whose_worker_fails_is_there_for_another(tmp_path, monkeypatch):
    shop(4)
    cards = [scorecard(tmp_path, *RULES)]
    one, two = (Continuous(lambda: cards, Live(), size=2) for _ in range(2))
    with monkeypatch.context() as broken:
        broken.setattr(parts, "finish", lambda part: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            one.turn(START)
    assert (len(store.results(CARD)), parts.left(cards)) == (0, {CARD})
    assert [two.turn(START).part for _ in range(3)] == [True, True, False]
    assert len(store.levels(CARD)) == 4


@pytest.mark.django_db
def test_marks_wait_until_no_part_is_left_and_are_lost_by_nobody(tmp_path):
    shop(4)
    cards = [scorecard(tmp_path, *RULES)]
    one, two = (Continuous(lambda: cards, Live(), size=2) for _ in range(2))
    one.turn(START)
    assert not marks.waiting()  # all that they tell of is in the parts
    catalog.save(Declared((Entity(Ref("service", "default", "late")),), ()), day(1), cause="test")
    assert [two.turn(day(1)).part, marks.waiting()] == [True, True]
    two.turn(day(1))
    assert not marks.waiting()
    assert len(store.levels(CARD)) == 5


@pytest.mark.django_db
def test_pages_follow_each_part_and_agree_with_what_is_stored(tmp_path):
    shop(6)
    cards = [scorecard(tmp_path, *RULES)]
    Continuous(lambda: cards, Live(), size=100).turn(START)
    matrix.matrix(CARD)
    changes.changes(CARD, day(-1), day(9))
    cards = [scorecard(tmp_path, *EDITED)]
    workers = [Continuous(lambda: cards, Live(), size=2) for _ in range(2)]
    for turn in range(4):
        assert workers[turn % 2].turn(day(1 + turn / 10)).part == (turn < 3)
        followed = _seen()
        matrix.forget()
        changes.forget()
        assert followed == _seen()


def _seen():
    found, moved = matrix.matrix(CARD), changes.changes(CARD, day(-1), day(9))
    rows = sorted(zip(*(getattr(moved, name).tolist() for name in ("moment", "entity", "rule", "row")), strict=True))
    return found.names, found.ids.tolist(), found.outcomes.tolist(), found.level.tolist(), rows


class Other:
    """Somebody in a thread of their own, with a connection of their own, who stops in the middle of a part."""

    def __init__(self, worker, at):
        self.reached, self.go = threading.Event(), threading.Event()
        self.done = None
        self._thread = threading.Thread(target=self._run, args=(worker, at))

    def __enter__(self):
        self._thread.start()
        assert self.reached.wait(60)
        return self

    def __exit__(self, *_):
        self.go.set()
        self._thread.join(60)

    def _run(self, worker, at):
        try:
            self.done = worker.turn(at)
        finally:
            connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_two_work_at_the_same_time_and_a_turn_waits_for_both(tmp_path, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    shop(4)
    cards = [scorecard(tmp_path, *RULES)]
    one, two, three = (Continuous(lambda: cards, Live(), size=2) for _ in range(3))
    for worker in (one, two, three):
        worker.live.ground(START)
    finish = parts.finish

    def held(part):
        if threading.current_thread() is not threading.main_thread():
            other.reached.set()
            other.go.wait(60)
        finish(part)

    monkeypatch.setattr(parts, "finish", held)
    with (other := Other(one, START)):
        matrix.matrix(CARD)
        assert two.turn(day(1)).part
        assert two.turn(day(1)) is None  # what is left is in hand
        behind = matrix.matrix(CARD).ids.tolist()
    assert other.done.part
    assert (len(behind), len(matrix.matrix(CARD).ids)) == (2, 4)
    assert [worker.turn(day(1)).part for worker in (two, three)] == [False, False]
    assert models.Part.objects.filter(number=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_whoever_judges_everything_waits_for_parts_in_hand(tmp_path, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    shop(4)
    cards = [scorecard(tmp_path, *RULES)]
    one = Continuous(lambda: cards, Live(), size=2)
    finish = parts.finish

    def held(part):
        other.reached.set()
        other.go.wait(60)
        finish(part)

    monkeypatch.setattr(parts, "finish", held)
    with (other := Other(one, START)), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
        with pytest.raises(Exception, match="lock timeout"):
            service.lock([CARD])
