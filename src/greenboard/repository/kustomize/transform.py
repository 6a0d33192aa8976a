"""What a kustomization does to all objects: namespace, names, labels, images, replicas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.kubernetes.objects import dig, mapping, sequence
from greenboard.repository.kustomize.parts import Part

_CLUSTER_WIDE = frozenset(
    [
        "Namespace",
        "Node",
        "PersistentVolume",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "APIService",
        "StorageClass",
        "PriorityClass",
        "IngressClass",
        "RuntimeClass",
        "CSIDriver",
        "CSINode",
        "VolumeAttachment",
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "FlowSchema",
        "PriorityLevelConfiguration",
        "PodSecurityPolicy",
        "CertificateSigningRequest",
        "ComponentStatus",
        "TokenReview",
    ]
)
_KEEP_NAME = frozenset({"CustomResourceDefinition", "APIService", "Namespace"})
_TEMPLATED = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job")
_COUNTED = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")


def set_namespace(parts: Iterable[Part], namespace: str) -> None:
    """Put every object that lives in a namespace into one."""
    for part in parts:
        if part.kind not in _CLUSTER_WIDE:
            part.metadata["namespace"] = namespace


def rename(parts: Sequence[Part], prefix: str, suffix: str) -> None:
    """Put a prefix and suffix on names, and on the autoscalers' references to them."""
    renamed: dict[tuple[str, str], str] = {}
    for part in parts:
        if part.kind not in _KEEP_NAME:
            new = f"{prefix}{part.name}{suffix}"
            renamed[part.kind, part.name] = new
            part.metadata["name"] = new
            part.names.add(new)
    for part in parts:
        target = dig(part.data, "spec", "scaleTargetRef") if part.kind == "HorizontalPodAutoscaler" else None
        if isinstance(target, dict):
            target["name"] = renamed.get((str(target.get("kind")), str(target.get("name"))), target.get("name"))


def set_labels(parts: Iterable[Part], pairs: dict[str, Any], *, selectors: bool, templates: bool) -> None:
    """Add labels to objects, and where asked to their pod templates and selectors."""
    for part in parts:
        holders = [_made(part.metadata, "labels")]
        spec = part.data.get("spec")
        if isinstance(spec, dict):
            if selectors or templates:
                holders += _template_labels(part, spec)
            if selectors:
                holders += _selector_labels(part, spec)
        for holder in holders:
            holder.update(pairs)


def _template_labels(part: Part, spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    template = spec.get("template")
    if part.kind == "CronJob":
        template = dig(spec, "jobTemplate", "spec", "template")
    if (part.kind in _TEMPLATED or part.kind == "CronJob") and isinstance(template, dict):
        yield _made(_made(template, "metadata"), "labels")


def _selector_labels(part: Part, spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if part.kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"):
        yield _made(_made(spec, "selector"), "matchLabels")
    elif part.kind in ("Service", "ReplicationController"):
        if part.kind == "ReplicationController" or isinstance(spec.get("selector"), dict):
            yield _made(spec, "selector")
    elif part.kind in ("PodDisruptionBudget", "Job", "NetworkPolicy"):
        name = "podSelector" if part.kind == "NetworkPolicy" else "selector"
        held = dig(spec, name, "matchLabels")
        if isinstance(held, dict):
            yield held


def _made(holder: dict[str, Any], name: str) -> dict[str, Any]:
    value = holder.get(name)
    if not isinstance(value, dict):
        value = holder[name] = {}
    return value


def set_image(parts: Iterable[Part], wanted: dict[str, Any], place: Place) -> None:
    """Replace name, tag or digest of an image wherever containers name it."""
    for part in parts:
        for container, at in _containers(part.data, ()):
            stated = container.get("image")
            if not isinstance(stated, str):
                continue
            head, _, digest = stated.partition("@")
            folder, slash, last = head.rpartition("/")
            base, _, tag = last.partition(":")
            if folder + slash + base != wanted.get("name"):
                continue
            container["image"] = _image(wanted, folder + slash + base, tag, digest)
            part.note((*at, "image"), place)


def _image(wanted: dict[str, Any], name: str, tag: str, digest: str) -> str:
    name = str(wanted.get("newName") or name)
    if wanted.get("digest"):
        return f"{name}@{wanted['digest']}"
    if wanted.get("newTag"):
        return f"{name}:{wanted['newTag']}"
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def _containers(data: Any, at: tuple[str | int, ...]) -> Iterator[tuple[dict[str, Any], tuple[str | int, ...]]]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key in ("containers", "initContainers"):
                found = enumerate(sequence(value))
                yield from ((item, (*at, key, index)) for index, item in found if isinstance(item, dict))
            else:
                yield from _containers(value, (*at, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _containers(item, (*at, index))


def set_replicas(parts: Iterable[Part], name: str, count: int, place: Place) -> None:
    """Set the number of copies of the workload of a name."""
    for part in parts:
        if part.kind in _COUNTED and name in part.names and mapping(part.data.get("spec")):
            part.data["spec"]["replicas"] = count
            part.note(("spec", "replicas"), place)
