"""Buttons of Slack that somebody pressed: signed by Slack for the app of a channel, and said by whom.

Slack sends a form whose field `payload` is JSON, and takes what is told of it at an address that it names.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from greenboard.access.models import Person
from greenboard.connections import signatures
from greenboard.connections.manifest import Webhook
from greenboard.connections.signatures import Message
from greenboard.identity.models import Handle
from greenboard.notifications import answering, calling, settings
from greenboard.notifications.channels import slack
from greenboard.notifications.models import Channel
from greenboard.notifications.rendering.slack import APPROVE, DENY, escape

_WEBHOOK = Webhook(family="slack_v0")
_HOST = "hooks.slack.com"


@dataclass(frozen=True)
class Pressed:
    """A button. `key` is what it answers, None where it is not ours or too old; `person` whoever pressed, if known.

    `alone` is that its message asks nothing else.
    """

    key: str | None
    yes: bool
    person: Person | None
    back: str
    alone: bool = True


def read(number: int, message: Message) -> list[Pressed] | None:
    """The buttons of a message of Slack to a channel; None where that channel hears none.

    Raises:
        Refused: it is not signed with the secret of the channel, or too old.

    """
    row = Channel.objects.filter(pk=number, kind=slack.KIND.name, active=True).first()
    given = settings.given(row) if row is not None else {}
    if row is None or not given.get("signing"):
        return None
    signatures.verify(_WEBHOOK, given["signing"], message)
    told = _payload(message.body)
    user, actions = told.get("user"), told.get("actions")
    name = user.get("id") if isinstance(user, dict) else None
    back = _back(told.get("response_url"), given.get("api", ""))
    pressed = [one for one in actions if isinstance(one, dict)] if isinstance(actions, list) else []
    pressed = [one for one in pressed if one.get("action_id") in (APPROVE, DENY)]
    keys = [answering.button(str(one.get("value", "")), row.pk) for one in pressed]
    who, alone = _person(name), _alone(told.get("message"))
    return [Pressed(key, one["action_id"] == APPROVE, who, back, alone) for key, one in zip(keys, pressed, strict=True)]


def _alone(message: object) -> bool:
    blocks = message.get("blocks") if isinstance(message, dict) else None
    asking = [one for one in blocks if isinstance(one, dict) and one.get("type") == "actions"] if blocks else []
    return len(asking) <= 1


def _payload(body: bytes) -> dict[str, Any]:
    """What a form of Slack says; nothing where it says nothing that we know."""
    try:
        told = json.loads(parse_qs(body.decode()).get("payload", [""])[0])
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _person(name: object) -> Person | None:
    """Whose Slack account it is, as somebody confirmed."""
    if not isinstance(name, str):
        return None
    rows = Handle.objects.filter(tool=slack.KIND.tool, name=name, confirmed_at__isnull=False, person__is_active=True)
    found = rows.select_related("person").first()
    return found.person if found else None


def _back(url: object, api: str) -> str:
    """Where an answer goes: to Slack and nowhere else, or where the channel says that its API is."""
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.username or parts.password:
        return ""
    here = urlsplit(api)
    slacks = parts.scheme == "https" and parts.netloc == _HOST
    return parts.geturl() if slacks or (here.netloc and parts[:2] == here[:2]) else ""


def reply(pressed: Pressed, said: str, done: bool) -> None:
    """Tell in the chat what came of it: in place of the buttons, below other ones, or to whoever pressed only."""
    if not pressed.back:
        return
    kept = {"response_type": "in_channel" if done else "ephemeral", "replace_original": False}
    told = {"replace_original": True} if done and pressed.alone else kept
    body = {**told, "text": escape(said[:1].upper() + said[1:])}
    calling.post(pressed.back, json.dumps(body).encode(), {"Content-Type": "application/json; charset=utf-8"})
