"""Something new from a scaffold: a repository with a pull request, an entity in the catalog, a file to keep."""

from __future__ import annotations

from importlib import import_module

import pytest

from greenboard.catalog import store as catalog
from greenboard.core import clock
from greenboard.core.errors import UserError, UserErrors
from greenboard.core.refs import Ref
from greenboard.scaffolds import packing, service, watching, working
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.types import Goal, Landing, State, Step, Wish
from greenboard.workflows import tending

cast = import_module("tests.scaffolds.conftest")
forges = import_module("tests.scaffolds.forge")
PAY = Ref("service", "default", "pay")
ANSWERS = {"name": "pay", "owner": "shop", "tier": "1"}


def wish(goal: Goal, **answers: object) -> Wish:
    return Wish("acme.demo-service", {**ANSWERS, **answers}, goal)


def test_a_new_service_is_a_repository_with_a_pull_request_and_an_entity(forge, shop, ada, caplog):
    row = cast.done(cast.made(wish(cast.goal("acme/pay")), ada))
    assert forge.files("acme/pay") == []
    assert {"README.md", "greenboard.yaml", "src/main.py"} <= {*forge.files("acme/pay", row.branch)}
    (pull,) = forge.pulls["acme/pay"]
    assert (row.number, row.pull_url) == (1, pull["html_url"])
    assert "version 1.0.0, for ada" in pull["body"]
    stored = catalog.find(PAY)
    assert stored is not None
    assert (stored.owner, stored.entity.tier, row.entity_id) == (cast.SHOP, 1, stored.id)
    assert row.landed_at is None
    assert forges.TOKEN not in caplog.text
    assert forges.TOKEN not in str(forge.seen)
    forge.merge("acme/pay", 1)
    watching.pulls(row.began_at)
    row.refresh_from_db()
    assert row.landed_at is not None


@pytest.mark.slow
def test_without_a_review_it_is_pushed_at_once(forge, shop, ada):
    row = cast.done(cast.made(wish(cast.goal("acme/pay", reviewed=False)), ada))
    assert "greenboard.yaml" in forge.files("acme/pay")
    assert forge.pulls == {}
    assert row.landed_at is not None


@pytest.mark.slow
def test_each_step_is_done_once_however_often_a_worker_dies(forge, shop, ada):
    row = service.ask(wish(cast.goal("acme/pay")), ada)
    for step in Step:
        before = Making.objects.get(pk=row.pk)
        working.perform(step, row.pk, row.turn)
        if step is not Step.REGISTER:  # as if it died before what it did was written down
            told = ("tree", "clone_url", "url", "base", "commit", "number", "pull_url")
            Making.objects.filter(pk=row.pk).update(**{name: getattr(before, name) for name in told})
            working.perform(step, row.pk, row.turn)
    row.refresh_from_db()
    cast.done(row)
    assert len(forge.pulls["acme/pay"]) == 1
    assert sum(one.startswith("POST /api/v3/orgs/") for one in forge.seen) == 1


@pytest.mark.slow
def test_what_a_forge_cannot_do_now_is_tried_again(forge, shop, ada):
    forge.down = 2
    row = service.ask(wish(cast.goal("acme/pay")), ada)
    working.perform(Step.RENDER, row.pk, row.turn)
    assert working.perform(Step.CREATE, row.pk, row.turn)
    cast.done(cast.go(row))


@pytest.mark.slow
def test_a_repository_that_somebody_has_is_not_touched(forge, shop, ada):
    forge.make("acme/pay", {"theirs.txt": "Theirs.\n"})
    row = cast.made(wish(cast.goal("acme/pay")), ada)
    assert row.state == State.FAILED
    assert forge.files("acme/pay") == ["theirs.txt"]
    assert catalog.find(PAY) is None


@pytest.mark.slow
def test_what_failed_goes_on_where_it_failed(forge, shop, ada):
    forge.make("acme/pay", {"theirs.txt": "Theirs.\n"})
    row = cast.made(wish(cast.goal("acme/pay")), ada)
    forge.bare("acme/pay").rename(forge.root / "away")
    cast.done(cast.go(service.retry(row.pk, ada)))


