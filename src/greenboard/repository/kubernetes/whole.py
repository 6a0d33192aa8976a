"""Kubernetes objects as a whole: API versions, quotas, TLS of ingresses. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from greenboard.repository.kubernetes.deprecated import removed_in
from greenboard.repository.kubernetes.exposure import serves_tls
from greenboard.repository.kubernetes.objects import Object
from greenboard.repository.kubernetes.pods import is_workload


def describe(objects: Sequence[Object], *, complete: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields and their places. Counts that a failed look could change are left out."""
    value: dict[str, Any] = {"tools": sorted({item.tool for item in objects})}
    places: dict[str, str] = {}
    if complete:
        value["objects"] = len({(item.label, item.namespace, item.api) for item in objects})
    old = [(item, removed_in(item.api, item.kind)) for item in objects]
    gone = {f"{item.api} {item.kind}": item for item, release in reversed(old) if release}
    if gone or complete:
        value["deprecated_apis"] = sorted(gone)
        places |= {"deprecated_apis": gone[min(gone)].at("apiVersion")} if gone else {}
    for name, kind in (("quota", "ResourceQuota"), ("limit_range", "LimitRange")):
        found = [item for item in objects if item.kind == kind]
        # Quotas are often kept with the namespace, elsewhere: that there is none here says nothing.
        if found and {item.namespace for item in objects if is_workload(item)} <= {item.namespace for item in found}:
            value[name], places[name] = True, found[0].at()
    _ingresses(objects, value, places, complete=complete)
    return value, places


def _ingresses(objects: Sequence[Object], value: dict[str, Any], places: dict[str, str], *, complete: bool) -> None:
    """Counts of ingresses and gateways with and without TLS, where there are any and all of them can be told."""
    verdicts = {(item.label, item.environment): (item, serves_tls(item)) for item in objects}
    judged = [(item, verdict) for item, verdict in verdicts.values() if verdict != "no ingress"]
    if not judged:
        return
    plain = [item for item, verdict in judged if verdict == "plain"]
    secure = [item for item, verdict in judged if verdict == "tls"]
    told = complete and all(verdict != "unknown" for _, verdict in judged)
    if plain or told:
        value["plain_ingresses"] = len(plain)
        places["plain_ingresses"] = (plain or secure)[0].at()
    if secure or told:
        value["tls_ingresses"] = len(secure)
        places["tls_ingresses"] = (secure or plain)[0].at()
