"""What runs do: one step after the other, each once, with waits, branches, turns, failures and what is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from tests.workflows.conftest import document, doings, go, later, person, saved, start, step

from greenboard.access.errors import Above, Absent, InTheWay
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.notifications import service as channels
from greenboard.notifications.models import Notice
from greenboard.notifications.service import Wish as Channel
from greenboard.workflows import running, service, starting, tending
from greenboard.workflows.models import Kept, Line, Run
from greenboard.workflows.service import Answer, Change
from greenboard.workflows.starting import Wish
from greenboard.workflows.types import Way

pytestmark = pytest.mark.django_db


def test_steps_go_one_after_the_other_and_read_what_those_before_gave(ada) -> None:
    name = saved(
        """
- {id: one, do: transform, with: {values: {sum: "${{ inputs.a + 1 }}"}}}
- {id: two, do: transform, with: {values: {text: "it is ${{ steps.one.outputs.sum }}"}}}
""",
        "inputs: {a: {type: number}}\noutputs: {said: '${{ steps.two.outputs.text }}'}",
    )
    run = start(name, ada, a=2)
    assert (run.state, run.outputs, run.turn) == ("done", {"said": "it is 3"}, "")
    assert doings(run) == {"one": "done", "two": "done"}


def test_a_condition_skips_a_step_and_chooses_a_branch(ada) -> None:
    name = saved("""
- {id: never, if: "${{ 1 > 2 }}", do: transform, with: {values: {}}}
- id: either
  if: ${{ inputs.big }}
  steps: [{id: large, do: transform, with: {values: {}}}]
  else: [{id: small, do: transform, with: {values: {}}}]
""", "inputs: {big: {type: switch}}")  # fmt: skip
    assert doings(start(name, ada, big=False)) == {"never": "skipped", "either": "done", "small": "done"}
    assert doings(start(name, ada, big=True)) == {"never": "skipped", "either": "done", "large": "done"}


def test_each_goes_around_with_so_many_at_once_and_gives_what_every_turn_gave(ada) -> None:
    name = saved("""
- id: turns
  each: ${{ inputs.names }}
  at_once: 2
  steps:
  - {id: hello, do: transform, with: {values: {text: "${{ item }} is ${{ index }}"}}}
  - {id: again, do: transform, with: {values: {text: "${{ steps.hello.outputs.text }}!"}}}
""", "inputs: {names: {type: list}}\noutputs: {all: '${{ steps.turns.outputs.map(one, one.again.text) }}'}")  # fmt: skip
    run = start(name, ada, names=["a", "b", "c"])
    assert run.outputs == {"all": ["a is 0!", "b is 1!", "c is 2!"]}


def test_no_more_turns_are_under_way_than_may_be_at_once(ada) -> None:
    name = saved("""
- id: turns
  each: ${{ [1, 2, 3, 4, 5] }}
  at_once: 2
  steps: [{id: rest, do: wait, with: {time: 1h}}]
""")  # fmt: skip
    assert doings(start(name, ada)) == {"turns": "running", "rest[0]": "waiting", "rest[1]": "waiting"}


def test_an_approval_waits_for_another_person_and_is_given_once(ada, grace) -> None:
    name = saved("""
