import importlib

import pytest
from django.db import connection, transaction

from greenboard.access.models import Person

world = importlib.import_module("tests.web.world")


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
def person(company, db):
    """Somebody to sign in; the company is there inside the test's own transaction."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table, (columns, rows) in company.items():
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {quote(table)} ({', '.join(map(quote, columns))}) VALUES ({places})", rows)
    return Person.objects.create_user("ada", password="a long password")


@pytest.fixture
def board(client, person):
    """A client that is signed in."""
    client.force_login(person)
    return client


@pytest.fixture
def page(board):
    """Get a page as text; it must answer 200."""

    def get(url):
        answer = board.get(url)
        assert answer.status_code == 200, answer.content[:2000]
        return answer.content.decode()

    return get
