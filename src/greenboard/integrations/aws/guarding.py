"""What watches over resources: AWS Backup, and Amazon Inspector."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from greenboard.connections.types import Record
from greenboard.integrations.aws.records import moment, pairs
from greenboard.integrations.aws.session import Clients

_KINDS = {"AWS_ECR_CONTAINER_IMAGE": "container", "AWS_ECR_REPOSITORY": "container"}
_SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
_MOST = 10
"""So many findings one call tells the details of."""
Scanned = tuple[str, str]
"""A component and the kind of what is scanned of it."""


def protected(clients: Clients, region: str) -> Iterator[Record]:
    """Resources of which AWS Backup keeps a copy, and since when the last one is there."""
    for page in clients.of("backup", region).get_paginator("list_protected_resources").paginate():
        yield from ({"id": one["ResourceArn"], "at": moment(one.get("LastBackupTime"))} for one in page["Results"])


def _exploited(inspector: Any, arns: list[str]) -> Iterator[str]:
    """Those of some findings that stand in the catalogue of exploited weaknesses of CISA (BatchGetFindingDetails)."""
    for start in range(0, len(arns), _MOST):
        answer = inspector.batch_get_finding_details(findingArns=arns[start : start + _MOST])
        yield from (one["findingArn"] for one in answer["findingDetails"] if one.get("cisaData"))


class Scans:
    """What Inspector covers and what it found, over all regions, by component and kind."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._last: dict[Scanned, list[str | None]] = defaultdict(list)
        self._open: dict[Scanned, Counter[str]] = defaultdict(Counter)
        self._since: dict[tuple[str, str, str], str] = {}
        self._exploited: Counter[Scanned] = Counter()

    def read(self, clients: Clients, region: str) -> None:
        """Take in a region."""
        inspector = clients.of("inspector2", region)
        images = clients.of("ecr", region)
        covered: dict[str, Scanned] = {}
        repositories: dict[str, str] = {}
        for page in inspector.get_paginator("list_coverage").paginate():
            for one in page["coveredResources"]:
                component = self._component(one, images, repositories)
                if component and (one.get("scanStatus") or {}).get("statusCode") == "ACTIVE":
                    scanned = (component, _KINDS.get(one["resourceType"], "sca"))
                    covered[one["resourceId"]] = scanned
                    self._last[scanned].append(moment(one.get("lastScannedAt")))
        found: dict[str, set[Scanned]] = {}
        active = {"findingStatus": [{"comparison": "EQUALS", "value": "ACTIVE"}]}
        for page in inspector.get_paginator("list_findings").paginate(filterCriteria=active):
            for finding in page["findings"]:
                places = {covered[one["id"]] for one in finding["resources"] if one["id"] in covered}
                for where in places:
                    self._count(where, finding)
                if places and finding.get("severity") in _SEVERITIES:
                    found[finding["findingArn"]] = places
        for arn in _exploited(inspector, list(found)):
            self._exploited.update(found[arn])

    def _component(self, one: Mapping[str, Any], images: Any, repositories: dict[str, str]) -> str:
        """The component that the tag names: of the machine or function, or of the repository of an image."""
        told = one.get("resourceMetadata") or {}
        if one["resourceType"] in _KINDS:
            arn = one["resourceId"].rpartition("/sha256:")[0] or one["resourceId"]
            if arn not in repositories:
                tags = pairs(images.list_tags_for_resource(resourceArn=arn).get("tags"))
                repositories[arn] = dict(tags).get(self._key, "")
            return repositories[arn]
        named: Mapping[str, Any] = (told.get("ec2") or {}).get("tags") or {}
        named = named or (told.get("lambdaFunction") or {}).get("functionTags") or {}
        return str(named.get(self._key) or "")

    def _count(self, where: Scanned, finding: Mapping[str, Any]) -> None:
        severity = str(finding.get("severity"))
        if severity not in _SEVERITIES:  # of no weight, or not weighed yet
            return
        open_ = self._open[where]
        open_[severity] += 1
        open_["fixable"] += severity == "CRITICAL" and finding.get("fixAvailable") == "YES"
        found = moment(finding.get("firstObservedAt"))
        key = (*where, severity)
        if found is not None:
            self._since[key] = min(found, self._since.get(key, found))

    def records(self) -> list[Record]:
        """One record for each component and kind. It was looked at when the one that was looked at longest ago was."""
        return [self._record(where, last) for where, last in sorted(self._last.items())]

    def _record(self, where: Scanned, last: list[str | None]) -> Record:
        component, kind = where
        known = [at for at in last if at is not None]
        open_ = self._open[where]
        return {
            "id": f"{component} {kind}",
            "component": component,
            "kind": kind,
            "at": min(known) if len(known) == len(last) else None,
            **{severity.lower(): open_[severity] for severity in _SEVERITIES},
            "fixable": open_["fixable"],
            "exploited": self._exploited[where],
            "critical_since": self._since.get((*where, "CRITICAL")),
            "high_since": self._since.get((*where, "HIGH")),
        }
