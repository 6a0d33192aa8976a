"""Whose turn it is: who hears that a review waits for them, and who takes over from those who leave."""

import importlib
import json
from datetime import timedelta

from greenboard.core.happened import Happening
from greenboard.identity import leaving
from greenboard.reviews import answering, asking, deciding, store, template
from greenboard.reviews.answering import Found, Reply
from greenboard.reviews.asking import Triage
from greenboard.reviews.deciding import Promise, Verdict
from greenboard.reviews.tending import tend
from greenboard.reviews.types import Decision, SectionState

world = importlib.import_module("tests.reviews.world")
NOW = world.START + timedelta(hours=1)
LATER = NOW + timedelta(days=1)
GIVEN = Triage(reviewers={"reliability": "sam"})


def accepted_last_by_sam(people):
    """A review of which Mia accepted one section and Sam, who may decide nothing, the last."""
    review = world.asked(people, NOW)
    asking.triage(review.pk, None, GIVEN, who=people.mia, now=NOW)
    for question, value in (("failure", "The cache."), ("rollback", "Yes")):
        answering.answer(review.pk, Reply(question, value), who=people.ada, now=NOW)
    for who, section in ((people.mia, "operations"), (people.sam, "reliability")):
        answering.settle(review.pk, section, None, SectionState.ACCEPTED, "", who=who, now=NOW)
    return review


def test_who_triages_hears_of_a_request_and_who_decides_that_every_section_is_accepted(people, told):
    review = accepted_last_by_sam(people)
    assert (told[0].kind, told[0].people) == (Happening.REVIEW_REQUESTED, ("mia",))
    assert told[-1].title == "The readiness review of checkout waits for a decision"
    assert (told[-1].people, told[-1].path) == (("mia",), f"/reviews/{review.pk}")


def test_who_signs_hears_of_a_decision_that_another_person_has_to_sign(people, told, templates):
    rule = "sign: {teams: [sre], another: true}\nsections:"
    (templates / "small.yaml").write_text(world.SMALL.replace("sections:", rule, 1))
    template.of_files.cache_clear()
    review = world.answered(people, NOW, world.asked(people, NOW))
    deciding.decide(review.pk, None, Verdict(Decision.GO), who=people.mia, now=NOW)
    assert told[-1].title == "The readiness review of checkout waits for a signature"
    assert (told[-1].people, [team.name for team in told[-1].teams]) == ((), ["sre"])


def test_a_section_that_was_accepted_waits_for_no_one_who_left_when_it_opens_again(people, told):
    review = accepted_last_by_sam(people)
    deciding.decide(review.pk, None, Verdict(Decision.GO), who=people.mia, now=NOW)
    deciding.sign(review.pk, store.find(review.pk).version, who=people.mia, now=NOW)
    told.clear()
    leaving.close(people.accounts["sam"], LATER, by="mia")
    assert told == []  # nothing waits for anybody
    world.say(LATER, slo=[])
    tend(LATER)
    row = store.section(review, "reliability")
    assert (row.state, row.reviewer, row.by) == (SectionState.REOPENED, "", "sam")


def test_findings_and_conditions_of_who_left_go_to_the_owners_and_the_evidence_stays(people, told):
    promise = Promise("Write the runbook", "sam", "2026-04-01")
    signature = world.signed(people, NOW, conditions=[promise])
    other = world.asked(people, NOW, world.SEARCH)
    finding = answering.find(other.pk, Found("operations", "No way back", "low", "sam"), who=people.mia, now=NOW)
    told.clear()
    leaving.close(people.accounts["sam"], LATER, by="mia")
    review = store.find(signature.review_id)
    assert review.conditions.get().owner == str(world.TEAM)
    assert store.finding(other, finding.pk).owner == str(world.TEAM)
    assert [one.title for one in told] == [
        f"The finding No way back of the readiness review of search is for {world.TEAM} now",
        f"The condition Write the runbook of the readiness review of checkout is for {world.TEAM} now",
    ]
    assert told[1].why == "sam left. It is due on 2026-04-01."
    assert {one.teams for one in told} == {(world.TEAM,)}
    assert json.loads(signature.text)["conditions"][0]["owner"] == "sam"
