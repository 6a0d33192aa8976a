"""The packages of a component: by which lock file or bill they are known, and which weaknesses of them are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from greenboard.access.decide import Permission, require, sight
from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.types import Fact
from greenboard.web import asked as address
from greenboard.web import paging
from greenboard.web.faults import explained

PAGE = 100
_KINDS = ("sca", "container")
"""The kinds of scans that look at packages."""
_WORDS = ("critical", "high", "medium", "low")
_SEVERITIES = ("open_critical", "open_high", "open_medium", "open_low")


@dataclass(frozen=True)
class Origin:
    """A lock file or bill of materials, who said so, and how many packages it names."""

    file: str
    source: str
    link: str
    at: datetime
    count: int


@dataclass(frozen=True)
class Scan:
    """What a scanner knows of the packages: open weaknesses by severity, the most severe first; None is unknown."""

    scanner: str
    kind: str
    source: str
    link: str
    at: datetime
    open: tuple[int | None, ...]
    fixable: int | None
    exploited: int | None


@dataclass(frozen=True)
class Weakness:
    """A known vulnerability of a package. `fixed` says whether a version without it is known."""

    name: str
    severity: str
    fixed: bool | None
    url: str


@dataclass(frozen=True)
class Package:
    """A package in one version, the files that name it, and its known vulnerabilities, the most severe first."""

    ecosystem: str
    name: str
    version: str
    files: tuple[str, ...]
    weaknesses: tuple[Weakness, ...]

    @property
    def rank(self) -> int:
        """What sorts by the most severe one; last what has none."""
        return _rank(self.weaknesses[0].severity) if self.weaknesses else len(_WORDS) + 1


@dataclass(frozen=True)
class Known:
    """All that is known of the packages of a component."""

    origins: tuple[Origin, ...]
    scans: tuple[Scan, ...]
    urls: Mapping[str, tuple[str, ...]]
    weaknesses: Mapping[str, tuple[Weakness, ...]]
    listed: bool

    def packages(self, words: str = "") -> list[Package]:
        """The packages whose name or version holds some words: first those with known vulnerabilities, then by name."""
        found = (_package(url, files, self.weaknesses.get(url, ())) for url, files in self.urls.items())
        wanted = words.lower()
        return sorted(
            (one for one in found if wanted in f"{one.ecosystem} {one.name} {one.version}".lower()),
            key=lambda one: (one.rank, one.name.lower(), one.ecosystem, one.version),
        )


def known(stored: Stored, as_of: datetime | None) -> Known:
    """What is known of an entity's packages."""
    said = facts.about(stored.id, stored.ref, ("packages", "vulnerability", "known_vulnerability"), as_of)
    urls: dict[str, list[str]] = {}
    for fact in said:
        for item in _items(fact, "packages"):
            for url in item.get("urls", ()):
                urls.setdefault(url, []).append(item["file"])
    origins = [_origin(fact, item) for fact in said for item in _items(fact, "packages")]
    scans = [_scan(fact, item) for fact in said for item in _items(fact, "vulnerability") if item.get("kind") in _KINDS]
    files = {url: tuple(dict.fromkeys(several)) for url, several in urls.items()}
    listed = any(fact.type == "known_vulnerability" for fact in said)
    return Known(tuple(origins), tuple(scans), files, _weaknesses(said), listed)


@require(Permission.READ)
@require_safe
@explained
def page(request: HttpRequest, kind: str, namespace: str, name: str) -> HttpResponse:
    """Every package of an entity."""
    asked = address.read(request)
    try:
        ref = Ref.parse(f"{kind}:{namespace}/{name}")
    except UserError:
        raise Http404("not a reference") from None
    stored = catalog.find(ref, asked.as_of, sight=sight(request.user))
    if stored is None:
        raise Http404(f"no entity {ref}")
    found = known(stored, asked.as_of)
    packages = found.packages(asked.get("q"))
    shown = paging.page(len(packages), PAGE, asked)
    context = {"asked": asked, "ref": ref, "found": found, "panel": {"found": found}}
    context |= {"packages": packages[shown.part], "page": shown}
    return render(request, "packages.html", context)


def _weaknesses(said: Iterable[Fact]) -> dict[str, tuple[Weakness, ...]]:
    """The known vulnerabilities by package URL."""
    found: dict[str, list[Weakness]] = {}
    for fact in said:
        for item in _items(fact, "known_vulnerability"):
            name = item["id"]
            url = f"https://osv.dev/vulnerability/{quote(name, safe='')}"
            one = Weakness(name, item.get("severity", ""), item.get("fixed"), url)
            for package in item.get("packages", ()):
                found.setdefault(package, []).append(one)
    return {package: tuple(sorted(several, key=lambda one: _rank(one.severity))) for package, several in found.items()}


def _rank(severity: str) -> int:
    """What sorts by severity, one that is not told after those that are."""
    return _WORDS.index(severity) if severity in _WORDS else len(_WORDS)


def _items(fact: Fact, name: str) -> Iterable[Mapping[str, Any]]:
    return fact.value if fact.type == name and isinstance(fact.value, tuple) else ()


def _origin(fact: Fact, item: Mapping[str, Any]) -> Origin:
    return Origin(item["file"], fact.source.name, fact.source.link, fact.observed_at, len(item.get("urls", ())))


def _scan(fact: Fact, item: Mapping[str, Any]) -> Scan:
    return Scan(
        scanner=item.get("scanner") or fact.source.name,
        kind=item["kind"],
        source=fact.source.name,
        link=fact.source.link,
        at=item.get("last_scan_at") or fact.observed_at,
        open=tuple(item.get(one) for one in _SEVERITIES),
        fixable=item.get("fixable_critical"),
        exploited=item.get("known_exploited"),
    )


def _package(url: str, files: tuple[str, ...], weaknesses: tuple[Weakness, ...]) -> Package:
    """A package URL in parts; what is none is a name."""
    plain = url.partition("?")[0].partition("#")[0].removeprefix("pkg:")
    ecosystem, _, rest = plain.partition("/")
    name, _, version = rest.rpartition("@") if "@" in rest else (rest, "", "")
    return Package(ecosystem if rest else "", unquote(name) or url, unquote(version), files, weaknesses)
