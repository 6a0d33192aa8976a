"""Alert rules as files: Prometheus rule files, PrometheusRule objects, rules in ConfigMaps, alarms in Terraform."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from greenboard.core import yaml
from greenboard.core.errors import UserError
from greenboard.repository.kubernetes.belonging import belongs, of_component
from greenboard.repository.kubernetes.objects import dig, mapping, sequence
from greenboard.repository.sniff import candidates
from greenboard.repository.terraform.blocks import Block
from greenboard.repository.terraform.owned import resources_of
from greenboard.repository.types import Missed, Scope

_PAGING = re.compile(r"(?:critical|page|paging|pager|emergency|fatal|urgent|p[01]|sev-?[01])", re.IGNORECASE)
_RUNBOOK = re.compile(r"run[-_ ]?book|playbook", re.IGNORECASE)
_ALARMS = frozenset(
    [
        "aws_cloudwatch_metric_alarm",
        "aws_cloudwatch_composite_alarm",
        "datadog_monitor",
        "google_monitoring_alert_policy",
        "azurerm_monitor_metric_alert",
        "newrelic_nrql_alert_condition",
    ]
)
_SIGNALS = {
    "latency": r"latency|duration|response_?time|histogram_quantile|_seconds_bucket",
    "errors": r"error|fail|5\.\.|5xx|=~?\s*\"5|success|exception|availability",
    "saturation": r"cpu|memory|disk|filesystem|volume|queue|saturat|throttl|connections|quota|inodes|heap|backlog",
}
_TRAFFIC = re.compile(r"requests?_total|requests?_count|http_requests|throughput|_rps\b|request_?count", re.IGNORECASE)


@dataclass(frozen=True)
class Rule:
    """An alert rule. `paging` is None where the file does not say whether it calls a person."""

    name: str
    place: str
    labels: Mapping[str, str] = field(default_factory=dict)
    runbook: bool = False
    paging: bool | None = None
    signals: frozenset[str] = frozenset()
    routed_here: bool = True


def rules(scope: Scope) -> Iterator[Rule | Missed]:
    """The alert rules of a component, and the files that could not be read."""
    for path in candidates(scope.tree, "alert rules"):
        stem, folder = path.rpartition("/")[2].split(".")[0], path.split("/")[-2] if "/" in path else ""
        if path in candidates(scope.tree, "kubernetes") or not belongs(scope, path, (stem, folder)):
            continue
        try:
            for document in scope.tree.yaml(path):
                yield from _groups(document, ("groups",))
        except UserError as error:
            yield Missed("alerting", error.what, str(error.place or path))
    yield from _objects(scope)
    yield from _terraform(scope)


def _objects(scope: Scope) -> Iterator[Rule | Missed]:
    mine = of_component(scope)
    for failed in mine.failed:
        if _mentions_rules(scope, failed.location.partition(":")[0]):
            yield Missed("alerting", failed.reason, failed.location)
    for item in mine.objects:
        if item.kind == "PrometheusRule":
            yield from _groups(item.document, (*item.within, "spec", "groups"))
        elif item.kind == "ConfigMap":
            for text in mapping(item.data.get("data")).values():
                if isinstance(text, str) and "groups:" in text and "alert:" in text:
                    yield from _embedded(text, item.at())


def _mentions_rules(scope: Scope, path: str) -> bool:
    """Whether a file that could not be read as objects may hold rules."""
    try:
        text = scope.tree.text(path)
    except UserError:
        return False
    return "PrometheusRule" in text or re.search(r"^\s*-?\s*alert:", text, re.MULTILINE) is not None


def _embedded(text: str, place: str) -> Iterator[Rule]:
    """Rules kept as text inside of an object; they all stand where it does."""
    try:
        documents = yaml.read(text, place)
    except UserError:
        return  # Some other text that only looks like rules: nothing is claimed from it.
    for document in documents:
        found = _groups(document, ("groups",))
        yield from (Rule(**{**vars(rule), "place": place}) for rule in found)


def _groups(document: yaml.Document, at: yaml.Path) -> Iterator[Rule]:
    for number, group in enumerate(sequence(dig(document.data, *at))):
        for index, rule in enumerate(sequence(mapping(group).get("rules"))):
            if isinstance(mapping(rule).get("alert"), str):
                shared = mapping(mapping(group).get("labels"))
                yield _rule(mapping(rule), shared, document.at(*at, number, "rules", index))


def _rule(data: Mapping[str, Any], shared: Mapping[str, Any], place: str) -> Rule:
    labels = {str(key): str(value) for key, value in {**shared, **mapping(data.get("labels"))}.items()}
    severity = labels.get("severity") or labels.get("priority") or labels.get("page")
    named = [key for key, value in mapping(data.get("annotations")).items() if value and _RUNBOOK.search(str(key))]
    templated = severity is not None and "{{" in severity
    return Rule(
        name=str(data["alert"]),
        place=place,
        labels={**labels, "alertname": str(data["alert"])},
        runbook=bool(named),
        paging=None if severity is None or templated else _PAGING.fullmatch(severity) is not None,
        signals=signals_of(f"{data['alert']} {data.get('expr', '')}"),
    )


def signals_of(text: str) -> frozenset[str]:
    """Which golden signals an expression watches, by the usual names of metrics."""
    found = {name for name, pattern in _SIGNALS.items() if re.search(pattern, text, re.IGNORECASE)}
    # A rate of requests says something about traffic only where it is not the base of a ratio of errors.
    if not found and _TRAFFIC.search(text):
        found.add("traffic")
    return frozenset(found)


def _terraform(scope: Scope) -> Iterator[Rule]:
    return (_alarm(block) for block in resources_of(scope) if block.labels[0] in _ALARMS)


def _alarm(block: Block) -> Rule:
    text = block.text
    pages = re.search(r"@(?:pagerduty|opsgenie|victorops|oncall|splunk-oncall|squadcast)", text) is not None
    datadog = block.labels[0] == "datadog_monitor"
    return Rule(
        name=block.address,
        place=block.at(),
        runbook=_RUNBOOK.search(text) is not None,
        paging=True if pages else (False if datadog and "${" not in text and "@" in text else None),
        signals=signals_of(text),
        routed_here=False,
    )
