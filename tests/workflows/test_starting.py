"""How runs start, and who may: by people within their sight, by schedule, by events; and what each may see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from tests.workflows.conftest import CHECKOUT, go, later, person, saved, start

from greenboard.access import people
from greenboard.access.errors import Above, Absent, InTheWay
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.events import announce
from greenboard.core.happened import Happened, Happening, Message
from greenboard.core.refs import Ref
from greenboard.results import service as results
from greenboard.results.events import ResultsWritten
from greenboard.results.rows import Cause, Change
from greenboard.rules.types import Outcome
from greenboard.web import content
from greenboard.workflows import allowed, service, starting, store, tending
from greenboard.workflows.models import Run
from greenboard.workflows.starting import Wish
from greenboard.workflows.types import Way

pytestmark = pytest.mark.django_db
NOW = clock.parse_time("2026-11-02T09:00:00Z")
STEP = "- {id: a, do: transform, with: {values: {}}}"


def ask(name: str, by, about: Ref | None = None) -> Run:
    return starting.ask(Wish(name, {}, about), by, Way.PERSON)


def test_one_starts_workflows_about_entities_within_ones_grant(checkout) -> None:
    name = saved(STEP, "entity: required\nfor: {kinds: [service]}")
    near, far = person("near", scope=str(CHECKOUT)), person("far", scope="service:default/other")
    assert go(ask(name, near, CHECKOUT)).state == "done"
    with pytest.raises(Absent, match="no entity service:default/checkout"):
        ask(name, far, CHECKOUT)
    with pytest.raises(UserError, match="is about an entity"):
        ask(name, near)
    with pytest.raises(Above):
        ask(name, person("reader", "viewer"))
    with pytest.raises(UserError, match="is not about a team"):
        ask(name, person("all"), Ref("team", "default", "shop"))


def test_a_document_says_who_may_start_it(checkout) -> None:
    name = saved(STEP, "who: {roles: [maintainer], owners: true}")
    ada, grace, owner = person("ada"), person("grace", "maintainer"), person("owner")
    people.join(owner, "shop")
    with pytest.raises(Above, match="not yours to start"):
        ask(name, ada, CHECKOUT)
    assert ask(name, grace, CHECKOUT)
    assert ask(name, owner, CHECKOUT)
    with pytest.raises(Above):
        ask(name, owner)


def test_what_one_may_not_see_is_not_found(checkout) -> None:
    ada, mallory, grace = person("ada"), person("mallory", scope="service:default/other"), person("grace", "maintainer")
    run = start(saved("- {id: ok, do: approve, with: {people: [owner]}}"), ada, CHECKOUT)
    own = start(saved(STEP, name="own"), ada)
    for one in (run, own):
        with pytest.raises(Absent):
            store.run(one.pk, allowed.runs(mallory))
        assert store.run(one.pk, allowed.runs(grace)) == store.run(one.pk, allowed.runs(ada))
    client = Client()
    client.force_login(mallory)
    assert {client.get(f"{at}/{run.pk}").status_code for at in ("/workflow-runs", "/api/v1/workflow-runs")} == {404}
    assert client.post(f"/workflow-runs/{run.pk}/cancel").status_code == 404
    assert store.run(run.pk, allowed.runs(person("owner", scope="service:default/other"))) == run


def test_a_workflow_that_is_switched_off_or_lacks_a_secret_does_not_start(ada) -> None:
    name = saved(STEP, "secrets: {token: A token}")
    with pytest.raises(InTheWay, match="lacks the secret token"):
        ask(name, ada)
    service.switch(name, enabled=False)
    with pytest.raises(InTheWay, match="switched off"):
        ask(name, ada)


def test_a_schedule_starts_one_run_however_often_its_time_came(monkeypatch) -> None:
    name = saved(STEP, "start: [{every: '0 * * * *'}]")
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=7))
    tending.tend(clock.now())
    tending.tend(clock.now())
    assert [run.way for run in Run.objects.filter(workflow__name=name)] == ["schedule"]


def happened(**more: object) -> None:
    with transaction.atomic():
        announce(Happened(Happening.REVIEW_DECIDED, clock.now(), "It was signed.", entity=CHECKOUT, data=more))


def turned(rule: str | None, before: str | None, after: str | None) -> Change:
    return Change(CHECKOUT, rule, before, after, NOW, Cause("fact", "it changed"), worse=True)


def test_an_event_that_fits_starts_a_run_about_its_entity(checkout) -> None:
    saved(STEP, """
