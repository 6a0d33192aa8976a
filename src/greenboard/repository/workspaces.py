"""Workspace files: where a repository says itself which folders are built as packages of their own.

Sources: npm and Yarn `workspaces` in package.json, pnpm-workspace.yaml, lerna.json, Nx project.json,
Cargo `[workspace]`, Go `go.work`, uv `[tool.uv.workspace]`, Maven `<modules>`, Gradle settings, solutions
of .NET. A module of Maven or Gradle that holds nothing but tests is none.
Gradle settings are programs; only `include` calls with literal names are understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from posixpath import normpath

from greenboard.core.errors import UserError
from greenboard.repository import dotnet
from greenboard.repository.manifests import json_object, strings, table, toml_table, xml_root
from greenboard.repository.patterns import gitignore
from greenboard.repository.tree import Tree

INNER = frozenset({"src", "source", "docker", "container", "build", "code"})
"""Folders named for what they hold; the component is the folder around them."""
_INCLUDE = re.compile(r"^\s*include\s*\(?\s*((?:['\"][^'\"]+['\"]\s*,?\s*)+)", re.MULTILINE)
_PROJECT_DIR = re.compile(
    r"project\(\s*['\"]([^'\"]+)['\"]\s*\)\.projectDir\s*=\s*(?:new File|file)\([^'\"]*['\"]([^'\"]+)['\"]"
)
_LITERAL = re.compile(r"['\"]([^'\"]+)['\"]")


@dataclass
class Workspaces:
    """What the workspace files say.

    Folders of members; folders that only hold a workspace together; folders of packages that are
    parts of some member.
    """

    members: set[str] = field(default_factory=set)
    roots: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    problems: list[UserError] = field(default_factory=list)


def workspaces(tree: Tree, skip: Callable[[str], bool]) -> Workspaces:
    """Read every workspace file of a tree whose folder is not to be skipped."""
    found = Workspaces()
    for names, read in _READERS:
        for path in tree.named(*names):
            folder = path.rpartition("/")[0]
            if skip(folder):
                continue
            try:
                members = {member for member in read(tree, path, folder) if not skip(member)}
            except UserError as error:
                found.problems.append(error)
                continue
            if members:
                found.roots.add(folder)
                found.members |= members
    _solutions(tree, skip, found)
    return found


def _solutions(tree: Tree, skip: Callable[[str], bool], found: Workspaces) -> None:
    """Projects that a solution lists and that are no components belong to one that is."""
    for path in tree.suffixed(".sln", ".slnx"):
        folder = path.rpartition("/")[0]
        if skip(folder):
            continue
        try:
            members = {_around_source(name.rpartition("/")[0]) for name in dotnet.built(tree, path)}
            members = {member for member in members if not skip(member)}
        except UserError as error:
            found.problems.append(error)
            continue
        if members:
            found.roots.add(folder)
            found.members |= members
            found.parts |= {_around_source(name.rpartition("/")[0]) for name in dotnet.projects(tree, path)}


def _around_source(folder: str) -> str:
    outer, _, name = folder.rpartition("/")
    return outer if name.lower() in INNER else folder


def _globbed(tree: Tree, folder: str, patterns: Iterable[str], manifest: str) -> Iterator[str]:
    """Folders below `folder` that hold `manifest` and match the patterns, which git's rules read alike."""
    stated = [pattern for pattern in patterns if pattern.strip()]
    if not stated:
        return
    spec = gitignore([_anchored(pattern, manifest) for pattern in stated])
    prefix = f"{folder}/" if folder else ""
    for path in tree.named(manifest, under=prefix):
        if spec.covers(path[len(prefix) :]):
            yield path.rpartition("/")[0]


def _anchored(pattern: str, manifest: str) -> str:
    negated, bare = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    bare = bare.removeprefix("./").strip("/")
    return f"{negated}/{manifest}" if bare in ("", ".") else f"{negated}/{bare}/{manifest}"


def _npm(tree: Tree, path: str, folder: str) -> Iterator[str]:
    if '"workspaces"' not in tree.text(path):
        return
    manifest = json_object(tree, path)
    stated = manifest.get("workspaces")
    patterns = strings(stated) or strings(table(stated).get("packages"))
    yield from _globbed(tree, folder, patterns, "package.json")
    if patterns and not manifest.get("private") and any(manifest.get(key) for key in ("main", "bin", "exports")):
        yield folder


