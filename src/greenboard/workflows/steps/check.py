"""Checking rules: what a rule of a scorecard, or an expression of one's own, comes to for an entity just now."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts.store import vocabulary
from greenboard.results import live
from greenboard.results import store as results
from greenboard.rules import language
from greenboard.rules.evaluate import evaluate
from greenboard.rules.types import Outcome
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Done, Failed, Result

_VERDICTS = (Outcome.FAIL, Outcome.PASS, Outcome.NO_DATA, Outcome.ERROR)


class Check(Given):
    """A rule of a scorecard, as it was judged last, or an expression over facts. `expect`: another outcome fails."""

    scorecard: str = "production-readiness"
    rule: str = Field(default="", description="The id of a rule of the scorecard.")
    expression: str = Field(default="", description="Or an expression over facts, in CEL.", max_length=10_000)
    entity: str = Field(default="", description="A reference; otherwise what the run is about.")
    expect: Literal["pass", ""] = Field(default="", description="Another outcome fails the step.")


def perform(given: Check, moment: Moment) -> Result:
    """Give the outcome."""
    about = Ref.parse(given.entity) if given.entity else moment.entity
    if about is None:
        return Failed("the run is about no entity: say which is looked at")
    outcome = _expression(given, about, moment) if given.expression else _judged(given, about)
    if given.expect and outcome != given.expect:
        return Failed(f"{given.rule or given.expression} comes to {outcome} for {about.short}", again=True)
    return Done({"outcome": outcome, "passes": outcome == Outcome.PASS})


def _expression(given: Check, about: Ref, moment: Moment) -> str:
    ground = live.load(moment.now, [about])
    if not len(ground):
        raise UserError(f"no entity {about} in the catalog")
    return _VERDICTS[evaluate(language.compile(given.expression, vocabulary()), ground.frame)[0]].value


def _judged(given: Check, about: Ref) -> str:
    found = results.results(given.scorecard, entity=about, rule=given.rule)
    return str(found[0].outcome) if found else Outcome.NOT_APPLICABLE.value


def check(given: Check) -> None:
    """Refuse what cannot be looked at."""
    if bool(given.rule) == bool(given.expression):
        raise UserError("say what is checked", expected="either rule or expression")


KIND = Kind("check", "Check a rule", Check, perform, check=check)
