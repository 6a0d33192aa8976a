"""Queues of SQS."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.connections.types import Record
from greenboard.integrations.aws.records import admits_everyone, insists_on_tls, resource, statements
from greenboard.integrations.aws.session import Clients


def sqs(clients: Clients, region: str) -> Iterator[Record]:
    """Queues."""
    client = clients.of("sqs", region)
    for page in client.get_paginator("list_queues").paginate():
        for url in page.get("QueueUrls") or ():
            told = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            policy = statements(told.get("Policy"))
            tags = client.list_queue_tags(QueueUrl=url).get("Tags") or {}
            yield resource(
                told["QueueArn"],
                told["QueueArn"].rpartition(":")[2],
                region=region,
                kind="queue",
                type="aws_sqs_queue",
                tags=list(tags.items()),
                encrypted=bool(told.get("KmsMasterKeyId")) or told.get("SqsManagedSseEnabled") == "true",
                tls=insists_on_tls(policy),
                public=admits_everyone(policy),
            )
