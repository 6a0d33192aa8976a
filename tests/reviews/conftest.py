import importlib

import pytest
from django.db import connection, transaction

from greenboard.core import events
from greenboard.core.happened import Happened
from greenboard.reviews import template

world = importlib.import_module("tests.reviews.world")


@pytest.fixture(autouse=True)
def templates(tmp_path, monkeypatch):
    """The small template beside those that ship."""
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "small.yaml").write_text(world.SMALL)
    monkeypatch.setenv("GREENBOARD_REVIEWS", str(folder))
    template.of_files.cache_clear()
    yield folder
    template.of_files.cache_clear()


@pytest.fixture(scope="session")
def company(django_db_setup, django_db_blocker):
    """The company's rows by table. It is written once and rolled back, so no other test meets it."""
    with django_db_blocker.unblock(), transaction.atomic():
        empty = [name for name in connection.introspection.table_names() if not _rows(name)[1]]
        world.build()
        found = {name: rows for name in empty if (rows := _rows(name))[1]}
        transaction.set_rollback(True)
    return found


def _rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        return [column[0] for column in cursor.description], cursor.fetchall()


@pytest.fixture
def people(company, db):
    """Who takes part; the company is there."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table, (columns, rows) in company.items():
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {quote(table)} ({', '.join(map(quote, columns))}) VALUES ({places})", rows)
    return world.People()


@pytest.fixture
def told():
    """What was announced, in order."""
    heard = []
    with events.subscribed(Happened, heard.append):
        yield heard
