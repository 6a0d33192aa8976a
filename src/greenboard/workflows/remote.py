"""Answers from outside of the portal, in the name of one person: by a link in a mail, or a button in a chat."""

from __future__ import annotations

from dataclasses import dataclass, replace

from greenboard.access import origin
from greenboard.access.decide import Permission, may
from greenboard.access.errors import Above, Absent
from greenboard.access.models import Person
from greenboard.core.happened import ANSWERED
from greenboard.workflows import allowed, service, store
from greenboard.workflows.models import Run, Step
from greenboard.workflows.service import Answer
from greenboard.workflows.types import Asked, Doing

_OVER = "this does not wait for an answer any more"


@dataclass(frozen=True)
class Waits:
    """A step that waits for somebody's answer."""

    run: Run
    step: Step
    asked: Asked
    person: Person


def find(named: str, person: Person) -> Waits:
    """What `telling.reference` asks of somebody, looked at as of now.

    Raises:
        Absent: it waits for no answer any more.
        Above: it does not wait for them, or they may not answer in this way.

    """
    number, _, rest = named.removeprefix(ANSWERED).partition(":")
    path, _, attempts = rest.rpartition(":")
    if not (number.isascii() and number.isdecimal() and attempts.isascii() and attempts.isdecimal()):
        raise Absent(_OVER)
    rows = Step.objects.select_related("run__version", "run__workflow", "run__entity")
    row = rows.filter(run=int(number), path=path, attempts=int(attempts), doing=Doing.WAITING.value).first()
    asked = store.asked(row) if row is not None and row.run.ended_at is None else None
    if row is None or asked is None:
        raise Absent(_OVER, hint="Somebody else answered, the time was up, or the run was cancelled.")
    if not (person.is_active and may(person, Permission.WORKFLOWS_RUN) and allowed.answer(person, asked, row)):
        raise Above("this does not wait for you", hint="Somebody else was named, or your rights changed.")
    if asked.signed_in or asked.fields:
        raise Above("this is answered in the portal only", hint="Sign in and open the run.")
    return Waits(row.run, row, asked, person)


def answer(named: str, person: Person, said: Answer, way: str) -> Run:
    """Answer in somebody's name, who came by a `way` ("a link in a mail"). Raises as `find` and `service.answer`."""
    found = find(named, person)
    who = replace(origin.current(), kind="person", name=f"{person.get_username()} by {way}")
    with origin.acting(who):
        return service.answer(found.run.pk, found.step.path, said, person)