inputs: {what: {}}
start: [{event: review.decided, when: '${{ event.decision == "yes" && entity.tier == 1 }}', inputs: {what: '${{ event.title }}'}}]
""")  # fmt: skip
    happened(decision="no")
    assert not Run.objects.exists()
    happened(decision="yes")
    run = Run.objects.get()
    assert (run.way, store.ref(run), run.inputs) == ("event", CHECKOUT, {"what": "It was signed."})


@pytest.mark.parametrize(
    ("event", "when", "of"),
    [
        (ResultsWritten("prr", NOW, {CHECKOUT}, lambda: [turned("own-1", Outcome.PASS, Outcome.FAIL)]),
         'result.changed, when: "${{ event.rule == \'own-1\' && event.after == \'fail\' }}"', CHECKOUT),
        (ResultsWritten("prr", NOW, {CHECKOUT}, lambda: [turned(None, "silver", None)]),
         'level.changed, when: "${{ event.before == \'silver\' && event.after == null }}"', CHECKOUT),
        (Happened(Happening.EXEMPTION_ENDED, NOW, "It ended.", entity=CHECKOUT), "exemption.ended", CHECKOUT),
        (Happened(Happening.REVIEW_DECIDED, NOW, "It was signed.", entity=CHECKOUT), "review.decided", CHECKOUT),
        (Happened(Happening.ENTITY_DISCOVERED, NOW, "jira shows pay.", data={"name": "pay", "count": 1}),
         'entity.discovered, when: "${{ event.count == 1 }}"', None),
    ],
    ids=["result", "level", "exemption", "review", "discovered"],
)  # fmt: skip
def test_each_of_these_happenings_starts_a_run(checkout, event: object, when: str, of: Ref | None) -> None:
    saved(STEP, f"start: [{{event: {when}}}]")
    with transaction.atomic():
        announce(event)
    run = Run.objects.get()
    assert (run.way, store.ref(run)) == ("event", of)


def test_a_message_of_another_system_starts_a_run_about_what_it_names(checkout) -> None:
    saved(STEP, """
inputs: {version: {}}
start: [{webhook: builds, when: '${{ event.body.state == "built" }}', inputs: {version: '${{ event.body.version }}'}}]
""")  # fmt: skip
    for sender, state in (("builds", "begun"), ("others", "built"), ("builds", "built")):
        announce(Message(sender, clock.now(), {"state": state, "version": "1.4", "entity": str(CHECKOUT)}))
    run = Run.objects.get()
    assert (run.way, store.ref(run), run.inputs) == ("event", CHECKOUT, {"version": "1.4"})
    announce(Message("builds", clock.now(), None))  # says nothing that the condition could read
    assert Run.objects.count() == 1


def test_events_do_not_start_a_workflow_without_end(checkout) -> None:
    saved(STEP, "start: [{event: review.decided}]")
    for _ in range(15):
        happened()
    assert Run.objects.count() == 10


def test_a_run_waits_until_a_rule_over_facts_holds_which_another_states(checkout, ada, monkeypatch) -> None:
    run = start(saved("- {id: until, do: wait, with: {rule: license.exists}}"), ada, CHECKOUT)
    assert run.state == "waiting"
    fact = "- {id: say, do: fact, with: {type: license, value: {exists: true}}}"
    assert start(saved(fact, name="say"), ada, CHECKOUT).state == "done"
    look = saved("- {id: c, do: check, with: {expression: license.exists}}",
                 "outputs: {passes: '${{ steps.c.outputs.passes }}'}", "look")  # fmt: skip
    assert start(look, ada, CHECKOUT).outputs == {"passes": True}
    assert later(run, monkeypatch, seconds=1).state == "done"


def test_a_workflow_declares_an_entity(ada, db) -> None:
    from greenboard.catalog import store as catalog

    run = start(saved("- {id: d, do: entity, with: {entity: {kind: resource, name: bucket-1, title: A bucket}}}"), ada)
    assert run.state == "done", run.error
    found = catalog.find(Ref("resource", "default", "bucket-1"))
    assert found is not None
    assert found.entity.title == "A bucket"


def test_a_page_starts_a_run_shows_it_and_takes_an_answer(checkout, ada, grace) -> None:
    name = saved("""
