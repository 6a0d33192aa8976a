"""Maven and Gradle.

Maven: pom.xml, with properties and managed versions of itself and of its parents in the same tree.
A version that no pom here states is managed by a parent or an imported bill of materials, and as
firm as the version of that. Maven has no lock files: where all versions are firm, none is needed.

Gradle: a build is a program, so what it depends on is known from what locking wrote
(gradle.lockfile) and from the version catalog (gradle/libs.versions.toml) alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import normpath
from typing import Any
from xml.etree.ElementTree import Element

from greenboard.core.errors import UserError
from greenboard.repository.manifests import table, toml_table, xml_root
from greenboard.repository.packages.types import Counted, Locked, Said, failed, named
from greenboard.repository.tree import Tree
from greenboard.repository.types import Missed, Scope

_PROPERTY = re.compile(r"\$\{([^}]+)\}")
_MOST_PARENTS = 10


def maven(scope: Scope) -> Said:
    """One count for each pom.xml that names a dependency."""
    for path in named(scope, "pom.xml"):
        try:
            found = _pom(scope.tree, path)
        except UserError as error:
            yield failed(path, error.what, str(error.place or path))
            continue
        if found is not None:
            yield found


def _pom(tree: Tree, path: str) -> Counted | None:
    line = list(_lineage(tree, path))
    properties = _properties(line)
    managed = {_key(entry): entry.findtext("version") for pom in reversed(line) for entry in _managed(pom)}
    direct: dict[str, bool | None] = {}
    own = _resolved(_text(line[0], "groupId") or _text(line[0], "parent/groupId"), properties)
    for entry in line[0].findall("dependencies/dependency"):
        group = _resolved(entry.findtext("groupId"), properties)
        if group in (own, "${project.groupId}", "${groupId}"):
            continue
        stated = entry.findtext("version") or managed.get(_key(entry))
        direct[_key(entry)] = _firm(stated, properties) if stated else _outside_firm(line, properties)
    if not direct:
        return None
    known = None not in direct.values()
    fixed = sum(1 for firm in direct.values() if firm)
    return Counted(
        path,
        "maven",
        direct=len(direct),
        pinned=fixed if known else None,
        unpinned=len(direct) - fixed if known else None,
        lock_file=fixed == len(direct) if known else None,
    )


def _lineage(tree: Tree, path: str) -> Iterator[Element]:
    """The pom and its parents, as far as they are in the tree."""
    for _ in range(_MOST_PARENTS):
        pom = tree.once(f"pom {path}", lambda path=path: xml_root(tree, path))  # type: ignore[misc]
        yield pom
        if pom.find("parent") is None:
            return
        relative = pom.findtext("parent/relativePath", "../pom.xml").strip()
        if not relative:
            return
        above = normpath(f"{path.rpartition('/')[0]}/{relative}".lstrip("/"))
        path = above if above.endswith(".xml") else f"{above}/pom.xml"
        if path.startswith("..") or not tree.has(path):
            return


def _properties(line: list[Element]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pom in reversed(line):
        for entry in pom.findall("properties/*"):
            if isinstance(entry.tag, str):
                found[entry.tag] = (entry.text or "").strip()
        version = _text(pom, "version") or _text(pom, "parent/version")
        found |= {
            "project.version": version,
            "version": version,
            "project.parent.version": _text(pom, "parent/version"),
        }
        found["project.groupId"] = _text(pom, "groupId") or _text(pom, "parent/groupId")
    return found


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _key(entry: Element) -> str:
    return f"{_text(entry, 'groupId')}:{_text(entry, 'artifactId')}"


def _managed(pom: Element) -> list[Element]:
    return pom.findall("dependencyManagement/dependencies/dependency")


def _resolved(text: str | None, properties: Mapping[str, str]) -> str:
    resolved = (text or "").strip()
    for _ in range(5):
        if "${" not in resolved:
            break
        resolved = _PROPERTY.sub(lambda found: properties.get(found[1], found[0]), resolved)
    return resolved


def _firm(version: str, properties: Mapping[str, str]) -> bool | None:
    """Whether a version is a single one; None where a property is set elsewhere."""
    resolved = _resolved(version, properties)
    if "${" in resolved or not resolved:
        return None
    return not (resolved[0] in "[(" or resolved in ("LATEST", "RELEASE") or resolved.endswith("-SNAPSHOT"))


def _outside_firm(line: list[Element], properties: Mapping[str, str]) -> bool | None:
    """Whether versions managed outside of the tree are firm: the last parent and all imported bills are."""
    bills = [entry for pom in line for entry in _managed(pom) if _text(entry, "scope") == "import"]
    stated = [_text(entry, "version") for entry in bills]
    if line[-1].find("parent") is not None:
        stated.append(_text(line[-1], "parent/version"))
    firm = [_firm(version, properties) for version in stated]
    if not firm or None in firm:
        return None
    return all(firm)


def gradle(scope: Scope) -> Said:
    """The version catalog, and what locking wrote; a build without either is missed."""
    known = False
    for path in named(scope, "libs.versions.toml"):
        try:
            yield _catalog(path, toml_table(scope.tree, path))
            known = True
        except UserError as error:
            yield failed(path, error.what, str(error.place or path))
    builds = named(scope, "build.gradle", "build.gradle.kts")
    for path in builds:
        lock = f"{path.rpartition('/')[0]}/gradle.lockfile".lstrip("/")
        if scope.tree.has(lock):
            rows = scope.tree.text(lock).splitlines()
            packages = {row.split("=")[0] for row in rows if row and row[0] != "#" and not row.startswith("empty=")}
            known = True
            fixed = frozenset((name, version) for name, _, version in (row.rpartition(":") for row in packages))
            yield Counted(path, "gradle", total=len(packages), lock_file=True, locked=Locked(lock, fixed))
    if builds and not known:
        reason = "a Gradle build is a program; use a version catalog and dependency locking to let it be known"
        yield Missed("dependency", reason, builds[0], unclear=True)


def _catalog(path: str, data: Mapping[str, Any]) -> Counted:
    versions = table(data, "versions")
    direct: dict[str, bool | None] = {}
    for name, stated in table(data, "libraries").items():
        direct[name] = _catalog_firm(stated, versions)
    known = None not in direct.values()
    fixed = sum(1 for firm in direct.values() if firm)
    return Counted(
        path,
        "gradle",
        direct=len(direct),
        pinned=fixed if known else None,
        unpinned=len(direct) - fixed if known else None,
    )


def _catalog_firm(stated: object, versions: Mapping[str, Any]) -> bool | None:
    """Whether a library of the catalog has one version; None where a platform elsewhere gives it."""
    if isinstance(stated, str):
        version: object = stated.split(":")[2] if stated.count(":") == 2 else None
    else:
        version = table(stated).get("version")
    if isinstance(version, dict) and "ref" in version:
        version = versions.get(version["ref"])
    if isinstance(version, dict):
        version = version.get("strictly") or version.get("require")
    if not isinstance(version, str):
        return None
    return not re.search(r"\+|[\[\](),]|latest\.|SNAPSHOT", version)