- {id: ok, do: approve, with: {roles: [maintainer, member], text: May it?}}
- {id: done, do: transform, with: {values: {by: "${{ steps.ok.outputs.by[0] }}"}}}
""", "outputs: {by: '${{ steps.done.outputs.by }}'}")  # fmt: skip
    run = start(name, ada)
    assert (run.state, run.turn) == ("waiting", "")
    with pytest.raises(Above, match="You started the run"):
        service.answer(run.pk, "ok", Answer(), ada)
    service.answer(run.pk, "ok", Answer(), grace)
    with pytest.raises(InTheWay, match="grace answered"):
        service.answer(run.pk, "ok", Answer(), grace)
    assert go(run).outputs == {"by": "grace"}


def test_a_denial_ends_the_run_with_its_reason(ada, grace) -> None:
    run = start(saved("- {id: ok, do: approve, with: {roles: [maintainer]}}"), ada)
    service.answer(run.pk, "ok", Answer(yes=False, reason="not now"), grace)
    assert (go(run).state, run.error) == ("failed", "Ok: grace denied it: not now")


def test_an_approval_that_nobody_gives_expires(ada, monkeypatch) -> None:
    run = start(saved("- {id: ok, do: approve, with: {roles: [maintainer], within: 2d}}"), ada)
    assert later(run, monkeypatch, days=1).state == "waiting"
    assert (later(run, monkeypatch, days=2).state, run.error) == ("failed", "Ok: nobody approved it within 2d")


def test_where_all_have_to_approve_one_is_not_enough(ada, grace) -> None:
    run = start(saved("- {id: ok, do: approve, with: {people: [ada, grace], need: all, others: false}}"), ada)
    service.answer(run.pk, "ok", Answer(), grace)
    assert go(run).state == "waiting"
    service.answer(run.pk, "ok", Answer(), ada)
    assert go(run).state == "done"


def test_somebody_enters_what_a_run_needs_in_its_middle(ada) -> None:
    name = saved("""
- {id: when, do: ask, with: {people: ["${{ run.by }}"], fields: {day: {type: date}, size: {type: choice, choices: [s, l]}}}}
""", "outputs: {day: '${{ steps.when.outputs.day }}'}")  # fmt: skip
    run = start(name, ada)
    with pytest.raises(UserError, match="Day: not a day"):
        service.answer(run.pk, "when", Answer(values={"day": "soon", "size": "s"}), ada)
    service.answer(run.pk, "when", Answer(values={"day": "2026-12-01", "size": "l"}), ada)
    assert go(run).outputs == {"day": "2026-12-01"}


def test_a_run_asks_for_entities_people_and_what_comes_from_elsewhere_in_its_middle(checkout, ada, grace) -> None:
    name = saved("""
- id: which
  do: ask
  with:
    people: [grace]
    fields:
      service: {type: entity, kinds: [service]}
      who: {type: person}
      from: {type: choice, from: {kinds: [service]}}
