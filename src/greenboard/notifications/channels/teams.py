"""Microsoft Teams by a workflow that begins when a webhook request is received."""

from __future__ import annotations

import json

from django.conf import settings

from greenboard.notifications.calling import post
from greenboard.notifications.reaching import Field, Given, Kind
from greenboard.notifications.rendering.card import card
from greenboard.notifications.types import Came, Letter
from greenboard.outbound import addresses

_ADVICE = {
    401: "The workflow lets nobody in: set “Who can trigger the flow” to anyone.",
    403: "The workflow lets nobody in: set “Who can trigger the flow” to anyone.",
    404: "The workflow is gone or switched off: make it anew and enter its address.",
    413: "The message is too large for Teams: please tell us.",
}


def check(given: Given) -> None:
    """An address that may be called."""
    addresses.check(given.get("url", ""), settings.OUTBOUND_ALLOW)


def send(given: Given, address: str, letter: Letter) -> Came:  # noqa: ARG001 - the workflow has one channel
    """Send the letter as an Adaptive Card."""
    body = json.dumps(card(letter), ensure_ascii=False).encode()
    answer = post(given["url"], body, {"Content-Type": "application/json; charset=utf-8"})
    return answer.came(advice=_ADVICE.get(answer.status or 0, ""))


KIND = Kind(
    "teams",
    "Microsoft Teams, workflow",
    "Posts a card into the channel or chat that the workflow was made for.",
    (
        Field(
            "url",
            "Address of the workflow",
            "In Teams: the channel's menu, Workflows, “Post to a channel when a webhook request is received”.",
            "https://…logic.azure.com/workflows/…",
            secret=True,
        ),
    ),
    check,
    send,
)
