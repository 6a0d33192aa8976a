"""A review from the request to the signature, and what each of its people may do."""

import importlib
import json
from datetime import timedelta

import pytest

from greenboard.access.errors import Above, Absent, InTheWay
from greenboard.access.models import Entry
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.reviews import answering, asking, deciding, freezing, rights, store, template
from greenboard.reviews.answering import Found, Reply
from greenboard.reviews.asking import Triage, Wish
from greenboard.reviews.deciding import Promise, Verdict
from greenboard.reviews.models import Signature
from greenboard.reviews.types import Decision, FindingState, SectionState, State

world = importlib.import_module("tests.reviews.world")
NOW = world.START + timedelta(hours=1)
CHECKOUT = world.CHECKOUT


def test_from_the_request_to_a_signature_that_holds_its_evidence(people, told):
    signature = world.signed(people, NOW)
    review = store.find(signature.review_id)
    assert (review.state, review.decision, review.signed_by) == (State.SIGNED, Decision.GO, "mia")
    text = json.loads(signature.text)
    objectives = text["sections"][0]["questions"][0]
    assert objectives["verdicts"][0]["outcome"] == "pass"
    assert objectives["verdicts"][0]["digest"]
    proof = objectives["verdicts"][0]["proofs"][0]
    assert (proof["fact"], proof["source"], proof["link"]) == ("slo", "tool", "https://tool.example/1")
    assert proof["at"] == "2026-03-02T09:01:00Z"
    assert text["sections"][1]["questions"][0]["answer"]["value"] == "Yes"
    assert text["entities"][str(CHECKOUT)]["owner"] == str(world.TEAM)
    assert freezing.wrong(signature.text, signature.digest) == ""
    assert [one.kind for one in told if one.kind.startswith("review.")][-1] == "review.decided"
    line = Entry.objects.filter(action="review.signed").get()
    assert signature.digest in line.after


def test_evidence_that_was_changed_is_found_out(people):
    signature = world.signed(people, NOW)
    changed = signature.text.replace('"outcome":"pass"', '"outcome":"fail"')
    assert changed != signature.text
    assert "was signed" in freezing.wrong(changed, signature.digest)
    assert "one form" in freezing.wrong(" " + signature.text, freezing.digest(" " + signature.text))


def test_the_same_is_not_asked_for_twice_and_what_is_not_there_not_at_all(people):
    review = world.asked(people, NOW)
    with pytest.raises(InTheWay, match=f"review {review.pk} of the same is under way"):
        world.asked(people, NOW)
    with pytest.raises(Absent):
        asking.request(Wish([Ref("service", "default", "nobody")], "small"), who=people.ada, now=NOW)
    with pytest.raises(UserError, match="no template"):
        asking.request(Wish([CHECKOUT], "smal"), who=people.ada, now=NOW)
    with pytest.raises(Above):
        asking.request(Wish([world.SEARCH], "small"), who=people.vic, now=NOW)


def test_a_system_is_its_components_and_a_product_is_ready_when_all_of_it_is(people):
    system = world.asked(people, NOW, world.SYSTEM)
    assert (system.scale, system.title, system.subjects.count()) == ("system", "shop", 2)
    with pytest.raises(UserError, match="a product needs a name"):
        world.asked(people, NOW, CHECKOUT, world.SEARCH)
    product = world.answered(people, NOW, world.asked(people, NOW, CHECKOUT, world.SEARCH, title="Storefront"))
    world.say(NOW + timedelta(minutes=1), world.SEARCH, slo=[])
    with pytest.raises(InTheWay, match="go is not possible") as caught:
        deciding.decide(product.pk, None, Verdict(Decision.GO), who=people.mia, now=NOW + timedelta(minutes=2))
    assert "Red: “Are objectives defined?”" in str(caught.value)


def test_what_the_engine_answers_nobody_else_does_but_it_may_not_apply_for_a_reason(people):
    review = world.asked(people, NOW)
    with pytest.raises(UserError, match="answered by the engine"):
        answering.answer(review.pk, Reply("objectives", "Yes"), who=people.ada, now=NOW)
    with pytest.raises(UserError, match="needs a reason"):
        answering.answer(review.pk, Reply("objectives", applies=False), who=people.ada, now=NOW)
    reply = Reply("objectives", applies=False, reason="It promises nothing to anybody.")
    assert not answering.answer(review.pk, reply, who=people.ada, now=NOW).applies


@pytest.mark.parametrize(
    ("question", "value", "said"),
    [
        ("rollback", "Perhaps", "not among the choices"),
        ("minutes", "soon", "not a number"),
        ("failure", " ", "1 to 20,000"),
    ],
)
def test_an_answer_fits_its_question(people, question, value, said):
    review = world.asked(people, NOW)
    with pytest.raises(UserError, match=said):
        answering.answer(review.pk, Reply(question, value), who=people.ada, now=NOW)


