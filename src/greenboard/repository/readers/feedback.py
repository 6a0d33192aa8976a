"""Where users say what is wrong: issue templates, contact links, addresses in manifests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.manifests import json_object, table, toml_table, xml_root
from greenboard.repository.tree import Tree
from greenboard.repository.types import Found, Missed, Reader, Scope

_TEMPLATES = re.compile(
    r"\.github/issue_template(\.md|/(?!config\.ya?ml).+\.(md|ya?ml))|(docs/)?issue_template\.md|\.gitlab/issue_templates/.+\.md",
    re.IGNORECASE,
)
_TRACKER = re.compile(r"issues?|issue[- _]?tracker|bugs?|bug[- _]?(tracker|reports?)|tracker", re.IGNORECASE)
_CHAT = re.compile(r"slack\.com|discord\.(gg|com)|gitter\.im|matrix\.to|zulip|t\.me/|chat\.", re.IGNORECASE)
_FORUM = re.compile(r"discuss|forum|groups\.google|community\.|stackoverflow", re.IGNORECASE)
Channel = tuple[str, str, str]
"""Kind, address or "", and where it stands."""


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact with the first channel of each kind, where there is any."""
    channels: dict[str, Channel] = {}
    for source in (_manifests, _contacts, _templates):
        try:
            for channel in source(scope):
                channels.setdefault(channel[0], channel)
        except UserError as error:
            yield Missed("feedback", error.what, str(error.place or ""))
    if channels:
        items = [{"kind": kind, "url": url or None} for kind, url, _ in channels.values()]
        places = {kind: place for kind, _, place in channels.values()}
        yield Found("feedback", items, next(iter(places.values())), places)


def _templates(scope: Scope) -> Iterator[Channel]:
    """Issue templates of the forge; they serve every component of the repository."""
    path = scope.tree.once("issue template", lambda: next(filter(_TEMPLATES.fullmatch, scope.tree.files), None))
    if path is not None:
        yield "issue_tracker", _tracker_url(scope.tree), path


def _tracker_url(tree: Tree) -> str:
    origin = tree.git("config", "--get", "remote.origin.url", check=False).strip().removesuffix(".git")
    hosted = re.match(r"(?:https?://|ssh://git@|git@)(?:[^@/]*@)?(github\.com|gitlab\.com)[/:](.+)", origin)
    if not hosted:
        return ""
    middle = "/-" if hosted[1] == "gitlab.com" else ""
    return f"https://{hosted[1]}/{hosted[2]}{middle}/issues"


def _contacts(scope: Scope) -> Iterator[Channel]:
    """Contact links of GitHub's issue chooser."""
    for path in (".github/ISSUE_TEMPLATE/config.yml", ".github/ISSUE_TEMPLATE/config.yaml"):
        for document in scope.tree.yaml(path) if scope.tree.has(path) else ():
            links = table(document.data).get("contact_links")
            for index, link in enumerate(links if isinstance(links, list) else ()):
                url = table(link).get("url")
                if isinstance(url, str) and (kind := _kind(url)):
                    yield kind, url, document.at("contact_links", index)


def _kind(url: str) -> str | None:
    if url.startswith("mailto:"):
        return "mail"
    if _CHAT.search(url):
        return "chat"
    if _FORUM.search(url):
        return "forum"
    return "issue_tracker" if re.search(r"/issues(/|$)|/browse/", url) else None


def _manifests(scope: Scope) -> Iterator[Channel]:
    for name, find in (
        ("package.json", _npm),
        ("pyproject.toml", _python),
        ("composer.json", _php),
        ("pom.xml", _maven),
    ):
        path = scope.root + name
        if scope.tree.has(path):
            yield from ((kind, url, path) for kind, url in find(scope.tree, path))


def _npm(tree: Tree, path: str) -> Iterator[tuple[str, str]]:
    bugs = json_object(tree, path).get("bugs")
    stated: Mapping[str, Any] = {"url": bugs} if isinstance(bugs, str) else table(bugs)
    for key, kind in (("url", "issue_tracker"), ("email", "mail")):
        if isinstance(stated.get(key), str) and stated[key].strip():
            yield kind, stated[key]


def _python(tree: Tree, path: str) -> Iterator[tuple[str, str]]:
    data = toml_table(tree, path)
    for urls in (table(data, "project", "urls"), table(data, "tool", "poetry", "urls")):
        for label, url in urls.items():
            if isinstance(url, str):
                if _TRACKER.fullmatch(label.strip()):
                    yield "issue_tracker", url
                elif kind := _kind(url):
                    yield kind, url


def _php(tree: Tree, path: str) -> Iterator[tuple[str, str]]:
    support = table(json_object(tree, path).get("support"))
    for key, kind in (("issues", "issue_tracker"), ("email", "mail"), ("forum", "forum"), ("chat", "chat")):
        if isinstance(support.get(key), str):
            yield kind, support[key]


def _maven(tree: Tree, path: str) -> Iterator[tuple[str, str]]:
    url = xml_root(tree, path).findtext("issueManagement/url")
    if url and url.strip():
        yield "issue_tracker", url.strip()


READER = Reader("feedback channels", ("feedback",), "component", read)
