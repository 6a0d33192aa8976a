"""Databases and caches: RDS and Aurora, DynamoDB, ElastiCache."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from greenboard.connections.types import Record
from greenboard.integrations.aws.records import moment, pairs, resource
from greenboard.integrations.aws.session import Clients


def rds(clients: Clients, region: str) -> Iterator[Record]:
    """Instances of their own, and clusters; what is in a cluster is described by that."""
    client = clients.of("rds", region)
    public: defaultdict[str, list[Any]] = defaultdict(list)
    for page in client.get_paginator("describe_db_instances").paginate():
        for one in page["DBInstances"]:
            if one.get("DBClusterIdentifier"):
                public[one["DBClusterIdentifier"]].append(one.get("PubliclyAccessible"))
            else:
                yield _rds(one, one["DBInstanceArn"], one["DBInstanceIdentifier"], region, "aws_db_instance",
                           public=one.get("PubliclyAccessible"))  # fmt: skip
    for page in client.get_paginator("describe_db_clusters").paginate():
        for one in page["DBClusters"]:
            name = one["DBClusterIdentifier"]
            members = public[name]
            reachable = True if True in members else None if None in members or not members else False
            yield _rds(one, one["DBClusterArn"], name, region, "aws_rds_cluster", public=reachable)


def _rds(one: Mapping[str, Any], arn: str, name: str, region: str, type_: str, *, public: Any) -> Record:
    kept = one.get("BackupRetentionPeriod")
    return resource(
        arn,
        name,
        region=region,
        kind="database",
        type=type_,
        tags=pairs(one.get("TagList")),
        encrypted=one.get("StorageEncrypted"),
        public=public,
        multi_zone=one.get("MultiAZ"),
        backup_enabled=None if kept is None else kept > 0,
        backup_retention_days=kept,
        last_backup_at=moment(one.get("LatestRestorableTime")),
        deletion_protection=one.get("DeletionProtection"),
        engine_version=one.get("EngineVersion"),
    )


def dynamodb(clients: Clients, region: str) -> Iterator[Record]:
    """Tables. They are encrypted at rest and in several zones always (DynamoDB developer guide)."""
    client = clients.of("dynamodb", region)
    for page in client.get_paginator("list_tables").paginate():
        for name in page["TableNames"]:
            table = client.describe_table(TableName=name)["Table"]
            tags = client.get_paginator("list_tags_of_resource").paginate(ResourceArn=table["TableArn"])
            backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
            recovery = backups.get("PointInTimeRecoveryDescription") or {}
            status = recovery.get("PointInTimeRecoveryStatus")
            yield resource(
                table["TableArn"],
                name,
                region=region,
                kind="database",
                type="aws_dynamodb_table",
                tags=[pair for part in tags for pair in pairs(part["Tags"])],
                encrypted=True,
                multi_zone=True,
                backup_enabled={"ENABLED": True, "DISABLED": False}.get(str(status)),
                backup_retention_days=recovery.get("RecoveryPeriodInDays"),
                last_backup_at=moment(recovery.get("LatestRestorableDateTime")),
                deletion_protection=table.get("DeletionProtectionEnabled"),
            )


def elasticache(clients: Clients, region: str) -> Iterator[Record]:
    """Replication groups of Redis and Valkey."""
    client = clients.of("elasticache", region)
    for page in client.get_paginator("describe_replication_groups").paginate():
        for one in page["ReplicationGroups"]:
            arn = one.get("ARN")
            if not arn:
                continue
            kept = one.get("SnapshotRetentionLimit")
            yield resource(
                arn,
                one["ReplicationGroupId"],
                region=region,
                kind="cache",
                type="aws_elasticache_replication_group",
                tags=pairs(client.list_tags_for_resource(ResourceName=arn)["TagList"]),
                encrypted=one.get("AtRestEncryptionEnabled"),
                tls=one.get("TransitEncryptionEnabled"),
                multi_zone={"enabled": True, "disabled": False}.get(str(one.get("MultiAZ"))),
                backup_enabled=None if kept is None else kept > 0,
                backup_retention_days=kept,
            )
