"""What a web process reads before it says that it is ready."""

import threading

import pytest
from django.db import DatabaseError
from django.test import Client

from greenboard.catalog import whole
from greenboard.project import warming
from greenboard.project.warming import Warming
from greenboard.results import matrix

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(monkeypatch):
    """A process that reads ahead, and goes on when it is told to."""
    go = threading.Event()
    monkeypatch.setattr(warming, "read", lambda: go.wait(60))
    one = Warming()
    monkeypatch.setattr(warming, "_begun", [one])
    one.start()
    yield go, one
    go.set()


def test_until_it_is_read_the_process_is_alive_and_not_ready(begun):
    go, one = begun
    assert Client().get("/health/live").status_code == 200
    answer = Client().get("/health/ready")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["the catalog and its results are being read"])
    go.set()
    assert one._over.wait(60)
    assert Client().get("/health/ready").status_code == 200


def test_after_the_bound_it_is_ready_all_the_same(monkeypatch):
    monkeypatch.setattr(warming, "_begun", [Warming(bound=0.0)])
    assert Client().get("/health/ready").status_code == 200


def test_a_database_that_refuses_is_no_reason_of_its_own(monkeypatch, caplog):
    def refuse():
        raise DatabaseError("no such table")

    monkeypatch.setattr(warming, "read", refuse)
    one = Warming()
    one._run()
    assert one.reason() is None
    assert "no such table" in caplog.text


def test_what_was_read_ahead_is_not_read_again(django_assert_max_num_queries):
    warming.read()
    with django_assert_max_num_queries(2):
        whole.whole()
        matrix.matrix("production-readiness")
