"""PyPI: pyproject.toml (PEP 621, PEP 735, Poetry), requirements files, Pipfile, setup.cfg, and their locks.

Lock files: uv.lock, poetry.lock, pdm.lock, pylock.toml (PEP 751), Pipfile.lock, and requirements
files that a tool compiled. What setup.py would say cannot be known without running it.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from greenboard.core.errors import Place, UserError
from greenboard.repository.manifests import json_object, strings, table, toml_table
from greenboard.repository.packages.requirements import Line, compiled, is_requirements, lines
from greenboard.repository.packages.types import (
    MAX_LOCK,
    Counted,
    Lock,
    Said,
    counted,
    failed,
    named,
    nearest,
    suffixed,
)
from greenboard.repository.tree import Tree
from greenboard.repository.types import Scope

_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
_EXACT = re.compile(r"(==)?\s*\d[\w.+!-]*")
Direct = dict[str, bool | None]


def read(scope: Scope) -> Said:
    """One count for each manifest that names a package; what cannot be known is missed."""
    sources = (
        (named(scope, "pyproject.toml"), _pyproject),
        (named(scope, "Pipfile"), _pipfile),
        (named(scope, "setup.cfg"), _setup_cfg),
        ([path for path in suffixed(scope, ".txt") if is_requirements(path)], _requirements),
    )
    seen: set[str] = set()
    for paths, find in sources:
        for path in paths:
            try:
                found = find(scope.tree, path)
            except UserError as error:
                yield failed(path, error.what, str(error.place or path))
                continue
            if found is not None:
                seen.add(path.rpartition("/")[0])
                yield found
    for path in named(scope, "setup.py"):
        folder = path.rpartition("/")[0]
        module = scope.tree.has(f"{folder}/__init__.py".lstrip("/"))  # a module of that name, not a build script
        if folder not in seen and not module:
            yield failed(path, "what it depends on is known only by running it; state it in pyproject.toml")


def _pyproject(tree: Tree, path: str) -> Counted | None:
    data = toml_table(tree, path)
    project = table(data, "project")
    direct: Direct = {}
    if "dependencies" in strings(project.get("dynamic")) and not _dynamic_file(data):
        raise UserError("its dependencies are computed when it is built", place=Place(path))
    groups = [project.get("dependencies"), *table(project.get("optional-dependencies")).values()]
    groups += table(data, "dependency-groups").values()
    for stated in groups:
        for text in strings(stated):
            _add(direct, text, path)
    _poetry(direct, table(data, "tool", "poetry"))
    if not direct:
        return None
    return counted(path, "pypi", direct, _lock_of(tree, path, direct))


def _dynamic_file(data: Mapping[str, Any]) -> bool:
    """Whether setuptools takes them from requirements files, which are counted on their own."""
    return "file" in table(data, "tool", "setuptools", "dynamic", "dependencies")


def _add(direct: Direct, text: str, path: str) -> None:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        raise UserError("not a requirement (PEP 508)", place=Place(path), got=repr(text)) from None
    fixed = any(part.operator in ("==", "===") and "*" not in part.version for part in requirement.specifier)
    direct[canonicalize_name(requirement.name)] = fixed or bool(requirement.url and "#" in requirement.url)


def _poetry(direct: Direct, poetry: Mapping[str, Any]) -> None:
    groups = [table(poetry, "dependencies"), table(poetry, "dev-dependencies")]
    groups += [table(group, "dependencies") for group in table(poetry, "group").values()]
    for group in groups:
        for name, stated in group.items():
            if name.lower() == "python" or (isinstance(stated, dict) and "path" in stated):
                continue
            version = stated if isinstance(stated, str) else str(table(stated).get("version", ""))
            direct[canonicalize_name(name)] = bool(_EXACT.fullmatch(version.strip())) or "rev" in table(stated)


def _lock_of(tree: Tree, path: str, direct: Direct) -> Lock | None:
    folder = path.rpartition("/")[0]
    where = nearest(tree, folder, *_LOCKS)
    if where is not None:
        return tree.once(f"lock {where}", lambda: _toml_lock(where, toml_table(tree, where, MAX_LOCK)))
    beside = f"{folder}/requirements.txt".lstrip("/")
    if tree.has(beside) and "pyproject.toml" in (compiled(tree.text(beside)) or ""):
        return _as_lock(tree, beside)
    return _together(tree, f"{folder}/requirements/".lstrip("/"), direct)


def _together(tree: Tree, folder: str, direct: Direct) -> Lock | None:
    """Files with hashes in `requirements/` that together fix all that the manifest names, whatever made them."""
    hashed = [
        path for path in tree.suffixed(".txt", under=folder) if is_requirements(path) and "--hash=" in tree.text(path)
    ]
    found = [line for path in hashed for line in lines(tree, path) if line.exact]
    names = frozenset(line.name for line in found)
    packages = frozenset((line.name, line.version) for line in found)
    return Lock(folder, names, len(names), packages=packages) if hashed and set(direct) <= names else None


def _toml_lock(path: str, data: Mapping[str, Any]) -> Lock:
    packages = data.get("package") or data.get("packages") or []
    if not isinstance(packages, list):
        raise UserError("not a lock file", place=Place(path, 1))
    others = [
        table(package)
        for package in packages
        if not {"virtual", "editable", "directory"} & set(table(package, "source"))
    ]
    packages = frozenset(
        (canonicalize_name(str(package.get("name", ""))), str(package.get("version") or "")) for package in others
    )
    names = frozenset(name for name, _ in packages)
    return Lock(path, names, len(names), packages=packages)


def _pipfile(tree: Tree, path: str) -> Counted | None:
    data = toml_table(tree, path)
    direct: Direct = {}
    for group in ("packages", "dev-packages"):
        for name, stated in table(data, group).items():
            version = stated if isinstance(stated, str) else str(table(stated).get("version", ""))
            if "path" not in table(stated):
                direct[canonicalize_name(name)] = version.startswith("==")
    where = f"{path}.lock"
    lock = _pipfile_lock(where, json_object(tree, where, MAX_LOCK)) if tree.has(where) else None
    return counted(path, "pypi", direct, lock) if direct else None


def _pipfile_lock(path: str, data: Mapping[str, Any]) -> Lock:
    stated = [(name, entry) for group in ("default", "develop") for name, entry in table(data, group).items()]
    packages = frozenset(
        (canonicalize_name(name), str(table(entry).get("version") or "").removeprefix("==")) for name, entry in stated
    )
    names = frozenset(name for name, _ in packages)
    return Lock(path, names, len(names), packages=packages)


def _setup_cfg(tree: Tree, path: str) -> Counted | None:
    settings = configparser.ConfigParser(interpolation=None)
    try:
        settings.read_string(tree.text(path))
    except configparser.Error as error:
        raise UserError("not a settings file", place=Place(path, getattr(error, "lineno", None))) from None
    direct: Direct = {}
    for text in _setup_lines(settings):
        if not text.startswith("file:"):
            _add(direct, text, path)
    return counted(path, "pypi", direct, None) if direct else None


def _setup_lines(settings: configparser.ConfigParser) -> Iterator[str]:
    stated = [settings.get("options", "install_requires", fallback="")]
    if settings.has_section("options.extras_require"):
        stated += [value for _, value in settings.items("options.extras_require")]
    for text in stated:
        yield from (line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#"))


def _requirements(tree: Tree, path: str) -> Counted | None:
    """A requirements file; one that was compiled from another manifest is the lock of that one."""
    source = _source(tree, path)
    if source == path:
        direct = {line.name: line.exact for line in lines(tree, path)}
        made = compiled(tree.text(path)) is not None
        lock = _as_lock(tree, path) if made else None
        return counted(path, "pypi", direct, lock) if direct else None
    if source is None:
        return None
    direct = {line.name: line.exact for line in lines(tree, source)}
    return counted(source, "pypi", direct, _as_lock(tree, path)) if direct else None


def _source(tree: Tree, path: str) -> str | None:
    """What is written by hand: the .in file beside, the file itself, or None where that is pyproject.toml."""
    hand = path.removesuffix(".txt") + ".in"
    if tree.has(hand):
        return hand
    folder = path.rpartition("/")[0]
    beside = f"{folder}/pyproject.toml".lstrip("/")
    return None if "pyproject.toml" in (compiled(tree.text(path)) or "") and tree.has(beside) else path


def _as_lock(tree: Tree, path: str) -> Lock:
    found: list[Line] = list(lines(tree, path))
    exact = [line for line in found if line.exact]
    packages = frozenset((line.name, line.version) for line in exact)
    return Lock(path, frozenset(line.name for line in exact), len(found), packages=packages)
