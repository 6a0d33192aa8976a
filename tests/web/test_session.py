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
