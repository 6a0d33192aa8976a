"""Bringing one ticket about at its tool: made once, changed, closed, opened again.

That it is tried is written down before the call that would make it. When nobody knows how that call ended, because the
process died or the tool did not answer, it is not made again before what was made could be found.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from greenboard.campaigns.models import Campaign, Ticket, TicketEvent
from greenboard.campaigns.ticketing import tools
from greenboard.campaigns.ticketing.planning import BEAT, CLOSED, LOOK, NONE, OPEN, SHUT
from greenboard.campaigns.ticketing.tools import Said, Tool
from greenboard.collection import acting
from greenboard.connections.actions import Done, marker
from greenboard.connections.types import Failed
from greenboard.core import clock
from greenboard.core.errors import UserError

_PAUSES = (30, 120, 600, 3600, 21_600)
"""Seconds until the next try, after the first failure, the second, and so on."""
_LEAST = timedelta(seconds=5)
_GONE = 404
_log = logging.getLogger(__name__)


def do(number: int, run: str, now: datetime) -> bool:
    """Bring a ticket one or more steps on; whether it is what it shall be."""
    row = Ticket.objects.select_related("campaign").filter(pk=number).first()
    if row is None or not Campaign.objects.filter(pk=row.campaign_id, run=run).update(beat_at=now + BEAT):
        return True
    doubt = row.tried_at
    try:
        bringing = _Bringing(row, now)
        bringing.bring()
        bringing.see()
    except Failed as failed:
        _failed(row, str(failed.reason), now, tried_at=row.tried_at if failed.unsure else doubt)
        return False
    except Waiting as early:
        Ticket.objects.filter(pk=row.pk).update(error=str(early), next_at=early.until)
        return False
    except UserError as error:
        _failed(row, str(error), now, tried_at=doubt)
        return False
    return True


class Waiting(UserError):
    """It is too early to try again."""

    def __init__(self, until: datetime) -> None:
        super().__init__("how the last attempt ended is not known yet")
        self.until = until


class _Bringing:
    def __init__(self, row: Ticket, now: datetime) -> None:
        self.row, self.now = row, now
        self.tool: Tool = tools.of(row.connection)
        told = dict(row.said)
        self.said = Said(
            told["title"], told["text"], date.fromisoformat(told["due"]), tuple(told["labels"]), told["type"]
        )

    @property
    def key(self) -> str:
        """What names the ticket for ever and everywhere: also in another database, and when its row was lost."""
        row, campaign = self.row, self.row.campaign
        made = clock.format_time(campaign.created_at)
        return f"{campaign.name} {made} {row.entity_id} {row.scorecard} {row.rule}"

    def bring(self) -> None:
        row = self.row
        if row.wanted == OPEN and row.issue and row.state == CLOSED:
            self._reopen()
        if row.wanted == OPEN and not row.issue:
            self._make()
        if row.wanted == OPEN and row.state == OPEN and row.text_digest != row.said_digest:
            self._say()
        if row.wanted == CLOSED and not row.issue and row.tried_at is not None:
            self._look()
        if row.wanted == CLOSED and row.state == OPEN:
            self._shut()
        if row.wanted == CLOSED and row.state == SHUT:
            self._did("passed", state=CLOSED)

    def see(self) -> None:
        """See whether people closed, opened or deleted it, or gave it to somebody; nothing is done about it."""
        row = self.row
        seen = row.looked_at is not None and row.looked_at > self.now - LOOK / 2
        if row.wanted != OPEN or not row.issue or seen:
            return
        try:
            there = self._run("issue.read", self._naming()).output
        except Failed as failed:
            if failed.reason.status == _GONE and row.state == OPEN:
                self._did("deleted there", state=SHUT)
            else:  # it is looked at again in an hour; what has to be done there says so if it cannot be
                Ticket.objects.filter(pk=row.pk).update(looked_at=self.now)
            return
        state, assignee = SHUT if there.get("state") == CLOSED else OPEN, str(there.get("assignee") or "")[:200]
        if state != row.state:
            self._did("closed there" if state == SHUT else "opened there", state=state, assignee=assignee)
        elif assignee != row.assignee:
            self._did("assigned there", assignee=assignee)
        else:
            Ticket.objects.filter(pk=row.pk).update(looked_at=self.now)

    def _make(self) -> None:
        row = self.row
        if not row.place:
            hint = f"Name it in an annotation of the entity ({self.tool.annotations[0]}), or in the campaign."
            raise UserError(f"no {self.tool.noun} is known for it", hint=hint)
        self._refuse_early()
        Ticket.objects.filter(pk=row.pk).update(tried_at=self.now)
        row.tried_at = self.now
        done = self._run("issue.create", tools.creating(self.tool, row.place, self.said))
        # One that was found may say something else: it is told again below.
        digest = "" if done.found else row.said_digest
        self._did("found" if done.found else "opened", **_named(done), state=OPEN, tried_at=None, text_digest=digest)

    def _look(self) -> None:
        """Whether an attempt of which nothing is known made it."""
        row = self.row
        self._refuse_early()
        given = tools.finding(self.tool, row.place, self.said.labels, marker(self.key))
        done = self._run("issue.find", given)
        if done.nothing:
            Ticket.objects.filter(pk=row.pk).update(tried_at=None)
            return
        state = CLOSED if done.output.get("state") == CLOSED else OPEN
        self._did("found", **_named(done), state=state, tried_at=None)

    def _reopen(self) -> None:
        try:
            self._run("issue.reopen", self._naming())
        except Failed as failed:
            if failed.reason.status != _GONE:
                raise
            self._lost()
            return
        self._did("reopened", state=OPEN)
        self._comment("It fails again.")

    def _say(self) -> None:
        if not self.row.issue:
            return
        self._run("issue.update", tools.changing(self.tool, self.row.place, self.row.issue, self.said))
        self._did("updated", text_digest=self.row.said_digest)

    def _shut(self) -> None:
        try:
            self._run("issue.close", self._naming())
        except Failed as failed:
            if failed.reason.status != _GONE:
                raise
            self._lost()
            return
        self._did("closed", state=CLOSED)
        self._comment("It passes, or is not asked any more.")

    def _comment(self, text: str) -> None:
        """Say why. It is tried once: the ticket itself is what it shall be, with or without it."""
        try:
            self._run("issue.comment", {**self._naming(), "text": text}, f"{self.key} {self.row.turn}")
        except Failed as failed:
            _log.info("no comment on %s: %s", self.row.issue, failed.reason)

    def _lost(self) -> None:
        """Somebody deleted it at the tool; should it be wanted again, another one is made."""
        self._did("lost", state=NONE, issue="", link="", text_digest="", tried_at=None)

    def _refuse_early(self) -> None:
        row = self.row
        if row.tried_at is not None:
            again = row.tried_at + _settle(row)
            if self.now < again:
                raise Waiting(again)

    def _naming(self) -> dict[str, Any]:
        return tools.naming(self.tool, self.row.place, self.row.issue)

    def _run(self, action: str, given: dict[str, Any], key: str = "") -> Done:
        return acting.run(self.row.connection, action, given, key or self.key, self.now)

    def _did(self, what: str, **changes: Any) -> None:
        """Note what was done, and what the ticket is by it."""
        seen = {"looked_at": self.now, "changed_at": self.now}
        fresh = {**changes, **seen, "error": "", "failures": 0, "next_at": None}
        with transaction.atomic():
            Ticket.objects.filter(pk=self.row.pk).update(**fresh, turn=F("turn") + 1)
            TicketEvent.objects.create(ticket=self.row, what=what, at=self.now)
        for name, value in fresh.items():
            setattr(self.row, name, value)
        self.row.turn += 1


def _named(done: Done) -> dict[str, str]:
    return {"issue": str(done.output["id"]), "link": str(done.output.get("link") or "")}


def _failed(row: Ticket, said: str, now: datetime, *, tried_at: datetime | None) -> None:
    """Note why it is not done, and when it is tried again. `tried_at`: since when nobody knows whether it was made."""
    again = now + timedelta(seconds=_PAUSES[min(row.failures, len(_PAUSES) - 1)])
    changes: dict[str, Any] = {"error": said[:500], "failures": row.failures + 1}
    if not row.issue:
        changes["tried_at"] = tried_at
        if tried_at is not None and row.failures < len(_PAUSES):
            again = max(tried_at + _settle(row), now + _LEAST)
    Ticket.objects.filter(pk=row.pk).update(**changes, next_at=again)


def _settle(row: Ticket) -> timedelta:
    """How long what was made may not be found yet."""
    return max(acting.settle(row.connection, "issue.create"), _LEAST)
