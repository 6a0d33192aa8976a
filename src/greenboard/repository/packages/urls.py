"""Package URLs (https://github.com/package-url/purl-spec), by which others know packages. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

_TYPES = {
    "npm": "npm", "pypi": "pypi", "maven": "maven", "gradle": "maven", "go": "golang", "cargo": "cargo",
    "nuget": "nuget", "rubygems": "gem", "composer": "composer",
}  # fmt: skip
_VERSION = re.compile(r"v?\d\S*")


def urls(ecosystem: str, packages: Iterable[tuple[str, str]]) -> list[str]:
    """The URLs of packages with their versions, in order. What comes of a repository or a folder has none."""
    form = _TYPES[ecosystem]
    return sorted(
        f"pkg:{form}/{_name(form, name)}@{quote(version, safe=':')}"
        for name, version in packages
        if name and _VERSION.fullmatch(version)
    )


def _name(form: str, name: str) -> str:
    parts = name.split(":") if form == "maven" else name.split("/")
    return "/".join(quote(part, safe="") for part in parts)
