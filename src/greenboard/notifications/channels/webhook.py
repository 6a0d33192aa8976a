"""Any address that takes JSON, signed as hooks are."""

from __future__ import annotations

import json

from django.conf import settings

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.notifications.calling import post
from greenboard.notifications.reaching import Field, Given, Kind
from greenboard.notifications.rendering.text import text
from greenboard.notifications.types import Came, Letter
from greenboard.outbound import addresses, signing

_SHORTEST = 16


def check(given: Given) -> None:
    """An address that may be called, and a secret that is worth the name."""
    addresses.check(given.get("url", ""), settings.OUTBOUND_ALLOW)
    if len(given.get("secret", "")) < _SHORTEST:
        raise UserError("the secret is too short", expected=f"at least {_SHORTEST} characters")


def send(given: Given, address: str, letter: Letter) -> Came:  # noqa: ARG001 - the address is the channel's
    """Post the letter as JSON and as text. Its number is signed along, so that a receiver takes it once."""
    body = json.dumps({**letter.plain(), "text": text(letter)}, ensure_ascii=False).encode()
    signed = f"{letter.number}.".encode() + body
    headers = {
        "Content-Type": "application/json",
        "Greenboard-Event": "message",
        "Greenboard-Delivery": letter.number,
        signing.HEADER: signing.sign(given["secret"], signed, clock.now()),
    }
    answer = post(given["url"], body, headers)
    return answer.came()


KIND = Kind(
    "webhook",
    "Webhook",
    "Posts JSON to an address of yours, signed as webhooks are.",
    (
        Field("url", "Address", example="https://chat.example.com/greenboard"),
        Field("secret", "Secret", "Signs each message; at least 16 characters.", secret=True),
    ),
    check,
    send,
)
