"""A message of Snyk names a project: the target that it is of is read again, and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from greenboard.connections import calling, collecting, configured, discovery
from greenboard.connections.types import Found, Missed

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def project(number: int, target: int, kind: str = "npm") -> dict[str, Any]:
    attributes = {"name": f"p{number}", "type": kind, "status": "active", "target_file": "package.json"}
    counts = {"latest_issue_counts": {"updated_at": "2026-11-22T03:00:00Z"}, "latest_dependency_total": {"total": 9}}
    belongs = {"target": {"data": {"id": f"t{target}", "type": "target"}}}
    return {"id": f"p{number}", "type": "project", "attributes": attributes, "meta": counts, "relationships": belongs}


def issue(number: int, of: int, level: str = "high") -> dict[str, Any]:
    attributes = {
        "type": "package_vulnerability", "effective_severity_level": level, "created_at": "2026-10-01T00:00:00Z",
        "exploit_details": {"sources": []}, "coordinates": [],
    }  # fmt: skip
    return {"id": f"i{number}", "attributes": attributes, "relationships": {"scan_item": {"data": {"id": f"p{of}"}}}}


class Snyk:
    """Two targets with their projects and issues; what is asked for is noted."""

    def __init__(self) -> None:
        self.projects = [project(1, 1), project(2, 1, "sast"), project(3, 2)]
        self.issues = [issue(1, 1), issue(2, 3)]
        self.asked: list[str] = []
        self.status = 200

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        parts = urlsplit(str(request.url))
        asked = {name: several[0] for name, several in parse_qs(parts.query).items()}
        what = parts.path.partition("/o/")[2]
        named = {name: asked[name] for name in ("ids", "target_id", "scan_item.id") if name in asked}
        self.asked.append(f"{what} {named}" if named else what)
        if self.status != 200:
            return httpx2.Response(self.status)
        return httpx2.Response(200, content=json.dumps({"data": self.data(what, asked), "links": {"next": None}}))

    def data(self, what: str, asked: dict[str, str]) -> Any:
        if what.endswith("/sbom"):
            return []
        if what.startswith("targets"):
            several = [self.target(number) for number in (1, 2)]
            return several if what == "targets" else next(one for one in several if what.endswith(one["id"]))
        if what == "projects":
            of = {one["id"]: one["relationships"]["target"]["data"]["id"] for one in self.projects}
            there = [one for one in self.projects if asked.get("ids", one["id"]) == one["id"]]
            return [one for one in there if asked.get("target_id", of[one["id"]]) == of[one["id"]]]
        by = {one["id"]: one["relationships"]["scan_item"]["data"]["id"] for one in self.issues}
        return [one for one in self.issues if asked.get("scan_item.id", by[one["id"]]) == by[one["id"]]]

    def target(self, number: int) -> dict[str, Any]:
        address = f"https://github.com/acme/shop{number}"
        return {"id": f"t{number}", "attributes": {"display_name": f"acme/shop{number}", "url": address}}

    def collect(self, now: datetime = NOW, **more: Any) -> list[Any]:
        made = configured.connection(discovery.found()["snyk"], {"org": "o", "bills": False}, {"token": "t"})
        client = httpx2.Client(transport=httpx2.MockTransport(self))
        call = calling.caller(made, client=client, buckets=calling.Unlimited(), sleep=lambda _: None)
        return list(collecting.collect(made, now=now, call=call, **more))


def high(events: list[Any]) -> dict[str, int]:
    """The open findings of packages, by target."""
    told = [one for one in events if isinstance(one, Found) and one.type == "vulnerability"]
    return {one.subject.id: scan.get("open_high") for one in told for scan in one.value if scan["kind"] == "sca"}


def test_a_tested_project_has_its_target_read_again_and_nothing_else(tmp_path):
    snyk, work = Snyk(), tmp_path / "work.sqlite3"
    assert high(snyk.collect(work=work)) == {"t1": 1, "t2": 1}
    snyk.issues += [issue(3, 1), issue(4, 3)]
    snyk.asked.clear()
    events = snyk.collect(NOW + timedelta(minutes=5), work=work, only={"projects": ("p1",)})
    assert high(events) == {"t1": 2}
    assert sorted(snyk.asked) == sorted([
        "projects {'ids': 'p1'}", "targets/t1", "projects {'target_id': 't1'}",
        "issues {'scan_item.id': 'p1'}", "issues {'scan_item.id': 'p2'}",
    ])  # fmt: skip


def test_what_is_mended_counts_no_longer(tmp_path):
    snyk, work = Snyk(), tmp_path / "work.sqlite3"
    snyk.collect(work=work)
    snyk.issues.clear()
    assert high(snyk.collect(NOW + timedelta(minutes=5), work=work, only={"projects": ("p1",)})) == {"t1": 0}


def test_a_project_that_is_gone_says_nothing_and_a_tool_that_fails_is_told(tmp_path):
    snyk, work = Snyk(), tmp_path / "work.sqlite3"
    snyk.collect(work=work)
    assert not [one for one in snyk.collect(work=work, only={"projects": ("p9",)}) if isinstance(one, Found | Missed)]
    snyk.status = 503
    events = snyk.collect(work=work, only={"projects": ("p1",)})
    assert high(events) == {}
    assert {one.reason.fault for one in events if isinstance(one, Missed)} == {"theirs"}
