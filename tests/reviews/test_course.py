"""The course of a review as a machine: whatever is tried, in whatever order."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenboard.access.errors import InTheWay
from greenboard.reviews.course import ENDED, MOVES, Tally, after, against
from greenboard.reviews.types import Act, Decision, FindingState, SectionState, State, Weight

ACTS = st.lists(st.sampled_from(list(Act)), max_size=40)
TALLIES = st.builds(
    Tally,
    unanswered=st.lists(st.just("a"), max_size=1),
    red=st.lists(st.just("b"), max_size=1),
    unknown=st.lists(st.just("c"), max_size=1),
    sections=st.lists(st.sampled_from(list(SectionState)), max_size=3),
    findings=st.lists(st.tuples(st.sampled_from(list(Weight)), st.sampled_from(list(FindingState))), max_size=2),
    conditions=st.integers(0, 2),
)


def walked(acts):
    """The states that a review goes through, and the acts that it took; what it refuses changes nothing."""
    state, taken = State.REQUESTED, []
    yield state, ()
    for act in acts:
        try:
            state = after(state, act)
        except InTheWay:
            continue
        taken.append(act)
        yield state, tuple(taken)


@given(ACTS)
def test_nothing_is_signed_that_was_not_decided_and_nothing_reopened_that_was_not_signed(acts):
    for state, taken in walked(acts):
        if state is State.SIGNED:
            assert taken[-2:] == (Act.DECIDE, Act.SIGN)
        if state is State.REOPENED:
            assert Act.SIGN in taken
            assert Act.REOPEN in taken[len(taken) - 1 - taken[::-1].index(Act.SIGN) :]


@given(ACTS)
def test_what_is_signed_changes_only_by_being_opened_again_and_what_is_withdrawn_never(acts):
    states = [state for state, _ in walked(acts)]
    for before, now in pairwise(states):
        if before is State.SIGNED:
            assert now is State.REOPENED
        assert before is not State.WITHDRAWN


def test_every_state_is_reached_and_every_one_that_has_not_ended_leads_on():
    reached = {State.REQUESTED} | {state for moves in MOVES.values() for state in moves.values()}
    assert reached == set(State) == set(MOVES)
    assert {state for state, moves in MOVES.items() if set(moves) <= {Act.REOPEN}} == set(ENDED)


@given(TALLIES)
def test_a_go_asks_for_all_that_a_go_with_conditions_asks_for_but_the_condition(tally):
    conditional = [one for one in against(Decision.GO_WITH_CONDITIONS, tally) if "condition at least" not in one]
    assert set(conditional) <= set(against(Decision.GO, tally))
    assert against(Decision.NO_GO, tally) == ()


@given(TALLIES)
def test_a_go_is_taken_only_where_all_is_answered_green_accepted_and_known(tally):
    if not against(Decision.GO, tally):
        assert [*tally.unanswered, *tally.red, *tally.unknown] == []
        assert set(tally.sections) <= {SectionState.ACCEPTED}
        assert (Weight.CRITICAL, FindingState.OPEN) not in tally.findings


def test_what_cannot_be_done_is_refused_with_what_can():
    with pytest.raises(InTheWay, match=r"is signed: it takes no decide \(expected reopen\)"):
        after(State.SIGNED, Act.DECIDE)
