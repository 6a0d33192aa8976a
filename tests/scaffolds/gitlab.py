"""A made-up GitLab: the calls of its API that scaffolds make, over the same repositories as the other forge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote

forges = import_module("tests.scaffolds.forge")
GROUPS = {"acme": 7, "acme/shop": 8}


@dataclass
class GitLab(forges.Forge):  # type: ignore[misc,name-defined]
    """Groups and one subgroup; projects by their path, as one part of the address."""

    api: ClassVar[str] = "/api/v4"

    def known(self, headers: Any) -> bool:
        return bool(headers.get("PRIVATE-TOKEN") == forges.TOKEN)

    def merge(self, name: str, number: int) -> None:
        pull = self.pulls[name][number - 1]
        forges.git(self.bare(name), "update-ref", "refs/heads/main", f"refs/heads/{pull['source_branch']}")
        pull |= {"state": "merged", "merged_at": "2026-11-26T10:00:00Z"}

    def answer(self, method: str, path: str, given: Any) -> tuple[int, Any]:
        path, _, query = path.partition("?")
        if method != "GET" and self.down:
            self.down -= 1
            return 503, {"message": "We are down."}
        kind, _, rest = path.removeprefix("/").partition("/")
        name, _, part = rest.partition("/")
        name = unquote(name)
        if kind == "namespaces":
            return (200, {"id": GROUPS[name], "full_path": name}) if name in GROUPS else (404, {"message": "404"})
        if kind == "projects" and method == "POST" and not name:
            return self._create(given)
        if kind != "projects" or not self.bare(name).exists():
            return 404, {"message": "404 Project Not Found"}
        if not part:
            return 200, self._shown(name)
        several = self.pulls.setdefault(name, [])
        if part == "merge_requests":
            return self._open(name, given) if method == "POST" else (200, self._listed(several, query))
        found = re.fullmatch(r"merge_requests/(\d+)", part)
        if found is None or int(found[1]) > len(several):
            return 404, {"message": "404 Not found"}
        return 200, several[int(found[1]) - 1]

    def _create(self, given: dict[str, Any]) -> tuple[int, Any]:
        home = next(path for path, number in GROUPS.items() if number == given["namespace_id"])
        name = f"{home}/{given['path']}"
        if self.bare(name).exists():
            return 400, {"message": {"path": ["has already been taken"]}}
        self.make(name)
        self.about[name] = given["description"]
        return 201, self._shown(name)

    def _shown(self, name: str) -> dict[str, Any]:
        empty = not forges.git(self.bare(name), "branch", "--list")
        return {"id": 42, "web_url": f"{self.url}/{name}", "http_url_to_repo": f"{self.url}/{name}.git",
                "path_with_namespace": name, "default_branch": None if empty else "main",
                "description": self.about.get(name, "")}  # fmt: skip

    def _listed(self, several: list[dict[str, Any]], query: str) -> list[dict[str, Any]]:
        asked = parse_qs(query)
        return [one for one in several if one["source_branch"] == asked["source_branch"][0]]

    def _open(self, name: str, given: dict[str, Any]) -> tuple[int, Any]:
        if not forges.git(self.bare(name), "branch", "--list", given["source_branch"]):
            return 400, {"message": "source_branch does not exist"}
        several = self.pulls[name]
        number = len(several) + 1
        told = {"id": 900 + number, "iid": number, "web_url": f"{self.url}/{name}/-/merge_requests/{number}",
                "state": "opened", "merged_at": None, "source_branch": given["source_branch"],
                "target_branch": given["target_branch"], "title": given["title"],
                "description": given["description"]}  # fmt: skip
        several.append(told)
        return 201, told
