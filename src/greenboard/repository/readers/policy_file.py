"""Files that tell people how to work with the repository: each kind is there, not there, or not known.

Looked for where GitHub's "community health files" may stand: the root, .github and docs; a security
policy also as RFC 9116 has it. A file with nothing in it counts as absent. On GitHub, Gitea and Forgejo
the `.github` repository of an organisation supplies what a repository has none of, so that there
an absence is stated of the changelog alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository import codeowners
from greenboard.repository.types import Found, Missed, Reader, Scope

_FOLDERS = frozenset({"", ".github", ".gitlab", "docs", "doc", "community", ".well-known"})
_TEXT = r"(\.(md|markdown|mdx|rst|adoc|asciidoc|org|txt))?"
_KINDS = {
    "security": re.compile(r"(security|security[-_]policy|vulnerability[-_]disclosure)" + _TEXT),
    "contributing": re.compile(r"contributing" + _TEXT),
    "code-of-conduct": re.compile(r"code[-_]?of[-_]?conduct" + _TEXT),
    "changelog": re.compile(r"(change[-_]?log|changes|history|news|releases|release[-_]notes|relnotes)" + _TEXT),
    "support": re.compile(r"support" + _TEXT),
}
_OF_FOLDER = re.compile(r"report|disclos|vulnerabilit", re.IGNORECASE)
"""What a page named security in a folder of documentation says when it is the policy."""


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact with one item of each kind."""
    near = [path for path in scope.files if path.rpartition("/")[0].lower() in _FOLDERS]
    items: list[dict[str, Any]] = []
    places: dict[str, str] = {}
    supplied = codeowners.forge(scope.tree) not in ("gitlab", "bitbucket")
    for kind, pattern in _KINDS.items():
        found = [path for path in near if pattern.fullmatch(path.rpartition("/")[2].lower())]
        item: dict[str, Any] = {"kind": kind} if kind != "changelog" and supplied else {"kind": kind, "exists": False}
        for path in sorted(found, key=lambda path: (path.count("/"), path)):
            try:
                written = _says(kind, path, scope.tree.bytes(path).strip())
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


def _says(kind: str, path: str, content: bytes) -> bool:
    if kind != "security" or not path.lower().startswith("doc"):
        return bool(content)
    return bool(_OF_FOLDER.search(content.decode("utf-8", "replace")))


READER = Reader("policy files", ("policy_file",), "repository", read)
