"""What becomes of a signature afterwards: what opens a review again, when, how often, and who is told."""

import importlib
from datetime import timedelta

import pytest

from greenboard.catalog import store as catalog
from greenboard.core.happened import Happening
from greenboard.core.refs import Ref
from greenboard.facts import service as facts
from greenboard.facts.types import Gap
from greenboard.project import tending as everyone
from greenboard.reviews import answering, deciding, gate, live, store
from greenboard.reviews.answering import Found, Reply
from greenboard.reviews.deciding import Promise, Verdict
from greenboard.reviews.models import Condition, Review
from greenboard.reviews.tending import tend
from greenboard.reviews.types import Decision, SectionState, State

world = importlib.import_module("tests.reviews.world")
NOW = world.START + timedelta(hours=1)
LATER = NOW + timedelta(days=1)
CHECKOUT = world.CHECKOUT
PROMISE = Promise("Write the runbook", "team:default/payments", "2026-04-01")


def heard(told, kind=Happening.REVIEW_REOPENED):
    return [one for one in told if one.kind is kind]


def test_what_was_green_and_goes_red_opens_its_section_again_once_and_tells_the_signers(people, told):
    review = store.find(world.signed(people, NOW).review_id)
    world.say(LATER, slo=[])
    assert tend(LATER) == 1
    review.refresh_from_db()
    assert review.state == State.REOPENED
    assert dict(review.sections.values_list("name", "state")) == {
        "reliability": SectionState.REOPENED,
        "operations": SectionState.ACCEPTED,
    }
    (event,) = heard(told)
    assert event.people == ("ada", "mia")
    assert event.entity == CHECKOUT
    assert "it was green when this was signed" in event.why
    world.say(LATER + timedelta(minutes=1), slo=[], runbook=[])
    assert tend(LATER + timedelta(minutes=2)) == 0
    assert len(heard(told)) == 1


def test_what_is_only_not_known_any_more_is_no_reason(people, told):
    world.signed(people, NOW)
    review = Review.objects.get()
    facts.record([], [Gap(CHECKOUT, "slo", "403", world.SOURCE, LATER)], LATER)
    world.evaluate(LATER + timedelta(days=30))
    assert Review.objects.get().stirred
    tend(LATER + timedelta(days=30))
    review.refresh_from_db()
    assert (review.state, heard(told)) == (State.SIGNED, [])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"owner": world.OTHERS}, "The owner of service:default/checkout was team:default/payments"),
        ({"checkout": {"tier": 0}}, "The tier of service:default/checkout was 1 when this was signed, and is 0 now"),
        (
            {"checkout": {"tier": None}},
            "The tier of service:default/checkout was 1 when this was signed, and is not stated",
        ),
        ({"checkout": {"data_classification": "restricted"}}, "was not stated when this was signed, and is restricted"),
        ({"needs": (world.SEARCH,)}, "service:default/checkout depends on service:default/search now"),
    ],
)
def test_a_material_change_opens_the_review_again(people, told, changed, said):
    signature = world.signed(people, NOW)
    world.save(LATER, **changed)
    assert tend(LATER) == 1
    assert said in heard(told)[0].why
    assert set(store.find(signature.review_id).sections.values_list("state", flat=True)) == {SectionState.REOPENED}


def test_another_major_version_opens_it_again_and_a_minor_one_does_not(people, told):
    running = {"environment": "prod", "stage": "production"}
    world.say(NOW, deployment=[{**running, "version": "4.12.0"}])
    world.signed(people, NOW)
    world.say(LATER, deployment=[{**running, "version": "4.13.0"}])
    tend(LATER)
    assert heard(told) == []
    world.say(LATER + timedelta(days=1), deployment=[{**running, "version": "v5.0.1"}])
    tend(LATER + timedelta(days=1))
    assert "Version 5 of service:default/checkout runs in prod; 4 did" in heard(told)[0].why


def test_a_description_that_changes_is_no_reason(people, told):
    world.signed(people, NOW)
    world.save(LATER, checkout={"description": "Takes orders"})
    assert tend(LATER) == 0
    assert heard(told) == []


def test_a_condition_past_its_day_opens_the_review_again_and_one_that_is_met_does_not(people, told):
    first = world.signed(people, NOW, conditions=[PROMISE])
    second = world.signed(people, NOW, world.SEARCH, conditions=[PROMISE])
    met = Condition.objects.get(review=second.review_id)
    deciding.fulfil(second.review_id, met.pk, "https://wiki.example/1", who=people.ada, now=LATER)
    day = store.find(first.review_id).conditions.get().due_at
    assert tend(day - timedelta(days=7, seconds=1)) == 0
    assert tend(day - timedelta(days=7)) == 1
    assert "is due on 2026-04-01" in heard(told, Happening.REVIEW_DUE)[0].title
    assert tend(day) == 0
    assert tend(day + timedelta(seconds=1)) == 1
    assert tend(day + timedelta(days=400)) == 1, "the next stage of the one that stands, 90 days on"
    assert [one.path for one in heard(told)] == [f"/reviews/{first.review_id}"]


