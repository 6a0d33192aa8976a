"""Which component an object belongs to, where one tree holds several components."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from weakref import WeakKeyDictionary

from greenboard.core.refs import slug
from greenboard.repository.containers.images import parse_image
from greenboard.repository.kubernetes.gather import gather
from greenboard.repository.kubernetes.gathered import Gathered
from greenboard.repository.kubernetes.objects import Object
from greenboard.repository.kubernetes.pods import is_workload, pods_of
from greenboard.repository.tree import Tree
from greenboard.repository.types import Component, Scope

_COMPONENTS: WeakKeyDictionary[Tree, tuple[Component, ...]] = WeakKeyDictionary()
_NAME_LABELS = ("app.kubernetes.io/name", "app", "k8s-app", "name", "service")


def of_component(scope: Scope) -> Gathered:
    """The objects of a component, and the failed looks that could have held some of its objects."""
    found = gather(scope.tree)
    own = scope.component
    others = [part for part in components_of(scope.tree) if (part.path, part.name) != (own.path, own.name)]
    mine = [item for item in found.objects if _owned(item, own, others)]
    failed = [item for item in found.failed if _around(item.home, [own, *others]) in (own.path, "")]
    return Gathered(tuple(mine), tuple(failed))


def components_of(tree: Tree) -> tuple[Component, ...]:
    """The components of a tree, found once."""
    from greenboard.repository.components import components

    if tree not in _COMPONENTS:
        _COMPONENTS[tree] = components(tree)
    return _COMPONENTS[tree]


def _owned(item: Object, own: Component, others: Sequence[Component]) -> bool:
    """By folder first (the innermost component around it), then by name, then the component at the root.

    Where several components share the folder, only the name decides.
    """
    around = _around(item.home, [own, *others])
    if around not in ("", own.path):
        return False
    names = _names(item)
    if slug(own.name) in names:
        return True
    if around != own.path or any(other.path == own.path for other in others):
        return False
    return bool(around) or not any(slug(other.name) in names for other in others)


def _around(path: str, components: Iterable[Component]) -> str:
    """The folder of the innermost component around a file; "" where only the root is."""
    holding = [part.path for part in components if part.path and path.startswith(f"{part.path}/")]
    return max(holding, key=len, default="")


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
