"""Which YAML and JSON files of a tree may hold what: one cheap pass over their texts, before anything is parsed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from weakref import WeakKeyDictionary

from greenboard.core.errors import UserError
from greenboard.repository.samples import is_sample
from greenboard.repository.tree import Tree

_API = re.compile(r"""^["']?apiVersion["']?\s*:|"apiVersion"\s*:""", re.MULTILINE)
_KIND = re.compile(r"""^["']?kind["']?\s*:|"kind"\s*:""", re.MULTILINE)
_GROUPS = re.compile(r"^groups\s*:", re.MULTILINE)
_ALERT = re.compile(r"^\s*(?:-\s+)?alert\s*:", re.MULTILINE)
_ROUTE = re.compile(r"^route\s*:", re.MULTILINE)
_RECEIVERS = re.compile(r"^receivers\s*:", re.MULTILINE)
_SLOS = re.compile(r"^slos\s*:", re.MULTILINE)

_MARKS: dict[str, Callable[[str], bool]] = {
    "kubernetes": lambda text: "apiVersion" in text and bool(_KIND.search(text) and _API.search(text)),
    "cloudformation": lambda text: "AWS::" in text and "Resources" in text,
    "alert rules": lambda text: "alert" in text and bool(_GROUPS.search(text) and _ALERT.search(text)),
    "alert routes": lambda text: "receivers" in text and bool(_ROUTE.search(text) and _RECEIVERS.search(text)),
    "objectives": lambda text: "openslo" in text or ("prometheus/v1" in text and bool(_SLOS.search(text))),
    "dashboard": lambda text: '"panels"' in text or ('"rows"' in text and '"schemaVersion"' in text),
}
# Most JSON files are data. Only those in folders with such names are looked at.
_JSON_FOLDERS = re.compile(
    r"k8s|kube|deploy|manifest|release|openshift|gitops|cloudformation|cfn|template|stack|infra|aws"
    r"|grafana|dashboard|monitor|observab|perses|mixin",
    re.IGNORECASE,
)
_MANIFEST_FOLDERS = re.compile(r"k8s|kube|deploy|manifest|openshift|gitops|argocd", re.IGNORECASE)

_KNOWN: WeakKeyDictionary[Tree, Mapping[str, list[str]]] = WeakKeyDictionary()


def candidates(tree: Tree, what: str) -> list[str]:
    """The paths of files that may hold one of the things above, outside of tests and examples."""
    if tree not in _KNOWN:
        _KNOWN[tree] = _sort(tree)
    return _KNOWN[tree].get(what, [])


def _sort(tree: Tree) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for path in _paths(tree):
        try:
            text = tree.bytes(path).decode("utf-8", "replace")
        except UserError:
            # Too large, or a link out of the tree. Where manifests are kept it is tried again, and told:
            # no verdict about all workloads may pass over it unseen. Elsewhere it is none of these.
            if _MANIFEST_FOLDERS.search(path.rpartition("/")[0]):
                found["kubernetes"].append(path)
            continue
        for name, holds in _MARKS.items():
            if holds(text):
                found[name].append(path)
    return found


def _paths(tree: Tree) -> Iterator[str]:
    for path in tree.suffixed(".yaml", ".yml", ".template"):
        if not is_sample(path):
            yield path
    for path in tree.suffixed(".json"):
        if _JSON_FOLDERS.search(path) and not is_sample(path):
            yield path
