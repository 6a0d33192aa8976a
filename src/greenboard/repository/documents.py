"""Texts for people that are about one thing (runbooks, plans, policies), found by name or heading.

Only prose in folders for documentation and at the root of the component is looked at. A text of the
folders shared by all components counts for the component whose name its path carries. Templates,
examples and pages that only list others do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from greenboard.core.errors import UserError
from greenboard.repository import prose
from greenboard.repository.types import Missed, Scope

_FOLDERS = frozenset(
    {"doc", "docs", "documentation", "wiki", "ops", "operations", "sre", "runbook", "runbooks", "playbooks", "policies"}
    | {"policy", "handbook", "guides", "admin", "content", "compliance", "security", "dr", "disaster-recovery"}
)
_ASIDE = frozenset(
    {
        "node_modules",
        "vendor",
        "third_party",
        "examples",
        "example",
        "testdata",
        "fixtures",
        "templates",
        "tests",
        "test",
    }
    | {"i18n", "locale", "_templates"}
)
_NOT_ONE = re.compile(r"template|example|sample|(^|/)_")
_MOST_READ = 400


@dataclass(frozen=True)
class Text:
    """A document that was found."""

    path: str
    text: str
    prose: prose.Prose


def documents(
    scope: Scope, names: re.Pattern[str], headings: re.Pattern[str], type_name: str
) -> Iterator[Text | Missed]:
    """Documents whose path (lower case, below the folders of documentation) or title fits.

    One that fits by its path but cannot be read is missed; one that cannot be read at all, and
    might have fitted by its title, is missed as well.
    """
    key = f"documents of {scope.component.name} in {scope.component.path}"
    for number, path in enumerate(scope.tree.once(key, lambda: tuple(_candidates(scope)))):
        by_path = bool(names.search(path.lower()))
        if not by_path and number >= _MOST_READ:
            continue
        try:
            text = scope.tree.text(path)
        except UserError as error:
            yield Missed(type_name, f"{path}: {error.what}", str(error.place or path))
            continue
        if by_path or headings.search(_title(text)):
            yield Text(path, text, prose.parse(text, prose.language(path) or "plain"))


def _candidates(scope: Scope) -> Iterator[str]:
    for path in scope.files:
        if _is_document(path[len(scope.root) :]):
            yield path
    token = re.compile(rf"(^|[/_.-]){re.escape(scope.component.name)}([/_.-]|$)")
    for path in scope.shared:
        if _is_document(path) and token.search(path.lower()):
            yield path


def _is_document(path: str) -> bool:
    if prose.language(path) is None or path.endswith("CMakeLists.txt"):
        return False
    *folders, name = path.lower().split("/")
    if _ASIDE.intersection(folders) or _NOT_ONE.search(path.lower()) or any(part.startswith(".") for part in folders):
        return False
    return not folders or bool(_FOLDERS.intersection(folders)) or "runbook" in name


def _title(text: str) -> str:
    """The first heading or line of a text, without parsing all of it."""
    head = re.sub(r"\A---\n.*?\n---\n", "", text[:4000], flags=re.DOTALL)
    return next((line.strip(" #=*") for line in head.splitlines() if line.strip(" #=*-<>!")), "").lower()


def is_index(path: str) -> bool:
    """Whether a page is one that lists others (`README`, `index`)."""
    return bool(re.fullmatch(r"(readme|index|_index|summary)\.\w+", path.rpartition("/")[2].lower()))
