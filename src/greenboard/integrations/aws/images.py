"""Images in ECR: of each repository the newest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from greenboard.connections.types import Record
from greenboard.integrations.aws.records import console, moment, pairs
from greenboard.integrations.aws.session import Clients


def ecr(clients: Clients, region: str) -> Iterator[Record]:
    """Repositories of images; of an empty one only what it is."""
    client = clients.of("ecr", region)
    for page in client.get_paginator("describe_repositories").paginate():
        for one in page["repositories"]:
            arn = one["repositoryArn"]
            newest = _newest(client, one["repositoryName"])
            yield {
                "about": "artifact",
                "arn": arn,
                "name": one["repositoryUri"],
                "region": region,
                "link": console(arn, region),
                "tags": pairs(client.list_tags_for_resource(resourceArn=arn).get("tags")),
                "version": next(iter(newest.get("imageTags") or ()), None),
                "published_at": moment(newest.get("imagePushedAt")),
                "digest": newest.get("imageDigest"),
                "size_bytes": newest.get("imageSizeInBytes"),
                "immutable": {"IMMUTABLE": True, "MUTABLE": False}.get(str(one.get("imageTagMutability"))),
            }


def _newest(client: Any, repository: str) -> dict[str, Any]:
    pages = client.get_paginator("describe_images").paginate(repositoryName=repository)
    images = [one for page in pages for one in page["imageDetails"] if one.get("imagePushedAt")]
    return max(images, key=lambda one: one["imagePushedAt"], default={})
