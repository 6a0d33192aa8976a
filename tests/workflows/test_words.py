"""What a run states in a person's name: attestations and requests for exemptions, with that person's rights."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.attestations import cast
from tests.attestations.cast import SERVICE
from tests.workflows.conftest import person, saved, start, step

from greenboard.access.models import Person
from greenboard.core import clock
from greenboard.exemptions.models import Exemption
from greenboard.workflows import starting
from greenboard.workflows.starting import Cause, Wish
from greenboard.workflows.types import Way

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> Person:
    """A member of the team that owns the service."""
    cast.declared(clock.now() - timedelta(days=10))
    return cast.person("ann").person


def attests(more: str = "") -> str:
    held = (clock.now() - timedelta(days=2)).date().isoformat()
    answers = f"{{held_on: '{held}', people: 12}}"
    given = f"{{item: DOC.3, answers: {answers}, links: ['https://wiki.example.com/report']{more}}}"
    return saved(f"- {{id: say, do: attest, with: {given}}}")


def exempts() -> str:
    ends = (clock.now() + timedelta(days=60)).date().isoformat()
    given = f"{{rule: cod-1-coverage, reason: The tests are being rewritten, ends: '{ends}'}}"
    return saved(f"- {{id: ask, do: exempt, with: {given}}}", name="ask-for")


def test_a_run_attests_in_the_name_of_whoever_started_it(ann):
    run = start(attests(), ann, SERVICE)
    assert run.state == "done", run.error
    found = cast.listed()
    assert found is not None
    assert (found["DOC.3"]["by"], found["DOC.3"]["evidence"]) == ("ann", "https://wiki.example.com/report")


def test_it_cannot_attest_what_that_person_could_not(ann):
    eve = person("eve")
    assert start(attests(), eve, SERVICE).state == "held"
    assert cast.listed() is None


def test_a_run_that_nobody_started_has_no_word_to_give(ann):
    run = starting.itself(Wish(attests(), {}, SERVICE), Cause(Way.SCHEDULE, "schedule"))
    from tests.workflows.conftest import go

    assert "a person's word" in go(run).error


def test_a_run_asks_for_an_exemption_once_and_somebody_else_decides(ann):
    name = exempts()
    run = start(name, ann, SERVICE)
    assert run.state == "done", run.error
    row = Exemption.objects.get()
    assert (row.requested_by, row.state) == ("ann", "requested")
    assert step(start(name, ann, SERVICE), "ask").outputs["number"] is None
    assert Exemption.objects.count() == 1