""", "outputs: {service: '${{ steps.which.outputs.service }}', who: '${{ steps.which.outputs.who }}'}")  # fmt: skip
    run = start(name, ada)
    client = Client()
    client.force_login(grace)
    page = client.get(f"/workflow-runs/{run.pk}").text
    assert '<option value="service:default/checkout"' in page
    given = {"service": "checkout", "who": "ada", "from": "service:default/checkout"}
    for wrong, said in (
        ({"service": "other"}, "no such service"),
        ({"who": "nobody"}, "no such person"),
        ({"from": "service:default/other"}, "not a choice"),
    ):
        with pytest.raises(UserError, match=said):
            service.answer(run.pk, "which", Answer(values={**given, **wrong}), grace)
    service.answer(run.pk, "which", Answer(values=given), grace)
    assert go(run).outputs == {"service": "service:default/checkout", "who": "ada"}


def test_a_message_is_posted_into_a_channel_of_teams_and_again_where_it_was_not_taken(ada, receiver) -> None:
    channels.make(Channel("ops", "teams", {"url": f"{receiver.url}/workflows/x"}))
    name = saved("- {id: say, do: message, with: {channel: ops, title: It is out., text: Version 7.}}")
    receiver.say("/workflows/x", (503, {}), (202, {}))
    held = start(name, ada)
    assert (held.state, "ops did not take it" in held.error) == ("held", True)
    service.retry(held.pk, "say", ada)
    assert go(held).state == "done"
    assert "It is out." in str(receiver.at("/workflows/x")[1].body)


def test_a_wait_ends_when_its_time_is_over_however_long_nobody_ran(ada, monkeypatch) -> None:
    run = start(saved("- {id: rest, do: wait, with: {time: 30d}}"), ada)
    assert later(run, monkeypatch, days=29).state == "waiting"
    assert later(run, monkeypatch, days=40).state == "done"


def test_a_failed_step_holds_the_run_until_it_is_tried_again(ada, grace, receiver) -> None:
    receiver.say("/x", (400, {"why": "no"}), (200, {"id": 7}))
    name = saved(f"- {{id: call, do: http, with: {{url: '{receiver.url}/x', method: POST}}}}")
    run = start(name, ada)
    assert (run.state, run.error) == ("held", 'Call: answered 400: {"why": "no"}')
    service.retry(run.pk, "call", ada)
    assert go(run).state == "done"
    assert len({one.headers["idempotency-key"] for one in receiver.at("/x")}) == 1


def test_a_failed_step_is_skipped_with_a_reason_by_those_who_may(ada, receiver) -> None:
    receiver.say("/x", (400, {}))
    run = start(saved(f"- {{id: call, do: http, with: {{url: '{receiver.url}/x'}}}}"), ada)
    with pytest.raises(Absent):
        service.skip(run.pk, "call", "no need", person("mallory"))
    with pytest.raises(UserError, match="say why"):
        service.skip(run.pk, "call", " ", ada)
    service.skip(run.pk, "call", "no need", ada)
    assert go(run).state == "done"
    assert Line.objects.filter(run=run, text="skipped: no need", by="ada").exists()


def test_a_step_is_tried_again_by_itself_with_growing_pauses(ada, receiver, monkeypatch) -> None:
    receiver.say("/x", (503, {}), (503, {}), (200, {}))
    given = f"with: {{url: '{receiver.url}/x'}}, retry: {{attempts: 3, pause: 1m}}"
    run = start(saved(f"- {{id: call, do: http, {given}}}"), ada)
    assert (run.state, step(run, "call").attempts) == ("waiting", 1)
    assert later(run, monkeypatch, minutes=1.1).state == "waiting"
    assert later(run, monkeypatch, minutes=1.5).state == "waiting"
    assert later(run, monkeypatch, minutes=2.5).state == "done"
    assert step(run, "call").attempts == 3


def test_what_was_done_is_taken_back_in_reverse_when_a_run_fails(ada, receiver) -> None:
    receiver.say("/three", (400, {}))
    undo = "undo: {do: http, with: {method: DELETE, url: '%s/%s'}}"
    steps = [
        f"- {{id: {word}, do: http, with: {{method: POST, url: '{receiver.url}/{word}'}}, "
        f"{undo % (receiver.url, word)}}}"
        for word in ("one", "two", "three")
    ]
    run = start(saved("\n".join(steps), "failure: undo"), ada)
    assert run.state == "failed"
    assert [(one.method, one.path) for one in receiver.seen][3:] == [("DELETE", "/two"), ("DELETE", "/one")]


def test_a_cancelled_run_begins_nothing_more_and_takes_back_what_was_done(ada, receiver) -> None:
    url = f"'{receiver.url}/x'"
    run = start(saved(f"""
