import importlib

import pytest
from tests import rows

from greenboard.access.models import Person

world = importlib.import_module("tests.web.world")


@pytest.fixture(scope="session")
def company(django_db_setup, django_db_blocker):
    """The company's rows by table. It is written once and rolled back, so no other test meets it."""
    with django_db_blocker.unblock():
        return rows.written(world.build)


@pytest.fixture
def person(company, db):
    """Somebody to sign in; the company is there inside the test's own transaction."""
    rows.put(company)
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
