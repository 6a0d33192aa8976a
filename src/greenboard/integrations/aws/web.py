"""Balancers and functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from greenboard.connections.types import Record
from greenboard.integrations.aws.records import pairs, resource
from greenboard.integrations.aws.session import Clients


def elbv2(clients: Clients, region: str) -> Iterator[Record]:
    """Application and network balancers."""
    client = clients.of("elbv2", region)
    for page in client.get_paginator("describe_load_balancers").paginate():
        for one in page["LoadBalancers"]:
            arn = one["LoadBalancerArn"]
            told = client.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
            attributes = {part["Key"]: part["Value"] for part in told}
            several = client.get_paginator("describe_listeners").paginate(LoadBalancerArn=arn)
            protection = attributes.get("deletion_protection.enabled")
            yield resource(
                arn,
                one["LoadBalancerName"],
                region=region,
                kind="balancer",
                type="aws_lb",
                tags=pairs(client.describe_tags(ResourceArns=[arn])["TagDescriptions"][0].get("Tags")),
                tls=_sealed([listener for part in several for listener in part["Listeners"]]),
                public={"internet-facing": True, "internal": False}.get(str(one.get("Scheme"))),
                multi_zone=len(one.get("AvailabilityZones") or ()) > 1,
                deletion_protection=None if protection is None else protection == "true",
            )


def _sealed(listeners: Sequence[Mapping[str, Any]]) -> bool | None:
    """Whether every listener speaks TLS or only sends callers there. What passes bytes on cannot be told."""
    verdicts = [_listener(one) for one in listeners]
    return False if False in verdicts else None if None in verdicts or not verdicts else True


def _listener(listener: Mapping[str, Any]) -> bool | None:
    protocol = listener.get("Protocol")
    if protocol in ("HTTPS", "TLS"):
        return True
    if protocol != "HTTP":
        return None
    actions = listener.get("DefaultActions") or ()
    return all((one.get("RedirectConfig") or {}).get("Protocol") == "HTTPS" for one in actions) and bool(actions)


def functions(clients: Clients, region: str) -> Iterator[Record]:
    """Functions of Lambda. Their engine is the runtime; an image has none."""
    client = clients.of("lambda", region)
    for page in client.get_paginator("list_functions").paginate():
        for one in page["Functions"]:
            tags = client.list_tags(Resource=one["FunctionArn"]).get("Tags") or {}
            yield resource(
                one["FunctionArn"],
                one["FunctionName"],
                region=region,
                kind="compute",
                type="aws_lambda_function",
                tags=list(tags.items()),
                engine_version=one.get("Runtime"),
            )