def test_it_is_signed_anew_after_it_was_mended_and_then_watched_anew(people, told):
    review = store.find(world.signed(people, NOW).review_id)
    world.say(LATER, slo=[])
    tend(LATER)
    world.say(LATER + timedelta(hours=1), **world.WELL)
    at = LATER + timedelta(hours=2)
    answering.settle(review.pk, "reliability", None, SectionState.ACCEPTED, "Mended.", who=people.mia, now=at)
    deciding.decide(review.pk, None, Verdict(Decision.GO), who=people.mia, now=at)
    assert deciding.sign(review.pk, store.find(review.pk).version, who=people.mia, now=at).number == 2
    world.say(at + timedelta(days=1), slo=[])
    assert tend(at + timedelta(days=1)) == 1
    assert len(heard(told)) == 2


def test_findings_remind_once_before_their_day(people, told):
    review = world.asked(people, NOW)
    found = Found("operations", "No way back", "low", "ada", due="2026-03-20")
    answering.find(review.pk, found, who=people.mia, now=NOW)
    assert [tend(NOW + timedelta(days=day)) for day in (1, 12, 13, 30)] == [0, 1, 0, 0]
    assert heard(told, Happening.REVIEW_DUE)[0].people == ("ada",)


def test_the_gate_is_open_while_a_signature_stands(people):
    def standing(at, entity=CHECKOUT, **asked):
        return gate.gate(entity, at, **asked)

    assert not standing(NOW).open
    assert standing(NOW).why == ["No signed readiness review covers service:default/checkout."]
    signature = world.signed(people, NOW, world.SYSTEM, conditions=[PROMISE])
    assert standing(NOW).open
    assert standing(NOW, world.LEDGER).review.pk == signature.review_id
    assert standing(NOW).why == ["By 2026-04-01, team:default/payments: Write the runbook"]
    assert not standing(NOW, stage="later").open
    assert not standing(NOW, template="kubernetes").open
    late = standing(NOW + timedelta(days=40))
    assert (late.open, late.why) == (False, ["A condition was due on 2026-04-01: Write the runbook"])
    world.say(LATER, world.LEDGER, slo=[])
    tend(LATER)
    assert not standing(LATER).open
    assert "fails for service:default/ledger now" in standing(LATER).why[0]


def test_a_renamed_entity_keeps_its_signature(people, told):
    signature = world.signed(people, NOW)
    catalog.rename(CHECKOUT, Ref("service", "default", "till"), LATER, cause="test")
    tend(LATER)
    assert store.find(signature.review_id).state == State.SIGNED
    till = Ref("service", "default", "till")
    assert gate.gate(till, LATER).open
    world.say(LATER + timedelta(hours=1), till, slo=[])
    tend(LATER + timedelta(hours=1))
    assert "it was green" in heard(told)[0].why


def test_a_dependency_with_another_name_is_no_new_one(people, told):
    world.save(NOW, needs=(world.SEARCH,))
    signature = world.signed(people, NOW)
    catalog.rename(world.SEARCH, Ref("service", "default", "finder"), LATER, cause="test")
    Review.objects.update(stirred=True)
    tend(LATER)
    assert "service:default/finder" in live.profiles([CHECKOUT])[str(CHECKOUT)].dependencies
    assert store.find(signature.review_id).state == State.SIGNED


@pytest.mark.slow
def test_over_two_years_each_thing_happens_once_and_on_its_day_whatever_is_restarted(people, told):
    """The clock goes in uneven steps, stands still for a week, and each look is as good as a new process's."""
    promises = [Promise(f"Promise {n}", "ada", f"{2026 + n // 12}-{n % 12 + 1:02}-15") for n in range(3, 24, 4)]
    ids = [
        world.signed(people, NOW, ref, conditions=promises, title=ref.name).review_id
        for ref in (CHECKOUT, world.LEDGER, world.SEARCH)
    ]
    for row in Condition.objects.filter(review=ids[1]):
        deciding.fulfil(ids[1], row.pk, "done", who=people.ada, now=NOW)
    seen, at = {}, NOW
    for step in range(730 * 2):
        at += timedelta(hours=168 if step == 400 else 7 + step % 11)
        before = len(told)
        everyone.tend(at)
        for one in told[before:]:
            seen.setdefault((one.kind, one.path, one.title, one.why), []).append(at)
        assert everyone.tend(at) == 0
    reopened = [key for key in seen if key[0] is Happening.REVIEW_REOPENED]
    assert len(reopened) == 2 * len(promises)
    assert {key[1] for key in reopened} == {f"/reviews/{ids[0]}", f"/reviews/{ids[2]}"}
    assert all(len(moments) == 1 for moments in seen.values())
    for row in Condition.objects.filter(review=ids[0]):
        assert timedelta() < row.missed_at - row.due_at <= timedelta(hours=168)
        assert timedelta(days=-7) <= row.told_at - row.due_at <= timedelta()
    stages = [key for key in seen if "next stage" in key[2]]
    assert [key[1] for key in stages] == [f"/reviews/{ids[1]}"], "one that is open again is not due for its next stage"


def test_who_answers_while_it_is_open_again_is_taken(people):
    review = store.find(world.signed(people, NOW).review_id)
    world.say(LATER, slo=[])
    tend(LATER)
    assert answering.answer(review.pk, Reply("failure", "Nothing."), who=people.ada, now=LATER).value == "Nothing."
