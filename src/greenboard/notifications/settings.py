"""What channels, people and teams have set, as it is read: secrets revealed where they are used, times as values."""

from __future__ import annotations

import json
from collections.abc import Mapping

from django.conf import settings as installation

from greenboard.core import clock
from greenboard.notifications.channels import mail as mailing
from greenboard.notifications.models import Channel, Preference
from greenboard.notifications.types import Digest, Times

MAIL = "Mail"
"""The channel that is there once a server for mail is set."""


def origin() -> str:
    """Where people see the portal, for addresses in messages."""
    return str(installation.ORIGIN)


def given(channel: Channel) -> Mapping[str, str]:
    """All that is filled in for a channel, its secrets revealed: for whoever sends by it."""
    secret = channel.secret.reveal()
    return {**channel.settings, **(json.loads(secret) if secret else {})}


def times(of: Preference) -> Times:
    """When somebody wants to hear."""
    return Times(of.zone, of.quiet_from, of.quiet_to, Digest(of.digest), of.digest_at, of.digest_day)


def mail() -> Channel | None:
    """The channel by which accounts get mail; made when it is first asked for and a server is set."""
    found = Channel.objects.filter(kind=mailing.KIND.name, active=True).order_by("id").first()
    if found is not None or not mailing.configured():
        return found
    made, _ = Channel.objects.get_or_create(
        name=MAIL, defaults={"kind": mailing.KIND.name, "secret": "", "created_at": clock.now()}
    )
    return made if made.active and made.kind == mailing.KIND.name else None
