"""Documentation for those who use the component. Only what was found is listed.

A documentation site is known by its settings file; otherwise a folder named docs counts when it
holds prose. Sites map pages to addresses of their own, so there only links to source files of prose
are judged, and none where the generator writes links as addresses (Hugo, Jekyll, VitePress). A plain
folder may be served by a site that is kept elsewhere: an address in it that leads to no page leaves
open whether links are dead, unless others surely are. Pages for makers, and notes on upgrades, are
no documentation for users.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository import prose
from greenboard.repository.types import Found, Missed, Reader, Scope

_TOOLS = (
    ("mkdocs", re.compile(r"mkdocs\.ya?ml"), "docs"),
    ("docusaurus", re.compile(r"docusaurus\.config\.[cm]?[jt]s"), "docs"),
    ("mdbook", re.compile(r"book\.toml"), "src"),
    ("antora", re.compile(r"antora\.ya?ml"), "modules"),
    ("hugo", re.compile(r"hugo\.(toml|ya?ml|json)"), "content"),
    ("vitepress", re.compile(r"\.vitepress"), ""),
    ("jekyll", re.compile(r"_config\.ya?ml"), ""),
    ("sphinx", re.compile(r"conf\.py"), ""),
)
_BY_ADDRESS = frozenset({"hugo", "jekyll", "vitepress", "docusaurus"})
_FOLDERS = ("docs", "doc", "documentation", "website", "site")
_FOR_MAKERS = re.compile(
    r"/(adrs?|decisions|rfcs?|design|proposals|runbooks?|internal|dev|development|contributing)/"
    r"|/(contributing|code[-_]of[-_]conduct|security|changelog|maintainers|pull_request_template)\.\w+$"
    r"|/(upgrad(e|ing)|migrat(e|ing|ion)|change-?log|release[-_]notes)[^/]*\.\w+$"
)
"""Pages for those who build the component, which do not make documentation for its users."""
_MOST_TEXT = 3 * 2**20
_DESTINATION = re.compile(
    r"\]\(\s{0,9}<?([^)\s>]{1,500})|\]:\s{0,9}<?(\S{1,500})|(?:href|src)\s{0,9}=\s{0,9}[\"']([^\"']{1,500})"
    r"|`[^`<\n]{0,500}<([^>`\n]{1,500})>`_|(?:link|image:?|xref):([^\s\[\]]{1,500})\[|\[\[([^\]\[\n]{1,500})\]"
    r"|(?:image|figure)::\s{0,9}(\S{1,500})|^\.\. _[^:\n]{1,200}:\s{1,9}(\S{1,500})",
    re.MULTILINE,
)
"""Whatever may be the target of a link in some markup; more than that, never less."""


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact with one item of each documentation folder, where there is any."""
    items: list[dict[str, Any]] = []
    for folder, tool in _sites(scope).items():
        pages = [path for path in scope.files if path.startswith(f"{folder}/") and _is_page(path)]
        pages = [path for path in pages if tool or not _FOR_MAKERS.search(path[len(folder) :].lower())]
        if pages:
            item, missed = _item(scope, folder, tool, pages)
            items.append(item)
            yield from missed
    if items:
        yield Found("user_docs", items, items[0]["path"], {item["path"]: item["path"] for item in items})


def _sites(scope: Scope) -> dict[str, str | None]:
    """Folders of documentation, and what builds them; one inside of another is part of it."""
    found: dict[str, str | None] = {}
    for path in scope.files:
        folder, _, name = path[len(scope.root) :].rpartition("/")
        top = folder.split("/")[0].lower()
        if folder and top not in _FOLDERS:
            continue
        for tool, settings, inner in _TOOLS:
            if settings.fullmatch(name) or (tool == "vitepress" and "/.vitepress/" in f"/{folder}/"):
                at = folder.split(".vitepress")[0].rstrip("/")
                source = "/".join(part for part in (scope.component.path, at, inner) if part)
                if tool not in ("jekyll", "sphinx", "vitepress") or at:
                    found.setdefault(source if scope.tree.has_folder(source) else f"{scope.root}{at}".rstrip("/"), tool)
    for name in _FOLDERS[:3]:
        folder = f"{scope.root}{name}"
        if scope.tree.has_folder(folder) and not any(f"{known}/".startswith(f"{folder}/") for known in found):
            found[folder] = None
    return {folder: tool for folder, tool in found.items() if folder and not _inside(folder, found)}


def _inside(folder: str, found: dict[str, str | None]) -> bool:
    return any(other and folder.startswith(f"{other}/") for other in found)


def _is_page(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    markup = prose.language(path)
    return (markup not in (None, "plain")) or name.endswith((".ipynb",))


def _item(scope: Scope, folder: str, tool: str | None, pages: Sequence[str]) -> tuple[dict[str, Any], list[Missed]]:
    words, read_bytes, whole, sure = 0, 0, True, True
    dead: list[str] = []
    missed: list[Missed] = []
    for path in pages:
        if path.endswith(".ipynb") or read_bytes > _MOST_TEXT:
            whole = False
            continue
        try:
            text = scope.tree.text(path)
        except UserError as error:
            missed.append(Missed("user_docs", f"{path}: {error.what}", str(error.place or path)))
            whole = False
            continue
        read_bytes += len(text)
        words += prose.count_words(text)
        found, doubts = _dead(scope, path, text, tool)
        dead.extend(f"{path}: {link}" for link in found)
        sure = sure and not doubts
    item: dict[str, Any] = {
        "path": folder,
        "tool": tool,
        "pages": len(pages),
        "last_changed_at": _changed(scope, pages),
    }
    if whole:
        item["words"] = words
    if ((whole and sure) or dead) and tool not in _BY_ADDRESS:
        item["dead_links"] = dead
    return item, missed


def _dead(scope: Scope, path: str, text: str, tool: str | None) -> tuple[list[str], bool]:
    """Dead links of a page, and whether others may be.

    A page is parsed only where something that looks like a link leads nowhere.
    """
    site = tool is not None
    rough = [next(part for part in found if part) for found in _DESTINATION.findall(text)]
    if tool in _BY_ADDRESS or not prose.dead_links(scope.tree, path, rough, site=site):
        return [], False
    links = prose.parse(text, prose.language(path) or "plain").links
    dead = prose.dead_links(scope.tree, path, links, site=site)
    if site:
        return dead, False
    doubts = [link for link in dead if prose.is_address(link)]
    sure = [link for link in dead if link not in doubts]
    return sure, any(not prose.served(scope.tree, path, link) for link in doubts)


def _changed(scope: Scope, pages: Sequence[str]) -> datetime | None:
    """When any page last changed: known as soon as the newest change of one of them is."""
    return scope.tree.history.newest(pages)


READER = Reader("documentation", ("user_docs",), "component", read)
