"""Slack by an incoming webhook, whose address is its secret: one channel, chosen there."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from django.conf import settings

from greenboard.core.errors import UserError
from greenboard.notifications.calling import post
from greenboard.notifications.reaching import Field, Given, Kind
from greenboard.notifications.rendering.slack import slack
from greenboard.notifications.types import Came, Letter
from greenboard.outbound import addresses

_ADVICE = {
    "no_service": "The webhook is switched off or was removed in Slack: make a new one and enter its address.",
    "no_team": "The workspace of the webhook is gone: make a new one and enter its address.",
    "invalid_token": "The address of the webhook is not right: copy it again.",
    "channel_not_found": "The webhook's channel is gone: make a new webhook.",
    "channel_is_archived": "The webhook's channel is archived: make a webhook for another.",
    "action_prohibited": "An administrator of Slack keeps the webhook from posting.",
    "invalid_blocks": "Slack refused how the message is built: please tell us.",
}


def check(given: Given) -> None:
    """An address that may be called."""
    url = given.get("url", "")
    addresses.check(url, settings.OUTBOUND_ALLOW)
    if not urlsplit(url).path.strip("/"):
        raise UserError("not the whole address of a webhook", expected="https://hooks.slack.com/services/T…/B…/…")


def send(given: Given, address: str, letter: Letter) -> Came:  # noqa: ARG001 - the webhook has one channel
    """Post the letter. Slack says `ok` where it took it, whatever the status is."""
    body = json.dumps(slack(letter), ensure_ascii=False).encode()
    answer = post(given["url"], body, {"Content-Type": "application/json; charset=utf-8"})
    said = answer.text.strip()
    return answer.came(arrived=answer.good and said == "ok", advice=_ADVICE.get(said, ""))


KIND = Kind(
    "slack-webhook",
    "Slack, incoming webhook",
    "Posts into the one channel that the webhook was made for.",
    (
        Field(
            "url",
            "Address of the webhook",
            "In Slack: your app, Incoming Webhooks, Add New Webhook to Workspace.",
            "https://hooks.slack.com/services/…",
            secret=True,
        ),
    ),
    check,
    send,
)
