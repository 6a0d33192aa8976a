"""The page around the editor: who sees what, and what it says without scripts."""

import pytest

CARD = "/scorecards/production-readiness"
RULE = f"{CARD}/rules/inf-1-images"


@pytest.fixture
def administrator(board, django_user_model):
    board.force_login(django_user_model.objects.create_superuser("grace", password=None))
    return board


@pytest.fixture
def reader(board):
    return board


def text(client, url):
    return client.get(url).content.decode()


def test_an_administrator_edits(administrator):
    page = text(administrator, f"{RULE}/edit")
    assert "<h1>Edit rule</h1>" in page
    assert 'name="note"' in page


def test_a_reader_tries_and_is_told_so(reader):
    page = text(reader, f"{RULE}/edit")
    assert "<h1>Try a change</h1>" in page
    assert 'name="note"' not in page
    assert "saving them takes an administrator" in page


def test_the_rule_stands_there_without_scripts(administrator):
    page = text(administrator, f"{RULE}/edit")
    assert "Editing needs JavaScript" in page
    assert "image_pinned" in page.partition("<gb-rule-editor")[0]


def test_the_page_carries_the_token_that_saving_needs(administrator):
    assert "csrfmiddlewaretoken" in text(administrator, f"{RULE}/edit").partition("<gb-rule-editor")[2]


@pytest.mark.parametrize("value", ["gold", "blocks-release", "data-store", "reliability", "experimental"])
def test_a_new_rule_chooses_among_what_there_is(administrator, value):
    assert f'value="{value}"' in text(administrator, f"{CARD}/rules/new")


@pytest.mark.parametrize(
    "url",
    [f"{CARD}/rules/nothing/edit", "/scorecards/nothing/rules/inf-1-images/edit", "/scorecards/nothing/rules/new"],
)
def test_what_is_not_there_is_not_found(administrator, url):
    assert administrator.get(url).status_code == 404


def test_an_administrator_finds_the_editor(administrator):
    assert f'href="{RULE}/edit"' in text(administrator, RULE)
    assert f'href="{CARD}/rules/new"' in text(administrator, CARD)
    assert f"{RULE}/edit" in text(administrator, "/palette.json")


def test_a_reader_finds_the_way_to_try(reader):
    assert "Try a change" in text(reader, RULE)
    assert f"{CARD}/rules/new" not in text(reader, CARD)
    assert "/edit" not in text(reader, "/palette.json")
