"""A Jira that holds what it is sent against what the reference of its API (version 3) asks for, and finds what it made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
from tests.workflows.conftest import Receiver

TEXT = {
    "type": "object",
    "required": ["type", "text"],
    "properties": {"type": {"const": "text"}, "text": {"minLength": 1}},
}
PARAGRAPH = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": {"enum": ["paragraph", "bulletList"]}, "content": {"type": "array", "items": TEXT}},
}
CREATE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["fields"],
    "properties": {
        "fields": {
            "type": "object",
            "additionalProperties": False,
            "required": ["project", "issuetype", "summary"],
            "properties": {
                "project": {"type": "object", "required": ["key"], "properties": {"key": {"pattern": "^[A-Z][A-Z0-9_]+$"}}},
                "issuetype": {"type": "object", "required": ["name"], "properties": {"name": {"enum": ["Task", "Bug", "Story"]}}},
                "summary": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[^\n]*$"},
                "description": {
                    "type": "object",
                    "required": ["type", "version", "content"],
                    "properties": {
                        "type": {"const": "doc"},
                        "version": {"const": 1},
                        "content": {"type": "array", "items": PARAGRAPH},
                    },
                },
                "labels": {"type": "array", "items": {"type": "string", "pattern": r"^\S+$"}},
                "duedate": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
            },
        }
    },
}  # fmt: skip


@dataclass
class Jira(Receiver):
    """Its issues, oldest first. The answers to so many requests that made one are `lost`."""

    issues: list[dict[str, Any]] = field(default_factory=list)
    lost: int = 0

    def reply(self, path: str) -> tuple[int, Any]:
        asked, address = self.seen[-1], urlsplit(path)
        if (asked.method, address.path) == ("POST", "/rest/api/3/issue"):
            return self._make(asked.body)
        if (asked.method, address.path) == ("GET", "/rest/api/3/search/jql"):
            (label,) = re.findall(r'labels = "([^"]+)"', parse_qs(address.query)["jql"][0])
            return 200, {"issues": [one for one in self.issues if label in one["fields"]["labels"]], "isLast": True}
        return super().reply(path)

    def _make(self, body: Any) -> tuple[int, Any]:
        wrong = [error.message for error in jsonschema.Draft202012Validator(CREATE).iter_errors(body)]
        if wrong:
            return 400, {"errorMessages": wrong, "errors": {}}
        number = len(self.issues) + 1
        told = {"id": str(10_000 + number), "key": f"{body['fields']['project']['key']}-{number}"}
        status = {"status": {"name": "To Do", "statusCategory": {"key": "new"}}}
        self.issues.append({**told, "fields": {**body["fields"], **status}})
        if self.lost:
            self.lost -= 1
            return 504, {}
        return 201, {**told, "self": f"{self.url}/rest/api/3/issue/{told['id']}"}