def test_answers_are_kept_with_who_gave_them_when_and_make_a_section_be_looked_at_again(people):
    review = world.answered(people, NOW, world.asked(people, NOW))
    later = NOW + timedelta(minutes=5)
    answering.answer(review.pk, Reply("rollback", "No"), who=people.mia, now=later)
    rows = list(review.answers.filter(question="rollback").order_by("id").values_list("value", "by", "valid_to"))
    assert rows == [("Yes", "ada", later), ("No", "mia", None)]
    states = dict(review.sections.values_list("name", "state"))
    assert states == {"reliability": SectionState.ACCEPTED, "operations": SectionState.WAITING}


def test_a_section_is_looked_at_by_its_team_or_who_may_sign_and_never_by_who_asked(people):
    review = world.asked(people, NOW)
    answering.answer(review.pk, Reply("failure", "The cache."), who=people.ada, now=NOW)
    accept = SectionState.ACCEPTED
    with pytest.raises(Above, match="you asked for yourself"):
        answering.settle(review.pk, "reliability", None, accept, "", who=people.ada, now=NOW)
    with pytest.raises(Above, match="operations is looked at by whoever may sign"):
        answering.settle(review.pk, "operations", None, accept, "", who=people.sam, now=NOW)
    answering.settle(review.pk, "reliability", None, accept, "", who=people.sam, now=NOW)
    with pytest.raises(InTheWay, match="not answered yet: rollback"):
        answering.settle(review.pk, "operations", None, accept, "", who=people.mia, now=NOW)
    with pytest.raises(UserError, match="what is missing"):
        answering.settle(review.pk, "operations", None, SectionState.RETURNED, "", who=people.mia, now=NOW)


def test_severe_findings_stand_against_a_go_until_they_are_settled(people, told):
    review = world.answered(people, NOW, world.asked(people, NOW))
    found = Found(
        "reliability", "One zone only", "high", "team:default/payments", due="2026-04-01", ticket="https://t.example/1"
    )
    finding = answering.find(review.pk, found, who=people.sam, now=NOW)
    assert finding.due_at.isoformat() == "2026-04-01T23:59:59+00:00"
    assert told[-1].teams == (world.TEAM,)
    with pytest.raises(InTheWay, match="go is not possible"):
        deciding.decide(review.pk, None, Verdict(Decision.GO), who=people.mia, now=NOW)
    with pytest.raises(Above):
        answering.settle_finding(review.pk, finding.pk, FindingState.ACCEPTED, "It may.", who=people.ada, now=NOW)
    answering.settle_finding(review.pk, finding.pk, FindingState.DONE, "", who=people.ada, now=NOW)
    assert deciding.decide(review.pk, None, Verdict(Decision.GO), who=people.mia, now=NOW).state == State.DECIDED


def test_conditions_have_an_owner_and_a_day_to_come(people):
    review = world.answered(people, NOW, world.asked(people, NOW), rollback="No")
    decide = Decision.GO_WITH_CONDITIONS
    for promise, said in (
        (Promise("Try it", "team:default/payments", "2026-03-01"), "a day to come"),
        (Promise("Try it", "", "2026-05-01"), "whose is it"),
        (Promise(" ", "ada", "2026-05-01"), "what has to be done"),
    ):
        with pytest.raises(UserError, match=said):
            deciding.decide(review.pk, None, Verdict(decide, conditions=[promise]), who=people.mia, now=NOW)
    assert store.find(review.pk).state == State.OPEN
    with pytest.raises(InTheWay, match="go with conditions is not possible"):
        deciding.decide(review.pk, None, Verdict(decide), who=people.mia, now=NOW)
    promise = Promise("Make it go back by one command", "team:default/payments", "2026-05-01")
    deciding.decide(review.pk, None, Verdict(decide, conditions=[promise]), who=people.mia, now=NOW)
    signature = deciding.sign(review.pk, store.find(review.pk).version, who=people.mia, now=NOW)
    condition = store.open_conditions(review).get()
    with pytest.raises(UserError, match="how is it met"):
        deciding.fulfil(review.pk, condition.pk, "", who=people.ada, now=NOW)
    deciding.fulfil(review.pk, condition.pk, "https://ci.example/1", who=people.ada, now=NOW)
    assert json.loads(signature.text)["conditions"][0]["owner"] == "team:default/payments"
    with pytest.raises(InTheWay, match="settled already"):
        deciding.fulfil(review.pk, condition.pk, "again", who=people.mia, now=NOW)


def test_nobody_signs_what_they_asked_for_and_nobody_without_the_permission(people):
    review = world.answered(people, NOW, world.asked(people, NOW))
    for who in (people.sam, people.ada, people.vic):
        with pytest.raises(Above):
            deciding.decide(review.pk, None, Verdict(Decision.GO), who=who, now=NOW)
    own = asking.request(Wish([world.LEDGER], "small"), who=people.mia, now=NOW)
    with pytest.raises(Above, match="you asked for yourself"):
        deciding.decide(own.pk, None, Verdict(Decision.NO_GO, "No."), who=people.mia, now=NOW)


