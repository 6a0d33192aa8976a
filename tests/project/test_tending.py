"""What is due is done whatever happens to something else that is due."""

import logging
from datetime import UTC, datetime

from django.db import OperationalError

from greenboard.project import tending

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def counting(moment):
    return 2 if moment == NOW else 0


def broken(moment):
    raise ZeroDivisionError("a report divides by nothing")


def refused(moment):
    raise OperationalError("database is locked")


def test_one_that_fails_is_named_and_keeps_no_other_from_its_work(db, caplog):
    with caplog.at_level(logging.WARNING, "greenboard.worker"):
        assert tending.tend(NOW, (counting, broken, counting)) == 4
    assert "test_tending failed at what is due" in caplog.text
    assert "a report divides by nothing" in caplog.text


def test_what_the_database_refuses_waits_for_the_next_look(transactional_db, caplog):
    with caplog.at_level(logging.WARNING, "greenboard.worker"):
        assert tending.tend(NOW, (refused, counting)) == 2
    assert "the database refused (database is locked)" in caplog.text
