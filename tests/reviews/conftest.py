import importlib

import pytest
from tests import rows

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
    with django_db_blocker.unblock():
        return rows.written(world.build)


@pytest.fixture
def people(company, db):
    """Who takes part; the company is there."""
    rows.put(company)
    return world.People()


@pytest.fixture
def told():
    """What was announced, in order."""
    heard = []
    with events.subscribed(Happened, heard.append):
        yield heard
