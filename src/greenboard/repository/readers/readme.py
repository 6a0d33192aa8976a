"""The README of the component's own folder."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.repository import prose
from greenboard.repository.types import Found, Reader, Scope

_SUFFIXES = (".md", ".markdown", ".rst", ".adoc", ".asciidoc", ".org", ".txt", "", ".mdx")
_ROOT_FOLDERS = (".github/", "", "docs/")
"""Where forges look for the README of a repository, in GitHub's order."""


def locate(scope: Scope) -> str | None:
    """The README of a component: one name, any case, the richest markup first."""
    folders = _ROOT_FOLDERS if not scope.root else (scope.root,)
    by_lower = {path.lower(): path for path in scope.files if "readme" in path.lower()}
    for folder in sorted(folders, key=lambda name: name != scope.root):
        for suffix in _SUFFIXES:
            path = by_lower.get(f"{folder}readme{suffix}".lower())
            if path is not None:
                return path
    return None


def read(scope: Scope) -> Iterator[Found]:
    """One fact; an unreadable README is a gap by the runner."""
    path = locate(scope)
    if path is None:
        yield Found("readme", {"exists": False}, scope.component.path)
        return
    text = prose.parse(scope.tree.text(path), prose.language(path) or "plain")
    value = {
        "exists": True,
        "path": path,
        "words": text.words,
        "sections": list(text.sections),
        "dead_links": prose.dead_links(scope.tree, path, text.links),
        "last_changed_at": scope.tree.history.changed(path),
    }
    yield Found("readme", value, f"{path}:1")


READER = Reader("readme", ("readme",), "component", read)
