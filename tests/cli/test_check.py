"""`greenboard check` on a repository that is as it should be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from tests.cli.conftest import NOW, Done, Repo, Run, call, make

from greenboard.core import content

README = "# Checkout\n\n" + "It takes the money of those who buy and tells the warehouse what to send. " * 6
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout}
spec:
  replicas: 1
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}}
    spec:
      containers:
        - name: checkout
          image: example/checkout:1.2.3
          resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
"""
DESCRIPTOR = "kind: service\nname: checkout\nowner: team:payments\ntier: 1\nlifecycle: production\ndepends_on: []\n"
FILES = {"README.md": README, "k8s/deploy.yaml": DEPLOYMENT, "greenboard.yaml": DESCRIPTOR, "LICENSE": "MIT\n"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("trees") / "checkout", FILES)


@pytest.fixture(scope="module")
def report(folder: Path) -> Done:
    return call("check", folder, "--format", "json", "--now", NOW)


def _schema() -> Any:
    return json.loads(content.library("schemas", "check.schema.json").read_text())


def test_it_works(report: Done) -> None:
    assert (report.code, report.err) == (0, "")
    (entity,) = report.json["entities"]
    assert (entity["ref"], entity["kind"], entity["tier"]) == ("service:default/checkout", "service", 1)
    assert len(entity["results"]) >= 47


def test_the_json_follows_its_schema(report: Done) -> None:
    jsonschema.Draft202012Validator.check_schema(_schema())
    jsonschema.validate(report.json, _schema(), format_checker=jsonschema.FormatChecker())


def test_evidence_names_file_line_and_commit(report: Done) -> None:
    result = report.result("rel-2-replicas")
    assert result["outcome"] == "fail"
    read = next(part for part in result["evidence"] if part["fact"] == "workload.replicas")
    assert read["value"] == 1
    assert read["source"].startswith("k8s/deploy.yaml:")
    assert len(read["commit"]) == 40
    assert result["fix"]


def test_what_a_repository_cannot_show_is_no_data_and_left_out(report: Done) -> None:
    result = report.result("ops-2-rotation")
    assert result["outcome"] == "no_data"
    assert result["message"].startswith("no connected source tells of on-call")
    assert "ops-2-rotation" in report.json["entities"][0]["left_out"]


def test_two_calls_say_the_same(folder: Path, report: Done) -> None:
    assert call("check", folder, "--format", "json", "--now", NOW).out == report.out


def test_the_table_begins_with_the_verdict_and_ends_with_what_to_do(run: Run, folder: Path) -> None:
    done = run("check", folder, "--now", NOW)
    assert done.out.startswith("checkout: ")
    assert "(provisional)" in done.out.splitlines()[0]
    assert "✕ fail" in done.out
    assert "✓ pass" not in done.out
    assert "k8s/deploy.yaml:" in done.out
    assert done.out.index("Next, to gain") > done.out.index("✕ fail")
    assert "What would decide the rest" in done.out
    assert "A connection to an on-call tool would decide it." in done.out
    assert "\x1b" not in done.out


def test_markdown_keeps_its_tables_whole(run: Run, folder: Path) -> None:
    out = run("check", folder, "--format", "markdown", "--now", NOW).out
    rows = [line for line in out.splitlines() if line.startswith("|")]
    assert {row.replace("\\|", "").count("|") for row in rows} == {6}


