"""Which component an object belongs to, where one tree holds several components."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from greenboard.core.refs import slug
from greenboard.repository.components import components
from greenboard.repository.containers.images import parse_image
from greenboard.repository.kubernetes.gather import gather
from greenboard.repository.kubernetes.gathered import Failed, Gathered
from greenboard.repository.kubernetes.objects import Object
from greenboard.repository.kubernetes.pods import is_workload, pods_of
from greenboard.repository.tree import Tree
from greenboard.repository.types import Component, Scope

_NAME_LABELS = ("app.kubernetes.io/name", "app", "k8s-app", "name", "service")
_RUN = ("service", "website", "job")


def of_component(scope: Scope) -> Gathered:
    """The objects of a component, and the failed looks that could have held some of its objects."""
    return scope.tree.once(f"objects of {scope.component}", lambda: _of_component(scope))


def _of_component(scope: Scope) -> Gathered:
    found = gather(scope.tree)
    index = _index(scope.tree, found)
    own = _own(scope, index)
    mine = [
        item
        for item, names in zip(found.objects, index.names, strict=True)
        if own.has(index.around(item.home, own.path), names)
    ]
    if mine and own.crowded:
        home = mine[0].home
        reason = f"several components share the folder {own.path or '.'}; which of them runs what is not known"
        return Gathered((), (Failed(home, reason, mine[0].at(), apart=True),))
    failed = [item for item in found.failed if index.around(item.home, own.path) in (own.path, "")]
    return Gathered(tuple(mine), tuple(failed))


def belongs(scope: Scope, path: str, names: Collection[str]) -> bool:
    """Whether a file that is known by some names is the component's, by the same rules as objects."""
    index = _index(scope.tree, gather(scope.tree))
    own = _own(scope, index)
    return own.has(index.around(path, own.path), {slug(name) for name in names if name})


def _own(scope: Scope, index: _Index) -> _Own:
    return scope.tree.once(f"names of {scope.component}", lambda: _Own(scope.component, index.components))


class _Own:
    """What is told of a component when its objects are looked for.

    Components in one folder are read as one; where more than one of them runs something, the folder
    is `crowded`, and nobody can say which of them runs what.
    """

    def __init__(self, component: Component, components: Collection[Component]) -> None:
        self.path = component.path
        here = [part for part in components if part.path == component.path] or [component]
        self.names = {slug(part.name) for part in here} | {slug(component.name)}
        self.rivals = {slug(part.name) for part in components if part.path != component.path} - self.names
        self.crowded = sum(part.kind in _RUN for part in here) > 1

    def has(self, around: str, names: Collection[str]) -> bool:
        """By folder first (the innermost component around), then by name, then the component at the root."""
        if around:
            return around == self.path
        if not self.names.isdisjoint(names):
            return True
        return self.path == "" and self.rivals.isdisjoint(names)


@dataclass(frozen=True)
class _Index:
    """The components of a tree, and the names of each of its objects."""

    components: tuple[Component, ...]
    folders: frozenset[str]
    names: tuple[frozenset[str], ...]
    known: dict[tuple[str, str], str] = field(default_factory=dict)

    def around(self, path: str, own: str) -> str:
        """The folder of the innermost component around a file; "" where only the root is."""
        folder = path.rpartition("/")[0]
        known = self.known.get((folder, own)) if own not in self.folders else self.known.get((folder, ""))
        if known is None:
            known = folder
            while known and known not in self.folders and known != own:
                known = known.rpartition("/")[0]
            self.known[folder, "" if own in self.folders else own] = known
        return known


_KNOWN: WeakKeyDictionary[Tree, _Index] = WeakKeyDictionary()


def _index(tree: Tree, found: Gathered) -> _Index:
    if tree not in _KNOWN:
        parts = components(tree)
        names = tuple(frozenset(_names(item)) for item in found.objects)
        _KNOWN[tree] = _Index(parts, frozenset(part.path for part in parts), names)
    return _KNOWN[tree]


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
