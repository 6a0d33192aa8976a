"""Mailing views when they are due: once each, whatever is restarted; what was missed for long once, as of now."""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from greenboard.access.decide import sight
from greenboard.access.models import Person
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.reports import files, found, wanted
from greenboard.reports.files import File, Made
from greenboard.reports.models import Schedule, Sending, State
from greenboard.reports.scheduling import upcoming

ATTEMPTS = 6
_AGAIN = timedelta(minutes=5)
"""How long after a try it is tried again, should it fail or whoever tries it die; doubled each time."""


def tend(now: datetime) -> int:
    """Write down what is due, then send what waits; how much was done."""
    return _due(now) + _sent(now)


def _due(now: datetime) -> int:
    done = 0
    for one in Schedule.objects.filter(next_at__lte=now).order_by("next_at", "pk"):
        with transaction.atomic():
            later = upcoming(one.every, one.day, one.hour, now)
            if not Schedule.objects.filter(pk=one.pk, next_at=one.next_at).update(next_at=later):
                continue  # another worker was first
            several = [Sending(schedule=one, due_at=one.next_at, next_at=now, person=name) for name in one.people]
            several += [Sending(schedule=one, due_at=one.next_at, next_at=now, address=to) for to in one.addresses]
            Sending.objects.bulk_create(several, ignore_conflicts=True)
            done += 1
    return done


def _sent(now: datetime) -> int:
    if not settings.EMAIL_HOST:
        return 0  # it waits until there is a server
    done = 0
    waiting = Sending.objects.filter(state=State.WAITING, next_at__lte=now).select_related("schedule__view__owner")
    for one in waiting.order_by("next_at", "pk")[:20]:
        again = now + _AGAIN * 2**one.attempts
        own = Sending.objects.filter(pk=one.pk, state=State.WAITING, next_at=one.next_at)
        if own.update(next_at=again, attempts=one.attempts + 1):
            _try(one)
            done += 1
    return done


def _try(one: Sending) -> None:
    """Make it and send it. What nobody can mend by waiting fails at once."""
    state, answer = State.SENT, ""
    try:
        _mail(one, *_made(one)).send()
    except UserError as error:
        state, answer = State.FAILED, str(error)
    except (OSError, smtplib.SMTPException) as error:
        last = one.attempts + 1 >= ATTEMPTS
        state, answer = (State.FAILED if last else State.WAITING), f"{type(error).__name__}: {error}"
    Sending.objects.filter(pk=one.pk).update(state=state, answer=answer[:500])


def _made(one: Sending) -> tuple[str, File]:
    """Where it goes, and the report within the sight of who gets it; an address gets what the owner may see.

    Raises:
        UserError: there is nobody any more to send it to, or the report cannot be made.

    """
    schedule = one.schedule
    reader = Person.objects.filter(username=one.person).first() if one.person else schedule.owner
    if reader is None or not reader.is_active:
        raise UserError("the account was closed")
    to = one.address or reader.email
    if not to:
        raise UserError(f"{reader.username} has no address of mail")
    if one.address and to.rpartition("@")[2].lower() not in settings.REPORT_DOMAINS:
        raise UserError("reports are not mailed to that domain any more")
    report = found.report(schedule.view.report)
    asked = wanted.read(wanted.query(schedule.view.query), clock.now(), report.span)
    ground, figures = found.computed(report, asked, sight(reader))
    return to, files.write(Made(report, ground, report.told(figures)), schedule.format)


def _mail(one: Sending, to: str, file: File) -> EmailMessage:
    """The mail. Its id is that of the sending, so that one that arrives twice is seen to be the same."""
    view = one.schedule.view
    page = f"{settings.ORIGIN}/reports/{view.report}" + (f"?{view.query}" if view.query else "")
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "greenboard.invalid"
    text = (
        f"{view.name}, as you or somebody who manages notifications asked for every {one.schedule.every}.\n\n"
        f"It is attached, and live here: {page}\n\nTo end this: {settings.ORIGIN}/reports/views\n"
    )
    headers = {"Message-ID": f"<report-{one.pk}@{domain}>", "Auto-Submitted": "auto-generated"}
    mail = EmailMessage(f"Greenboard: {view.name}", text, None, [to], headers=headers)
    mail.attach(file.name, file.content, file.media.partition(";")[0])
    return mail
