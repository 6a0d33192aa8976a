"""A plan or state of Terraform or OpenTofu as JSON (`terraform show -json`).

Values are looked at for what they say of encryption, exposure and backups, and are not kept: a plan holds
secrets in the clear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from greenboard.core.errors import Place
from greenboard.repository.reports.types import BadReport, Format, Plan, Report, Told, moment, read_object
from greenboard.repository.terraform.firewalls import GROUPS, openings
from greenboard.repository.terraform.planned import Planned, resources
from greenboard.repository.terraform.resources import describe

_PROVIDERS = {"aws": "aws", "google": "gcp", "azurerm": "azure"}
_BLOCKED = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
_ENGINES = ("engine_version", "database_version")


def terraform_plan(raw: bytes, path: str) -> list[Report]:
    """How much there is and has drifted, and what the plan says of each resource of a known type."""
    data = read_object(raw, path)
    version = data.get("terraform_version")
    if not str(data.get("format_version", "")).startswith(("0.", "1.")) or not isinstance(version, str):
        raise BadReport("not a plan of Terraform", place=Place(path, 1, 1), expected="format_version 1.x")
    if data.get("errored") is True:
        raise BadReport("the plan did not succeed, as it says itself", place=Place(path))
    if not isinstance(data.get("planned_values", data.get("values")), dict):
        raise BadReport("no values", place=Place(path, 1, 1), expected="planned_values or values")
    found = list(resources(data))
    at = moment(data.get("timestamp"))
    folder = path.rpartition("/")[0]
    plan = Plan("terraform", version, len(found), _drifted(data), at)
    said: list[Report] = [plan]
    items = {item["address"]: item for item in _resources(found, f"{folder}/" if folder else "")}
    if items:
        said.append(Told("cloud_resource", list(items.values()), "terraform", "address", at))
    network = _network(found)
    return [*said, Told("network", network, "terraform", at=at)] if network else said


def _drifted(data: Mapping[str, Any]) -> int | None:
    """Resources that were changed elsewhere; a plan names the list only where there are any, a state never."""
    if "planned_values" not in data:
        return None
    drift = data.get("resource_drift", [])
    return len(drift) if isinstance(drift, list) else None


def _resources(found: Sequence[Planned], prefix: str) -> Iterator[dict[str, Any]]:
    closed = {
        bucket
        for one in found
        if one.labels[0] == "aws_s3_bucket_public_access_block" and all(one.get(name) is True for name in _BLOCKED)
        if isinstance(bucket := one.get("bucket"), str)
    }
    for one in found:
        described = describe(one)
        if described is None:
            continue
        kind, said = described
        provider = _PROVIDERS.get(one.labels[0].partition("_")[0], "other")
        value: dict[str, Any] = {
            "address": f"{prefix}{one.address}",
            "provider": provider,
            "kind": kind,
            "type": one.labels[0],
        }
        value |= {name: part for name, part, _ in said}
        if one.labels[0] == "aws_s3_bucket" and one.get("bucket") in closed:
            value["public"] = False
        yield value | _more(one)


def _more(one: Planned) -> dict[str, Any]:
    """The engine's version and the tags, where the plan knows them."""
    versions = (one.get(name) for name in _ENGINES)
    found: dict[str, Any] = {"engine_version": next((part for part in versions if isinstance(part, str)), None)}
    for name in ("tags_all", "tags", "labels"):
        tags = one.get(name)
        if isinstance(tags, dict) and all(isinstance(part, str) for part in tags.values()):
            found["tags"] = sorted(f"{key}={part}" for key, part in tags.items())
            break
    return {name: part for name, part in found.items() if part is not None}


def _network(found: Sequence[Planned]) -> dict[str, Any] | None:
    """The firewalls and what they open; None where the plan has none."""
    groups = [one for one in found if one.labels[0] in GROUPS]
    opened = [(one, opening.ports) for one in groups for opening in openings(one)]
    value: dict[str, Any] = {"policies": len(groups)}
    if any(ports for _, ports in opened) or all(ports is not None for _, ports in opened):
        value["open_to_world"] = sorted({f"{one.address}: {ports}" for one, ports in opened if ports})
    return value if groups else None


FORMAT = Format(
    "terraform-plan",
    "Terraform or OpenTofu plan (JSON)",
    "https://developer.hashicorp.com/terraform/internals/json-format",
    ("iac", "cloud_resource", "network"),
    re.compile(rb"\"format_version\"\s*:\s*\"[01]\.\d+\"\s*,\s*\"terraform_version\"\s*:"),
    terraform_plan,
    names=re.compile(r".*(tfplan|terraform|tofu).*\.json|plan\.json", re.IGNORECASE),
)
