"""What I was told and have not read."""

from __future__ import annotations

from django.urls import reverse

from greenboard.access.decide import sight
from greenboard.access.models import Person
from greenboard.core import clock
from greenboard.notifications import inbox
from greenboard.web import words
from greenboard.web.inbox import model
from greenboard.web.panels import Home, Panel

_MOST = 5


def panel(home: Home) -> Panel | None:
    """The newest unread lines; nothing of the past."""
    if home.asked.as_of is not None or not isinstance(home.request.user, Person):
        return None
    now, mine = clock.now(), sight(home.request.user)
    rows = list(inbox.lines(home.request.user, mine, unread=True)[:_MOST])
    count = inbox.unread(home.request.user, mine) if len(rows) == _MOST else len(rows)
    context = {"lines": [model.told(row, now) for row in rows]}
    note = f"{words.count(count, 'notice')} unread" if count else "nothing unread"
    return Panel("inbox", "Inbox", "parts/inbox_mine.html", context, note, reverse("inbox"), order=10)