- {{id: make, do: http, with: {{method: POST, url: {url}}}, undo: {{do: http, with: {{method: DELETE, url: {url}}}}}}}
- {{id: rest, do: wait, with: {{time: 1d}}}}
"""), ada)  # fmt: skip
    service.cancel(run.pk, "a mistake", ada)
    assert (go(run).state, run.error) == ("cancelled", "a mistake")
    assert [one.method for one in receiver.seen] == ["POST", "DELETE"]
    with pytest.raises(InTheWay, match="over already"):
        service.cancel(run.pk, "", ada)


def test_a_run_that_is_held_is_given_up_in_the_end(ada, receiver, monkeypatch) -> None:
    receiver.say("/x", (400, {}))
    run = start(saved(f"- {{id: call, do: http, with: {{url: '{receiver.url}/x'}}}}", "hold: 2d"), ada)
    assert later(run, monkeypatch, days=1).state == "held"
    assert later(run, monkeypatch, days=2).state == "failed"


def test_another_workflow_runs_within_and_gives_its_outputs(ada) -> None:
    saved("- {id: a, do: transform, with: {values: {x: '${{ inputs.n * 2 }}'}}}",
          "inputs: {n: {type: number}}\noutputs: {twice: '${{ steps.a.outputs.x }}'}", "inner")  # fmt: skip
    name = saved("- {id: call, do: run, with: {workflow: inner, inputs: {n: 4}}}",
                 "outputs: {x: '${{ steps.call.outputs.twice }}'}")  # fmt: skip
    run = start(name, ada)
    assert run.state == "waiting"
    go(run.children.get())
    assert go(run).outputs == {"x": 8}


def told(name: str) -> list[str]:
    """What is announced for somebody."""
    return [one.title for one in Notice.objects.order_by("id") if name in one.people]


def test_whoever_started_the_run_around_it_goes_on_with_one_that_is_held(ada, receiver) -> None:
    receiver.say("/x", (400, {}), (200, {}))
    saved(f"- {{id: call, do: http, with: {{url: '{receiver.url}/x'}}}}", name="inner")
    run = start(saved("- {id: within, do: run, with: {workflow: inner}}"), ada)
    inner = go(run.children.get())
    assert inner.state == "held"
    assert told("ada") == [f"Run {inner.pk} of “Play” is held: Call failed."]
    service.retry(inner.pk, "call", ada)
    go(inner)
    assert go(run).state == "done"


def test_of_a_run_that_nobody_started_whoever_wrote_it_hears_that_it_is_held(ada, grace, receiver, monkeypatch) -> None:
    receiver.say("/x", (400, {}))
    text = document(f"- {{id: call, do: http, with: {{url: '{receiver.url}/x'}}}}", "start: [{every: '0 * * * *'}]")
    service.save(Change(text, 0, "grace"))
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=1))
    tending.tend(clock.now())
    run = go(Run.objects.get())
    assert run.state == "held"
    assert told("grace") == [f"Run {run.pk} of “Play” is held: Call failed."]
    assert told("ada") == []


def test_a_run_keeps_the_version_that_it_started_with(ada, grace) -> None:
    name = saved("- {id: ok, do: approve, with: {roles: [maintainer]}}", "outputs: {v: 1}")
    run = start(name, ada)
    service.save(
        Change(document("- {id: other, do: transform, with: {values: {}}}", "outputs: {v: 2}"), 1, "test"), name
    )
    service.answer(run.pk, "ok", Answer(), grace)
    assert go(run).outputs == {"v": 1}
    assert start(name, ada).outputs == {"v": 2}


def test_of_two_who_save_at_once_the_second_hears_who_was_first(grace) -> None:
    text = document("- {id: a, do: transform, with: {values: {}}}")
    service.save(Change(text, 0, "grace"))
    service.save(Change(text, 1, "grace"))
    with pytest.raises(InTheWay, match="grace saved version 2 meanwhile"):
        service.save(Change(text, 1, "ada"))


def test_work_on_a_run_that_somebody_else_goes_on_with_changes_nothing(ada) -> None:
    run = start(saved("- {id: rest, do: wait, with: {time: 1d}}"), ada)
    assert running.look(run.pk, "the turn of a worker that was taken for dead") is None
    assert doings(run) == {"rest": "waiting"}


def test_a_step_under_way_when_its_worker_died_is_performed_again_with_the_same_key(ada, receiver) -> None:
    name = saved(f"- {{id: call, do: http, with: {{method: POST, url: '{receiver.url}/x'}}}}")
    run = starting.ask(Wish(name), ada, Way.PERSON)
    running.look(run.pk, run.turn)  # and then it died
    assert go(run).state == "done"
    assert len(receiver.at("/x")) == 1
    assert not Kept.objects.exists()
