"""The runs of workflows that wait for whoever looks."""

from __future__ import annotations

from django.urls import reverse

from greenboard.access.decide import Permission, may
from greenboard.core import clock
from greenboard.web import words
from greenboard.web.panels import Home, Panel
from greenboard.workflows import allowed, store
from greenboard.workflows.models import Step

_MOST = 10


def panel(home: Home) -> Panel | None:
    """What waits for them; nothing where nothing does."""
    user = home.request.user
    if home.asked.as_of is not None or not may(user, Permission.WORKFLOWS_RUN):
        return None
    found = [step for step in store.waiting(allowed.names(user)) if _theirs(home, step)]
    if not found:
        return None
    lines = [_line(step) for step in found[:_MOST]]
    note = words.count(len(found), "run")
    return Panel("workflows", "Waiting for me", "parts/waiting.html", {"lines": lines}, note=note, order=20)


def _theirs(home: Home, step: Step) -> bool:
    asked = store.asked(step)
    return asked is not None and allowed.answer(home.request.user, asked, step)


def _line(step: Step) -> dict[str, object]:
    about, asked = store.ref(step.run), store.asked(step)
    made = store.definition(step.run)
    return {
        "url": reverse("workflow-run", args=[step.run_id]),
        "title": f"{made.title}: {made.step(step.path.partition('[')[0]).name}",
        "text": asked.text if asked else "",
        "entity": about.short if about else "",
        "by": step.run.by,
        "since": words.when(step.began_at, clock.now()),
    }
