"""Records of resources, in one shape for all services. What a service does not say is null. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from greenboard.connections.types import Record

Tags = list[tuple[str, str]]


def resource(arn: str, name: str, *, region: str, kind: str, tags: Tags, **fields: Any) -> Record:
    """A resource of the cloud."""
    told = {"about": "cloud_resource", "arn": arn, "name": name, "region": region, "kind": kind, "tags": tags}
    return {**told, "link": console(arn, region), **fields}


def console(arn: str, region: str) -> str:
    """Where the console shows a resource."""
    return f"https://{region}.console.aws.amazon.com/go/view?arn={arn}"


def pairs(tags: Iterable[Mapping[str, Any]] | None, key: str = "Key", value: str = "Value") -> Tags:
    """Tags as pairs; most services list objects with `Key` and `Value`."""
    return [(str(one[key]), str(one.get(value) or "")) for one in tags or ()]


def moment(value: Any) -> str | None:
    """A time as text."""
    return value.isoformat() if isinstance(value, datetime) else None


def statements(policy: str | None) -> list[Mapping[str, Any]]:
    """The statements of a policy; none of no policy."""
    told = json.loads(policy) if policy else {}
    found = told.get("Statement") or []
    return found if isinstance(found, list) else [found]


def insists_on_tls(several: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a policy refuses what comes without TLS (condition key aws:SecureTransport)."""
    return any(one.get("Effect") == "Deny" and _everyone(one) and _false(one.get("Condition") or {}) for one in several)


def admits_everyone(several: Sequence[Mapping[str, Any]]) -> bool | None:
    """Whether a policy lets anybody in. A condition, or being for all but some (NotPrincipal), may narrow that, which
    is not judged here: unknown.
    """
    allowing = [one for one in several if one.get("Effect") == "Allow"]
    open_ones = [one for one in allowing if _everyone(one)]
    if any(not one.get("Condition") for one in open_ones):
        return True
    return None if open_ones or any("NotPrincipal" in one for one in allowing) else False


def _everyone(statement: Mapping[str, Any]) -> bool:
    told = statement.get("Principal")
    principal = told.get("AWS") if isinstance(told, Mapping) else told
    return principal == "*" or (isinstance(principal, list) and "*" in principal)


def _false(condition: Mapping[str, Any]) -> bool:
    for part in condition.values():
        for key, value in part.items():
            if key.lower() == "aws:securetransport" and str(value).lower().strip("[]'\"") == "false":
                return True
    return False
