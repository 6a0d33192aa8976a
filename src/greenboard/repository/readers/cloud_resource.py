"""Storage, databases, caches, queues and balancers in Terraform and CloudFormation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.stages import environment_of, for_production
from greenboard.repository.terraform import cloudformation
from greenboard.repository.terraform.blocks import Block, Module
from greenboard.repository.terraform.owned import modules_of
from greenboard.repository.terraform.resources import LISTENERS, TYPES, describe
from greenboard.repository.told import no_cloud
from greenboard.repository.types import Found, Missed, Reader, Scope

_PROVIDERS = {"aws": "aws", "google": "gcp", "azurerm": "azure"}


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One item for each resource of a known type; nothing where there are none."""
    items: dict[str, dict[str, Any]] = {}
    places: dict[str, str] = {}
    files = frozenset(scope.files)
    for item in (*_terraform(scope), *_cloudformation(scope, files)):
        if isinstance(item, Missed):
            yield item
            continue
        value, where = item
        address = value["address"]
        if address in items:
            address = value["address"] = f"{address} ({where[''].rpartition('/')[0] or where['']})"
        if address not in items:
            items[address] = value
            places |= {f"{address}.{name}" if name else address: place for name, place in where.items()}
    if not items and no_cloud(scope):
        yield Found("cloud_resource", [], location=scope.component.path)
    elif items:
        yield Found("cloud_resource", list(items.values()), location=next(iter(places.values())), places=places)


_Item = tuple[dict[str, Any], dict[str, str]]


def _terraform(scope: Scope) -> Iterator[_Item | Missed]:
    for module in for_production(modules_of(scope), lambda module: environment_of(module.files[0])):
        for failed in module.failed:
            yield Missed("cloud_resource", failed.what, str(failed.place or module.folder))
        for block in module.of("resource"):
            if block.labels and (block.labels[0] in TYPES or block.labels[0] in LISTENERS):
                yield _resource(block, module)


def _resource(block: Block, module: Module) -> _Item | Missed:
    try:
        found = describe(block)
        if block.body.get("count") is not None and block.get("count") == 0:
            found = None
    except UserError as error:
        return Missed("cloud_resource", f"{block.address}: {error.what}", str(error.place or block.at()))
    kind, said = found or ("other", [])
    prefix = f"{module.folder}/" if module.folder else ""
    provider = _PROVIDERS.get(block.labels[0].partition("_")[0], "other")
    value: dict[str, Any] = {
        "address": f"{prefix}{block.address}",
        "provider": provider,
        "kind": kind,
        "type": block.labels[0],
    }
    places = {"": block.at()}
    for name, data, argument in said:
        value[name] = data
        places[name] = block.at(argument)
    if block.labels[0] == "aws_s3_bucket" and _blocked(block, module):
        value["public"] = False
    return value, places


def _blocked(bucket: Block, module: Module) -> bool:
    """Whether a public access block of the module covers a bucket in all four ways."""
    wanted = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    reference = re.compile(rf"\b{re.escape(bucket.address)}\.(?:id|bucket)\b")
    for block in module.of("resource"):
        if block.labels[:1] == ("aws_s3_bucket_public_access_block",) and reference.search(block.text):
            try:
                return all(block.get(name) is True for name in wanted)
            except UserError:
                return False
    return False


def _cloudformation(scope: Scope, files: frozenset[str]) -> Iterator[_Item | Missed]:
    for path in cloudformation.templates(scope.tree, files):
        try:
            resources = list(cloudformation.resources(scope.tree, path))
        except UserError as error:
            yield Missed("cloud_resource", error.what, str(error.place or path))
            continue
        for resource in resources:
            found = cloudformation.describe(resource)
            if found is None:
                continue
            kind, said = found
            value = {"address": f"{path}:{resource.name}", "provider": "aws", "kind": kind, "type": resource.type}
            value |= {name: data for name, (data, _) in said.items()}
            yield value, {"": resource.at(), **{name: resource.at(where) for name, (_, where) in said.items()}}


READER = Reader(name="cloud resources", types=("cloud_resource",), about="component", read=read)
