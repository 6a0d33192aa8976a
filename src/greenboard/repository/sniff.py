"""Which YAML and JSON files of a tree may hold what: one cheap pass over their texts, before anything is parsed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from weakref import WeakKeyDictionary

from greenboard.core.errors import UserError
from greenboard.repository.samples import is_sample
from greenboard.repository.tree import MAX_REPORT, MAX_TEXT, Tree

_API = re.compile(rb"""^["']?apiVersion["']?\s*:|"apiVersion"\s*:""", re.MULTILINE)
_KIND = re.compile(rb"""^["']?kind["']?\s*:|"kind"\s*:""", re.MULTILINE)
_GROUPS = re.compile(rb"""^["']?groups["']?\s*:""", re.MULTILINE)
_ALERT = re.compile(rb"""(?:^\s*(?:-\s+)?|[{,]\s*)["']?alert["']?\s*:""", re.MULTILINE)
_ROUTE = re.compile(rb"""^["']?route["']?\s*:""", re.MULTILINE)
_RECEIVERS = re.compile(rb"""^["']?receivers["']?\s*:""", re.MULTILINE)
_SLOS = re.compile(rb"""^["']?slos["']?\s*:""", re.MULTILINE)

_MARKS: dict[str, Callable[[bytes], bool]] = {
    "kubernetes": lambda raw: b"apiVersion" in raw and bool(_KIND.search(raw) and _API.search(raw)),
    "cloudformation": lambda raw: b"AWS::" in raw and b"Resources" in raw,
    "alert rules": lambda raw: b"alert" in raw and bool(_GROUPS.search(raw) and _ALERT.search(raw)),
    "alert routes": lambda raw: b"receivers" in raw and bool(_ROUTE.search(raw) and _RECEIVERS.search(raw)),
    "objectives": lambda raw: b"openslo" in raw or (b"prometheus/v1" in raw and bool(_SLOS.search(raw))),
    "dashboard": lambda raw: b'"panels"' in raw or (b'"rows"' in raw and b'"schemaVersion"' in raw),
}
# Most JSON files are data. Only those in folders with such names are looked at.
_JSON_FOLDERS = re.compile(
    r"k8s|kube|deploy|manifest|release|openshift|gitops|cloudformation|cfn|template|stack|infra|aws"
    r"|grafana|dashboard|monitor|observab|perses|mixin",
    re.IGNORECASE,
)
_HEAD = 2**20
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
            raw = tree.bytes(path, MAX_REPORT)
        except UserError:
            # A link out of the tree, or as large as no text is. Where manifests are kept it is tried again, and
            # told: no verdict about all workloads may pass over it unseen. Elsewhere it is none of these.
            if _MANIFEST_FOLDERS.search(path.rpartition("/")[0]):
                found["kubernetes"].append(path)
            continue
        # Of what is too large to be read the head tells what it may be; whoever reads it says that it is too large.
        raw = raw if len(raw) <= MAX_TEXT else raw[:_HEAD]
        for name, holds in _MARKS.items():
            if holds(raw):
                found[name].append(path)
    return found


def _paths(tree: Tree) -> Iterator[str]:
    for path in tree.suffixed(".yaml", ".yml", ".template"):
        if not is_sample(path):
            yield path
    for path in tree.suffixed(".json"):
        if _JSON_FOLDERS.search(path) and not is_sample(path):
            yield path
