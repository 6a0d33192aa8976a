"""Requests that another site made a browser send, and pages within pages: refused everywhere, not only where we thought of it."""

import re

import pytest
from django.test import Client
from django.urls import get_resolver
from tests.access.test_routes import OWN, operations, pages, patterns

from greenboard.access.models import Entry, Person

pytestmark = pytest.mark.django_db
SHOWN = {"account", "mfa_index", "mfa_list_webauthn", "mfa_view_recovery_codes"}
"""The pages of one's own account that take no form."""


@pytest.fixture
def signed_in():
    """An administrator's browser, which checks forgery as a real one is checked."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(Person.objects.create_superuser("root", password="a long password"))
    return client


def own():
    """The forms of one's own account."""
    for path, one in patterns(get_resolver()):
        if one.name in OWN - SHOWN:
            yield f"/{re.sub(r'<int:[a-z]+>', '1', path)}"


def test_no_form_is_taken_that_our_page_did_not_make(signed_in):
    forms = [url for _, method, url in pages() if method == "POST"]
    assert len(forms) > 25
    noted = Entry.objects.count()
    answers = {url: signed_in.post(url, {"name": "x"}) for url in (*forms, *own(), "/sign-out", "/sign-in")}
    assert {url: answer.status_code for url, answer in answers.items() if answer.status_code != 403} == {}
    assert Entry.objects.count() == noted
    assert signed_in.get("/").status_code == 200, "nobody was signed out"


def test_no_operation_changes_anything_for_a_session_without_the_token(signed_in):
    noted = Entry.objects.count()
    answers = {name: signed_in.generic(method, url, "{}", content_type="application/json")
               for name, method, url in operations() if method != "GET"}  # fmt: skip
    assert len(answers) > 30
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 403} == {}
    assert Entry.objects.count() == noted


def test_nothing_is_changed_by_a_link(signed_in):
    noted = Entry.objects.count()
    forms = [url for _, method, url in pages() if method == "POST"]
    assert {signed_in.get(url).status_code for url in forms} == {405}
    assert Entry.objects.count() == noted


def test_no_answer_may_be_shown_within_another_page(signed_in):
    urls = [url for _, method, url in pages() if method == "GET"]
    urls += [url for _, method, url in operations() if method == "GET"]
    urls += [
        "/sign-in",
        "/account",
        "/nothing",
        "/health/live",
        "/metrics",
        "/static/nothing",
        "/api/v1/nothing",
        "/scim/v2/Users",
    ]
    for client in (signed_in, Client()):
        for url in urls:
            answer = client.get(url)
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], url
            assert answer.headers["X-Content-Type-Options"] == "nosniff", url
            assert "Access-Control-Allow-Origin" not in answer.headers, url
            if "html" in answer.headers.get("Content-Type", ""):
                assert answer.headers.get("X-Frame-Options") == "DENY", url


def test_the_cookie_of_a_session_is_for_us_alone(settings):
    Person.objects.create_user("ada", password="a long password")
    client = Client()
    client.post("/sign-in", {"username": "ada", "password": "a long password"})
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Lax", "")
    assert settings.GREENBOARD.https == settings.SESSION_COOKIE_SECURE
