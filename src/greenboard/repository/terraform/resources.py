"""What Terraform resources say about encryption, TLS, exposure, zones and backups.

Only literal values count, and defaults that the providers document: AWS provider 5, Google provider 6,
Azure provider 4. Where a default differs between versions in use, nothing is said for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from greenboard.repository.terraform.blocks import UNKNOWN, Part, Resource, Unknown

Said = tuple[str, Any, str]
"""A field, its value, and the argument that says it."""


@dataclass(frozen=True)
class Flag:
    """A field taken from an argument (`settings.tier` steps into a block), by a reading of its value."""

    field: str
    argument: str
    default: Any = None
    read: Callable[[Any], Any] = lambda value: value if isinstance(value, bool) else None

    def of(self, block: Part) -> Iterator[Said]:
        value = look(block, self.argument)
        if value is UNKNOWN:
            return
        said = self.default if value is None else self.read(value)
        if said is not None:
            yield self.field, said, self.argument.rpartition(".")[2]


@dataclass(frozen=True)
class Always:
    """A field that the service itself promises for every resource of the type."""

    field: str
    value: bool = True

    def of(self, _block: Part) -> Iterator[Said]:
        yield self.field, self.value, ""


def look(block: Part, argument: str) -> Any:
    """An argument's literal value, None where unset, UNKNOWN where only a run could tell."""
    head, _, rest = argument.partition(".")
    if not rest:
        return block.get(head)
    inside = block.inner(head)
    if isinstance(inside, Unknown):
        return UNKNOWN
    return look(inside[0], rest) if len(inside) == 1 else (UNKNOWN if inside else None)


def _is(*wanted: str) -> Callable[[Any], Any]:
    return lambda value: value in wanted if isinstance(value, str) else None


def _negated(value: Any) -> Any:
    return not value if isinstance(value, bool) else None


def _days(value: Any) -> Any:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _kept(value: Any) -> Any:
    return value > 0 if isinstance(value, int) and not isinstance(value, bool) else None


def _present(value: Any) -> Any:
    return bool(value) if isinstance(value, str) else None


def _retention(argument: str, default: int | None) -> tuple[Flag, Flag]:
    kept = None if default is None else default > 0
    return Flag("backup_enabled", argument, kept, _kept), Flag("backup_retention_days", argument, default, _days)


_RDS = (
    Flag("encrypted", "storage_encrypted", False),
    Flag("public", "publicly_accessible", False),
    Flag("multi_zone", "multi_az", False),
    *_retention("backup_retention_period", 0),
    Flag("deletion_protection", "deletion_protection", False),
)
_CLUSTER = (
    Flag("encrypted", "storage_encrypted", False),
    *_retention("backup_retention_period", 1),
    Flag("deletion_protection", "deletion_protection", False),
)
_SEARCH = (
    Flag("encrypted", "encrypt_at_rest.enabled"),
    Flag("tls", "domain_endpoint_options.enforce_https"),
    Flag("multi_zone", "cluster_config.zone_awareness_enabled", False),
)
_AZURE_DATABASE = (
    Always("encrypted"),
    Always("backup_enabled"),
    Flag("backup_retention_days", "backup_retention_days", 7, _days),
    Flag("multi_zone", "high_availability.mode", False, _is("ZoneRedundant")),
    Flag("public", "public_network_access_enabled"),
)
_BALANCER = (
    Flag("public", "internal", True, _negated),
    Flag("deletion_protection", "enable_deletion_protection", False),
)

