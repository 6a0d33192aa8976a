"""A request for an exemption is decided right from the message: by the link of a letter, and by a button in Slack."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.test import Client
from tests.workflows.conftest import CHECKOUT, person
from tests.workflows.test_answers import asks, deliver, linked, pressed, slack  # noqa: F401 - fixtures among them

from greenboard.access.models import Entry, Grant, Role
from greenboard.core import clock
from greenboard.exemptions import asking, deciding
from greenboard.exemptions.models import Exemption
from greenboard.exemptions.types import Category, Pair, Terms

RULES = ("cod-1-coverage", "own-1-tier", "own-1-owner")


@pytest.fixture
def wish(asks, checkout, ada):  # noqa: F811 - the fixture
    """Ask for an exemption of each of so many rules, one after the other; the requests."""

    def begin(count: int = 1) -> list[Exemption]:
        terms = Terms(Category.WAIVED, "It is replaced in spring", ends=clock.now() + timedelta(days=60))
        for rule in RULES[:count]:
            asking.ask([Pair(CHECKOUT, "production-readiness", rule)], terms, ada, clock.now())
        return list(Exemption.objects.order_by("pk"))

    return begin


def test_a_link_in_a_letter_shows_the_request_and_only_its_form_decides(wish) -> None:
    [row] = wish()
    url, stranger = linked(), Client(enforce_csrf_checks=True)
    page = stranger.get(url)
    assert "ada asks for an exemption of checkout from" in page.text
    assert "It is replaced in spring" in page.text
    row.refresh_from_db()
    assert row.state == "requested"
    token = {"csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]}
    refused = stranger.post(url, {"answer": "no", **token})
    assert (refused.status_code, "A denial needs a reason" in refused.text) == (400, True)
    done = stranger.post(url, {"answer": "no", "reason": "Spring is too late", **token})
    assert f"You denied exemption {row.pk}." in done.text
    row.refresh_from_db()
    assert (row.state, row.decided_by, row.decision) == ("denied", "grace", "Spring is too late")
    assert Entry.objects.get(action="exemption.denied").actor == "grace by a link in a letter"
    assert stranger.get(url).status_code == 404


def test_who_may_not_decide_any_more_is_refused_and_who_is_second_is_told(wish, grace) -> None:
    [row] = wish()
    url, stranger = linked(), Client()
    role = Grant.objects.get(person=grace)
    Grant.objects.filter(pk=role.pk).update(role=Role.objects.get(name="viewer"))
    assert stranger.get(url).status_code == 403
    role.save()
    deciding.approve({row.pk: 1}, "Agreed", person("eve", "maintainer"), clock.now())
    assert "does not wait for a decision any more" in stranger.get(url).text


def test_a_button_in_slack_approves_and_a_denial_there_asks_for_its_reason(wish, slack, receiver) -> None:  # noqa: F811
    [row] = wish()
    deliver()
    [sent] = receiver.at("/chat.postMessage")
    [actions] = [one for one in sent.body["blocks"] if one["type"] == "actions"]
    value = actions["elements"][0]["value"]
    assert pressed(slack, receiver, value, action="greenboard_deny").status_code == 200
    assert "A denial needs a reason" in receiver.at("/back")[-1].body["text"]
    assert pressed(slack, receiver, value).status_code == 200
    assert receiver.at("/back")[-1].body["replace_original"]
    row.refresh_from_db()
    assert (row.state, row.decision) == ("approved", "Approved by a button in Slack.")
    assert Entry.objects.get(action="exemption.approved").actor == "grace by a button in Slack"
    pressed(slack, receiver, value)
    assert "does not wait for a decision any more" in receiver.at("/back")[-1].body["text"]


def test_several_of_one_person_are_one_message_in_which_each_is_answered_by_itself(wish, slack, receiver) -> None:  # noqa: F811
    rows = wish(3)
    deliver()
    [sent] = receiver.at("/chat.postMessage")
    values = [one["elements"][0]["value"] for one in sent.body["blocks"] if one["type"] == "actions"]
    assert len(set(values)) == 3
    pressed(slack, receiver, values[1], message={"blocks": sent.body["blocks"]})
    assert receiver.at("/back")[-1].body["replace_original"] is False
    assert receiver.at("/back")[-1].body["response_type"] == "in_channel"
    for row in rows:
        row.refresh_from_db()
    assert sorted(row.state for row in rows) == ["approved", "requested", "requested"]


def test_no_letter_that_is_kept_decides_anything(wish) -> None:
    wish()
    deliver()
    assert "/answers/" in outbox.outbox[-1].body
    assert "Approve or deny it, with a reason." in outbox.outbox[-1].body
