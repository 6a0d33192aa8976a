"""Looking at an installation as a whole: what needs no database first, then the database, then the work."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.core.errors import UserError
from greenboard.project import setup
from greenboard.project.doctor import machine
from greenboard.project.doctor.types import Finding, Look, State, fail, good
from greenboard.project.environment import Environment


def examine() -> Iterator[Finding]:
    """Everything that was found, in order; what cannot be looked at is left out, its reason is not.

    Nothing is made or changed, but for the secret key of a data folder that has none.
    """
    try:
        environment = Environment.read()
    except UserError as error:
        yield fail("settings", str(error), "docs/settings.md lists the settings.")
        return
    yield good("settings", "all can be used")
    found = [finding for look in machine.LOOKS for finding in look(environment)]
    yield from found
    if not any(one.about == "data folder" and one.state is State.FAIL for one in found):
        yield from _inside(environment)


def _inside(environment: Environment) -> Iterator[Finding]:
    from django.db import DatabaseError

    setup.django()
    from greenboard.project.doctor import database, people, plugins, tools, work

    reached = database.reach(environment)
    yield reached
    if reached.state is State.FAIL:
        return
    try:
        for look in (*database.LOOKS, *work.LOOKS, *tools.LOOKS, *people.LOOKS, *plugins.LOOKS):
            yield from _looked(look, environment)
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        yield fail("database", f"a question failed: {reason}", "Mend what is above first; then run this again.")


def _looked(look: Look, environment: Environment) -> Iterator[Finding]:
    """What a look finds. One that cannot look is a finding, and the others go on."""
    try:
        yield from look(environment)
    except UserError as error:
        yield fail(getattr(look, "__name__", "look"), str(error), "Mend that; then run this again.")
