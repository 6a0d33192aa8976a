"""Approvals: handed over, escalated, out of time, and answered from outside of the portal by link and button."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core import mail as outbox
from django.test import Client
from tests.workflows.conftest import go, later, person, saved, start, step

from greenboard.access.models import Entry
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.identity.models import Handle
from greenboard.notifications import calling, sending, spreading, wanting, writing
from greenboard.notifications import service as telling
from greenboard.notifications.models import Message
from greenboard.workflows import definition, service, store
from greenboard.workflows.models import Waiting
from greenboard.workflows.service import Answer

PEOPLE = "- {id: a, title: Second pair of eyes, do: approve, with: {people: [grace], text: 'Ship it?'%s}}"
SECRET = "shh-signing"


@pytest.fixture
def asks(ada, grace, settings):
    """Start a run that asks grace; with more in its step."""
    settings.ORIGIN = settings.PUBLIC_URL = "https://board.example.com"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.EMAIL_HOST = "mail.example.com"
    grace.email = "grace@example.com"
    grace.save()

    def begin(more: str = ""):
        return start(saved(PEOPLE % more, head="entity: none"), ada)

    return begin


def deliver() -> None:
    spreading.spread(clock.now())
    moment = clock.now() + timedelta(minutes=10)
    writing.write(moment)
    sending.send(moment)


def linked() -> str:
    """The address in the last letter."""
    deliver()
    return re.search(r"https://board\.example\.com(/answers/\S+)", outbox.outbox[-1].body)[1]


def test_whoever_is_asked_names_somebody_else_who_then_answers_in_their_place(asks, grace):
    run, bob = asks(), person("bob")
    service.delegate(run.pk, "a", "bob", "I am away", grace)
    with pytest.raises(UserError, match="somebody else"):
        service.answer(run.pk, "a", Answer(), grace)
    service.answer(run.pk, "a", Answer(), bob)
    assert go(run).state == "done"
    assert step(run, "a").outputs["by"] == ["bob"]
    assert "asks bob in their place: I am away" in list(run.lines.values_list("text", flat=True))


@pytest.mark.parametrize(
    ("to", "said"), [("nobody", "nobody called 'nobody'"), ("ada", "started the run"), ("grace", "asked already")]
)
def test_nobody_can_be_named_who_may_not_answer(asks, grace, to, said):
    run = asks()
    with pytest.raises(UserError, match=said):
        service.delegate(run.pk, "a", to, "", grace)
    assert store.asked(step(run, "a")).who == ("person:grace",)


def test_where_all_are_asked_the_one_who_is_named_counts_for_the_other(asks, ada, grace):
    bob, eve = person("bob"), person("eve")
    run = start(saved("- {id: a, do: approve, with: {people: [grace, bob], need: all}}", head="entity: none"), ada)
    service.answer(run.pk, "a", Answer(), bob)
    service.delegate(go(run).pk, "a", "eve", "", grace)
    service.answer(run.pk, "a", Answer(), eve)
    assert go(run).state == "done"


def test_after_a_time_others_are_asked_as_well_once_and_told(asks, monkeypatch):
    bob = person("bob")
    run = asks(", within: 3d, escalate: {after: 1d, people: [bob]}")
    assert step(run, "a").due_at - clock.now() < timedelta(days=1, minutes=1)
    run = later(run, monkeypatch, days=1, minutes=1)
    assert set(Waiting.objects.filter(step__run=run).values_list("who", flat=True)) == {"person:grace", "person:bob"}
    assert store.asked(step(run, "a")).escalated
    service.answer(run.pk, "a", Answer(), bob)
    assert go(run).state == "done"
    texts = list(run.lines.values_list("text", flat=True))
    assert [one for one in texts if "as well" in one] == ["nobody answered within 1d: asks person:bob as well"]


def test_an_approval_that_nobody_gives_in_time_ends_the_run(asks, monkeypatch):
    run = asks(", within: 3d, escalate: {after: 1d, roles: [maintainer]}")
    run = later(run, monkeypatch, days=1, minutes=1)
    assert run.state == "waiting"
    run = later(run, monkeypatch, days=3)
    assert (run.state, "within 3d" in run.error) == ("failed", True)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (", within: 1d, escalate: {after: 2d, people: [bob]}", "nobody may answer any more"),
        (", escalate: {after: 2d}", "asked after that time"),
        (", need: all, escalate: {after: 1d, people: [bob]}", "asked later would have to"),
    ],
)
def test_an_escalation_that_makes_no_sense_is_refused_when_it_is_written(more, said):
    text = f"name: play\ntitle: Play\nsteps:\n{PEOPLE % more}\n"
    assert any(said in str(error) for error in definition.look(text, "play.yaml").errors)


def test_a_link_in_a_letter_shows_a_page_and_only_its_form_answers(asks):
    run = asks()
    url, stranger = linked(), Client(enforce_csrf_checks=True)
    page = stranger.get(url)
    assert page.status_code == 200
    assert "Ship it?" in page.text
    assert page.headers["Referrer-Policy"] == "same-origin"  # and the form keeps its origin
    assert "no-store" in page.headers["Cache-Control"]
    assert step(run, "a").doing == "waiting"
    assert stranger.post(url, {"answer": "yes"}).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
    done = stranger.post(url, {"answer": "yes", "reason": "looks good", "csrfmiddlewaretoken": token})
    assert "You approved" in done.text
    assert go(run).state == "done"
    assert step(run, "a").outputs == {"approved": True, "by": ["grace"], "reasons": ["looks good"]}
    assert Entry.objects.get(action="workflow.approved").actor == "grace by a link in a letter"
    assert stranger.get(url).status_code == 404


def test_a_link_is_good_for_one_person_one_step_and_one_time(asks, grace, monkeypatch):
    run = asks()
    url, stranger = linked(), Client()
    assert stranger.get(url[:-3] + "abc").status_code == 404
    service.delegate(run.pk, "a", person("bob").username, "", grace)
    assert stranger.get(url).status_code == 403
    grace.is_active = False
    grace.save()
    assert stranger.post(url, {"answer": "yes"}).status_code == 404
    real = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: real + 31 * 86_400)
    assert stranger.get(url).status_code == 404
    assert step(run, "a").doing == "waiting"


def test_the_log_of_messages_keeps_no_link_that_would_answer(asks):
    asks()
    assert linked()
    assert "/answers/" not in json.dumps(Message.objects.get().letter)


def test_where_one_has_to_be_signed_in_no_letter_has_a_link(asks):
    asks(", signed_in: true")
    deliver()
    assert "/answers/" not in outbox.outbox[-1].body


@pytest.fixture
def slack(asks, grace, receiver):
    """A channel of Slack by which grace hears, whose app has buttons; and what it posted."""
    given = {"token": "xoxb-1", "signing": SECRET, "api": receiver.url}
    row = telling.make(telling.Wish("Slack", "slack", given))
    wanting.set_own(grace, wanting.Wanted(channel=row.pk))
    calling.forget()
    receiver.say("/chat.postMessage", (200, {"ok": True}))
    Handle.objects.create(
        person=grace, tool="slack", name="U0GRACE", suggested_at=clock.now(), confirmed_at=clock.now()
    )
    return row


def pressed(row, receiver, value, *, action="greenboard_approve", user="U0GRACE", secret=SECRET, age=0, **more):
    told = {**more, "type": "block_actions", "user": {"id": user}, "response_url": f"{receiver.url}/back",
            "actions": [{"action_id": action, "value": value}]}  # fmt: skip
    body, seconds = urlencode({"payload": json.dumps(told)}), str(int(time.time()) - age)
    signature = "v0=" + hmac.new(secret.encode(), f"v0:{seconds}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {"X-Slack-Signature": signature, "X-Slack-Request-Timestamp": seconds}
    kind = "application/x-www-form-urlencoded"
    return Client(enforce_csrf_checks=True, headers=headers).post(f"/api/v1/channels/{row.pk}/slack", body, kind)


def button(asks, receiver):
    """A run, and what its button in Slack carries."""
    run = asks()
    deliver()
    [sent] = receiver.at("/chat.postMessage")
    [actions] = [one for one in sent.body["blocks"] if one["type"] == "actions"]
    return run, actions["elements"][0]["value"]


def test_a_button_in_slack_answers_for_whoever_pressed_it(asks, slack, receiver):
    run, value = button(asks, receiver)
    assert pressed(slack, receiver, value, secret="another").status_code == 401
    assert pressed(slack, receiver, value, age=600).status_code == 401
    assert pressed(slack, receiver, value, user="U0NOBODY").status_code == 200
    assert "Nobody here has your Slack account" in receiver.at("/back")[-1].body["text"]
    assert step(run, "a").doing == "waiting"
    assert pressed(slack, receiver, value).status_code == 200
    assert receiver.at("/back")[-1].body["replace_original"]
    assert go(run).state == "done"
    assert Entry.objects.get(action="workflow.approved").actor == "grace by a button in Slack"
    assert pressed(slack, receiver, value).status_code == 200
    assert "any more" in receiver.at("/back")[-1].body["text"]
