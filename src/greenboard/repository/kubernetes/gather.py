"""All Kubernetes objects that a tree declares: plain manifests, charts, kustomizations. Read once per tree."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from weakref import WeakKeyDictionary

from greenboard.core import yaml
from greenboard.core.errors import UserError
from greenboard.repository.kubernetes.gathered import Failed, Gathered
from greenboard.repository.kubernetes.objects import Object, Origin, objects_of
from greenboard.repository.sniff import candidates
from greenboard.repository.stages import environment_of
from greenboard.repository.tree import Tree

# Kinds whose parts are looked at closely; of the others only the place of the whole is kept.
_PLAIN_KINDS = frozenset({"ConfigMap", "Secret", "CustomResourceDefinition", "ClusterRole", "Role"})


_KNOWN: WeakKeyDictionary[Tree, Gathered] = WeakKeyDictionary()


def gather(tree: Tree) -> Gathered:
    """Every object outside of tests and examples, and every look that failed."""
    if tree not in _KNOWN:
        _KNOWN[tree] = _gather(tree)
    return _KNOWN[tree]


def _gather(tree: Tree) -> Gathered:
    from greenboard.repository.helm.charts import charts, render_chart
    from greenboard.repository.kustomize.build import kustomizations

    found: list[Object | Failed] = []
    folders: set[str] = set()
    for chart in charts(tree):
        folders.add(chart.folder)
        found += render_chart(chart)
    built = kustomizations(tree)
    found += built.results
    found += _plain(tree, folders, built.folders, built.used)
    return Gathered(
        tuple(item for item in found if isinstance(item, Object)),
        tuple(dict.fromkeys(item for item in found if isinstance(item, Failed))),
    )


def _plain(
    tree: Tree, charts: Collection[str], kustomized: Collection[str], used: Collection[str]
) -> Iterator[Object | Failed]:
    for path in candidates(tree, "kubernetes"):
        folder = path.rpartition("/")[0]
        if path in used or folder in kustomized or _inside(path, charts):
            continue
        try:
            documents = _documents(tree, path)
        except UserError as error:
            yield Failed(path, error.what, str(error.place or path))
            continue
        origin = Origin("plain", path, "plain", environment_of(path))
        for document in documents:
            yield from objects_of(document, origin)


def _documents(tree: Tree, path: str) -> list[yaml.Document]:
    return [slim(document) for document in yaml.stream(tree.text(path), path)]


def slim(document: yaml.Document) -> yaml.Document:
    """The document without the places of parts that nobody asks for, so that large trees stay small."""
    if not isinstance(document.data, dict) or document.data.get("kind") not in _PLAIN_KINDS:
        return document
    places = {path: place for path, place in document.places.items() if len(path) <= 2}
    return yaml.Document(document.data, document.path, places)


def _inside(path: str, folders: Collection[str]) -> bool:
    parts = path.split("/")
    return any("/".join(parts[:at]) in folders for at in range(len(parts)))
