"""Addresses of files as forges show them, at one commit and line.

Sources: the permanent links of GitHub, GitLab, Bitbucket Cloud, Gitea and Forgejo.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_SSH = re.compile(r"(?:ssh://)?git@(github\.com|gitlab\.com|bitbucket\.org)(?::\d+)?[:/](.+)")
_STYLES = (
    (re.compile(r"(^|\.)gitlab\b"), "/-/blob/{}/", "#L{}"),
    (re.compile(r"(^|\.)github\b"), "/blob/{}/", "#L{}"),
    (re.compile(r"^bitbucket\.org$"), "/src/{}/", "#lines-{}"),
    (re.compile(r"^codeberg\.org$|(^|\.)(gitea|forgejo)\b"), "/src/commit/{}/", "#L{}"),
)
_AT_COMMIT = re.compile(r"https://([^/]+)/.+?(?:/-/blob|/blob|/src/commit|/src)/[0-9a-f]{40,64}/")
_LOCATION = re.compile(r"(.*?)(?::(\d+)(?::\d+)?)?", re.DOTALL)


def files(remote: str, commit: str) -> str:
    """The address of the files of a repository at a commit, with a closing slash, or "".

    Only of a forge whose addresses are known, by the name of the host; user and password of the
    remote are left out.
    """
    ssh = _SSH.fullmatch(remote.strip())
    try:
        parts = urlsplit(f"https://{ssh[1]}/{ssh[2]}" if ssh else remote.strip())
        host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:
        return ""
    path = parts.path.strip("/").removesuffix(".git")
    if parts.scheme != "https" or not path or not commit:
        return ""
    for pattern, middle, _ in _STYLES:
        if pattern.search(host):
            return f"https://{host}/{path}{middle.format(commit)}"
    return ""


def at(link: str, location: str) -> str:
    """The address of `path:line` in the same tree as another link; "" where that is no link to a file at a commit."""
    base = _AT_COMMIT.match(link)
    found = _LOCATION.fullmatch(location)
    if base is None or found is None:
        return ""
    anchor = next(mark for pattern, _, mark in _STYLES if pattern.search(base[1])) if found[2] else ""
    return base[0] + quote(found[1], errors="surrogateescape") + anchor.format(found[2])
