"""Slack by the token of a bot (`chat.postMessage`): any channel that it is in, and persons directly."""

from __future__ import annotations

import json
import re
from typing import Any

from django.conf import settings

from greenboard.core.errors import UserError
from greenboard.notifications.calling import Answer, post
from greenboard.notifications.reaching import Field, Given, Kind
from greenboard.notifications.rendering.slack import slack
from greenboard.notifications.types import Came, Letter
from greenboard.outbound import addresses

API = "https://slack.com/api"
_CHANNEL = re.compile(r"[CGDU][A-Z0-9]{5,20}|#?[^\s#@<>&,]{1,80}")
_AGAIN = ("ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")
"""What passes by itself; everything else stays until somebody mends it."""
_ADVICE = {
    "invalid_auth": "The token is not valid: copy the bot token (xoxb-…) of your app again.",
    "not_authed": "The token is missing: enter the bot token (xoxb-…) of your app.",
    "token_revoked": "The token was revoked: install the app again and enter its new token.",
    "token_expired": "The token has expired: install the app again and enter its new token.",
    "account_inactive": "The token belongs to an account that is switched off: install the app again.",
    "missing_scope": "The app lacks a scope: give it chat:write (and im:write for persons), then install it again.",
    "not_in_channel": "The app is not in the channel: invite it there with /invite.",
    "channel_not_found": "There is no such channel, or the app is not in it: check the name, or invite the app.",
    "is_archived": "The channel is archived: choose another.",
}


def check(given: Given) -> None:
    """A token of a bot, a channel where one is named, and an address that may be called."""
    if not given.get("token", "").startswith("xoxb-"):
        raise UserError("not the token of a bot", expected="the Bot User OAuth Token, which begins with xoxb-")
    channel = given.get("channel", "")
    if channel and not _CHANNEL.fullmatch(channel):
        raise UserError(
            "not a channel of Slack", expected="#name, or an id such as C0123456789", got=repr(channel[:80])
        )
    addresses.check(given.get("api") or API, settings.OUTBOUND_ALLOW)


def send(given: Given, address: str, letter: Letter) -> Came:
    """Post the letter into a channel, or to a person by their id. The number goes along as metadata."""
    channel = address or given.get("channel", "")
    if not channel:
        return Came(False, "no channel is named", permanent=True, advice="Name a channel, here or in the route.")
    metadata = {"event_type": "greenboard_message", "event_payload": {"id": letter.number}}
    body = {**slack(letter, buttons=bool(given.get("signing"))), "channel": channel, "metadata": metadata}
    headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": f"Bearer {given['token']}"}
    url = f"{(given.get('api') or API).rstrip('/')}/chat.postMessage"
    return _came(post(url, json.dumps(body, ensure_ascii=False).encode(), headers))


def _came(answer: Answer) -> Came:
    said = _read(answer.text)
    if said is None or not answer.good:
        return answer.came(arrived=False if said is None else None)
    error = str(said.get("error", ""))
    again = error in _AGAIN
    return answer.came(arrived=said.get("ok") is True, permanent=not again, advice=_ADVICE.get(error, ""))


def _read(text: str) -> dict[str, Any] | None:
    """The answer as Slack gives it. It may be cut off: what counts stands at its beginning."""
    try:
        found = json.loads(text)
    except ValueError:
        begun = re.match(r'\s*\{\s*"ok"\s*:\s*(true|false)\b', text)
        return {"ok": begun[1] == "true"} if begun else None
    return found if isinstance(found, dict) and "ok" in found else None


KIND = Kind(
    "slack",
    "Slack, app with a bot token",
    "Posts into every channel that the app is in, and to persons whose Slack id is known.",
    (
        Field(
            "token",
            "Bot token",
            "In Slack: your app, OAuth & Permissions. It needs the scopes chat:write and im:write.",
            "xoxb-…",
            secret=True,
        ),
        Field("channel", "Channel", "Where a route names none.", "#readiness", required=False),
        Field(
            "signing",
            "Signing secret",
            "For buttons by which people answer. In Slack: your app, Basic Information. Under Interactivity, the "
            "request URL is that of this portal with /api/v1/channels/NUMBER/slack, and the number of this channel.",
            secret=True,
            required=False,
        ),
        Field("api", "Address of the API", "Only where Slack is reached by another address.", API, required=False),
    ),
    check,
    send,
    tool="slack",
    addressed="Channel",
)