TYPES: dict[str, tuple[str, tuple[Flag | Always, ...]]] = {
    "aws_s3_bucket": ("storage", (Always("encrypted"),)),
    "aws_efs_file_system": ("storage", (Flag("encrypted", "encrypted", False),)),
    "aws_ebs_volume": ("storage", (Flag("encrypted", "encrypted"),)),
    "aws_db_instance": ("database", _RDS),
    "aws_rds_cluster": ("database", _CLUSTER),
    "aws_docdb_cluster": ("database", _CLUSTER),
    "aws_neptune_cluster": ("database", _CLUSTER),
    "aws_dynamodb_table": (
        "database",
        (
            Always("encrypted"),
            Always("multi_zone"),
            Flag("backup_enabled", "point_in_time_recovery.enabled", False),
            Flag("deletion_protection", "deletion_protection_enabled", False),
        ),
    ),
    "aws_redshift_cluster": (
        "database",
        (Flag("encrypted", "encrypted"), Flag("public", "publicly_accessible"))
        + _retention("automated_snapshot_retention_period", 1),
    ),
    "aws_elasticsearch_domain": ("database", _SEARCH),
    "aws_opensearch_domain": ("database", _SEARCH),
    "aws_elasticache_cluster": ("cache", ()),
    "aws_elasticache_replication_group": (
        "cache",
        (
            Flag("encrypted", "at_rest_encryption_enabled", False),
            Flag("tls", "transit_encryption_enabled", False),
            Flag("multi_zone", "multi_az_enabled", False),
            *_retention("snapshot_retention_limit", 0),
        ),
    ),
    "aws_sqs_queue": ("queue", (Flag("encrypted", "sqs_managed_sse_enabled"),)),
    "aws_sns_topic": ("queue", (Flag("encrypted", "kms_master_key_id", False, _present),)),
    "aws_kinesis_stream": ("queue", (Flag("encrypted", "encryption_type", False, _is("KMS")),)),
    "aws_msk_cluster": ("queue", (Always("encrypted"),)),
    "aws_mq_broker": ("queue", (Always("encrypted"), Flag("public", "publicly_accessible", False))),
    "aws_lb": ("balancer", _BALANCER),
    "aws_alb": ("balancer", _BALANCER),
    "aws_cloudfront_distribution": (
        "balancer",
        (
            Always("public"),
            Flag("tls", "default_cache_behavior.viewer_protocol_policy", None, _is("https-only", "redirect-to-https")),
        ),
    ),
    "google_storage_bucket": (
        "storage",
        (
            Always("encrypted"),
            Flag("public", "public_access_prevention", None, lambda value: False if value == "enforced" else None),
        ),
    ),
    "google_sql_database_instance": (
        "database",
        (
            Always("encrypted"),
            Flag("public", "settings.ip_configuration.ipv4_enabled", True),
            Flag(
                "tls",
                "settings.ip_configuration.ssl_mode",
                None,
                _is("ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"),
            ),
            Flag("multi_zone", "settings.availability_type", False, _is("REGIONAL")),
            Flag("backup_enabled", "settings.backup_configuration.enabled", False),
            Flag("deletion_protection", "deletion_protection", True),
        ),
    ),
    "google_spanner_instance": ("database", (Always("encrypted"),)),
    "google_redis_instance": (
        "cache",
        (
            Always("encrypted"),
            Flag("tls", "transit_encryption_mode", False, _is("SERVER_AUTHENTICATION")),
            Flag("multi_zone", "tier", False, _is("STANDARD_HA")),
        ),
    ),
    "google_pubsub_topic": ("queue", (Always("encrypted"),)),
    "azurerm_storage_account": (
        "storage",
        (
            Always("encrypted"),
            Flag("tls", "https_traffic_only_enabled", True),
            Flag("public", "public_network_access_enabled", None, lambda value: False if value is False else None),
            Flag("multi_zone", "account_replication_type", None, _is("ZRS", "GZRS", "RAGZRS")),
        ),
    ),
    "azurerm_postgresql_flexible_server": ("database", _AZURE_DATABASE),
    "azurerm_mysql_flexible_server": ("database", _AZURE_DATABASE),
    "azurerm_mssql_database": (
        "database",
        (
            Flag("encrypted", "transparent_data_encryption_enabled", True),
            Flag("multi_zone", "zone_redundant", False),
        ),
    ),
    "azurerm_redis_cache": (
        "cache",
        (Always("encrypted"), Flag("tls", "non_ssl_port_enabled", True, _negated)),
    ),
    "azurerm_servicebus_namespace": ("queue", (Always("encrypted"),)),
    "azurerm_eventhub_namespace": ("queue", (Always("encrypted"),)),
}
"""Each type with its kind and what is known of it."""

LISTENERS = ("aws_lb_listener", "aws_alb_listener")


def describe(block: Resource) -> tuple[str, list[Said]] | None:
    """The kind of a resource and its fields; None for types that are no concern here.

    Raises:
        UserError: the block does not parse.

    """
    name = block.labels[0] if block.labels else ""
    if name in LISTENERS:
        return "balancer", list(_listener(block))
    if name not in TYPES:
        return None
    kind, flags = TYPES[name]
    said = [item for flag in flags for item in flag.of(block)]
    return kind, [item for item in said if not _inherited(block, item[0])]


def _inherited(block: Resource, name: str) -> bool:
    """Whether a field that the block does not set comes from what it copies (a replica, a snapshot)."""
    copies = (
        "replicate_source_db",
        "snapshot_identifier",
        "replication_source_identifier",
        "global_cluster_identifier",
    )
    copied = any(source in block.body for source in (*copies, "snapshot_name", "snapshot_arns"))
    valkey = block.get("engine") is UNKNOWN or block.get("engine") == "valkey"
    if name in ("encrypted", "tls") and valkey and "elasticache" in block.labels[0]:
        return "at_rest_encryption_enabled" not in block.body and "transit_encryption_enabled" not in block.body
    serverless = "engine_mode" in block.body and block.get("engine_mode") != "provisioned"
    return name == "encrypted" and (copied or serverless) and "storage_encrypted" not in block.body


def _listener(block: Part) -> Iterator[Said]:
    protocol = block.get("protocol")
    actions = block.inner("default_action")
    if protocol in ("HTTPS", "TLS"):
        yield "tls", True, "protocol"
    elif protocol == "HTTP" and not isinstance(actions, Unknown):
        kinds = [action.get("type") for action in actions]
        # A listener that only sends people on to HTTPS carries no traffic of its own.
        if kinds and all(isinstance(kind, str) for kind in kinds) and "redirect" not in kinds:
            yield "tls", False, "protocol"
