"""Actions whose answer is lost: the same deed again finds what was made, and nothing is made twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from tests.connections import vendor

from greenboard.connections import actions, configured, discovery
from greenboard.connections.types import Failed

Given = dict[str, Any]
BLOB = "95d09f2b10159347eece71399a7e2e907ea3df4f"
SECRETS = {"token": "t0ken", "key": "k3y", "user": "board", "password": "s3cret"}
PULL = {"repository": "acme/shop", "head": "probes", "base": "main", "title": "Add probes"}
FILE = {"repository": "acme/shop", "branch": "main", "path": "a/b.txt", "content": "hello world", "message": "Greet"}
CHANGE = {"summary": "Deploy checkout"}
INCIDENT = {"service": "PIJ90N7", "title": "Checkout cannot pay"}
MESSAGE = {"channel": "C061EG9T2AB", "text": "Deployed"}
NAMED = {"owner": "acme", "name": "shop"}


def each(several: list[Given]) -> list[Given]:
    there = {"number": 7, "iid": 7, "html_url": "u", "web_url": "u", "merged_at": None}
    return [{**one, **there, "state": "opened" if "source_branch" in one else "open"} for one in several]


def repository(made: list[Given]) -> Any:
    there = [{**one, "html_url": "u", "clone_url": "c", "web_url": "u", "http_url_to_repo": "c", "default_branch": "main"} for one in made]  # fmt: skip
    return there[0] if there else None


def content(made: list[Given]) -> Any:
    there = {"type": "file", "sha": BLOB, "html_url": "u", "blob_id": BLOB, "last_commit_id": "c"}
    return there if made else None


def slack(made: list[Given]) -> Any:
    return {"ok": True, "messages": [{"ts": "1.1", **one} for one in made]}


def incidents(made: list[Given]) -> Any:
    return {"incidents": [{"id": "P1", "html_url": "u", "status": "triggered"} for _ in made]}


def changes(made: list[Given]) -> Any:
    return {"result": [{"sys_id": "1", "number": "CHG1", "state": "-5"} for _ in made]}


CASES: list[tuple[str, str, Given, Given, Callable[[list[Given]], Any]]] = [
    ("github", "repository.create", {"org": "acme"}, NAMED, repository),
    ("github", "pull_request.open", {"org": "acme"}, PULL, each),
    ("github", "file.commit", {"org": "acme"}, FILE, content),
    ("gitlab", "repository.create", {"group": "acme"}, NAMED, repository),
    ("gitlab", "pull_request.open", {"group": "acme"}, PULL, each),
    ("gitlab", "file.commit", {"group": "acme"}, FILE, content),
    ("slack", "message.post", {"workspace": "https://acme.slack.com"}, MESSAGE, slack),
    ("pagerduty", "incident.create", {}, INCIDENT, incidents),
    ("servicenow", "change.create", {"url": "https://acme.service-now.com"}, CHANGE, changes),
]


@pytest.mark.parametrize(("name", "action", "settings", "given", "shown"), CASES, ids=[f"{one[0]}-{one[1]}" for one in CASES])  # fmt: skip
def test_what_was_made_though_nobody_heard_of_it_is_found_and_not_made_again(name, action, settings, given, shown):
    made: list[Given] = []

    def answer(request: httpx2.Request) -> Any:
        if request.method == "GET":
            if request.url.path.endswith("/namespaces/acme"):
                return {"id": 1}
            said = shown(made)
            return httpx2.Response(404, content=b"{}") if said is None else said
        made.append(json.loads(request.content))
        raise httpx2.ReadTimeout("the answer is lost")

    integration = discovery.found()[name]
    secrets = {key: SECRETS[key] for key in integration.manifest.secrets if key in SECRETS}
    connection = configured.connection(integration, settings, secrets, name=name)
    call = vendor.Vendor(answer).caller(connection)
    with pytest.raises(Failed) as failed:
        actions.run(connection, action, given, "deed", call=call, now=vendor.NOW)
    assert failed.value.unsure
    assert actions.run(connection, action, given, "deed", call=call, now=vendor.NOW).found
    assert len(made) == 1
