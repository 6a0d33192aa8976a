"""Scorecards of one's own, from a folder."""

import pytest

from greenboard.core.errors import UserError
from greenboard.facts import vocabulary
from greenboard.scorecards import definition

WORDS = vocabulary.load()
TEXT = """name: {name}
title: Basics
levels: [{{name: basic, title: Basic}}]
rules:
  - {{id: owned, item: B.1, title: It is owned, why: w, fix: f, level: basic, expression: '{expression}'}}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("GREENBOARD_SCORECARDS", str(tmp_path))
    definition.ladders.cache_clear()
    yield tmp_path
    definition.ladders.cache_clear()


def test_they_stand_beside_those_that_ship(folder):
    (folder / "basics.yaml").write_text(TEXT.format(name="basics", expression="ownership.declared"))
    assert [card.name for card in definition.shipped(WORDS)] == ["production-readiness", "basics"]
    assert definition.find("basics", WORDS).title == "Basics"


def test_one_of_the_same_name_takes_the_place_of_the_one_that_ships(folder):
    text = TEXT.format(name="production-readiness", expression="ownership.declared")
    (folder / "production-readiness.yaml").write_text(text)
    assert [len(card.rules) for card in definition.shipped(WORDS)] == [1]


def test_they_may_ask_for_levels_of_those_that_ship_and_of_no_others(folder):
    (folder / "above.yaml").write_text(TEXT.format(name="above", expression='reached("production-readiness", "gold")'))
    assert definition.shipped(WORDS)[1].standards == {"production-readiness"}
    (folder / "above.yaml").write_text(TEXT.format(name="above", expression='reached("production", "gold")'))
    with pytest.raises(UserError, match="production-readiness"):
        definition.shipped(WORDS)


def test_a_folder_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setenv("GREENBOARD_SCORECARDS", "/nowhere")
    with pytest.raises(UserError, match="GREENBOARD_SCORECARDS names no folder"):
        definition.shipped(WORDS)
