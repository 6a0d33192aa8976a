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
    _connect()
    _attest()


def _attest():
    """One that holds and ends soon, one that waits for a second person."""
    from datetime import timedelta

    from greenboard.access.models import Person
    from greenboard.attestations import service
    from greenboard.attestations.permitting import Acting
    from greenboard.attestations.types import Given, Proof, Wish
    from greenboard.core import clock
    from greenboard.core.refs import Ref

    now = clock.now()
    day = str((now - timedelta(days=7)).date())
    by = Acting.by(Person.objects.get(username=ADMINISTRATOR))
    drill = {"held_on": day, "failure": "The database is away", "minutes": 12}
    audit = {"auditor": "Careful Ltd", "ended_on": day, "open": 0}
    evidence = (Given(Proof.LINK, "https://wiki.shop.example/report"), Given(Proof.TEXT, "Everybody took part."))
    until = (now + timedelta(days=20)).date()
    checkout = Ref("service", "default", "checkout")
    for item, answers in (("OPS.3", drill), ("SEC.2", audit)):
        service.give(Wish(checkout, item, answers=answers, evidence=evidence, until=until, role="Head of it"), by, now)


def _connect():
    """A connection that nobody calls, with a collection that could not see everything, and much that is gone."""
    from datetime import timedelta

    from greenboard.collection import models
    from greenboard.collection.types import State
    from greenboard.connections import service
    from greenboard.connections.service import Told, Wish
    from greenboard.core import clock

    now = clock.now()
    told = Told({}, {"key": "not a key"})
    row = service.make(Wish("pagerduty", "pagerduty", told, every=None), now)
    missed = {"type": "incident", "fault": "permission", "text": "The token may not read this.", "status": 403}
    missed |= {"what": "GET /incidents", "missing": "incidents.read", "fields": [], "example": "checkout", "count": 3}
    done = {"connection": row, "asked_by": "grace", "asked_at": now, "now": now}
    models.Collection.objects.create(
        **done,
        state=State.PARTIAL.value,
        ended_at=now,
        faults=[missed, {**missed, "fault": "theirs", "text": "The tool has a fault.", "status": 503}],
        complete={"types": {"oncall": True, "incident": False}, "subjects": {"services": True}},
        streams={"services": {"records": 3, "pages": 1, "calls": 1, "bytes": 2048}},
        outcome={"facts": {"began": 3, "ended": 1, "same": 40}, "subjects": {"missing": 2, "ambiguous": 1}},
    )
    changed = {"what": "changed", "type": "oncall", "about": "service:default/checkout", "said": "Levels: 1 → 2"}
    models.Collection.objects.create(
        **done,
        kind="trial",
        state=State.DONE.value,
        ended_at=now,
        outcome={"types": {"oncall": {"added": 1, "changed": 2, "same": 9, "gone": 1}}, "shown": [changed]},
    )
    later = {**done, "asked_at": now + timedelta(hours=1)}  # nobody takes it for lost meanwhile
    models.Collection.objects.create(**later, state=State.RUNNING.value, progress={"services": [120, 400]})
    for number, standing in enumerate(("missing", "ambiguous", "ignored")):
        models.Subject.objects.create(
            connection=row,
            stream="services",
            subject=f"P{number}",
            title=f"Billing {number}",
            link="https://acme.pagerduty.com/services/P1",
            kinds=["service"],
            standing=standing,
            decided=standing == "ignored",
            candidates=["service:default/checkout"] if standing == "ambiguous" else [],
            first_at=now,
            seen_at=now,
        )
    for state in ("waiting", "done"):
        models.Removal.objects.create(connection=row, type="oncall", state=state, at=now, count=40, total=90)
    check = {"fault": "permission", "text": "The token may not read this.", "missing": "incidents.read"}
    checks = [
        {"what": "services", "ok": True},
        {"what": "incidents", "ok": False, "reason": check, "types": ["incident"]},
    ]
    row.tested, row.tested_at = {"ok": False, "account": "acme", "checks": checks}, now
    row.save()


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
