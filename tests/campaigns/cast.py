"""A small company, results of every day, trackers with faults, and runs that a test takes step by step."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2

from greenboard.campaigns import jobs
from greenboard.campaigns.definition import Definition
from greenboard.campaigns.models import Campaign
from greenboard.catalog import store as catalog
from greenboard.catalog.models import Entity as Identity
from greenboard.catalog.types import Declared, Entity, Link, Relation, RelationKind
from greenboard.core.refs import Ref
from greenboard.durable.models import Wish
from greenboard.results import models
from greenboard.results.events import ResultsWritten
from greenboard.results.rows import OUTCOMES
from greenboard.rules.types import Outcome

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
CARD = "production-readiness"
RULES = ("own-1-owner", "own-1-tier")
NAMES = ("checkout", "ledger", "search")
PASS, FAIL, UNKNOWN, NOT = Outcome.PASS, Outcome.FAIL, Outcome.NO_DATA, Outcome.NOT_APPLICABLE


def service(name: str) -> Ref:
    return Ref("service", "default", name)


def company(at: datetime = BEGAN) -> None:
    """Three services of two teams; the code of search is on GitHub, and its project at Jira is said by its owner."""
    buyers, finders = Ref("team", "default", "buyers"), Ref("team", "default", "finders")
    code = Ref("repository", "default", "search-code")
    entities = (
        Entity(service("checkout"), tier=1, annotations={"jira/project-key": "SHOP", "github.com/project-slug": "acme/shop"}),
        Entity(service("ledger"), tier=2, annotations={"jira/project-key": "SHOP", "github.com/project-slug": "acme/shop"}),
        Entity(service("search"), tier=1),
        Entity(code, links=(Link("https://github.com/acme/search"),)),
        Entity(buyers),
        Entity(finders, annotations={"jira/project-key": "FIND"}),
    )  # fmt: skip
    owns = [(buyers, "checkout"), (buyers, "ledger"), (finders, "search")]
    relations = (
        *(Relation(RelationKind.OWNS, team, service(name)) for team, name in owns),
        Relation(RelationKind.LIVES_IN, service("search"), code),
    )
    catalog.save(Declared(entities, relations), at, cause="test")


def judge(outcomes: Mapping[tuple[str, str], Outcome], at: datetime, *, exempt: bool = False) -> None:
    """Write what rules come to from a moment on, as an evaluation does."""
    card, _ = models.Scorecard.objects.get_or_create(name=CARD)
    run = models.Run.objects.create(
        scorecard=card, at=at, full=False, entities=1, results_changed=1, levels_changed=0
    )  # fmt: skip
    cause = models.Cause.objects.create(kind=1, text="test", run=run)
    for (name, rule), outcome in outcomes.items():
        own, _ = models.Rule.objects.get_or_create(scorecard=card, name=rule)
        version, _ = models.RuleVersion.objects.get_or_create(
            rule=own, valid_to=None, defaults={"digest": "x", "text": "{}", "valid_from": BEGAN}
        )
        entity = Identity.objects.get(kind="service", name=name)
        rows = models.ResultInterval.objects.filter(entity=entity, rule=own, valid_to=None)
        rows.filter(valid_from__lt=at).update(valid_to=at)
        rows.delete()
        models.ResultInterval.objects.create(
            entity=entity, rule=own, version=version, outcome=OUTCOMES.index(outcome), exempt=exempt, cause=cause,
            valid_from=at,
        )  # fmt: skip


def written(*names: str, at: datetime) -> ResultsWritten:
    return ResultsWritten(CARD, at, [service(name) for name in names])


def definition(**parts: Any) -> Definition:
    usual = {
        "title": "Owners everywhere", "start": date(2026, 2, 2), "due": date(2026, 3, 31),
        "asks": [{"scorecard": CARD, "rules": list(RULES)}], "scope": {"kind": ["service"]},
    }  # fmt: skip
    return Definition.model_validate({**usual, **parts})


class Killed(BaseException):
    """The process ended."""


@dataclass
class Engine:
    """Runs the wishes for work as the durable engine does: a step that is done is not done again.

    `kill_after` counts steps; the one it comes to is done, and its process dies before that is kept.
    """

    kill_at: int | None = None
    kept: dict[tuple[str, int], Any] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def work(self) -> int:
        """Do all that is wished for; how many runs that were."""
        count = 0
        while open_ones := [one for one in Wish.objects.order_by("at", "pk") if one.id not in self.done]:
            for wish in open_ones:
                with suppress(StopIteration):  # no step waits for an event loop
                    self._run(wish).send(None)
                self.done.add(wish.id)
                count += 1
        return count

    async def _run(self, wish: Wish) -> None:
        await jobs.tickets.body(_Run(wish.id, self), wish.input)


@dataclass
class _Run:
    id: str
    engine: Engine
    number: int = 0

    async def step(self, name: str, action: Callable[..., Any], *given: Any, attempts: int = 1) -> Any:
        self.number += 1
        key = self.id, self.number
        if key not in self.engine.kept:
            result = json.loads(json.dumps(action(*given)))
            if self.engine.kill_at is not None:
                self.engine.kill_at -= 1
                if self.engine.kill_at < 0:
                    self.engine.kill_at = None
                    raise Killed
            self.engine.kept[key] = result
        return self.engine.kept[key]

    async def wait(self, topic: str, seconds: float) -> Any:
        raise AssertionError("it waits for nothing")

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("it sleeps not")


@dataclass
class Tracker:
    """Issues as Jira and GitHub keep them. `faults` are taken by calls that change something, in their order."""

    issues: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    """Issues that the search does not know yet."""
    doubled: bool = False
    """The search tells everything twice."""

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.calls.append(f"{request.method} {request.url.path}")
        fault = self.faults.pop(0) if self.faults and request.method != "GET" else ""
        if fault == "429":
            return httpx2.Response(429, headers={"retry-after": "0"})
        if fault == "500":
            return httpx2.Response(500, json={"message": "oops"})
        if fault == "die before":
            raise Killed
        answer = self.answer(request)
        if fault == "timeout":
            raise httpx2.ReadTimeout("it was done, and nobody knows")
        if fault == "die after":
            raise Killed
        return answer

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content or b"null")
        path = request.url.path
        return self._jira(request, path, body) if path.startswith("/rest/") else self._github(request, path, body)

    def _jira(self, request: httpx2.Request, path: str, body: Any) -> httpx2.Response:
        parts = path.removeprefix("/rest/api/3/").split("/")
        if parts[0] == "search":
            label = request.url.params["jql"].split('"')[1]
            found = [one for one in self.issues.values() if label in one["labels"] and one["key"] not in self.hidden]
            told = [self._told(one) for one in found] * (2 if self.doubled else 1)
            return httpx2.Response(200, json={"issues": told, "isLast": True})
        if request.method == "POST" and parts == ["issue"]:
            project = body["fields"]["project"]["key"]
            key = f"{project}-{len(self.issues) + 1}"
            fields = body["fields"]
            self.issues[key] = {
                "key": key, "labels": fields["labels"], "open": True, "title": fields["summary"], "comments": [],
                "who": None,
            }  # fmt: skip
            return httpx2.Response(201, json={"id": "1", "key": key})
        one = self.issues.get(parts[1])
        if one is None:
            return httpx2.Response(404, json={"errorMessages": ["none"]})
        if parts[2:] == ["transitions"] and request.method == "POST":
            one["open"] = body["transition"]["id"] == "1"
            return httpx2.Response(204)
        if parts[2:] == ["transitions"]:
            states = {"1": "new", "2": "done"}
            told = [{"id": k, "name": k, "to": {"name": v, "statusCategory": {"key": v}}} for k, v in states.items()]
            return httpx2.Response(200, json={"transitions": told})
        if parts[2:] == ["comment"]:
            if request.method == "GET":
                return httpx2.Response(200, json={"comments": one["comments"]})
            one["comments"].append({"id": f"{len(one['comments']) + 1}", "properties": body["properties"]})
            return httpx2.Response(201, json={"id": f"{len(one['comments'])}"})
        if request.method == "PUT":
            one["title"] = body["fields"].get("summary", one["title"])
            return httpx2.Response(204)
        return httpx2.Response(200, json=self._told(one))

    @staticmethod
    def _told(one: dict[str, Any]) -> dict[str, Any]:
        word = "new" if one["open"] else "done"
        who = one["who"] and {"displayName": one["who"]}
        status = {"name": word, "statusCategory": {"key": word}}
        return {"key": one["key"], "fields": {"status": status, "assignee": who}}

    def _github(self, request: httpx2.Request, path: str, body: Any) -> httpx2.Response:
        parts = path.removeprefix("/repos/").split("/")
        place, rest = "/".join(parts[:2]), parts[3:]
        shown = lambda one: {  # noqa: E731
            "number": one["number"], "html_url": f"https://github.com/{one['place']}/issues/{one['number']}",
            "state": "open" if one["open"] else "closed", "body": one["body"],
            "assignee": one["who"] and {"login": one["who"]},
        }  # fmt: skip
        if not rest and request.method == "POST":
            key = f"{place}#{len(self.issues) + 1}"
            self.issues[key] = {
                "number": len(self.issues) + 1, "place": place, "title": body["title"], "body": body["body"],
                "labels": body["labels"], "open": True, "comments": [], "who": None,
            }  # fmt: skip
            return httpx2.Response(201, json=shown(self.issues[key]))
        if not rest:
            found = [one for key, one in self.issues.items() if one["place"] == place and key not in self.hidden]
            return httpx2.Response(200, json=[shown(one) for one in found])
        one = self.issues.get(f"{place}#{rest[0]}")
        if one is None:
            return httpx2.Response(404, json={"message": "Not Found"})
        if rest[1:] == ["comments"]:
            if request.method == "POST":
                one["comments"].append({"id": len(one["comments"]) + 1, "body": body["body"]})
                return httpx2.Response(201, json=one["comments"][-1])
            return httpx2.Response(200, json=one["comments"])
        if request.method == "PATCH":
            one["open"] = body.get("state", "open" if one["open"] else "closed") == "open"
            one["title"], one["body"] = body.get("title", one["title"]), body.get("body", one["body"])
        return httpx2.Response(200, json=shown(one))


@contextmanager
def at(moment: datetime, monkeypatch: Any) -> Iterator[None]:
    """Whatever reads the clock reads this moment."""
    from greenboard.core import clock

    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: moment)
        yield


def campaign(name: str) -> Campaign:
    return Campaign.objects.get(name=name)


def days(count: float, since: datetime = BEGAN) -> datetime:
    return since + timedelta(days=count)
