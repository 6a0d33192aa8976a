"""What plans and Kubernetes objects come to. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from greenboard.repository.kubernetes import denying, related, whole
from greenboard.repository.kubernetes.gathered import Gathered
from greenboard.repository.kubernetes.workloads import workloads
from greenboard.repository.reports.dated import Dated, found
from greenboard.repository.reports.types import Manifests, Plan
from greenboard.repository.types import Found

_TOOL = "kubernetes objects"


def plans(dated: Sequence[Dated[Plan]]) -> Iterator[Found]:
    """One item for each tool: the plans are of workspaces, which add up."""
    by_tool: dict[str, list[Dated[Plan]]] = defaultdict(list)
    for part in dated:
        by_tool[part[1].tool].append(part)
    for tool, parts in sorted(by_tool.items()):
        drifts = [part[1].drifted for part in parts]
        value: dict[str, Any] = {
            "tool": tool,
            "resources": sum(part[1].resources for part in parts),
            "workspaces": len(parts),
            "tool_version": min((part[1].version for part in parts), key=_in_order),
        }
        if None not in drifts:
            value["drifted"] = sum(drift or 0 for drift in drifts)
        yield found("iac", [value], parts, tool)


def _in_order(version: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in version.split(".")]


def manifests(dated: Sequence[Dated[Manifests]]) -> Iterator[Found]:
    """All objects together. What a cluster gave may not be all that it has, so nothing is absent from it."""
    if not dated:
        return
    everything = Gathered(tuple(item for _, report, _ in dated for item in report.objects))
    rendered = not any(report.live for _, report, _ in dated)
    named = workloads(everything.objects, everything, frozenset(), lambda _: rendered)
    places = {key: item.source.at() for key, item in named}
    places |= {f"{key}.{name}": place for key, item in named for name, place in item.places.items()}
    if named:
        yield found("workload", [{"name": key, **item.value} for key, item in named], dated, _TOOL, places)
    value, places = whole.describe(everything.objects, complete=rendered)
    yield found("kubernetes", value, dated, _TOOL, places)
    policies = related.policies(everything.objects)
    if policies:
        opened = {f"{policy.label}: {port}" for policy in policies for port in related.world_ports(policy)}
        network: dict[str, Any] = {"policies": len(policies), "open_to_world": sorted(opened)}
        denied = denying.default_deny(everything.objects, policies, whole=rendered)
        if denied is not None:
            network["default_deny"] = denied
        yield found("network", network, dated, _TOOL)
