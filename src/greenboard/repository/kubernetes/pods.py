"""What a workload says about its pods: probes, resources, security, images, spread."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from greenboard.core import yaml
from greenboard.repository.containers.images import parse_image
from greenboard.repository.kubernetes.objects import Object, dig, mapping, sequence

_TEMPLATES: dict[str, yaml.Path] = {
    "Deployment": ("spec", "template"),
    "DeploymentConfig": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Rollout": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}
_APIS = {
    "Deployment": ("apps", "extensions"),
    "StatefulSet": ("apps",),
    "DaemonSet": ("apps", "extensions"),
    "ReplicaSet": ("apps", "extensions"),
    "Rollout": ("argoproj.io",),
    "Job": ("batch",),
    "CronJob": ("batch",),
    "DeploymentConfig": ("apps.openshift.io",),
}
_STRONG = frozenset({"SYS_ADMIN", "ALL", "CAP_SYS_ADMIN"})


@dataclass(frozen=True)
class Container:
    """A container with its place in the object. `starts` marks one that runs before the others (or beside them)."""

    data: Mapping[str, Any]
    at: yaml.Path
    starts: bool


@dataclass(frozen=True)
class Pods:
    """The pod template of a workload."""

    spec: Mapping[str, Any]
    labels: Mapping[str, Any]
    at: yaml.Path
    containers: tuple[Container, ...]


@dataclass(frozen=True)
class Said:
    """A field's value and where in the object it was said (or should have been)."""

    value: bool
    at: yaml.Path


def is_workload(item: Object) -> bool:
    """Whether an object runs pods."""
    if item.kind not in _TEMPLATES:
        return False
    group = item.api.partition("/")[0] if "/" in item.api else ""
    return group in _APIS.get(item.kind, ("",))


def pods_of(item: Object) -> Pods | None:
    """The pod template of a workload, or None where it has none that can be read."""
    path = _TEMPLATES[item.kind]
    template = dig(item.data, *path)
    spec = mapping(dig(template, "spec"))
    main = sequence(spec.get("containers"))
    if not main or not all(isinstance(part, Mapping) for part in main):
        return None
    inside = (*path, "spec")
    found = [Container(part, (*inside, "containers", at), False) for at, part in enumerate(main)]
    for at, part in enumerate(sequence(spec.get("initContainers"))):
        found.append(Container(mapping(part), (*inside, "initContainers", at), True))
    return Pods(spec, mapping(dig(template, "metadata", "labels")), inside, tuple(found))


def describe(pods: Pods, *, runs_once: bool, every_node: bool) -> Iterator[tuple[str, Said]]:
    """Each field that the template decides, with its place."""
    main = [container for container in pods.containers if not container.starts]
    if not runs_once:
        yield "liveness", _every(main, lambda part: _present(part, "livenessProbe"))
        yield "readiness", _every(main, lambda part: _present(part, "readinessProbe"))
    shared = mapping(pods.spec.get("resources"))
    yield "requests_set", _every(main, lambda part: _requests(part, shared))
    yield "limits_set", _every(main, lambda part: _limits(part, shared))
    images = [_image(container) for container in pods.containers]
    if any(said is not None and not said.value for said in images) or None not in images:
        yield (
            "image_pinned",
            next((said for said in images if said and not said.value), images[0]) or Said(True, pods.at),
        )
    yield "run_as_non_root", _every(list(pods.containers), lambda part: _non_root(part, pods))
    gains = [said for said in map(_privileged, pods.containers) if said.value]
    yield "privileged", gains[0] if gains else Said(False, _security(pods.containers[0]))
    yield "read_only_root", _every(list(pods.containers), _read_only)
    if not runs_once and not every_node:
        yield "topology_spread", _spread(pods)


def _every(containers: list[Container], judge: Callable[[Container], Said]) -> Said:
    """True when it holds for every container; the place is that of the first that decides."""
    verdicts = [judge(container) for container in containers]
    return next((said for said in verdicts if not said.value), verdicts[0])


def _present(container: Container, name: str) -> Said:
    value = bool(mapping(container.data.get(name)))
    return Said(value, (*container.at, name) if value else container.at)


def _requests(container: Container, shared: Mapping[str, Any]) -> Said:
    resources = mapping(container.data.get("resources"))
    held: set[str] = set()
    # Where only a limit is set, the API takes it as the request too.
    for source in (resources, shared):
        held |= {key for part in ("requests", "limits") for key, value in mapping(source.get(part)).items() if value}
    return Said({"cpu", "memory"} <= held, _resources(container, resources))


def _limits(container: Container, shared: Mapping[str, Any]) -> Said:
    resources = mapping(container.data.get("resources"))
    limited = any(mapping(source.get("limits")).get("memory") for source in (resources, shared))
    return Said(limited, _resources(container, resources))


def _resources(container: Container, resources: Mapping[str, Any]) -> yaml.Path:
    return (*container.at, "resources") if resources else container.at


def _image(container: Container) -> Said | None:
    stated = container.data.get("image")
    image = parse_image(stated) if isinstance(stated, str) else None
    return None if image is None else Said(image.tagged, (*container.at, "image"))


def _non_root(container: Container, pods: Pods) -> Said:
    own, shared = mapping(container.data.get("securityContext")), mapping(pods.spec.get("securityContext"))
    at = _security(container) if own or not shared else (*pods.at, "securityContext")
    # What a container says itself comes before what its pod says; the kubelet refuses user 0 under runAsNonRoot.
    user = own.get("runAsUser", shared.get("runAsUser"))
    if isinstance(user, int) and not isinstance(user, bool):
        return Said(user != 0, at)
    return Said(own.get("runAsNonRoot", shared.get("runAsNonRoot")) is True, at)


def _privileged(container: Container) -> Said:
    context = mapping(container.data.get("securityContext"))
    added = {str(name).upper() for name in sequence(dig(context, "capabilities", "add"))}
    # The API's default for allowPrivilegeEscalation is true: unset means that the process may gain more.
    gains = context.get("privileged") is True or context.get("allowPrivilegeEscalation") is not False
    return Said(gains or bool(added & _STRONG), _security(container))


def _read_only(container: Container) -> Said:
    context = mapping(container.data.get("securityContext"))
    return Said(context.get("readOnlyRootFilesystem") is True, _security(container))


def _security(container: Container) -> yaml.Path:
    return (*container.at, "securityContext") if container.data.get("securityContext") else container.at


def _spread(pods: Pods) -> Said:
    if sequence(pods.spec.get("topologySpreadConstraints")):
        return Said(True, (*pods.at, "topologySpreadConstraints"))
    rules = mapping(dig(pods.spec, "affinity", "podAntiAffinity"))
    return Said(any(bool(value) for value in rules.values()), (*pods.at, "affinity") if rules else pods.at)
