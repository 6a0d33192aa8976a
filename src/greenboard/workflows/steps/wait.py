"""Waiting: for a time, until a moment, or until a rule over the facts of an entity holds."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import Field

from greenboard.catalog import store as catalog
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts.store import vocabulary
from greenboard.results import live
from greenboard.rules import language
from greenboard.rules.evaluate import PASS, evaluate
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Asked, Done, Failed, Result, Waits

_LOOK = timedelta(minutes=5)
"""Without a change of its facts a rule may come to something else with time alone."""


class Wait(Given):
    """One of: a length of time (`time`), a moment or day (`until`), a rule over facts (`rule`)."""

    time: str = Field(default="", title="For a time", description="Such as 3d or 2h30m.")
    until: str = Field(default="", title="Until", description="A moment, or a day, whose end in UTC is meant.")
    rule: str = Field(default="", title="Until a rule over facts holds", description="CEL.", max_length=10_000)
    entity: str = Field(default="", description="A reference; otherwise what the run is about.")
    within: str = Field(
        default="30d", description="A rule that does not hold by then fails the step.", pattern=r"^(\d+[smhdw])+$"
    )


def perform(given: Wait, moment: Moment) -> Result:
    """Wait until it is so; a rule that does not hold in time fails the step."""
    if given.rule:
        return _rule(given, moment)
    if moment.asked is None:
        until = moment.now + clock.parse_span(given.time) if given.time else _end(given.until)
        return Waits(until, Asked(), f"waits until {clock.format_time(until)}")
    return Done({"at": clock.format_time(moment.now)}) if moment.late else Waits(moment.until, moment.asked)


def _end(text: str) -> datetime:
    """A moment; a day means its end in UTC."""
    moment = clock.parse_time(text)
    return moment + timedelta(days=1) if len(text.strip()) == len("2026-11-23") else moment


def _rule(given: Wait, moment: Moment) -> Result:
    about = Ref.parse(given.entity) if given.entity else moment.entity
    stored = catalog.find(about) if about else None
    if about is None or stored is None:
        return Failed(f"there is no entity {about or ''} whose facts could be looked at")
    ground = live.load(moment.now, [about])
    if evaluate(language.compile(given.rule, vocabulary()), ground.frame)[0] == PASS:
        return Done({"at": clock.format_time(moment.now)})
    if moment.late:
        return Failed(f"it does not hold within {given.within}: {given.rule}")
    until = moment.until or moment.now + clock.parse_span(given.within)
    asked = moment.asked or Asked((f"entity:{stored.id}",), rule=given.rule)
    return Waits(until, asked, f"waits until it holds for {about.short}: {given.rule}", min(until, moment.now + _LOOK))


def check(given: Wait) -> None:
    """Refuse what nobody can wait for."""
    if [bool(given.time), bool(given.until), bool(given.rule)].count(True) != 1:
        raise UserError("say what it waits for", expected="one of time, until, rule")
    if given.time and "${{" not in given.time:
        clock.parse_span(given.time)
    if given.until and "${{" not in given.until:
        clock.parse_time(given.until)


KIND = Kind(
    "wait",
    "Wait for a time, a moment, or a rule",
    Wait,
    perform,
    waits=True,
    check=check,
    rare=frozenset({"entity", "within"}),
)
