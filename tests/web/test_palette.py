"""What the palette is told: everything of a small catalog, of a large one what is typed."""

import pytest

from greenboard.web.palette import view


def told(board, url="/palette.json"):
    return board.get(url).json()


def names(answer, group="Service"):
    return [entry["text"] for entry in answer["entries"] if entry["group"] == group]


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(view, "FEW", 3)


def test_of_a_small_catalog_everything_is_sent_at_once(board):
    answer = told(board)
    assert answer["whole"] is True
    assert {"checkout", "ledger"} <= set(names(answer))


def test_of_a_large_one_only_what_is_no_entity(board, large):
    answer = told(board)
    assert answer["whole"] is False
    assert names(answer) == []
    assert "Board" in names(answer, "Page")


def test_what_is_typed_finds_entities_by_name_owner_and_kind_the_best_first(board, large, monkeypatch):
    assert names(told(board, "/palette.json?q=ledger"), "Service") == ["ledger"]
    found = [entry["text"] for entry in told(board, "/palette.json?q=ledger")["entries"]]
    assert found == ["ledger", "ledger", "ledger-db", "ledger-db"], "each with its repository, whole names first"
    assert set(names(told(board, "/palette.json?q=payments+service"))) == {"checkout", "ledger", "fraud"}
    assert told(board, "/palette.json?q=nobody-has-this")["entries"] == []
    monkeypatch.setattr(view, "MOST", 2)
    assert len(told(board, "/palette.json?q=e")["entries"]) == 2


def test_what_may_not_be_seen_is_not_found(board, large, person):
    from greenboard.access.models import Grant, Role
    from greenboard.core import clock

    Grant.objects.all().delete()
    viewer = Role.objects.get(name="viewer")
    Grant.objects.create(role=viewer, person=person, scope="service:default/fraud", created_at=clock.now())
    assert names(told(board, "/palette.json?q=service")) == ["fraud"]
    assert told(board, "/palette.json?q=ledger")["entries"] == []
