"""Which component an object belongs to, where one tree holds several components."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from greenboard.core.refs import slug
from greenboard.repository.components import components
from greenboard.repository.containers.images import parse_image
from greenboard.repository.kubernetes.gather import gather
from greenboard.repository.kubernetes.gathered import Gathered
from greenboard.repository.kubernetes.objects import Object
from greenboard.repository.kubernetes.pods import is_workload, pods_of
from greenboard.repository.tree import Tree
from greenboard.repository.types import Component, Scope

_NAME_LABELS = ("app.kubernetes.io/name", "app", "k8s-app", "name", "service")


def of_component(scope: Scope) -> Gathered:
    """The objects of a component, and the failed looks that could have held some of its objects."""
    found = gather(scope.tree)
    index = _index(scope.tree, found)
    own = scope.component
    others = [part for part in index.components if (part.path, part.name) != (own.path, own.name)]
    rivals = frozenset(slug(part.name) for part in others)
    shared = any(part.path == own.path for part in others)
    mine = [
        item
        for item, names in zip(found.objects, index.names, strict=True)
        if _owned(index.around(item.home, own.path), names, own, rivals, shared=shared)
    ]
    failed = [item for item in found.failed if index.around(item.home, own.path) in (own.path, "")]
    return Gathered(tuple(mine), tuple(failed))


def belongs(scope: Scope, path: str, names: Collection[str]) -> bool:
    """Whether a file that is known by some names is the component's, by the same rules as objects."""
    index = _index(scope.tree, gather(scope.tree))
    own = scope.component
    others = [part for part in index.components if (part.path, part.name) != (own.path, own.name)]
    rivals = frozenset(slug(part.name) for part in others)
    shared = any(part.path == own.path for part in others)
    known = {slug(name) for name in names if name}
    return _owned(index.around(path, own.path), known, own, rivals, shared=shared)


@dataclass(frozen=True)
class _Index:
    """The components of a tree, and the names of each of its objects."""

    components: tuple[Component, ...]
    folders: frozenset[str]
    names: tuple[frozenset[str], ...]

    def around(self, path: str, own: str) -> str:
        """The folder of the innermost component around a file; "" where only the root is."""
        folder = path.rpartition("/")[0]
        while folder and folder not in self.folders and folder != own:
            folder = folder.rpartition("/")[0]
        return folder


_KNOWN: WeakKeyDictionary[Tree, _Index] = WeakKeyDictionary()


def _index(tree: Tree, found: Gathered) -> _Index:
    if tree not in _KNOWN:
        parts = components(tree)
        names = tuple(frozenset(_names(item)) for item in found.objects)
        _KNOWN[tree] = _Index(parts, frozenset(part.path for part in parts), names)
    return _KNOWN[tree]


def _owned(around: str, names: Collection[str], own: Component, rivals: frozenset[str], *, shared: bool) -> bool:
    """By folder first (the innermost component around it), then by name, then the component at the root.

    Where several components share the folder, only the name decides.
    """
    if around not in ("", own.path):
        return False
    if slug(own.name) in names:
        return True
    if around != own.path or shared:
        return False
    return bool(around) or rivals.isdisjoint(names)


def _names(item: Object) -> set[str]:
    """The names by which an object may be known: its own, its usual labels, and the images that it runs."""
    names = {item.name, *(value for key in _NAME_LABELS if isinstance(value := item.labels.get(key), str))}
    if is_workload(item):
        pods = pods_of(item)
        for container in pods.containers if pods else ():
            image = parse_image(str(container.data.get("image", "")))
            if image is not None and not container.starts:
                names.add(image.name)
    return {slug(name) for name in names}
