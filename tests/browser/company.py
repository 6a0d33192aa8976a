"""`python -m tests.browser.company`: write the company and an account into GREENBOARD_DATA_DIR.

It runs in a process of its own, as the server does, so that no other test meets what it writes.
"""

import importlib
from pathlib import Path

NAME, PASSWORD = "ada", "a long password"
ADMINISTRATOR = "grace"
OTHER = "lin"
"""Whose account tests change."""


def write():
    from greenboard.project import running
    from greenboard.project.environment import Environment

    running.prepare(Path(Environment.read().data_dir), sample=False)
    from greenboard.access import people
    from greenboard.access.models import Person

    people.join(Person.objects.create_user(NAME, password=PASSWORD), "payments")
    Person.objects.create_user(OTHER, password=PASSWORD)
    Person.objects.create_superuser(ADMINISTRATOR, password=PASSWORD)
    importlib.import_module("tests.web.world").build()
    _hook()


def _hook():
    """A hook with a delivery in each state, of which none is due, and an inlet."""
    from datetime import timedelta

    from greenboard.access.people import make_service
    from greenboard.core import clock
    from greenboard.hooks import service
    from greenboard.hooks.models import Delivery
    from greenboard.hooks.service import Wish
    from greenboard.hooks.types import State

    make_service("ci", "The build")
    service.make_inlet("builds", "ci")
    hook, _ = service.make(Wish("chat", "https://chat.example.com/greenboard", ["level.changed"]))
    now = clock.now()
    for state in State:
        row = service.test(hook.pk)
        told = {"tried_at": now, "next_at": now + timedelta(days=1), "attempts": 1, "status": 200, "milliseconds": 12.0}
        Delivery.objects.filter(pk=row.pk).update(state=state.value, answer="thanks", **told)


if __name__ == "__main__":
    write()
