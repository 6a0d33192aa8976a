import importlib

import pytest

from greenboard.access.models import Person

world = importlib.import_module("tests.web.world")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The company is written once; each test sees it inside its own transaction."""
    with django_db_blocker.unblock():
        if not world.catalog.entities():
            world.build()


@pytest.fixture
def person(db):
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
