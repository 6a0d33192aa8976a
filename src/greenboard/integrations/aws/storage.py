"""Buckets of S3, and secrets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from greenboard.connections.types import Record
from greenboard.integrations.aws.records import insists_on_tls, pairs, resource, statements
from greenboard.integrations.aws.session import Clients, absent

_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_EVERYBODY = "http://acs.amazonaws.com/groups/global/"


def s3(clients: Clients, region: str) -> Iterator[Record]:
    """Buckets of all regions."""
    client = clients.of("s3", region)
    for page in client.get_paginator("list_buckets").paginate():
        for one in page.get("Buckets") or ():
            yield _bucket(client, one["Name"])


def _bucket(client: Any, name: str) -> Record:
    # No location is the first region, and EU is what Ireland was called before there was another.
    where = client.get_bucket_location(Bucket=name).get("LocationConstraint") or "us-east-1"
    tags = _asked(lambda: client.get_bucket_tagging(Bucket=name)["TagSet"], "NoSuchTagSet")
    policy = _asked(lambda: client.get_bucket_policy(Bucket=name)["Policy"], "NoSuchBucketPolicy")
    rules = _asked(
        lambda: client.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"],
        "ServerSideEncryptionConfigurationNotFoundError",
    )
    return resource(
        f"arn:aws:s3:::{name}",
        name,
        region="eu-west-1" if where == "EU" else where,
        kind="storage",
        type="aws_s3_bucket",
        tags=pairs(tags),
        encrypted=bool(rules),
        tls=insists_on_tls(statements(policy)),
        public=_public(client, name, policy),
    )


def _public(client: Any, name: str, policy: str | None) -> bool:
    """Whether its policy or its access list lets everybody in, and nothing blocks that."""
    blocks = _asked(
        lambda: client.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"],
        "NoSuchPublicAccessBlockConfiguration",
    ) or {}  # fmt: skip
    if all(blocks.get(one) for one in _BLOCKS):
        return False
    if policy and not blocks.get("RestrictPublicBuckets"):
        status = _asked(lambda: client.get_bucket_policy_status(Bucket=name)["PolicyStatus"], "NoSuchBucketPolicy")
        if status and status.get("IsPublic"):
            return True
    if blocks.get("IgnorePublicAcls"):
        return False
    grants = client.get_bucket_acl(Bucket=name).get("Grants") or ()
    return any(str((one.get("Grantee") or {}).get("URI") or "").startswith(_EVERYBODY) for one in grants)


def _asked(ask: Any, *unset: str) -> Any:
    """What an operation says; None where AWS says that it is not set."""
    from botocore.exceptions import ClientError

    try:
        return ask()
    except ClientError as error:
        if absent(error, *unset):
            return None
        raise


def secretsmanager(clients: Clients, region: str) -> Iterator[Record]:
    """Secrets, by name. They are encrypted always (Secrets Manager user guide); none is read."""
    for page in clients.of("secretsmanager", region).get_paginator("list_secrets").paginate():
        for one in page["SecretList"]:
            yield resource(
                one["ARN"],
                one["Name"],
                region=region,
                kind="secrets",
                type="aws_secretsmanager_secret",
                tags=pairs(one.get("Tags")),
                encrypted=True,
            )
