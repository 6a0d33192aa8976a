"""Which Terraform modules are a component's."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.repository.kubernetes.belonging import belongs
from greenboard.repository.terraform.blocks import Block, Module, modules
from greenboard.repository.types import Scope


def modules_of(scope: Scope) -> list[Module]:
    """The modules in the component's folder, or in a shared folder of its name (`terraform/checkout/`)."""
    return [module for module in modules(scope.tree) if belongs(scope, module.files[0], module.folder.split("/"))]


def resources_of(scope: Scope) -> Iterator[Block]:
    """The resources of the component's modules."""
    for module in modules_of(scope):
        yield from (block for block in module.of("resource") if len(block.labels) == 2)
