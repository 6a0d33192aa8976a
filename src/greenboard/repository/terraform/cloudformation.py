"""CloudFormation and SAM templates: their resources, and what these say in literal values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from greenboard.core import yaml
from greenboard.repository.kubernetes.objects import mapping
from greenboard.repository.sniff import candidates
from greenboard.repository.tree import Tree


@dataclass(frozen=True)
class Resource:
    """A resource of a template."""

    name: str
    type: str
    properties: Mapping[str, Any]
    document: yaml.Document

    def at(self, name: str = "") -> str:
        path = ("Resources", self.name, "Properties", name) if name else ("Resources", self.name)
        return self.document.at(*path)


# Type: kind, and for each field the property with the service's documented default (None: not known).
_TYPES: dict[str, tuple[str, dict[str, tuple[str, Any]]]] = {
    "AWS::S3::Bucket": ("storage", {"encrypted": ("", True)}),
    "AWS::EFS::FileSystem": ("storage", {"encrypted": ("Encrypted", False)}),
    "AWS::RDS::DBInstance": (
        "database",
        {
            "encrypted": ("StorageEncrypted", None),
            "multi_zone": ("MultiAZ", None),
            "public": ("PubliclyAccessible", None),
            "backup_retention_days": ("BackupRetentionPeriod", 1),
            "deletion_protection": ("DeletionProtection", False),
        },
    ),
    "AWS::RDS::DBCluster": (
        "database",
        {
            "encrypted": ("StorageEncrypted", None),
            "backup_retention_days": ("BackupRetentionPeriod", 1),
            "deletion_protection": ("DeletionProtection", False),
        },
    ),
    "AWS::DynamoDB::Table": ("database", {"encrypted": ("", True), "multi_zone": ("", True)}),
    "AWS::Serverless::SimpleTable": ("database", {"encrypted": ("", True), "multi_zone": ("", True)}),
    "AWS::ElastiCache::ReplicationGroup": (
        "cache",
        {
            "encrypted": ("AtRestEncryptionEnabled", None),
            "tls": ("TransitEncryptionEnabled", None),
            "multi_zone": ("MultiAZEnabled", False),
        },
    ),
    "AWS::SQS::Queue": ("queue", {"encrypted": ("SqsManagedSseEnabled", None)}),
    "AWS::SNS::Topic": ("queue", {}),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("balancer", {}),
}


def templates(tree: Tree, files: frozenset[str]) -> Iterator[str]:
    """The paths of templates among some files, outside of tests and examples."""
    return (path for path in candidates(tree, "cloudformation") if path in files)


def resources(tree: Tree, path: str) -> Iterator[Resource]:
    """The resources of a template; UserError where it is no YAML or JSON."""
    for document in tree.yaml(path):
        for name, data in mapping(mapping(document.data).get("Resources")).items():
            kind = mapping(data).get("Type")
            if isinstance(kind, str):
                yield Resource(str(name), kind, mapping(mapping(data).get("Properties")), document)


def describe(resource: Resource) -> tuple[str, dict[str, tuple[Any, str]]] | None:
    """The kind of a resource and its fields with the property that says each; None for other types."""
    if resource.type not in _TYPES:
        return None
    kind, wanted = _TYPES[resource.type]
    said: dict[str, tuple[Any, str]] = {}
    for field, (name, default) in wanted.items():
        value = _literal(resource.properties.get(name, default) if name else default)
        if value is not None and isinstance(value, bool) is not field.endswith("_days"):
            said[field] = (value, name)
    if isinstance(days := said.get("backup_retention_days", (None, ""))[0], int):
        said["backup_enabled"] = (days > 0, "BackupRetentionPeriod")
    return kind, said


def _literal(value: Any) -> Any:
    """A literal boolean or whole number; None for what a parameter or condition decides."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(
            value.lower(), int(value) if value.isdigit() and len(value) < 9 else None
        )
    return value if isinstance(value, bool | int) else None


def open_ports(resource: Resource) -> Iterator[str]:
    """Ports other than the web's that a security group opens to every address."""
    if resource.type not in ("AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"):
        return
    rules = (
        resource.properties.get("SecurityGroupIngress") if resource.type.endswith("Group") else [resource.properties]
    )
    for rule in rules if isinstance(rules, list) else [rules]:
        rule = mapping(rule)
        if rule.get("CidrIp") != "0.0.0.0/0" and rule.get("CidrIpv6") != "::/0":
            continue
        low, high = _literal(rule.get("FromPort")), _literal(rule.get("ToPort"))
        if str(rule.get("IpProtocol")) == "-1":
            yield "all ports"
        elif low is not None and not (low == high and low in (80, 443)):
            yield str(low) if low == high else f"{low}-{high}"
