"""Alert rules, dashboards and objectives that are kept as files."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenboard.facts.vocabulary import load
from greenboard.repository.monitoring.objectives import sli_kind, window
from greenboard.repository.monitoring.rules import signals_of
from greenboard.repository.readers.alerting import READER as ALERTING
from greenboard.repository.readers.dashboard import READER as DASHBOARD
from greenboard.repository.readers.dashboard import describe
from greenboard.repository.readers.slo import READER as SLO
from greenboard.repository.types import Found, Missed

RULES = """\
groups:
  - name: shop
    rules:
      - alert: HighErrors
        expr: sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.01
        labels: {severity: critical}
        annotations: {runbook_url: "https://runbooks.example.org/errors"}
      - alert: Slow
        expr: histogram_quantile(0.99, rate(http_request_duration_seconds_bucket[5m])) > 1
        labels: {severity: warning}
      - record: x
        expr: y
"""
ROUTES = """\
route:
  receiver: nobody
  routes:
    - matchers: [severity="critical"]
      receiver: pager
receivers:
  - name: nobody
  - name: pager
    pagerduty_configs: [{routing_key: x}]
"""


def single(reader: Any, scope: Any) -> Any:
    found = [said for said in reader.read(scope) if isinstance(said, Found)]
    for said in found:
        load().normalise(said.type, said.value)
    return found[0] if found else None


def test_rule_files_and_routes(repo, scope):
    found = single(ALERTING, scope(repo({"monitoring/shop.rules.yml": RULES, "alertmanager.yml": ROUTES})))
    assert found.value == {
        "golden_signals": ["latency", "errors"],
        "rules": 2,
        "runbook_pct": 50.0,
        "paging_rules": 1,
        "unrouted_rules": 1,
    }
    assert found.places["runbook_pct"] == "monitoring/shop.rules.yml:8"


def test_rules_of_the_operator(repo, scope):
    text = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: shop}\nspec:\n  "
    found = single(ALERTING, scope(repo({"k8s/rules.yaml": text + RULES.replace("\n", "\n  ")})))
    assert found.value["rules"] == 2
    assert "unrouted_rules" not in found.value
    assert found.location == "k8s/rules.yaml:8"


def test_a_route_that_depends_on_what_is_not_known_says_nothing(repo, scope):
    routes = ROUTES.replace('severity="critical"', 'cluster="eu"')
    found = single(ALERTING, scope(repo({"rules.yml": RULES, "alertmanager.yml": routes})))
    assert "unrouted_rules" not in found.value


def test_severities_that_nobody_gives_leave_paging_unsaid(repo, scope):
    found = single(ALERTING, scope(repo({"rules.yml": RULES.replace("labels: {severity: warning}", "for: 1m")})))
    assert "paging_rules" not in found.value


def test_a_broken_rule_file_is_said_and_counts_are_not(repo, scope):
    tree = repo({"a.yml": RULES, "b.yml": "groups:\n- alert: x\n  {{ bad }}: [\n"})
    said = list(ALERTING.read(scope(tree)))
    assert [part.location for part in said if isinstance(part, Missed)] == ["b.yml:4:1"]
    # The broken file may hold the rules that seem to be missing.
    assert [part for part in said if isinstance(part, Found)] == []


def test_after_a_partial_look_signals_are_told_only_when_all_are_there(repo, scope):
    watched = ("http_request_duration_seconds_bucket", "errors_total", "http_requests_total", "cpu_usage")
    rules = "groups:\n- name: a\n  rules:\n" + "".join(
        f"  - {{alert: A{n}, expr: {name}}}\n" for n, name in enumerate(watched)
    )
    found = single(ALERTING, scope(repo({"a.yml": rules, "b.yml": "groups:\n- alert: x\n  {{ bad }}: [\n"})))
    assert found.value == {"golden_signals": ["latency", "traffic", "errors", "saturation"]}


def test_monitors_in_terraform(repo, scope):
    text = (
        'resource "datadog_monitor" "errors" {\n  message = "see the runbook @pagerduty-shop"\n  query = "errors"\n}\n'
    )
    found = single(ALERTING, scope(repo({"main.tf": text})))
    assert found.value == {"golden_signals": ["errors"], "rules": 1, "runbook_pct": 100.0, "paging_rules": 1}


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("rate(http_requests_total[5m]) < 1", {"traffic"}),
        ("container_memory_usage_bytes > 1e9", {"saturation"}),
        ("up == 0", set()),
    ],
)
def test_golden_signals(text, signals):
    assert signals_of(text) == signals


BOARD = {
    "title": "Shop",
    "schemaVersion": 39,
    "panels": [{"type": "row", "panels": [{"type": "graph"}]}, {"type": "stat"}],
}


def test_dashboards(repo, scope):
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "boards"}}
    data = {"data": {"shop.json": json.dumps({**BOARD, "title": "Cluster"})}}
    files = {
        "grafana/shop.json": json.dumps(BOARD),
        "grafana/copy.json": json.dumps({"dashboard": BOARD}),
        "grafana/other.json": json.dumps({**BOARD, "panels": []}),
        "grafana/data.json": json.dumps({"panels": [], "title": "not one"}),
        "k8s/boards.yaml": json.dumps({**config, **data}),
        "main.tf": 'resource "grafana_dashboard" "more" {\n  config_json = file("x.json")\n}\n',
    }
    found = single(DASHBOARD, scope(repo(files)))
    assert {item["name"]: item.get("panels") for item in found.value} == {
        "Shop": 2,
        "Shop (grafana/other.json:1)": 0,
        "Cluster": 2,
        "grafana_dashboard.more": None,
    }


def test_a_broken_dashboard_is_said(repo, scope):
    (missed,) = DASHBOARD.read(scope(repo({"grafana/x.json": '{"panels": [\n}'})))
    assert isinstance(missed, Missed)
    assert missed.location == "grafana/x.json:2:1"


OPENSLO = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: checkout-availability}
spec:
  service: shop
  timeWindow: [{duration: 28d, isRolling: true}]
  objectives:
    - target: 0.999
"""
SLOTH = """\
version: prometheus/v1
service: shop
slos:
  - name: requests-latency
    objective: 99.5
    sli: {events: {error_query: a, total_query: b}}
    alerting: {page_alert: {disable: true}, ticket_alert: {disable: true}}
"""
PYRRA = """\
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: shop-errors}
spec: {target: "99", window: 4w, indicator: {ratio: {errors: {metric: a}}}}
"""
TERRAFORM = """\
resource "datadog_service_level_objective" "uptime" {
  name = "uptime"
  thresholds {
    timeframe = "30d"
    target    = 99.9
  }
}

resource "google_monitoring_slo" "fast" {
  goal                = 0.95
  rolling_period_days = 7
  display_name        = "latency"
}
"""


