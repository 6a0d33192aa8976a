import pytest
from django.contrib.sessions.backends.db import SessionStore

from greenboard.access.models import Person


def test_signing_in_leads_to_the_page_that_was_wanted(client, person):
    answer = client.post(
        "/sign-in", {"username": "ada", "password": "a long password", "next": "/catalog?kind=service"}
    )
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/catalog?kind=service"


def test_signing_in_never_leads_to_another_site(client, person):
    answer = client.post(
        "/sign-in", {"username": "ada", "password": "a long password", "next": "https://evil.example/"}
    )
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_is_said_without_saying_which_part_was_wrong(client, person):
    text = client.post("/sign-in", {"username": "ada", "password": "guess"}).content.decode()
    assert "Name and password do not belong together" in text


def test_signing_out_needs_a_post(board):
    assert board.get("/sign-out").status_code == 405
    assert board.post("/sign-out").status_code == 302
    assert board.get("/").status_code == 302


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example/",
        "/\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "\thttps://evil.example",
        "///x.y",
    ],
)
def test_no_way_of_writing_another_site_leads_there(client, person, wanted):
    answer = client.post("/sign-in", {"username": "ada", "password": "a long password", "next": wanted})
    assert answer.headers["Location"] == "/"


def test_a_session_that_somebody_else_began_is_not_the_one_that_is_signed_in(client, person):
    planted = SessionStore()
    planted["planted"] = True
    planted.create()
    client.cookies["sessionid"] = planted.session_key
    client.post("/sign-in", {"username": "ada", "password": "a long password"})
    assert client.cookies["sessionid"].value != planted.session_key
    assert not SessionStore(planted.session_key).exists(planted.session_key)


def test_a_session_of_another_person_is_not_taken_over(client, person):
    eve = Person.objects.create_user("eve", password="a long password")
    client.force_login(eve)
    client.session["hers"] = True
    before = client.cookies["sessionid"].value
    client.post("/sign-out")
    client.post("/sign-in", {"username": "ada", "password": "a long password"})
    assert client.cookies["sessionid"].value != before
    assert "hers" not in client.session


def test_who_was_to_send_a_form_comes_to_the_board_after_signing_in(client, person):
    answer = client.post("/access/grants", {"role": "viewer"})
    assert answer.headers["Location"] == "/sign-in?next=/"
