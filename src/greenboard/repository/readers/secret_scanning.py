"""Whether secrets are looked for: scanners by their configuration, before a commit or in CI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from greenboard.repository.ci.hooks import SECRET_HOOKS, scanners
from greenboard.repository.ci.pipelines import pipelines
from greenboard.repository.types import Found, Missed, Reader, Scope

_CONFIGS = {
    ".gitleaks.toml": "gitleaks", "gitleaks.toml": "gitleaks", ".gitleaksignore": "gitleaks",
    ".secrets.baseline": "detect-secrets",
    ".trufflehog.yml": "trufflehog", ".trufflehog.yaml": "trufflehog", "trufflehog.yml": "trufflehog",
    ".talismanrc": "talisman",
    ".gitguardian.yml": "gitguardian", ".gitguardian.yaml": "gitguardian", ".gitallowed": "git-secrets",
    ".whispers.yml": "whispers", "whispers.yml": "whispers",
}  # fmt: skip
_IN_CI = frozenset(SECRET_HOOKS.values()) | {"gitlab-secret-detection"}
"""Scanners of pipelines that look for secrets; others look for other things, or may do both."""


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact with an item for each scanner. `enforced` is never denied: hooks and apps are set up elsewhere too."""
    tree = scope.tree
    _, work = pipelines(tree)
    items: dict[str, dict[str, Any]] = {}
    places: dict[str, str] = {}
    for path, tool in _CONFIGS.items():
        if tree.has(path) and tool not in items:
            items[tool] = {"tool": tool, "path": path}
            places[tool] = f"{path}:1"
    enforced = [*scanners(tree), *((name, place) for name, place in work.scans if name in _IN_CI)]
    for tool, place in enforced:
        if tool not in _IN_CI:
            continue
        item = items.setdefault(tool, {"tool": tool, "path": place.rpartition(":")[0]})
        item["enforced"] = True
        places.setdefault(tool, place)
        places[f"{tool}.enforced"] = place
    if items:
        values: list[Mapping[str, Any]] = [items[tool] for tool in sorted(items)]
        yield Found("secret_scanning", values, places[values[0]["tool"]], places)


READER = Reader("secret_scanning", ("secret_scanning",), "repository", read)
