"""Alerts, objectives and the dashboard ask only for metrics that there are, and lead to what to do."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from greenboard.project.observing import metrics
from greenboard.project.observing.beating import Beating

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
FILES = ["prometheus/alerts.yaml", "prometheus/slo.yaml", "grafana/greenboard.json"]


def anchors(page: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.django_db
@pytest.mark.parametrize("name", FILES)
def test_every_metric_is_one_that_is_exported(name: str, tmp_path: Path) -> None:
    Beating(tmp_path / "beat", worker="one").beat()
    metrics.count("/", "GET", 200, 0.1)
    exported = set(re.findall(r"^(?:# TYPE )?(\w+)(?:\{| )", metrics.text().decode(), re.MULTILINE))
    asked = set(re.findall(r"\b((?:greenboard|process)_\w+)", (DEPLOY / name).read_text()))
    assert asked, "nothing is asked for"
    assert asked - exported == set()


def test_each_alert_leads_to_a_section_of_the_runbook() -> None:
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 5
    for rule in rules:
        page, _, section = rule["annotations"]["runbook_url"].partition("#")
        assert section in anchors(page), rule["alert"]
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_every_alert_is_named_in_the_runbook() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"]
    assert [rule["alert"] for group in groups for rule in group["rules"] if rule["alert"] not in runbook] == []


def test_the_dashboard_has_no_panel_twice() -> None:
    panels = json.loads((DEPLOY / "grafana" / "greenboard.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
