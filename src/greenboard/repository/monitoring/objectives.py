"""Service level objectives as files: OpenSLO, Sloth, Pyrra, and those that Terraform declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from greenboard.core import yaml
from greenboard.core.errors import UserError
from greenboard.repository.kubernetes.objects import dig, mapping, sequence
from greenboard.repository.terraform.blocks import Block, Unknown

_KINDS = (
    ("latency", r"latenc|duration|response.?time|slow|fast|p9[059]|histogram"),
    ("freshness", r"fresh|stale|\bage\b|\blag\b|delay"),
    ("correctness", r"correct|accura|valid|integrity|quality"),
    ("availability", r"avail|error|success|uptime|5xx|5\.\.|fail|reach|status|code"),
)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2592000, "Q": 7776000, "Y": 31536000}
_WORDS = {"second": "s", "minute": "m", "hour": "h", "day": "d", "week": "w", "month": "M", "quarter": "Q", "year": "Y"}


@dataclass(frozen=True)
class Objective:
    """An objective: its fields as the fact type names them, where they stand, and the service it names."""

    value: dict[str, Any]
    place: str
    service: str
    places: dict[str, str] = field(default_factory=dict)


def sli_kind(text: str) -> str:
    """What an indicator measures, by the words of its name and query; `other` where they do not tell."""
    return next((kind for kind, pattern in _KINDS if re.search(pattern, text, re.IGNORECASE)), "other")


def window(text: object) -> timedelta | None:
    """A length such as `28d`, `4w`, `1M` (a month taken as 30 days); None where it is none."""
    found = re.fullmatch(r"\s*(\d{1,5})\s*([smhdwMQY])\s*", text) if isinstance(text, str) else None
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]]) if found else None


def objectives(document: yaml.Document, within: yaml.Path = ()) -> Iterator[Objective]:
    """The objectives of a document in any of the forms; none where it is something else."""
    data = mapping(dig(document.data, *within))
    api, kind = str(data.get("apiVersion", "")), data.get("kind")
    if api.startswith("openslo") and kind == "SLO":
        yield from _openslo(data, document, within)
    elif api.startswith("sloth.slok.dev") and kind == "PrometheusServiceLevel":
        yield from _sloth(mapping(data.get("spec")), document, (*within, "spec"))
    elif str(data.get("version", "")).startswith("prometheus/v1") and "slos" in data:
        yield from _sloth(data, document, within)
    elif api.startswith("pyrra.dev") and kind == "ServiceLevelObjective":
        yield from _pyrra(data, document, within)


def _openslo(data: Mapping[str, Any], document: yaml.Document, within: yaml.Path) -> Iterator[Objective]:
    spec, name = mapping(data.get("spec")), str(dig(data, "metadata", "name") or "")
    spans = sequence(spec.get("timeWindow")) or sequence(spec.get("timeWindows"))
    span = mapping(spans[0]) if spans else {}
    length = window(span.get("duration")) or window(
        f"{span.get('count')}{_WORDS.get(str(span.get('unit')).lower(), '')}"
    )
    targets = sequence(spec.get("objectives"))
    for index, target in enumerate(map(mapping, targets)):
        at = (*within, "spec", "objectives", index)
        percent = _number(target.get("targetPercent"))
        share = _number(target.get("target"))
        value = {
            "name": name if len(targets) == 1 else f"{name}/{target.get('displayName') or index + 1}",
            "sli": sli_kind(f"{name} {spec.get('indicator') or spec.get('indicatorRef')} {target.get('ratioMetrics')}"),
            "target_pct": percent if percent is not None else (None if share is None else _percent(share)),
            "window": length,
            "burn_alert": True if sequence(spec.get("alertPolicies")) else None,
            "path": document.path,
        }
        yield Objective(
            value, document.at(*at), str(spec.get("service") or ""), {"target_pct": document.at(*at, "target")}
        )


def _sloth(data: Mapping[str, Any], document: yaml.Document, within: yaml.Path) -> Iterator[Objective]:
    for index, slo in enumerate(map(mapping, sequence(data.get("slos")))):
        at = (*within, "slos", index)
        alerts = mapping(slo.get("alerting"))
        off = [
            dig(alerts, name, "disable") or dig(alerts, name.replace("_a", "A"), "disable")
            for name in ("page_alert", "ticket_alert")
        ]
        value = {
            "name": str(slo.get("name") or ""),
            "sli": sli_kind(f"{slo.get('name')} {slo.get('sli')}"),
            "target_pct": _number(slo.get("objective")),
            # Sloth's default window; another one is an argument of its command and not in the file.
            "window": timedelta(days=30),
            "burn_alert": not all(stated is True for stated in off),
            "path": document.path,
        }
        service = str(data.get("service") or "")
        yield Objective(value, document.at(*at), service, {"target_pct": document.at(*at, "objective")})


def _pyrra(data: Mapping[str, Any], document: yaml.Document, within: yaml.Path) -> Iterator[Objective]:
    spec, name = mapping(data.get("spec")), str(dig(data, "metadata", "name") or "")
    alerting = mapping(spec.get("alerting"))
    kinds = {"latency": "latency", "latencyNative": "latency", "ratio": "availability", "bool_gauge": "availability"}
    stated = next((kind for key, kind in kinds.items() if key in mapping(spec.get("indicator"))), "other")
    value = {
        "name": name,
        "sli": stated,
        "target_pct": _number(spec.get("target")),
        "window": window(spec.get("window")),
        "burn_alert": alerting.get("disabled") is not True and alerting.get("burnrates") is not False,
        "path": document.path,
    }
    yield Objective(value, document.at(*within), name, {"target_pct": document.at(*within, "spec", "target")})


def _number(value: object) -> float | None:
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except ValueError:
        return None
    return number if number is not None and 0 < number <= 100 else None


def _percent(share: float) -> float:
    """OpenSLO's target is a share of one; some write percent all the same."""
    return round(share * 100, 6) if share <= 1 else share


def terraform(block: Block) -> Iterator[Objective]:
    """Objectives of Datadog and Google Cloud; a block that does not parse gives none."""
    try:
        if block.labels[0] == "datadog_service_level_objective":
            yield from _datadog(block)
        elif block.labels[0] == "google_monitoring_slo":
            share, days = _number(block.get("goal")), block.get("rolling_period_days")
            length = timedelta(days=days) if isinstance(days, int) else None
            yield _declared(block, _percent(share) if share else None, length)
    except UserError:
        return  # The reader of infrastructure tells of it.


def _datadog(block: Block) -> Iterator[Objective]:
    thresholds = block.inner("thresholds")
    for threshold in () if isinstance(thresholds, Unknown) else thresholds[:1]:
        yield _declared(block, _number(threshold.get("target")), window(threshold.get("timeframe")))


def _declared(block: Block, target: float | None, length: timedelta | None) -> Objective:
    value = {
        "name": block.address,
        "sli": sli_kind(block.text),
        "target_pct": target,
        "window": length,
        "path": block.path,
    }
    return Objective(value, block.at(), "", {})
