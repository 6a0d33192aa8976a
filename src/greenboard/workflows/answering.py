"""What receivers say at the signed address of a step: progress, success, or failure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from greenboard.access.errors import Absent, InTheWay
from greenboard.core import clock
from greenboard.workflows import callbacks, keeping, log, performing, store
from greenboard.workflows.models import Step
from greenboard.workflows.waking import hear, lock

LONGEST = 2_000
_ENDS = ("success", "failure")


@dataclass(frozen=True)
class Said:
    """What a receiver says: `state` is progress, success or failure."""

    state: str
    message: str = ""
    outputs: Mapping[str, Any] = field(default_factory=dict)


def take(token: str, said: Said) -> None:
    """Take what was said, to be used by the step; the same end said twice is taken once.

    Raises:
        Absent: the address is none of ours, too old, or of an attempt that is over.
        InTheWay: another end was said before.

    """
    with transaction.atomic():
        now = clock.now()
        found = callbacks.read(token, now)
        if found is None:
            raise Absent("no step waits for an answer at this address", hint="It is too old, or the run went on.")
        run = lock(found.run_id)
        row = Step.objects.get(pk=found.pk)
        row.run = run
        ended = next((one["state"] for one in row.heard if one.get("state") in _ENDS), None)
        if ended == said.state:
            return
        if ended is not None:
            raise InTheWay(f"this step ended before: {ended}")
        secrets = keeping.opened(run, store.definition(run)).values()
        message = str(performing.masked(said.message.replace("\x00", "\ufffd"), secrets))[:LONGEST]
        plain = json.loads(json.dumps(dict(said.outputs)).replace("\\u0000", "\\ufffd"))
        outputs = performing.masked(plain, secrets)
        log.say(run, now, f"{said.state}: {message}" if message else said.state, path=row.path, by="receiver")
        if said.state in _ENDS:
            hear(row, {"state": said.state, "message": message, "outputs": outputs}, now)
