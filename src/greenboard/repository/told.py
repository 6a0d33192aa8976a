"""Where an absence in the tree is absence in fact: components that are nothing but what their files describe.

A service may run on a cluster or a database that another repository describes. A component of the
kind resource is its description: a chart without a database has none, and Terraform without
workloads runs none, as long as nothing is brought in from elsewhere.
"""

from __future__ import annotations

import re

from greenboard.core.errors import UserError
from greenboard.repository.components import components
from greenboard.repository.kubernetes.belonging import of_component
from greenboard.repository.kubernetes.objects import Object
from greenboard.repository.terraform import cloudformation
from greenboard.repository.terraform.blocks import Block
from greenboard.repository.terraform.owned import modules_of, resources_of
from greenboard.repository.types import Scope

# Programs that make what no reader sees.
_PROGRAMS = re.compile(
    r"(?:^|/)(?:Pulumi\.ya?ml|cdk\.json|terragrunt\.hcl|helmfile\.ya?ml|ansible\.cfg|[^/]*\.(?:bicep|jsonnet|nix|cue|hcl))$"
    r"|(?:^|/)(?:playbook[\w-]*\.ya?ml|roles/[^/]+/tasks/main\.ya?ml)$"
)
# API groups whose objects are no orders to make other things.
_PLAIN_GROUPS = re.compile(
    r"^(?:apps|batch|autoscaling|policy|extensions|[\w.-]+\.k8s\.io|monitoring\.coreos\.com|cert-manager\.io"
    r"|[\w.-]*istio\.io)?$"
)
_ON_CLUSTERS = ("kubernetes_", "kubectl_", "helm_", "argocd_", "flux_")


def no_cluster(scope: Scope) -> bool:
    """Whether a component is cloud infrastructure for sure, and so has no Kubernetes objects."""
    if not _alone(scope) or _objects(scope) is None or _objects(scope):
        return False
    modules = modules_of(scope)
    if not modules and not any(True for _ in cloudformation.templates(scope.tree, frozenset(scope.files))):
        return False
    if any(module.failed or any(map(_from_elsewhere, module.of("module"))) for module in modules):
        return False
    return not any(block.labels[0].startswith(_ON_CLUSTERS) for block in resources_of(scope))


def no_cloud(scope: Scope) -> bool:
    """Whether a component is Kubernetes objects for sure, and so has no cloud resources or firewalls."""
    if not _alone(scope) or modules_of(scope) or any(cloudformation.templates(scope.tree, frozenset(scope.files))):
        return False
    objects = _objects(scope)
    return bool(objects) and all(_PLAIN_GROUPS.match(item.api.rpartition("/")[0]) for item in objects or ())


def _alone(scope: Scope) -> bool:
    beside = [part for part in components(scope.tree) if part.path == scope.component.path]
    return scope.component.kind == "resource" and len(beside) <= 1 and not any(map(_PROGRAMS.search, scope.files))


def _objects(scope: Scope) -> tuple[Object, ...] | None:
    """The component's objects; None where some look failed."""
    mine = of_component(scope)
    return None if mine.failed else mine.objects


def _from_elsewhere(block: Block) -> bool:
    try:
        source = block.get("source")
    except UserError:
        return True
    return not (isinstance(source, str) and source.startswith(("./", "../")))
