"""Building kustomizations: what each one that nothing else builds on would put into a cluster."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from greenboard.core import yaml
from greenboard.core.errors import Place, UserError
from greenboard.repository.kubernetes.gathered import Failed
from greenboard.repository.kubernetes.objects import Object, Origin, mapping, objects_of, sequence
from greenboard.repository.kustomize import transform
from greenboard.repository.kustomize.merge import Deleted, apply_operations, merge
from greenboard.repository.kustomize.parts import Part, parts_of
from greenboard.repository.kustomize.targets import meant, selected
from greenboard.repository.samples import is_sample
from greenboard.repository.stages import environment_of
from greenboard.repository.tree import Tree

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_REMOTE = re.compile(r"://|^git@|^[\w.-]+\.(?:com|org|io|net)/|\?ref=|\.git(?:/|$|\?)")
# What would change objects in ways that are not read here, and what would only add some.
_CHANGES = ("transformers", "replacements")
_ADDS = ("helmCharts", "helmChartInflationGenerator", "generators")
_MOST_PARTS = 20_000


@dataclass
class Built:
    """`folders` hold kustomizations, `used` are the files that these name: neither is applied by itself."""

    results: list[Object | Failed] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)


def kustomizations(tree: Tree) -> Built:
    """Build every kustomization outside of tests and examples that no other one builds on."""
    built = Built()
    paths = [path for path in tree.named(*NAMES) if not is_sample(path)]
    built.folders = {path.rpartition("/")[0] for path in tree.named(*NAMES)}
    broken: set[str] = set()
    referred: set[str] = set()
    parts: dict[str, bool] = {}
    for path in paths:
        try:
            document = _read(tree, path)
        except UserError as error:
            broken.add(path)
            built.results.append(Failed(path, error.what, str(error.place or path)))
            continue
        folder = path.rpartition("/")[0]
        parts[path] = document.data.get("kind") == "Component"
        for name in _named(document.data):
            target = _join(folder, name)
            (referred if target in built.folders else built.used).add(target or "")
    seen: set[str] = set()
    for path in paths:
        if path not in broken and not parts[path] and path.rpartition("/")[0] not in referred:
            built.results += build(tree, path, seen)
    if any(isinstance(result, Failed) for result in built.results):
        return built  # What was not reached belongs to what could not be built.
    for path in paths:
        # What is left builds on itself.
        if path not in broken and not parts[path] and path.rpartition("/")[0] not in seen:
            built.results += build(tree, path, seen)
    return built


def build(tree: Tree, path: str, seen: set[str]) -> Iterator[Object | Failed]:
    """The objects of one kustomization; what could not be read of it as failed looks. Adds folders to `seen`."""
    builder = _Builder(tree, seen)
    folder = path.rpartition("/")[0]
    try:
        parts = builder.folder(folder, Place(path, 1, 1))
    except UserError as error:
        yield Failed(path, error.what, str(error.place or path))
        return
    except RecursionError:
        yield Failed(path, "nested too deeply", path)
        return
    for place, reason in builder.left_out:
        yield Failed(path, reason, str(place))
    origin = Origin("kustomize", path, f"kustomize:{folder}", environment_of(path))
    for part in parts:
        yield from objects_of(part.document(), origin)


def _read(tree: Tree, path: str) -> yaml.Document:
    documents = tree.yaml(path)
    if len(documents) != 1 or not isinstance(documents[0].data, dict):
        raise UserError("not one kustomization", place=Place(path, 1, 1), expected="one YAML mapping")
    return documents[0]


def _named(data: dict[str, Any]) -> Iterator[str]:
    """Every file or folder that a kustomization names."""
    for field_name in ("resources", "bases", "components", "patchesStrategicMerge", "configurations", "crds"):
        yield from (name for name in sequence(data.get(field_name)) if isinstance(name, str) and "\n" not in name)
    for field_name in ("patches", "patchesJson6902"):
        for patch in sequence(data.get(field_name)):
            if isinstance(name := mapping(patch).get("path"), str):
                yield name


def _join(folder: str, name: str) -> str | None:
    """A path in the tree, or None where it leads out of it."""
    joined = posixpath.normpath(posixpath.join(folder, name))
    if joined.startswith(("../", "/")) or joined == "..":
        return None
    return "" if joined == "." else joined


class _Builder:
    """Builds one kustomization. `left_out` notes what would only have added objects."""

    def __init__(self, tree: Tree, seen: set[str]) -> None:
        self.tree = tree
        self.seen = seen
        self.left_out: list[tuple[Place, str]] = []
        self.around: list[str] = []

    def folder(self, folder: str, asked: Place, given: list[Part] | None = None) -> list[Part]:
        """The objects of a folder's kustomization; a component's are those given it, changed."""
        if folder in self.around:
            raise UserError(f"a kustomization that builds on itself: {folder}", place=asked)
        prefix = f"{folder}/" if folder else ""
        path = next((prefix + name for name in NAMES if self.tree.has(prefix + name)), None)
        if path is None:
            raise UserError(f"no kustomization in {folder or '.'}", place=asked)
        document = _read(self.tree, path)
        self.seen.add(folder)
        self.around.append(folder)
        parts = self._accumulate(document, folder, given or [])
        parts = self._patches(document, folder, parts)
        _transform(document, parts)
        self.around.pop()
        return parts

    def _accumulate(self, document: yaml.Document, folder: str, given: list[Part]) -> list[Part]:
        data = document.data
        for name in _CHANGES:
            if data.get(name):
                raise UserError(f"the kustomization's {name} are not read", place=document.place(name))
        for name in _ADDS:
            if data.get(name):
                self.left_out.append((document.place(name), f"the kustomization's {name} are not read"))
        parts = list(given)
        for name in ("resources", "bases"):
            for index, resource in enumerate(sequence(data.get(name))):
                parts += self._resource(str(resource), folder, document.place(name, index))
        for index, component in enumerate(sequence(data.get("components"))):
            target = None if _REMOTE.search(str(component)) else _join(folder, str(component))
            if target is None:
                raise UserError(f"a component from elsewhere: {component}", place=document.place("components", index))
            parts = self.folder(target, document.place("components", index), parts)
        if len(parts) > _MOST_PARTS:
            raise UserError(f"more than {_MOST_PARTS:,} objects", place=document.place())
        return parts

    def _resource(self, name: str, folder: str, place: Place) -> list[Part]:
        target = _join(folder, name)
        if target is not None and self.tree.has(target):
            return [part for document in self.tree.yaml(target) for part in parts_of(document)]
        if _REMOTE.search(name):
            self.left_out.append((place, f"a resource from elsewhere: {name}"))
            return []
        if target is None:
            raise UserError(f"a resource outside of the tree: {name}", place=place)
        return self.folder(target, place)

    def _patches(self, document: yaml.Document, folder: str, parts: list[Part]) -> list[Part]:
        for name in ("patchesStrategicMerge", "patches", "patchesJson6902"):
            for index, patch in enumerate(sequence(document.data.get(name))):
                place = document.place(name, index)
                if isinstance(patch, str):
                    patch = {"patch": patch} if "\n" in patch else {"path": patch}
                parts = self._patch(mapping(patch), folder, place, parts)
        return parts

    def _patch(self, patch: Any, folder: str, place: Place, parts: list[Part]) -> list[Part]:
        text = patch.get("patch") or patch.get("ops")
        target = _join(folder, str(patch.get("path"))) if patch.get("path") else None
        if isinstance(text, str):
            documents = yaml.read(text, place.path)
            # Inside of a block of text, lines are those of the kustomization around it.
            documents = [yaml.Document(document.data, place.path, {(): place}) for document in documents]
        elif target is not None:
            documents = self.tree.yaml(target)
        else:
            raise UserError("a patch without text or path", place=place)
        for document in documents:
            if isinstance(document.data, list):
                for part in selected(parts, mapping(patch.get("target")), place):
                    apply_operations(part, document.data, document.place())
            else:
                parts = self._merge(document, patch, place, parts)
        return parts

    def _merge(self, document: yaml.Document, patch: Any, place: Place, parts: list[Part]) -> list[Part]:
        for change in parts_of(document):
            if patch.get("target"):
                touched = selected(parts, mapping(patch["target"]), place)
                # With a target, the patch's own name and kind only fill its form.
                change.data = {key: value for key, value in change.data.items() if key not in ("apiVersion", "kind")}
                change.data.get("metadata", {}).pop("name", None)
            else:
                touched = meant(parts, change)
                if not touched and not self.left_out:
                    raise UserError(f"no {change.kind} {change.name} to patch", place=change.place(()))
            for part in touched:
                try:
                    merge(part, change)
                except Deleted:
                    parts = [other for other in parts if other is not part]
        return parts


def _transform(document: yaml.Document, parts: list[Part]) -> None:
    """Apply to all objects what a kustomization says of all."""
    data = document.data
    if isinstance(data.get("namespace"), str):
        transform.set_namespace(parts, data["namespace"])
    prefix, suffix = data.get("namePrefix") or "", data.get("nameSuffix") or ""
    if prefix or suffix:
        transform.rename(parts, str(prefix), str(suffix))
    if isinstance(data.get("commonLabels"), dict):
        transform.set_labels(parts, data["commonLabels"], selectors=True, templates=True)
    for entry in map(mapping, sequence(data.get("labels"))):
        selectors = entry.get("includeSelectors") is True
        templates = entry.get("includeTemplates") is True
        transform.set_labels(parts, dict(mapping(entry.get("pairs"))), selectors=selectors, templates=templates)
    for index, image in enumerate(sequence(data.get("images"))):
        transform.set_image(parts, dict(mapping(image)), document.place("images", index))
    for index, wanted in enumerate(map(mapping, sequence(data.get("replicas")))):
        if isinstance(wanted.get("count"), int):
            place = document.place("replicas", index)
            transform.set_replicas(parts, str(wanted.get("name")), wanted["count"], place)