def _pnpm(tree: Tree, path: str, folder: str) -> Iterator[str]:
    for document in tree.yaml(path):
        yield from _globbed(tree, folder, strings(table(document.data).get("packages")), "package.json")


def _lerna(tree: Tree, path: str, folder: str) -> Iterator[str]:
    return _globbed(tree, folder, strings(json_object(tree, path).get("packages")), "package.json")


def _nx(tree: Tree, _path: str, folder: str) -> Iterator[str]:
    """Projects of an Nx workspace, which are told by a project.json each."""
    prefix = f"{folder}/" if folder else ""
    return (found.rpartition("/")[0] for found in tree.named("project.json", under=prefix))


def _cargo(tree: Tree, path: str, folder: str) -> Iterator[str]:
    stated = table(toml_table(tree, path), "workspace")
    excluded = ["!" + pattern for pattern in strings(stated.get("exclude"))]
    members = strings(stated.get("members"))
    yield from _globbed(tree, folder, [*members, *excluded] if members else (), "Cargo.toml")
    if members and "package" in toml_table(tree, path):
        yield folder


def _uv(tree: Tree, path: str, folder: str) -> Iterator[str]:
    stated = table(toml_table(tree, path), "tool", "uv", "workspace") if "uv.workspace" in tree.text(path) else {}
    excluded = ["!" + pattern for pattern in strings(stated.get("exclude"))]
    members = strings(stated.get("members"))
    yield from _globbed(tree, folder, [*members, *excluded] if members else (), "pyproject.toml")
    if members and "build-system" in toml_table(tree, path):
        yield folder


def _go(tree: Tree, path: str, folder: str) -> Iterator[str]:
    block = False
    for raw in tree.text(path).splitlines():
        words = raw.split("//")[0].replace("(", " ( ").split()
        if words[:2] == ["use", "("]:
            block = True
        elif words == [")"]:
            block = False
        elif words and (block or words[0] == "use"):
            member = _below(folder, words[-1].strip('"`'))
            if member is not None and tree.has(f"{member}/go.mod".lstrip("/")):
                yield member


def _maven(tree: Tree, path: str, folder: str) -> Iterator[str]:
    if "<module" not in tree.text(path):
        return
    for element in xml_root(tree, path).iter("module"):
        member = _below(folder, (element.text or "").strip().removesuffix("/pom.xml"))
        if member is not None and tree.has(f"{member}/pom.xml") and not only_tests(tree, member):
            yield member


def _gradle(tree: Tree, path: str, folder: str) -> Iterator[str]:
    text = tree.text(path)
    moved = dict(_PROJECT_DIR.findall(text))
    for call in _INCLUDE.findall(text):
        for name in _LITERAL.findall(call):
            stated = moved.get(name) or moved.get(f":{name}") or name.strip(":").replace(":", "/")
            member = _below(folder, stated)
            built = any(tree.has(f"{member}/{build}") for build in ("build.gradle", "build.gradle.kts"))
            if member and built and not only_tests(tree, member):
                yield member
    if any(path.startswith(f"{folder}/src/main/".lstrip("/")) for path in tree.suffixed(".java", ".kt", ".groovy")):
        yield folder


def only_tests(tree: Tree, folder: str) -> bool:
    """Whether a module of Maven or Gradle has source sets for tests and no other."""
    sets = tree.once("source sets", lambda: _source_sets(tree)).get(folder)
    return bool(sets) and all("test" in name.lower() for name in sets or ())


def _source_sets(tree: Tree) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in tree.folders:
        around, _, name = path.rpartition("/")
        if around.endswith("/src"):
            found.setdefault(around.removesuffix("/src"), set()).add(name)
    return found


def _below(folder: str, relative: str) -> str | None:
    """A folder named relative to another, or None where it leads out of the tree."""
    joined = normpath(f"{folder}/{relative}" if folder else relative or ".")
    if joined.startswith(("..", "/")):
        return None
    return "" if joined == "." else joined


_READERS: tuple[tuple[tuple[str, ...], Callable[[Tree, str, str], Iterable[str]]], ...] = (
    (("package.json",), _npm),
    (("pnpm-workspace.yaml",), _pnpm),
    (("lerna.json",), _lerna),
    (("nx.json",), _nx),
    (("cargo.toml",), _cargo),
    (("pyproject.toml",), _uv),
    (("go.work",), _go),
    (("pom.xml",), _maven),
    (("settings.gradle", "settings.gradle.kts"), _gradle),
)
