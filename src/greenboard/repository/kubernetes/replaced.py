"""Images that a deploy tool builds and puts in place of the names in manifests (Skaffold, Tilt's sibling files)."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from greenboard.core.errors import UserError
from greenboard.repository.kubernetes.objects import dig, mapping, sequence
from greenboard.repository.tree import Tree

_KNOWN: WeakKeyDictionary[Tree, frozenset[str]] = WeakKeyDictionary()


def replaced_images(tree: Tree) -> frozenset[str]:
    """The image names that Skaffold files of the tree build, so that no tag in a manifest speaks for them."""
    if tree not in _KNOWN:
        _KNOWN[tree] = frozenset(_read(tree))
    return _KNOWN[tree]


def _read(tree: Tree) -> set[str]:
    found: set[str] = set()
    for path in tree.named("skaffold.yaml", "skaffold.yml"):
        try:
            documents = tree.yaml(path)
        except UserError:
            continue  # Nothing is claimed from it: the images then count as they stand.
        for document in documents:
            builds = [dig(document.data, "build")]
            builds += [mapping(part).get("build") for part in sequence(dig(document.data, "profiles"))]
            for build in builds:
                artifacts = (mapping(part).get("image") for part in sequence(dig(build, "artifacts")))
                found |= {image for image in artifacts if isinstance(image, str)}
    return found