@pytest.mark.slow
def test_a_name_that_is_taken_is_told_before_anything_is_made(forge, shop, ada):
    row = cast.made(wish(cast.goal("acme/checkout"), name="checkout"), ada)
    assert row.state == State.FAILED
    assert "there is service:default/checkout already" in row.error
    assert not any("POST /api" in one for one in forge.seen)


@pytest.mark.slow
def test_a_pull_request_to_what_is_there_changes_none_of_its_files(forge, shop, ada):
    forge.make("acme/pay", {"README.md": "Ours.\n", "big.txt": "x" * 1000})
    row = cast.done(cast.made(wish(cast.goal("acme/pay", Landing.PULL_REQUEST)), ada))
    assert forge.read("acme/pay", "README.md", row.branch) == "Ours."
    assert "greenboard.yaml" in forge.files("acme/pay", row.branch)
    assert row.left == ["README.md"]
    assert "- `README.md`" in forge.pulls["acme/pay"][0]["body"]


@pytest.mark.slow
def test_a_download_is_a_file_and_enters_nothing(forge, ada):
    row = cast.done(cast.made(wish(Goal(Landing.DOWNLOAD)), ada))
    row = Making.objects.get(pk=row.pk)
    assert packing.count(bytes(row.tree)) == row.files >= 4
    assert catalog.find(PAY) is None


@pytest.mark.slow
def test_a_secret_answer_is_nowhere_once_it_is_made(forge, shop, ada):
    row = cast.done(cast.made(wish(cast.goal("acme/pay"), key="very-secret-key"), ada))
    whole = Making.objects.values().get(pk=row.pk)
    del whole["tree"]
    assert "very-secret-key" not in str(whole)
    assert not row.secrets
    assert "very-secret-key" not in str(forge.pulls)


WRONG = [
    ({"nam": "x"}, "Did you mean 'name'"),
    ({"tier": "9"}, "expected 1, 2, 3"),
    ({"cache": "on", "cache_size": "many"}, "cache_size: not a number"),
    ({"name": ""}, "name needs an answer"),
]
NOWHERE = [
    (Goal(Landing.REPOSITORY, "nowhere", "acme/pay"), "nothing can be published through"),
    (Goal(Landing.REPOSITORY, "github", "../pay"), "not the name of a repository"),
]


def test_what_is_wrong_is_refused_with_its_place_before_anything_begins(forge, ada):
    for answers, said in WRONG:
        with pytest.raises(UserErrors, match=said):
            service.ask(wish(Goal(Landing.DOWNLOAD), **answers), ada)
    for goal, said in NOWHERE:
        with pytest.raises(UserError, match=said):
            service.ask(wish(goal), ada)
    with pytest.raises(UserError, match="is a part"):
        service.ask(Wish("acme.demo-runbook", {"service": "pay"}, cast.goal("acme/pay")), ada)
    with pytest.raises(UserError, match="not yours to use"):
        service.ask(wish(Goal(Landing.DOWNLOAD)), cast.person("eve", "viewer"))
    assert not Making.objects.exists()


@pytest.mark.slow
def test_a_question_that_is_not_asked_takes_no_answer(forge, ada):
    row = service.ask(wish(Goal(Landing.DOWNLOAD), cache="off", cache_size="many"), ada)
    assert "cache_size" not in row.answers


@pytest.mark.slow
def test_a_step_of_a_workflow_makes_something_and_goes_on_when_it_is_there(forge, shop, ada):
    flow = import_module("tests.workflows.conftest")
    given = "scaffold: acme.demo-service, answers: {name: pay, owner: shop}, way: repository, connection: github"
    name = flow.saved(f"  - {{id: make, do: scaffold, with: {{{given}, repository: acme/pay}}}}")
    run = flow.start(name, ada)
    assert run.state == "waiting"
    cast.done(cast.go(Making.objects.get()))
    run.steps.update(due_at=clock.now())
    tending.tend(clock.now())
    (step,) = flow.go(run).steps.all()
    assert (step.doing, step.outputs["number"]) == ("done", 1)
