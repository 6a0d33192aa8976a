"""Further services by the library apprise (`greenboard[apprise]`), those whose schemes are listed here.

It calls by itself, past our guard: so either its plugin knows the host, or the host is named in
GREENBOARD_OUTBOUND_ALLOW, and no redirect is followed.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from greenboard.core.errors import UserError
from greenboard.notifications.reaching import Field, Given, Kind
from greenboard.notifications.rendering.text import text
from greenboard.notifications.types import Came, Letter

FIXED = (
    "clickatell",
    "dingtalk",
    "discord",
    "flock",
    "gchat",
    "guilded",
    "ifttt",
    "lark",
    "line",
    "msgbird",
    "opsgenie",
    "pagerduty",
    "pagertree",
    "pbul",
    "pover",
    "prowl",
    "pushy",
    "signl4",
    "spike",
    "splunk",
    "spush",
    "tgram",
    "twilio",
    "vonage",
    "wecombot",
    "wxteams",
    "zoom",
)
"""Schemes of services that have one address: nothing of what is given becomes part of the host."""
OWN = ("barks", "gotifys", "mmosts", "nctalks", "ntfys", "rockets")
"""Schemes of what one runs oneself, by https."""


def check(given: Given) -> None:
    """The library is there, and the address is of a service that may be called."""
    _built(given.get("url", ""))


def send(given: Given, address: str, letter: Letter) -> Came:  # noqa: ARG001 - the address is the channel's
    """Send the letter as text. The library says only whether it was taken."""
    try:
        service = _built(given["url"])
    except UserError as error:
        return Came(False, str(error))
    taken = service.notify(title=letter.subject, body=text(letter), body_format="text")
    if taken:
        return Came(True, "taken by the service")
    advice = "Look whether the address still holds: the library gives no reason."
    return Came(False, "the service did not take it, or was not reached", advice=advice)


def _built(url: str) -> Any:
    if find_spec("apprise") is None:
        raise UserError("the library apprise is not installed", hint="Install greenboard[apprise].")
    import apprise

    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), _host(url)
    if scheme not in FIXED + OWN:
        expected = ", ".join(f"{one}://" for one in sorted(FIXED + OWN))
        raise UserError("not a service that is reached", expected=expected, got=f"{scheme[:20]}://")
    if scheme in OWN and not settings.OUTBOUND_ALLOW.names(host):
        raise UserError(f"{host or 'the host'} may not be called", hint="Name it in GREENBOARD_OUTBOUND_ALLOW.")
    asset = apprise.AppriseAsset(http_redirects=False, async_mode=False)
    found = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if found is None:
        raise UserError("not a whole address of this service", hint="See the page of the service at appriseit.com.")
    return found


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


KIND = Kind(
    "apprise",
    "Another service, by apprise",
    f"Discord, Telegram, Pushover, Google Chat, Webex, Zoom, Opsgenie, PagerDuty and more: {', '.join(FIXED + OWN)}.",
    (
        Field(
            "url",
            "Address as apprise writes it",
            "Its documentation has a page for each service.",
            "discord://WEBHOOK_ID/WEBHOOK_TOKEN",
            secret=True,
        ),
    ),
    check,
    send,
)