def test_objectives(repo, scope):
    tree = repo({"slo/a.yaml": OPENSLO, "slo/b.yaml": SLOTH, "k8s/c.yaml": PYRRA, "infra/main.tf": TERRAFORM})
    found = single(SLO, scope(tree))
    assert {item["name"]: (item["sli"], item["target_pct"], item["window"].days) for item in found.value} == {
        "checkout-availability": ("availability", 99.9, 28),
        "requests-latency": ("latency", 99.5, 30),
        "shop-errors": ("availability", 99.0, 28),
        "datadog_service_level_objective.uptime": ("availability", 99.9, 30),
        "google_monitoring_slo.fast": ("latency", 95.0, 7),
    }
    items = {item["name"]: item for item in found.value}
    assert (items["requests-latency"]["burn_alert"], items["shop-errors"]["burn_alert"]) == (False, True)
    assert "burn_alert" not in items["checkout-availability"]
    assert found.places["checkout-availability.target_pct"] == "slo/a.yaml:8"


def test_objectives_go_to_the_service_they_name(repo, scope):
    other = {f"src/{name}/{file}": "x\n" for name in ("shop", "cart") for file in ("go.mod", "main.go", "Dockerfile")}
    tree = repo({**other, "slo/a.yaml": OPENSLO})
    assert single(SLO, scope(tree, "src/shop")) is not None
    assert single(SLO, scope(tree, "src/cart")) is None


@pytest.mark.parametrize(("text", "length"), [("28d", 28), ("4w", 28), ("1M", 30), ("x", None), (None, None)])
def test_windows(text, length):
    assert window(text) == (None if length is None else timedelta(days=length))


def test_kinds_of_indicators():
    assert sli_kind("p99 of the response time") == "latency"
    assert sli_kind("something else") == "other"


def test_nothing_is_said_where_nothing_is(repo, scope):
    tree = repo({"config.yml": "groups: [a]\n", "grafana/x.json": "{}"})
    assert [list(reader.read(scope(tree))) for reader in (ALERTING, DASHBOARD, SLO)] == [[], [], []]


_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["panels", "rows", "title", "schemaVersion", "dashboard", "spec", "type"]), inner
        )
    ),
)


@given(_JSON)
def test_any_json_is_a_dashboard_or_none(data):
    found = describe(data)
    assert found is None or found["name"]
