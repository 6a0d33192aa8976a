"""A Kubernetes object with its place, and safe ways into data that may have any shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from greenboard.core import yaml

# Files in the same form that are read by other programs than a cluster.
_OTHER_PROGRAMS = re.compile(
    r"(?:^|\.)(?:backstage\.io|greenboard|kustomize\.config\.k8s\.io|kind\.x-k8s\.io|kubeadm\.k8s\.io|eksctl\.io"
    r"|kubelet\.config\.k8s\.io|audit\.k8s\.io|client\.authentication\.k8s\.io|config\.k8s\.io|openslo|openslo\.com"
    r"|apiserver\.config\.k8s\.io|k3d\.io|minikube\.sigs\.k8s\.io|ctlptl\.dev|testing\.kuttl\.dev)/"
    r"|^(?:skaffold|openslo|greenboard|perses|score\.dev|devspace|opslevel)[/.\w-]*$"
)


@dataclass(frozen=True)
class Object:
    """One object as it would reach a cluster.

    `home` is the file that decides where it belongs (a manifest, a chart, a kustomization), `group`
    names the set of objects that reach the cluster together, `within` is where the object stands in
    its document (items of a List).
    """

    api: str
    kind: str
    name: str
    namespace: str
    data: Mapping[str, Any]
    document: yaml.Document
    tool: str
    home: str
    group: str
    environment: str = ""
    within: yaml.Path = ()

    @property
    def label(self) -> str:
        """Kind and name: `deployment/checkout`."""
        return f"{self.kind.lower()}/{self.name}"

    @property
    def labels(self) -> Mapping[str, Any]:
        return mapping(dig(self.data, "metadata", "labels"))

    def at(self, *path: str | int) -> str:
        """The place of a part of the object as `file:line`."""
        return self.document.at(*self.within, *path)


@dataclass(frozen=True)
class Origin:
    """What made a document: the tool, the file it belongs to, the group and environment it is part of."""

    tool: str
    home: str
    group: str
    environment: str = ""


def dig(data: object, *path: str | int) -> Any:
    """The part of nested data at a path, or None where there is none."""
    for part in path:
        if isinstance(data, Mapping):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def mapping(data: object) -> Mapping[str, Any]:
    """The data if it is a mapping, else an empty one."""
    return data if isinstance(data, Mapping) else {}


def sequence(data: object) -> list[Any]:
    """The data if it is a list, else an empty one."""
    return data if isinstance(data, list) else []


def objects_of(document: yaml.Document, origin: Origin) -> Iterator[Object]:
    """The objects of a document: itself, or the items where it is a List."""
    yield from _objects(document.data, (), document, origin)


def _objects(data: object, within: yaml.Path, document: yaml.Document, origin: Origin) -> Iterator[Object]:
    if not isinstance(data, Mapping):
        return
    api, kind = data.get("apiVersion"), data.get("kind")
    if not isinstance(api, str) or not isinstance(kind, str) or _OTHER_PROGRAMS.search(api):
        return
    if kind.endswith("List") and isinstance(data.get("items"), list):
        for index, item in enumerate(data["items"]):
            yield from _objects(item, (*within, "items", index), document, origin)
        return
    meta = mapping(data.get("metadata"))
    name = meta.get("name") or meta.get("generateName")
    if not isinstance(name, str):
        return
    namespace = meta.get("namespace")
    yield Object(
        api=api,
        kind=kind,
        name=name.rstrip("-"),
        namespace=namespace if isinstance(namespace, str) and namespace != "default" else "",
        data=data,
        document=document,
        tool=origin.tool,
        home=origin.home,
        group=origin.group,
        environment=origin.environment,
        within=within,
    )
