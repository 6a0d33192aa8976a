"""What an AWS account has: each service in each region, and the components that resources are tagged with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from greenboard.connections.reading import Look
from greenboard.connections.types import Failed, Reason, Record
from greenboard.integrations.aws import containers, databases, guarding, images, messaging, storage, web
from greenboard.integrations.aws.session import Clients, told

Reads = Callable[[Clients, str], Iterator[Record]]
_READS: Mapping[str, Reads] = {
    "rds": databases.rds,
    "dynamodb": databases.dynamodb,
    "elasticache": databases.elasticache,
    "s3": storage.s3,
    "secretsmanager": storage.secretsmanager,
    "sqs": messaging.sqs,
    "elbv2": web.elbv2,
    "lambda": web.functions,
    "ecr": images.ecr,
    "ecs": containers.ecs,
}
_GUARDS = ("backup", "inspector2")
"""Services that have nothing of their own and tell of what others have."""
_BATCH = 200


def services(look: Look) -> Iterator[list[Record]]:
    """Each service in each region. Buckets have names in all regions, and are listed once."""
    several = _listed(look, "services")
    if unknown := [name for name in several if name not in (*_READS, *_GUARDS)]:
        text = f"{', '.join(unknown)} cannot be looked at; known are {', '.join((*_READS, *_GUARDS))}."
        raise Failed(Reason("ours", text))
    own = [name for name in several if name in _READS]
    found = [(name, region) for name in own for region in _regions(look)[: 1 if name == "s3" else None]]
    yield [{"id": f"{name} {region}", "service": name, "region": region} for name, region in found]


def resources(look: Look) -> Iterator[list[Record]]:
    """What a service has in a region, each with the component that its tag names, "" where it has none."""
    parent: Any = look.parent
    batch: list[Record] = []
    key = str(look.connection.settings["tag"])
    with told(f"{parent['service']} in {parent['region']}"):
        for one in _READS[parent["service"]](Clients(look), parent["region"]):
            batch.append(_named(one, key))
            if len(batch) == _BATCH or look.stop():
                yield batch
                batch = []
    yield batch


def components(look: Look) -> Iterator[list[Record]]:
    """The values that the tag has, over all regions."""
    found: dict[str, None] = {}
    key = str(look.connection.settings["tag"])
    clients = Clients(look)
    for region in _regions(look):
        with told(f"tag:GetTagValues in {region}"):
            pages = clients.of("resourcegroupstaggingapi", region).get_paginator("get_tag_values").paginate(Key=key)
            found |= {value: None for page in pages for value in page["TagValues"] if value}
    yield [{"id": value} for value in found]


def protected(look: Look) -> Iterator[list[Record]]:
    """What AWS Backup keeps copies of."""
    clients = Clients(look)
    for region in _regions(look) if "backup" in _listed(look, "services") else ():
        with told(f"backup:ListProtectedResources in {region}"):
            yield list(guarding.protected(clients, region))
    yield []


def scans(look: Look) -> Iterator[list[Record]]:
    """What Inspector covers of each component, and what it found there."""
    clients, found = Clients(look), guarding.Scans(str(look.connection.settings["tag"]))
    for region in _regions(look) if "inspector2" in _listed(look, "services") else ():
        with told(f"inspector2 in {region}"):
            found.read(clients, region)
    yield found.records()


def caller(look: Look) -> Iterator[list[Record]]:
    """Whom AWS takes us for."""
    with told("sts:GetCallerIdentity"):
        said = Clients(look).of("sts", _regions(look)[0]).get_caller_identity()
        yield [{"arn": said["Arn"], "account": said["Account"]}]


def _named(one: Record, key: str) -> Record:
    tags: Any = one["tags"]
    component = next((value for name, value in tags if name == key), "")
    return {**one, "component": component, "tags": [f"{name}={value}" for name, value in sorted(tags)]}


def _regions(look: Look) -> list[str]:
    return _listed(look, "regions")


def _listed(look: Look, name: str) -> list[str]:
    several: Any = look.connection.settings[name]
    return [str(one) for one in several]


STREAMS = {
    "caller": caller,
    "services": services,
    "resources": resources,
    "components": components,
    "protected": protected,
    "scans": scans,
}
