"""Messages of tools: taken in once where they are what they claim to be, and what they are about looked at again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from greenboard.collection import models, refreshing
from greenboard.connections import hearing, service
from greenboard.connections.events import PullChanged
from greenboard.connections.models import Connection
from greenboard.connections.types import Refused
from greenboard.core.errors import UserError
from greenboard.core.events import announce
from greenboard.core.happened import Message

_MOST = 500


class Again(UserError):
    """A message that was taken in before."""

    status = 409


def hear(connection: Connection, headers: Mapping[str, str], body: bytes, now: datetime) -> int:
    """Take a message in; how many things are looked at again.

    Raises:
        Refused: it is not signed with the connection's secret, or too old.
        Again: it was taken in before.
        UserError: the connection cannot be opened.

    """
    opened = service.opened(connection)
    if not connection.enabled or opened.integration.manifest.webhook is None:
        raise Refused("this connection takes no messages")
    heard = hearing.hear(opened.integration, opened.settings, opened.secrets, headers=headers, body=body, now=now)
    with transaction.atomic():
        try:
            with transaction.atomic():
                models.Heard.objects.create(connection=connection, message=heard.delivery_id[:200], at=now)
        except IntegrityError:
            raise Again("this message was taken in before") from None
        announce(Message(connection.name, now, _said(body)))
        wanted = {stream: names[:_MOST] for stream, names in heard.refresh.items() if names}
        if heard.pull is not None:
            announce(PullChanged(now, *heard.pull))
        return refreshing.ask(connection, wanted, now)


def _said(body: bytes) -> object:
    """What a body says; nothing where it is no JSON."""
    try:
        return json.loads(body)
    except ValueError:
        return None
