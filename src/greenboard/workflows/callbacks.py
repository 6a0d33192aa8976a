"""Addresses to which others answer: signed, for one attempt of one step, and for a time."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing

from greenboard.core import clock
from greenboard.workflows.models import Run, Step
from greenboard.workflows.types import Path

_SALT = "greenboard.workflows.callback"
LONGEST = timedelta(days=30)


def key(run: Run, path: Path) -> str:
    """What names a step of a run to others, the same for each attempt: sent along, it makes effects happen once."""
    return str(uuid.uuid5(run.key, str(path)))


def address(row: Step) -> str:
    """Where the answer to a step is sent; "" where the installation does not know its own address."""
    if not settings.PUBLIC_URL:
        return ""
    token = signing.dumps([row.run_id, row.path, row.attempts], salt=_SALT, compress=False)
    return f"{settings.PUBLIC_URL}/api/v1/workflows/callbacks/{token}"


def read(token: str, now: datetime) -> Step | None:
    """The step that an address is for; None where it is not signed by us, too old, or of an attempt that is over."""
    try:
        run, path, attempts = signing.loads(token, salt=_SALT, max_age=LONGEST)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    row = Step.objects.filter(run=run, path=path, attempts=attempts, run__ended_at=None).first()
    if row is None or (row.due_at is not None and row.due_at < now):
        return None
    return row


def until(text: str, now: datetime) -> datetime:
    """When waiting for an answer ends."""
    return now + min(clock.parse_span(text), LONGEST)
