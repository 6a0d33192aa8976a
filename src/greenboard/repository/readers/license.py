"""The licence of the repository, by its file at the root.

The text is held against the ones of choosealicense.com (by way of `identify`) as that project does:
whitespace and copyright lines aside, at most one letter in twenty may differ. Several files, or a
text that matches none, leave the identifier open, unless a manifest says how they go together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import ukkonen
from identify.vendor.licenses import LICENSES
from license_expression import ExpressionError, get_spdx_licensing

from greenboard.core.errors import UserError
from greenboard.repository.manifests import json_object, table, toml_table
from greenboard.repository.tree import Tree
from greenboard.repository.types import Found, Missed, Reader, Scope

_NAME = re.compile(r"(un)?licen[cs]e(s)?([-_.][\w.-]+)?|copying([-_.][\w.-]+)?|[\w-]+[-_.]licen[cs]e(\.(md|txt|rst))?")
_CODE = re.compile(r"\.(py|js|ts|go|java|rb|cs|rs|sh|json|ya?ml|toml|html|xml|svg|tmpl|tpl|header)$")
_COPYRIGHT = re.compile(r"^\s*(?:copyright\b|\(c\)|©|all rights reserved).*$", re.IGNORECASE | re.MULTILINE)
_STATED = re.compile(r"SPDX-License-Identifier:\s*([^\s*]+(?: (?:OR|AND|WITH) [^\s*]+)*)")
_MOST_DIFFERENT = 0.05
_MOST_TEXT = 2**18


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact. A file that cannot be read leaves the identifier open and says so."""
    tree = scope.tree
    paths = [path for path in scope.files if "/" not in path and _is_licence(path)]
    paths = paths or [path for path in scope.files if re.fullmatch(r"LICENSES/[^/]+\.txt", path)]
    stated = _manifest(tree)
    if not paths:
        yield Found("license", {"exists": False, "spdx": stated}, "")
        return
    paths.sort(key=lambda path: (len(path), path))
    known: set[str | None] = set()
    for path in paths:
        try:
            known.add(identify(tree.bytes(path, _MOST_TEXT).decode("utf-8", "replace")))
        except UserError as error:
            known.add(None)
            yield Missed("license", f"{path}: {error.what}", str(error.place))
    yield Found("license", {"exists": True, "path": paths[0], "spdx": _together(known, stated)}, f"{paths[0]}:1")


def _is_licence(name: str) -> bool:
    return bool(_NAME.fullmatch(name.lower())) and not _CODE.search(name.lower())


def identify(text: str) -> str | None:
    """The SPDX identifier of a licence text, or None where it matches none."""
    stated = _STATED.search(text[:2000])
    if stated and len(text) < 2000:
        return _expression(stated[1])
    wanted = _plain(text)
    most = int(len(wanted) * _MOST_DIFFERENT) + 1
    best, found = most, None
    for spdx, plain in _known():
        if plain == wanted:
            return spdx
        if abs(len(plain) - len(wanted)) < best and (distance := ukkonen.distance(wanted, plain, best)) < best:
            best, found = distance, spdx
    return found


@lru_cache(maxsize=1)
def _known() -> tuple[tuple[str, str], ...]:
    return tuple((spdx, _plain(text)) for spdx, text in LICENSES)


def _plain(text: str) -> str:
    return " ".join(_COPYRIGHT.sub("", text).lower().split())


def _together(known: set[str | None], stated: str | None) -> str | None:
    """One licence for all files; of several, what a manifest says when it names the same ones."""
    if len(known) == 1:
        return known.pop()
    if stated is None or None in known:
        return None
    named = {str(key) for key in get_spdx_licensing().license_keys(stated)}
    return stated if named == known else None


def _manifest(tree: Tree) -> str | None:
    """The SPDX expression that the manifest at the root states, where it states a valid one."""
    for path, find in (
        ("package.json", _npm),
        ("Cargo.toml", _cargo),
        ("pyproject.toml", _python),
        ("composer.json", _npm),
    ):
        try:
            stated = find(tree, path) if tree.has(path) else None
        except UserError:
            continue  # the readers of dependencies say that this manifest is broken
        if isinstance(stated, str) and (found := _expression(stated)):
            return found
    return None


def _npm(tree: Tree, path: str) -> object:
    return json_object(tree, path).get("license")


def _cargo(tree: Tree, path: str) -> object:
    stated = table(toml_table(tree, path), "package").get("license")
    return stated.replace("/", " OR ") if isinstance(stated, str) else None


def _python(tree: Tree, path: str) -> object:
    data = toml_table(tree, path)
    stated = table(data, "project").get("license")
    return (
        stated if isinstance(stated, str) else table(stated).get("text") or table(data, "tool", "poetry").get("license")
    )


def _expression(text: str) -> str | None:
    try:
        return str(get_spdx_licensing().parse(text, validate=True))
    except ExpressionError:
        return None


READER = Reader("licence", ("license",), "repository", read)
