"""Kubernetes objects as YAML or JSON: rendered manifests, or what `kubectl get -o yaml` gives."""

from __future__ import annotations

import re

from greenboard.core import yaml
from greenboard.core.errors import Place, UserError
from greenboard.repository.kubernetes.gather import slim
from greenboard.repository.kubernetes.objects import Origin, dig, objects_of
from greenboard.repository.reports.types import BadReport, Format, Manifests, decode, read_json


def kubernetes_objects(raw: bytes, path: str) -> Manifests:
    """All objects of the file, those of lists too."""
    try:
        documents = _documents(raw, path)
    except UserError as error:
        raise BadReport(error.what, place=error.place or Place(path), expected=error.expected) from None
    origin = Origin("plain", path, "plain")
    found = tuple(item for document in documents for item in objects_of(slim(document), origin))
    if not found and not any(_is_empty_list(document) for document in documents):
        raise BadReport("no object of Kubernetes", place=Place(path, 1, 1), expected="apiVersion, kind and metadata")
    return Manifests(found, any(dig(item.data, "metadata", "uid") is not None for item in found))


def _documents(raw: bytes, path: str) -> list[yaml.Document]:
    if raw.lstrip()[:1] in (b"{", b"["):
        return [yaml.Document(read_json(raw, path), path)]
    return yaml.read(decode(raw, path), path)


def _is_empty_list(document: yaml.Document) -> bool:
    return str(dig(document.data, "kind")).endswith("List") and dig(document.data, "items") == []


FORMAT = Format(
    "kubernetes",
    "Kubernetes objects (YAML or JSON)",
    "https://kubernetes.io/docs/reference/using-api/api-concepts/",
    ("workload", "kubernetes", "network"),
    re.compile(rb"\"apiVersion\"\s*:\s*\"|^apiVersion:\s*\S", re.MULTILINE),
    kubernetes_objects,
    rank=8,
)
