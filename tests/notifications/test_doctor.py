"""`greenboard doctor` looks at the server for mail, and at what people are asked to attest."""

import socket

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from greenboard.attestations import policies
from greenboard.project.doctor import people
from greenboard.project.doctor.types import State
from greenboard.project.environment import Environment


def looked(look):
    [found] = list(look(Environment.read()))
    return found


def test_a_server_for_mail_that_answers_is_fine_and_nothing_is_sent(mail):
    found = looked(people.mail)
    assert (found.state, mail.mails) == (State.PASS, [])
    assert "answers; mail is from Greenboard <board@shop.example>" in found.said


def test_a_server_that_nobody_can_reach_is_told(mail, settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.EMAIL_PORT = taken.getsockname()[1]
    found = looked(people.mail)
    assert (found.state, found.todo[:24]) == (State.FAIL, "Mend GREENBOARD_SMTP_URL")
    assert f":{settings.EMAIL_PORT} was not reached: ConnectionRefusedError" in found.said


@pytest.mark.filterwarnings("ignore::UserWarning")  # the server of the test asks for a password without TLS
@pytest.mark.parametrize(("success", "said"), [(True, "takes name and password"), (False, "refuses name or password")])
def test_a_name_and_password_that_are_refused_are_told_without_being_said(mail, settings, success, said):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    judge = lambda *_: AuthResult(success=success, handled=False)  # noqa: E731
    controller = Controller(
        mail, hostname="127.0.0.1", port=port, authenticator=judge, auth_required=True, auth_require_tls=False
    )
    controller.start()
    settings.EMAIL_PORT, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = port, "board", "s3cret"
    found = looked(people.mail)
    controller.stop()
    assert said in found.said
    assert "s3cret" not in found.said


def test_without_a_server_people_hear_by_their_inbox(settings):
    settings.EMAIL_HOST = ""
    assert looked(people.mail).state is State.PASS


@pytest.mark.django_db
def test_an_item_that_rules_ask_for_and_nobody_can_attest_is_named(monkeypatch):
    assert looked(people.attesting).state is State.PASS
    known = policies.shipped()
    monkeypatch.setattr(policies, "shipped", lambda: {item: one for item, one in known.items() if item != "REL.3"})
    found = looked(people.attesting)
    assert (found.state, "rules ask for REL.3, and no policy" in found.said) == (State.WARN, True)
