"""The course of a review: which act leads from which state to which, and what stands against a decision. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from greenboard.access.errors import InTheWay
from greenboard.reviews.types import BLOCKING, Act, Decision, FindingState, SectionState, State, Weight

_WORK = (Act.ANSWER, Act.SETTLE)
MOVES: Mapping[State, Mapping[Act, State]] = {
    State.REQUESTED: {Act.TRIAGE: State.OPEN, Act.ANSWER: State.REQUESTED, Act.WITHDRAW: State.WITHDRAWN},
    State.OPEN: {
        **dict.fromkeys((Act.TRIAGE, *_WORK), State.OPEN),
        Act.DECIDE: State.DECIDED,
        Act.WITHDRAW: State.WITHDRAWN,
    },
    State.DECIDED: {Act.RESUME: State.OPEN, Act.SIGN: State.SIGNED, Act.WITHDRAW: State.WITHDRAWN},
    State.SIGNED: {Act.REOPEN: State.REOPENED},
    State.REOPENED: {
        **dict.fromkeys((Act.TRIAGE, *_WORK, Act.REOPEN), State.REOPENED),
        Act.DECIDE: State.DECIDED,
    },
    State.WITHDRAWN: {},
}
_NAMED = 3
ENDED = frozenset({State.SIGNED, State.WITHDRAWN})
"""Nobody has to do anything."""
_WORDS = {
    State.REQUESTED: "was asked for, and waits for its triage",
    State.OPEN: "is being answered",
    State.DECIDED: "is decided",
    State.SIGNED: "is signed",
    State.REOPENED: "is open again",
    State.WITHDRAWN: "was withdrawn",
}


def after(state: State, act: Act) -> State:
    """The state that an act leads to.

    Raises:
        InTheWay: it cannot be done in this state.

    """
    found = MOVES[state].get(act)
    if found is None:
        possible = ", ".join(MOVES[state]) or "nothing"
        raise InTheWay(f"the review {_WORDS[state]}: it takes no {act.value}", expected=possible)
    return found


@dataclass(frozen=True)
class Tally:
    """How far a review is, as far as a decision asks.

    Questions are named by their titles: `unanswered` are required ones without an answer; `red` those whose answer
    speaks against going, and `unknown` those that nobody and nothing decides.
    """

    unanswered: Collection[str] = ()
    red: Collection[str] = ()
    unknown: Collection[str] = ()
    sections: Collection[SectionState] = ()
    findings: Collection[tuple[Weight, FindingState]] = ()
    conditions: int = 0


def against(decision: Decision, tally: Tally) -> tuple[str, ...]:
    """What stands against a decision, each as a sentence; nothing where it may be taken.

    No go is always possible. Going needs an answer to each required question and every section accepted.
    Going without conditions needs more: no answer is red or unknown, and no severe finding is open.
    """
    if decision is Decision.NO_GO:
        return ()
    found = [f"Required and not answered: {_some(tally.unanswered)}."] if tally.unanswered else []
    waiting = sum(one is not SectionState.ACCEPTED for one in tally.sections)
    if waiting:
        found.append(f"{waiting} of {len(tally.sections)} sections are not accepted.")
    if decision is Decision.GO_WITH_CONDITIONS:
        return (*found, *(() if tally.conditions else ("A go with conditions needs one condition at least.",)))
    if tally.red:
        found.append(f"Red: {_some(tally.red)}. Go with conditions says what will be done about them.")
    if tally.unknown:
        found.append(f"Not known: {_some(tally.unknown)}. Unknown is not green: make it a condition.")
    severe = sum(weight in BLOCKING and state is FindingState.OPEN for weight, state in tally.findings)
    if severe:
        found.append(f"{severe} severe {'finding is' if severe == 1 else 'findings are'} open.")
    return tuple(found)


def _some(titles: Collection[str]) -> str:
    """The first of some questions, and how many more there are."""
    shown = ", ".join(f"“{title}”" for title in list(titles)[:_NAMED])
    more = len(titles) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown
