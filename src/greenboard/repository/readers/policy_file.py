"""Files that tell people how to work with the repository: each kind is there, or said not to be.

Looked for where GitHub's "community health files" may stand: the root, .github and docs; a security
policy also as RFC 9116 has it. A file with nothing in it counts as absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.types import Found, Missed, Reader, Scope

_FOLDERS = frozenset({"", ".github", ".gitlab", "docs", "doc", "community", ".well-known"})
_TEXT = r"(\.(md|markdown|mdx|rst|adoc|asciidoc|org|txt))?"
_KINDS = {
    "security": re.compile(r"(security|security[-_]policy|vulnerability[-_]disclosure)" + _TEXT),
    "contributing": re.compile(r"contributing" + _TEXT),
    "code-of-conduct": re.compile(r"code[-_]?of[-_]?conduct" + _TEXT),
    "changelog": re.compile(r"(change[-_]?log|changes|history|news|releases?|release[-_]notes|relnotes)" + _TEXT),
    "support": re.compile(r"support" + _TEXT),
}


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact with one item of each kind."""
    near = [path for path in scope.files if path.rpartition("/")[0].lower() in _FOLDERS]
    items: list[dict[str, Any]] = []
    places: dict[str, str] = {}
    for kind, pattern in _KINDS.items():
        found = [path for path in near if pattern.fullmatch(path.rpartition("/")[2].lower())]
        item: dict[str, Any] = {"kind": kind, "exists": False}
        for path in sorted(found, key=lambda path: (path.count("/"), path)):
            try:
                written = bool(scope.tree.bytes(path).strip())
            except UserError as error:
                yield Missed("policy_file", f"{path}: {error.what}", str(error.place))
                item = {"kind": kind, "path": path}
                break
            if written:
                item = {"kind": kind, "exists": True, "path": path, "last_changed_at": scope.tree.history.changed(path)}
                places[kind] = f"{path}:1"
                break
        items.append(item)
    yield Found("policy_file", items, "", places)


READER = Reader("policy files", ("policy_file",), "repository", read)