- {id: ok, do: approve, with: {roles: [maintainer], text: May it?}}
- {id: call, do: http, with: {url: 'https://x.example/${{ inputs.a }}'}}
""", "for: {kinds: [service]}\ninputs: {a: {pattern: '[a-z]+'}}")  # fmt: skip
    client, other = Client(), Client()
    client.force_login(ada)
    other.force_login(grace)
    assert name in client.get("/workflows").content.decode()
    form = client.get(f"/workflows/{name}?entity={CHECKOUT}").content.decode()
    assert 'pattern="[a-z]+"' in form
    refused = client.post(f"/workflows/{name}", {"entity": str(CHECKOUT), "input.a": "A"})
    assert (refused.status_code, "not of the form" in refused.content.decode()) == (400, True)
    dry = client.post(f"/workflows/{name}", {"entity": str(CHECKOUT), "input.a": "b", "do": "dry"}).content.decode()
    assert "https://x.example/b" in dry
    assert not Run.objects.exists()
    there = client.post(f"/workflows/{name}", {"entity": str(CHECKOUT), "input.a": "b"})["Location"]
    run = go(Run.objects.get())
    assert "May it?" not in client.get(there).content.decode().partition("Steps")[0]
    assert "May it?" in other.get("/mine").content.decode()
    assert "Approve" in other.get(there).content.decode()
    assert "Approve" in other.get(f"{there}/progress").text  # to whom had the page open before
    assert "Approve" not in other.get(f"{there}/progress?shown=ok").text
    assert f"/workflows/{name}?entity=" in client.get("/entities/service/default/checkout").content.decode()
    assert other.post(f"{there}/answer", {"step": "ok", "answer": "no", "reason": "not now"}).status_code == 302
    assert go(run).state == "failed"
    assert "grace denied it: not now" in client.get(f"{there}/progress").content.decode()
    assert client.get("/workflow-runs?state=failed").content.decode().count(there) == 1


def test_runs_are_found_by_their_workflow_entity_starter_and_state(checkout, ada, grace) -> None:
    saved(STEP, name="own")
    runs = [start(saved(STEP), ada, CHECKOUT), start("play", grace), start("own", grace, CHECKOUT)]
    client = Client()
    client.force_login(grace)

    def found(**asked: str) -> list[int]:
        page = client.get("/workflow-runs", asked).text
        told = client.get("/api/v1/workflow-runs", asked).json()["runs"]
        listed = [at for at, run in enumerate(runs) if f'href="/workflow-runs/{run.pk}"' in page]
        assert sorted(one["id"] for one in told) == [runs[at].pk for at in listed]
        return listed

    assert found() == [0, 1, 2]
    assert found(workflow="play") == [0, 1]
    assert found(entity=str(CHECKOUT)) == [0, 2]
    assert found(by="grace") == [1, 2]
    assert found(by="grace", entity=str(CHECKOUT), state="done") == [2]
    assert found(state="held") == []
    wrong = client.get("/workflow-runs", {"entity": "no reference"}).text
    assert all(f'href="/workflow-runs/{run.pk}"' not in wrong for run in runs)
    assert "in the last 30 days: 2 done" in client.get("/workflows/play").text


def test_a_workflow_is_offered_beside_the_result_that_it_names(checkout, ada) -> None:
    saved(STEP, "for: {rules: [ops-1-runbook]}", "named")
    saved(STEP, name="plain")
    results.evaluate(content.scorecards()[0], clock.now())
    client = Client()
    client.force_login(ada)
    page = client.get("/entities/service/default/checkout").text
    named, plain = (page.count(f'href="/workflows/{name}?entity=') for name in ("named", "plain"))
    assert (named > 0, plain) == (True, 0)


def test_a_document_is_written_in_the_browser_with_its_mistakes_told(grace) -> None:
    client = Client()
    client.force_login(grace)
    text = "name: mine\r\ntitle: Mine\r\nsteps:\r\n- {id: a, do: transfrm, with: {values: {}}}\r\n"
    told = client.post("/workflows-check", {"text": text}).content.decode()
    assert "line 4, column 11" in told
    assert "transform" in told
    assert client.post("/workflows-new", {"text": text, "based_on": "0"}).status_code == 400
    good = text.replace("transfrm", "transform")
    assert client.post("/workflows-new", {"text": good, "based_on": "0"})["Location"] == "/workflows/mine"
    late = client.post("/workflows/mine/edit", {"text": good, "based_on": "0"})
    assert late.status_code == 409
    assert client.post("/workflows/mine/edit", {"text": good, "based_on": "1"}).status_code == 302
    assert store.workflow("mine").row.version == 2


def test_the_api_starts_once_for_a_key_and_says_what_a_run_does(ada) -> None:
    name = saved("- {id: ok, do: approve, with: {roles: [maintainer]}}")
    client = Client()
    client.force_login(ada)
    send = {"content_type": "application/json", "headers": {"Idempotency-Key": "k"}}
    first, again = (client.post(f"/api/v1/workflows/{name}/runs", {"inputs": {}}, **send) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    run = go(Run.objects.get())
    told = client.get(f"/api/v1/workflow-runs/{run.pk}").json()
    assert (told["state"], told["steps"][0]["waits_for"]) == ("waiting", ["role:maintainer"])
    assert client.post(f"/api/v1/workflow-runs/{run.pk}/cancel", {}, **send).status_code == 202
    assert go(run).state == "cancelled"
