"""Makings at GitLab: a project in a subgroup, merge requests, and the message by which it tells of them."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.test import Client

from greenboard.catalog import store as catalog
from greenboard.connections import service as connecting
from greenboard.connections.service import Told
from greenboard.connections.service import Wish as Connect
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.durable.models import Wish as AskedFor
from greenboard.outbound.addresses import Allowed
from greenboard.scaffolds import jobs, lagging, service, sources
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.types import Goal, Landing, Wish

cast = import_module("tests.scaffolds.conftest")
forges = import_module("tests.scaffolds.forge")
gitlabs = import_module("tests.scaffolds.gitlab")
HOOK = "the secret of the hook"
PAY = "acme/shop/pay"
ANSWERS = {"name": "pay", "owner": "shop", "tier": "1"}


@pytest.fixture
def gitlab(db, settings, tmp_path) -> Iterator[gitlabs.GitLab]:
    """A GitLab that is connected, with a project of scaffolds that has been read."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    settings.OUTBOUND_ALLOW = Allowed.read(["127.0.0.1"])
    settings.BASE_DIR = tmp_path / "data"
    with forges.serving(tmp_path, kind=gitlabs.GitLab) as made:
        told = Told({"group": "acme", "url": made.url}, {"token": forges.TOKEN, "webhook_secret": HOOK})
        connecting.make(Connect("gitlab", "gitlab", told, every=None), clock.now())
        made.make("acme/scaffolds", {**forges.SERVICE, **forges.RUNBOOK})
        wish = sources.Wish("acme", f"{made.url}/acme/scaffolds.git", connection="gitlab")
        row = sources.put(wish, "root", clock.now())
        sources.look(row.pk, clock.now())
        row.refresh_from_db()
        assert not row.error
        yield made


def goal(repository: str, way: Landing = Landing.REPOSITORY, *, reviewed: bool = True) -> Goal:
    return Goal(way, "gitlab", repository, reviewed=reviewed)


def pay(ada, *, reviewed: bool = True) -> Making:
    return cast.done(cast.made(Wish("acme.demo-service", ANSWERS, goal(PAY, reviewed=reviewed)), ada))


def test_a_new_service_is_a_project_of_a_subgroup_with_a_merge_request_and_an_entity(gitlab, shop, ada, caplog):
    row = pay(ada)
    assert gitlab.files(PAY) == []
    assert {"README.md", "greenboard.yaml", "src/main.py"} <= {*gitlab.files(PAY, row.branch)}
    (merge_request,) = gitlab.pulls[PAY]
    assert (row.number, row.pull_url) == (1, merge_request["web_url"])
    assert (merge_request["target_branch"], row.base) == ("main", "main")
    assert "version 1.0.0, for ada" in merge_request["description"]
    stored = catalog.find(Ref("service", "default", "pay"))
    assert stored is not None
    assert row.entity_id == stored.id
    gitlab.merge(PAY, 1)
    cast.watch(row)
    row.refresh_from_db()
    assert row.landed_at is not None
    assert forges.TOKEN not in caplog.text
    assert forges.TOKEN not in str(gitlab.seen)


@pytest.mark.slow
def test_what_gitlab_cannot_do_now_is_tried_again_and_done_once(gitlab, shop, ada):
    gitlab.down = 2
    row = pay(ada)
    assert len(gitlab.pulls[PAY]) == 1
    assert row.tries == 0


@pytest.mark.slow
def test_a_merge_request_to_what_is_there_changes_none_of_its_files(gitlab, shop, ada):
    gitlab.make(PAY, {"README.md": "Ours.\n"})
    row = cast.done(cast.made(Wish("acme.demo-runbook", {"service": "pay"}, goal(PAY, Landing.PULL_REQUEST)), ada))
    assert gitlab.files(PAY, row.branch) == [".copier-answers.demo-runbook.yml", "README.md", "docs/runbook.md"]
    assert gitlab.read(PAY, "README.md", row.branch) == "Ours."


@pytest.mark.slow
def test_a_project_that_somebody_has_is_not_touched(gitlab, shop, ada):
    gitlab.make(PAY, {"theirs.txt": "Theirs.\n"})
    row = cast.made(Wish("acme.demo-service", ANSWERS, goal(PAY)), ada)
    assert row.state == "failed"
    assert gitlab.files(PAY) == ["theirs.txt"]


@pytest.mark.slow
def test_an_update_is_a_merge_request_that_keeps_what_was_changed_by_hand(gitlab, shop, ada):
    row = pay(ada, reviewed=False)
    gitlab.commit(PAY, {"README.md": gitlab.read(PAY, "README.md").replace("First.", "Ours.") + "\n"})
    path = "demo-service/template/README.md.jinja"
    text = forges.SERVICE["demo-service/scaffold.yaml"].replace("1.0.0", "1.1.0")
    files = {"demo-service/scaffold.yaml": text, path: forges.SERVICE[path] + "\nFifth.\n"}
    gitlab.commit("acme/scaffolds", files)
    sources.look(row.packed.source_id, clock.now())
    assert [one.first.pk for one in lagging.of("acme.demo-service")] == [row.pk]
    update = cast.done(cast.go(service.update(row, ada)))
    merged = gitlab.read(PAY, "README.md", update.branch)
    assert "Ours." in merged
    assert "Fifth." in merged
    gitlab.merge(PAY, update.number)
    cast.watch(update)
    assert lagging.of("acme.demo-service") == []


MERGED = {"object_kind": "merge_request", "project": {"id": 42, "path_with_namespace": PAY},
          "object_attributes": {"iid": 3, "action": "merge"}}  # fmt: skip


def send(body: object, secret: str = HOOK) -> int:
    headers = {"X-Gitlab-Token": secret}
    return (
        Client()
        .post("/api/v1/connections/gitlab/messages", json.dumps(body), "application/json", headers=headers)
        .status_code
    )


def test_a_merged_one_is_asked_for_as_soon_as_the_forge_says_so(gitlab, ada):
    now = clock.now()
    told = {"key": uuid.uuid4(), "by": "ada", "way": "pull-request", "connection": "gitlab", "repository": PAY,
            "state": "done", "number": 3, "turned_at": now, "began_at": now, "scaffold": "runbook"}  # fmt: skip
    row = Making.objects.create(title="Runbook", version="1.0.0", **told)
    asked = AskedFor.objects.filter(workflow=jobs.pull.name)
    assert send(MERGED, "another") == 401
    assert send({**MERGED, "object_attributes": {"iid": 3, "action": "update"}}) == 202
    assert not asked.exists()
    assert send(MERGED) == 202
    assert [one.input for one in asked] == [{"making": row.pk}]
