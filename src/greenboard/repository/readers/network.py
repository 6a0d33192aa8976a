"""Network policies and firewall rules: how many, and what they open to the world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.kubernetes import denying, related
from greenboard.repository.kubernetes.belonging import of_component
from greenboard.repository.kubernetes.gather import gather
from greenboard.repository.kubernetes.objects import Object
from greenboard.repository.kubernetes.pods import is_workload, pods_of
from greenboard.repository.stages import environment_of, for_production
from greenboard.repository.terraform import cloudformation
from greenboard.repository.terraform.firewalls import GROUPS, openings
from greenboard.repository.terraform.owned import modules_of
from greenboard.repository.told import no_cloud
from greenboard.repository.types import Found, Missed, Reader, Scope


@dataclass
class _Sum:
    """What was found so far. `whole` turns false when a rule could not be told."""

    policies: int = 0
    open: dict[str, str] = field(default_factory=dict)
    whole: bool = True
    first: str = ""
    missed: list[Missed] = field(default_factory=list)

    def count(self, place: str) -> None:
        self.policies += 1
        self.first = self.first or place

    def miss(self, error: UserError, where: str) -> None:
        self.whole = False
        self.missed.append(Missed("network", error.what, str(error.place or where)))


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact where the component has policies or firewalls."""
    total = _Sum()
    mine = of_component(scope)
    total.missed += [Missed("network", failed.reason, failed.location) for failed in mine.failed if not failed.apart]
    total.whole = mine.complete
    objects = for_production(mine.objects, lambda item: item.environment)
    policies = _policies(objects, list(gather(scope.tree).companions), total)
    _terraform(scope, total)
    _cloudformation(scope, total)
    yield from total.missed
    if not total.policies:
        if no_cloud(scope):
            yield Found("network", {"policies": 0}, location=scope.component.path)
        return
    value: dict[str, Any] = {"policies": total.policies}
    places: dict[str, str] = {}
    if total.open or total.whole:
        value["open_to_world"] = sorted(total.open)
        places |= {"open_to_world": total.open[min(total.open)]} if total.open else {}
    denied = denying.default_deny(objects, policies, whole=total.whole)
    if denied is not None:
        value["default_deny"] = denied
    yield Found("network", value, location=total.first, places=places)


def _policies(mine: list[Object], near: list[Object], total: _Sum) -> list[Object]:
    """The policies that are the component's own, or stand beside its workloads and select them."""
    workloads = [item for item in mine if is_workload(item)]
    own = {id(item) for item in mine}
    found: list[Object] = []
    for policy in related.policies(near):
        selected = any(
            any(related.beside(item, [policy])) and related.guarded(pods.labels, [policy])[0]
            for item in workloads
            if (pods := pods_of(item)) is not None
        )
        if id(policy) in own or selected:
            found.append(policy)
            total.count(policy.at())
            total.open |= {
                f"{policy.label}: {port}": policy.at("spec", "ingress") for port in related.world_ports(policy)
            }
    return found


def _terraform(scope: Scope, total: _Sum) -> None:
    for module in for_production(modules_of(scope), lambda module: environment_of(module.files[0])):
        for failed in module.failed:
            total.miss(failed, module.folder)
        for block in module.of("resource"):
            if not block.labels or block.labels[0] not in GROUPS:
                continue
            try:
                opened = list(openings(block))
            except UserError as error:
                total.miss(error, block.at())
                continue
            total.count(block.at())
            total.whole = total.whole and all(opening.ports is not None for opening in opened)
            total.open |= {f"{block.address}: {opening.ports}": block.at() for opening in opened if opening.ports}


def _cloudformation(scope: Scope, total: _Sum) -> None:
    for path in cloudformation.templates(scope.tree, frozenset(scope.files)):
        try:
            resources = list(cloudformation.resources(scope.tree, path))
        except UserError as error:
            total.miss(error, path)
            continue
        for resource in resources:
            if resource.type.startswith("AWS::EC2::SecurityGroup"):
                total.count(resource.at())
                total.open |= {
                    f"{resource.name}: {ports}": resource.at() for ports in cloudformation.open_ports(resource)
                }
                # Sources and ports may be parameters, which are not told from literal names here.
                total.whole = False


READER = Reader(name="network rules", types=("network",), about="component", read=read)