def test_a_template_says_who_signs_and_that_it_is_another_person_than_decided(people, templates):
    rule = "sign: {teams: [sre], another: true}\nsections:"
    (templates / "small.yaml").write_text(world.SMALL.replace("sections:", rule, 1))
    template.of_files.cache_clear()
    review = world.answered(people, NOW, world.asked(people, NOW))
    deciding.decide(review.pk, None, Verdict(Decision.GO), who=people.mia, now=NOW)
    seen = store.find(review.pk).version
    with pytest.raises(Above, match="you decided it yourself"):
        deciding.sign(review.pk, seen, who=people.mia, now=NOW)
    max_ = rights.actor(world.cast.person("max"))
    world.cast.granted("maintainer", person=max_.person)
    with pytest.raises(Above, match=r"not yours to sign \(expected the team sre"):
        deciding.sign(review.pk, seen, who=max_, now=NOW)
    world.cast.member(max_.person, "team:default/sre")
    assert deciding.sign(review.pk, seen, who=rights.actor(max_.person), now=NOW).by == "max"


def test_what_turns_red_between_decision_and_signature_stops_the_signature(people):
    review = world.answered(people, NOW, world.asked(people, NOW))
    deciding.decide(review.pk, None, Verdict(Decision.GO), who=people.mia, now=NOW)
    world.say(NOW + timedelta(minutes=1), slo=[])
    with pytest.raises(InTheWay, match="not possible any more"):
        deciding.sign(review.pk, store.find(review.pk).version, who=people.mia, now=NOW + timedelta(minutes=2))
    assert Signature.objects.count() == 0
    assert store.find(review.pk).state == State.DECIDED
    assert deciding.resume(review.pk, None, who=people.mia, now=NOW + timedelta(minutes=3)).state == State.OPEN


def test_who_is_second_is_told_who_was_first_and_what_they_did(people):
    review = world.answered(people, NOW, world.asked(people, NOW))
    deciding.decide(review.pk, None, Verdict(Decision.GO), who=people.mia, now=NOW)
    seen = store.find(review.pk).version
    deciding.resume(review.pk, seen, who=people.mia, now=NOW)
    answering.answer(review.pk, Reply("rollback", "No"), who=people.ada, now=NOW)
    with pytest.raises(InTheWay) as caught:
        deciding.sign(review.pk, seen, who=people.mia, now=NOW)
    assert caught.value.status == 409
    first = answering.answer(review.pk, Reply("rollback", "Yes"), who=people.ada, now=NOW)
    with pytest.raises(InTheWay, match="ada answered rollback meanwhile: Yes"):
        answering.answer(review.pk, Reply("rollback", "No", before=first.pk - 1), who=people.mia, now=NOW)


def test_a_review_is_withdrawn_for_a_reason_and_takes_nothing_more(people):
    review = world.asked(people, NOW)
    with pytest.raises(UserError, match="why is it withdrawn"):
        asking.withdraw(review.pk, None, " ", who=people.ada, now=NOW)
    with pytest.raises(Above):
        asking.withdraw(review.pk, None, "No.", who=people.sam, now=NOW)
    asking.withdraw(review.pk, review.version, "Not launched.", who=people.ada, now=NOW)
    with pytest.raises(InTheWay, match="was withdrawn"):
        answering.answer(review.pk, Reply("rollback", "Yes"), who=people.ada, now=NOW)


def test_sections_are_given_to_people_and_given_up_when_they_leave(people, told):
    from greenboard.identity import leaving

    review = world.asked(people, NOW)
    said = Triage(due="2026-04-01", teams={"operations": "team:default/payments"}, reviewers={"reliability": "sam"})
    asking.triage(review.pk, None, said, who=people.mia, now=NOW)
    assert told[-1].people or told[-1].teams
    with pytest.raises(UserError, match="nobody here is called"):
        asking.assign(review.pk, "operations", None, "sma", who=people.mia, now=NOW)
    with pytest.raises(Above):
        asking.assign(review.pk, "operations", None, "ada", who=people.ada, now=NOW)
    leaving.close(people.accounts["sam"], NOW, by="mia")
    assert store.section(review, "reliability").reviewer == ""
    assert "needs another reviewer" in told[-1].title
    assert told[-1].why == "sam left."


def test_the_next_stage_goes_on_with_the_answers_of_this_one(people):
    signature = world.signed(people, NOW)
    review = asking.follow(signature.review_id, who=people.ada, now=NOW + timedelta(days=1))
    assert (review.stage, review.follows_id) == ("later", signature.review_id)
    assert store.answers(review)["failure"].value == "The cache."
    assert "restore" in store.Asking.of(review).questions
    with pytest.raises(InTheWay, match="no next stage"):
        asking.follow(review.pk, who=people.ada, now=NOW)