def test_sarif_points_at_lines(run: Run, folder: Path) -> None:
    (found,) = run("check", folder, "--format", "sarif", "--now", NOW).json["runs"]
    result = next(part for part in found["results"] if part["ruleId"] == "rel-2-replicas")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "k8s/deploy.yaml"
    assert place["region"]["startLine"] >= 1
    assert found["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "rel-2-replicas"


def test_junit_counts_as_many_as_it_lists(run: Run, folder: Path) -> None:
    root = ET.fromstring(run("check", folder, "--format", "junit", "--now", NOW).out)
    (suite,) = root
    assert len(suite) == int(suite.attrib["tests"])
    assert len(suite.findall("*/failure")) == int(suite.attrib["failures"])
    assert len(suite.findall("*/skipped")) == int(suite.attrib["skipped"])


@pytest.mark.parametrize(("asked", "code"), [("gold", 1), ("Gold", 1), ("100", 1), ("0", 0), ("0.5", 0)])
def test_fail_under_answers_with_the_exit_code(run: Run, folder: Path, asked: str, code: int) -> None:
    assert run("check", folder, "--fail-under", asked, "--now", NOW).code == code


def test_explain_shows_expression_threshold_values_and_fix(run: Run, folder: Path) -> None:
    out = run("check", folder, "--explain", "rel-2-replicas", "--now", NOW).out
    assert "param.copies: 3" in out
    assert "workload.all(w, w.scheduled" in out
    assert "workload.replicas of deployment/checkout = 1" in out
    assert "Raise `replicas`" in out


def test_given_facts_decide_what_the_repository_cannot(run: Run, folder: Path, tmp_path: Path) -> None:
    facts = [
        {
            "entity": "service:default/checkout",
            "type": "oncall",
            "value": {"schedules": 1, "coverage_pct_30d": 100, "escalation_levels": 2},
            "source": "pager export",
            "observed_at": "2026-05-31T12:00:00Z",
        }
    ]
    (tmp_path / "facts.json").write_text(json.dumps(facts))
    done = run("check", folder, "--facts", tmp_path / "facts.json", "--format", "json", "--now", NOW)
    result = done.result("ops-2-rotation")
    assert result["outcome"] == "pass"
    assert {part["source"] for part in result["evidence"]} == {"pager export"}


def test_a_component_known_only_from_facts_is_judged(run: Run, tmp_path: Path) -> None:
    fact = {"entity": "service:default/ledger", "source": "catalog export", "observed_at": "2026-05-31T12:00:00Z"}
    facts = [
        {**fact, "type": "entity", "value": {"kind": "service", "tier": 0}},
        {
            **fact,
            "type": "workload",
            "value": [{"name": "deployment/ledger", "replicas": 2, "scheduled": False, "autoscaled": False}],
        },
    ]
    (tmp_path / "facts.json").write_text(json.dumps({"facts": facts}))
    done = run("check", "--facts", tmp_path / "facts.json", "--format", "json", "--now", NOW)
    assert done.json["entities"][0]["tier"] == 0
    assert done.result("rel-2-replicas")["outcome"] == "fail"


def test_facts_that_are_too_old_are_said(run: Run, folder: Path, tmp_path: Path) -> None:
    fact = {
        "entity": "service:default/checkout",
        "type": "coverage",
        "value": {"line_pct": 99},
        "source": "codecov",
        "observed_at": "2026-04-17T00:00:00Z",
    }
    (tmp_path / "facts.json").write_text(json.dumps([fact]))
    done = run("check", folder, "--facts", tmp_path / "facts.json", "--format", "json", "--now", NOW)
    result = done.result("cod-1-coverage")
    assert result["outcome"] == "no_data"
    assert "coverage from codecov: 45 days old, at most 30 days count" in result["message"]


def test_a_folder_of_clones_works_and_what_is_none_is_said(run: Run, repo: Repo, tmp_path: Path) -> None:
    repo({"README.md": README, "package.json": '{"name": "one"}'}, "clones/one")
    repo({"README.md": README, "package.json": '{"name": "two"}'}, "clones/two")
    (tmp_path / "clones" / "notes").mkdir()
    done = run("check", tmp_path / "clones", "--format", "json", "--now", NOW)
    assert done.code == 0
    assert len(done.json["entities"]) == 2
    assert [Path(part["path"]).name for part in done.json["skipped"]] == ["notes"]


def test_an_own_scorecard_can_be_given(run: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "card.yaml").write_text(
        "name: own\ntitle: Own\nlevels: [{name: good, title: Good}]\nrules:\n"
        "  - {id: r, item: X.1, title: Readme, why: w, fix: f, level: good, expression: readme.exists}\n"
    )
    done = run("check", folder, "--scorecard", tmp_path / "card.yaml", "--fail-under", "good", "--format", "json")
    assert (done.code, done.json["entities"][0]["level"]) == (0, "good")


def test_rules_are_listed_for_machines(run: Run) -> None:
    rules = run("rule", "list", "--scorecard", "production-readiness", "--format", "json").json
    assert {"id", "item", "level", "expression", "reads"} <= set(rules[0])
    assert len({rule["item"] for rule in rules}) == 47
    assert all(rule["reads"] for rule in rules)


def test_of_several_components_each_is_told_and_the_ending_once(run: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        make(tmp_path / name, {"package.json": f'{{"name": "{name}"}}', "Dockerfile": "FROM node\n"})
    done = run("check", tmp_path, "--now", NOW)
    lines = done.out.splitlines()
    assert lines[0].startswith("2 entities: ")
    assert lines[2].split()[:3] == ["entity", "kind", "level"]
    assert sum("✕ fail" in line and "doc-1-readme" in line for line in lines) == 2
    assert done.out.count("What would decide the rest") == 1
    assert "holds back one, two" in done.out
    assert "◌ no data" not in done.out
    assert "◌ no data" in run("check", tmp_path, "--all", "--now", NOW).out
