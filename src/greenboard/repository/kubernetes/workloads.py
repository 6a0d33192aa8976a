"""Workloads as items of the fact type: what each says itself, and what stands beside it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from greenboard.repository.containers.images import parse_image
from greenboard.repository.kubernetes import related
from greenboard.repository.kubernetes.gathered import Gathered
from greenboard.repository.kubernetes.limit_ranges import Given, given
from greenboard.repository.kubernetes.objects import Object, dig, mapping, sequence
from greenboard.repository.kubernetes.pods import Pods, describe, is_workload, pods_of

_SCALED = ("Deployment", "StatefulSet", "ReplicaSet", "Rollout", "ReplicationController", "DeploymentConfig")
_ONCE = ("Job", "CronJob")
_COPIES = ("replicas", "readyReplicas")
_LENT = ("requests_set", "limits_set")


@dataclass
class Item:
    """A workload in the making: its fields, and where each stands."""

    source: Object
    value: dict[str, Any] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    def say(self, name: str, value: object, place: str) -> None:
        if value is not None:
            self.value[name], self.places[name] = value, place


def workloads(
    objects: Iterable[Object],
    around: Gathered,
    replaced: frozenset[str],
    complete: Callable[[Object], bool],
) -> list[tuple[str, Item]]:
    """Each workload among objects, by a name of its own.

    `around` is what may stand beside them, `replaced` are images that a build tool puts others in the place of.
    Where the look around a workload was not `complete`, nothing is said to be absent.
    """
    items = [_describe(item, around, replaced, complete=complete(item)) for item in objects if counts(item)]
    return _named(_distinct(items))


def counts(item: Object) -> bool:
    """Whether it is a workload of its own: not the pod of a Helm test, a hook of an install, or what another made."""
    hooks = mapping(dig(item.data, "metadata", "annotations"))
    if not is_workload(item) or any(key in hooks for key in ("helm.sh/hook", "argocd.argoproj.io/hook")):
        return False
    owners = sequence(dig(item.data, "metadata", "ownerReferences"))
    return not any(mapping(owner).get("controller") is True for owner in owners)


def _describe(source: Object, everything: Gathered, replaced: frozenset[str], *, complete: bool) -> Item:
    item = Item(source)
    if source.environment:
        item.say("environment", source.environment, source.at())
    item.say("scheduled", source.kind in _ONCE, source.at("kind"))
    near = list(related.beside(source, everything.companions))
    _scale(item, near, complete)
    _run(item)
    pods = pods_of(source)
    if pods is None:
        return item
    lent = given(source, everything.companions)
    for name, said in describe(pods, runs_once=source.kind in _ONCE, every_node=source.kind == "DaemonSet"):
        if name in _LENT and not said.value and lent:
            _lend(item, name, lent)
        elif name != "image_pinned" or not _built_here(pods, replaced):
            item.say(name, said.value, source.at(*said.at))
    _protect(item, pods, near, complete)
    return item


def _lend(item: Item, name: str, lent: Given) -> None:
    """What a container lacks and a LimitRange gives is set; where it only may, nothing is said."""
    held, wanted = (lent.limits, {"memory"}) if name == "limits_set" else (lent.requests, {"cpu", "memory"})
    if lent.sure and wanted <= held:
        item.say(name, True, lent.by.at("spec", "limits"))
    elif not wanted & held:
        item.say(name, False, item.source.at())


def _scale(item: Item, near: Sequence[Object], complete: bool) -> None:
    """Replicas and the autoscaler's bounds. One replica is the API's default where nothing scales."""
    source = item.source
    if source.kind not in _SCALED:
        return
    stated = dig(source.data, "spec", "replicas")
    found = related.scaling(source, near)
    if isinstance(stated, int) and not isinstance(stated, bool):
        item.say("replicas", stated, source.at("spec", "replicas"))
    elif stated is None and found is None and complete:
        item.say("replicas", 1, source.at("spec"))
    if found is not None:
        item.say("autoscaled", True, found.by.at())
        item.say("min_replicas", found.least, found.by.at("spec", "minReplicas"))
        item.say("max_replicas", found.most, found.by.at("spec", "maxReplicas"))
    elif complete:
        item.say("autoscaled", False, source.at())


def _run(item: Item) -> None:
    """How many copies are ready, of an object as a cluster gives it: there a count of none is left out."""
    status = mapping(item.source.data.get("status"))
    wanted, ready = ("desiredNumberScheduled", "numberReady") if item.source.kind == "DaemonSet" else _COPIES
    if isinstance(status.get(wanted), int):
        found = status.get(ready, 0)
        item.say("ready", found if isinstance(found, int) else None, item.source.at("status"))


def _protect(item: Item, pods: Pods, near: Sequence[Object], complete: bool) -> None:
    """Disruption budget and network policies; their absence is stated only after a complete look."""
    source = item.source
    if source.kind in _SCALED:
        covered, by = related.budget(pods.labels, near)
        if covered or complete:
            item.say("pdb", covered, by.at() if by else source.at())
    policies = related.policies(near)
    selected, policy = related.guarded(pods.labels, policies)
    # Policies are often kept apart from the workload: without a single one here nothing is said.
    if selected or (policies and complete):
        item.say("network_policy", selected, policy.at() if policy else source.at())


def _built_here(pods: Pods, replaced: frozenset[str]) -> bool:
    """Whether an image is a stand-in that a build tool replaces when it deploys."""
    images = (parse_image(str(container.data.get("image", ""))) for container in pods.containers)
    return any(image is not None and image.repository in replaced and not image.tagged for image in images)


def _distinct(items: Sequence[Item]) -> list[Item]:
    """Without the copies: the same workload with the same fields, as rendered for a release."""
    seen: set[tuple[object, ...]] = set()
    kept = []
    for item in items:
        key = (item.source.label, item.source.namespace, *sorted(item.value.items()))
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept


def _named(items: Sequence[Item]) -> list[tuple[str, Item]]:
    """Each item with a name of its own: `deployment/cart`, then `deployment/cart (prod)`."""
    taken: dict[str, Item] = {}
    for item in items:
        taken[next(name for name in _choices(item.source) if name not in taken)] = item
    return list(taken.items())


def _choices(source: Object) -> Iterator[str]:
    """Names for a workload, plainest first; there is always one more."""
    yield source.label
    folder = source.home.rpartition("/")[0]
    yield from (f"{source.label} ({hint})" for hint in (source.environment, source.namespace, folder) if hint)
    yield from (f"{source.label} ({folder or source.tool} {number})" for number in count(2))
