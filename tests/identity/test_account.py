"""Passwords, second factors, sessions: what a person does with their own account."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session

from greenboard.access.models import Person
from greenboard.identity.configuration import Identity

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"


@pytest.fixture
def ada():
    return Person.objects.create_user("ada", email="ada@example.com", password=PASSWORD)


def sign_in(client, password=PASSWORD, name="ada", **more):
    return client.post("/sign-in", {"username": name, "password": password, **more})


def who(client):
    number = client.session.get("_auth_user_id")
    return Person.objects.filter(pk=number).first() if number else None


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


@pytest.fixture
def with_codes(ada):
    TOTP.activate(ada, "JBSWY3DPEHPK3PXP")
    return ada


def test_the_key_of_the_session_changes_at_signing_in(client, ada):
    client.get("/sign-in")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    sign_in(client)
    assert who(client) == ada
    assert client.session.session_key != before


def test_it_is_not_said_whether_an_account_exists(client, ada):
    texts = [re.sub(r'value="[^"]*"', "", sign_in(client, "guess", name).content.decode()) for name in ("ada", "eve")]
    strip = [re.sub(r"csrf\S+", "", text) for text in texts]
    assert strip[0] == strip[1]
    assert "do not belong together" in texts[0]


def test_after_five_failures_a_name_waits_and_the_right_password_too(client, ada):
    for _ in range(5):
        sign_in(client, "guess")
    text = sign_in(client).content.decode()
    assert "Too many failed attempts" in text
    assert who(client) is None


def test_who_is_not_active_does_not_get_in(client, ada):
    Person.objects.update(is_active=False)
    answer = sign_in(client)
    assert who(client) is None
    assert answer.headers["Location"] == "/sign-in?refused=closed"


def test_a_session_ends_at_once_when_the_account_is_closed(client, ada):
    sign_in(client)
    assert client.get("/").status_code == 200
    Person.objects.update(is_active=False)
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_next_leads_to_no_other_site(client, ada, evil):
    assert sign_in(client, next=evil).headers["Location"] == "/"


def test_local_sign_in_can_be_switched_off(client, ada, settings):
    provider = {"id": "company", "title": "Company", "issuer": "https://sso.example", "client_id": "x"}
    settings.IDENTITY = Identity.model_validate({"local": False, "oidc": [provider]})
    sign_in(client)
    assert who(client) is None
    client.force_login(ada)
    assert client.get("/account/password").headers["Location"] == "/account"


def test_with_a_code_app_the_password_is_not_enough(client, with_codes):
    assert sign_in(client, next="/catalog").headers["Location"].startswith("/sign-in/second-factor")
    assert who(client) is None
    assert client.get("/").status_code == 302
    assert "Second factor" in client.get("/sign-in/second-factor").content.decode()
    text = client.post("/sign-in/second-factor", {"code": "000000"}).content.decode()
    assert "That code is not right" in text
    answer = client.post("/sign-in/second-factor", {"code": code("JBSWY3DPEHPK3PXP")})
    assert answer.headers["Location"] == "/catalog"
    assert who(client) == with_codes


def test_codes_cannot_be_guessed_by_the_hundred(client, with_codes):
    sign_in(client)
    for number in range(8):
        client.post("/sign-in/second-factor", {"code": f"{number:06}"})
    client.post("/sign-in/second-factor", {"code": code("JBSWY3DPEHPK3PXP")})
    assert who(client) is None


def test_a_code_app_is_added_after_the_password_was_asked_again(client, ada):
    sign_in(client)
    asked = client.get("/account/code-app")
    assert asked.headers["Location"].startswith("/account/again")
    assert client.post(asked.headers["Location"], {"password": "guess"}).status_code == 200
    client.post("/account/again?next=/account/code-app", {"password": PASSWORD, "next": "/account/code-app"})
    text = client.get("/account/code-app").content.decode()
    secret = re.search(r"<code>([A-Z2-7]{16,})</code>", text)[1]
    assert 'src="data:image/svg+xml;base64,' in text
    answer = client.post("/account/code-app", {"code": code(secret)})
    assert answer.headers["Location"] == "/account/recovery-codes"
    codes = re.findall(r"<li><code>(\d{8})</code>", client.get("/account/recovery-codes").content.decode())
    assert len(codes) == 10
    kept = Authenticator.objects.get(user=ada, type="totp").data["secret"]
    assert secret not in kept, "the key is sealed at rest"
    client.post("/sign-out")
    sign_in(client)
    client.post("/sign-in/second-factor", {"code": codes[0]})
    assert who(client) == ada
    client.post("/sign-out")
    sign_in(client)
    client.post("/sign-in/second-factor", {"code": codes[0]})
    assert who(client) is None, "a recovery code lets in once"


def test_a_code_app_is_removed(client, with_codes):
    sign_in(client)
    client.post("/sign-in/second-factor", {"code": code("JBSWY3DPEHPK3PXP")})
    client.post("/account/again", {"password": PASSWORD})
    assert "Remove the code app" in client.get("/account/code-app/remove").content.decode()
    client.post("/account/code-app/remove")
    assert not Authenticator.objects.filter(type="totp").exists()


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(client, ada):
    other = type(client)()
    sign_in(other)
    sign_in(client)
    text = client.post("/account/password", {"oldpassword": "guess", "password1": "another long one"}).content.decode()
    assert "current password" in text
    text = client.post("/account/password", {"oldpassword": PASSWORD, "password1": "short"}).content.decode()
    assert "12 characters" in text
    answer = client.post("/account/password", {"oldpassword": PASSWORD, "password1": "another long one"})
    assert answer.headers["Location"] == "/account"
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302
    ada.refresh_from_db()
    assert ada.check_password("another long one")


def test_sessions_are_listed_and_ended(client, ada):
    browsers = [type(client)(HTTP_USER_AGENT=agent) for agent in ("Mozilla/5.0 (X11; Linux) Firefox/140.0", "curl/8")]
    for one in browsers:
        sign_in(one)
    sign_in(client)
    text = client.get("/account").content.decode()
    assert "Firefox on Linux" in text
    assert "curl/8" in text
    assert text.count("this one") == 1
    number = re.search(r'name="session" value="(\d+)"[^>]*><button class="button">End<span class="sr"> Firefox', text)[
        1
    ]
    client.post("/account/sessions/end", {"session": number})
    assert browsers[0].get("/account").status_code == 302
    assert browsers[1].get("/account").status_code == 200
    client.post("/account/sessions/end", {"session": "others"})
    assert browsers[1].get("/account").status_code == 302
    assert client.get("/account").status_code == 200
    assert Session.objects.count() == 1


def test_nobody_ends_the_session_of_somebody_else(client, ada):
    Person.objects.create_user("eve", password=PASSWORD)
    sign_in(client)
    number = re.search(r'name="session" value="(\d+)"', client.get("/account").content.decode())[1]
    eve = type(client)()
    sign_in(eve, name="eve")
    eve.post("/account/sessions/end", {"session": number})
    assert client.get("/account").status_code == 200


def test_forms_carry_a_token_against_forgery(ada):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    assert client.post("/sign-in", {"username": "ada", "password": PASSWORD}).status_code == 403
    client.force_login(ada)
    for path in ("/account/sessions/end", "/account/providers/remove", "/account/password", "/sign-out"):
        assert client.post(path, {"session": "others"}).status_code == 403, path


def test_pages_of_the_account_have_no_inline_script_or_style(client, ada):
    sign_in(client)
    client.post("/account/again", {"password": PASSWORD})
    for path in ("/account", "/account/password", "/account/code-app", "/account/passkeys/new", "/account/again"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        text = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text), path
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_too_many_sign_ins_from_one_address_are_answered_with_a_page(client, ada):
    answers = [client.post("/sign-in", {"username": f"n{number}", "password": "x"}) for number in range(31)]
    assert answers[-1].status_code == 429
    assert "Too many attempts" in answers[-1].content.decode()


def test_time_does_not_tell_whether_an_account_exists(client, ada):
    def taken(name: str) -> float:
        start = time.perf_counter()
        sign_in(client, "guess", name)
        return time.perf_counter() - start

    taken("ada")
    # Both hash a password once. The hash of these tests is quick, so only a gross difference can be asked about.
    assert abs(min(taken("ada") for _ in range(2)) - min(taken(f"e{n}") for n in range(2))) < 0.5


def test_who_lost_everything_is_let_in_again_by_the_machine(client, with_codes, monkeypatch):
    from click.testing import CliRunner

    from greenboard.project.commands import account

    sign_in(client)
    client.post("/sign-in/second-factor", {"code": code("JBSWY3DPEHPK3PXP")})
    monkeypatch.setattr("greenboard.project.running.prepare", lambda *_, **__: None)
    password = CliRunner().invoke(account.command, ["reset", "ada", "--factors"]).output.strip()
    assert len(password) >= 20
    assert client.get("/account").status_code == 302, "the sessions of before are gone"
    sign_in(client, password)
    assert who(client) == with_codes
    assert CliRunner().invoke(account.command, ["reset", "nobody"]).exit_code != 0
