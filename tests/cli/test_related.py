"""`greenboard check` on a folder of repositories, by rules that look from one at the other."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import NOW, call, make

CARD = """\
name: together
title: Together
levels: [{name: good, title: Good}]
rules:
  - id: slos
    item: REL.1
    title: Dependencies have a level objective
    why: A chain is as good as its links.
    fix: Agree on one.
    level: good
    expression: dependencies().all(d, d.slo.exists(s, s.target_pct >= 99.9))
  - id: home
    item: REL.2
    title: The code has an owner
    why: Someone must answer.
    fix: Write CODEOWNERS.
    level: good
    expression: repository().codeowners.exists
  - id: used
    item: REL.3
    title: Nothing important depends on it
    why: It is an experiment.
    fix: Do not use it.
    level: good
    expression: '!dependents().exists(d, d.entity.tier == 0)'
  - id: team
    item: REL.4
    title: It belongs to payments
    why: They run it.
    fix: Hand it over.
    level: good
    expression: in_team("payments")
"""
SLO = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: up}
spec:
  service: ledger
  indicator: {spec: {ratioMetric: {good: {}, total: {}}}}
  timeWindow: [{duration: 30d}]
  objectives: [{target: 0.99}]
"""


def test_rules_look_from_one_repository_at_another(tmp_path: Path) -> None:
    card = tmp_path / "together.yaml"
    card.write_text(CARD)
    folder = tmp_path / "trees"
    checkout = "kind: service\nname: checkout\ntier: 0\nowner: team:payments\ndepends_on: [service:ledger]\n"
    ledger = "kind: service\nname: ledger\nowner: team:books\ntier: 1\n"
    make(folder / "checkout", {"greenboard.yaml": checkout, "CODEOWNERS": "* @payments\n"})
    make(folder / "ledger", {"greenboard.yaml": ledger, "slo.yaml": SLO})
    done = call("check", folder, "--scorecard", card, "--format", "json", "--now", NOW)
    assert (done.code, done.err) == (0, "")
    found = {
        (entity["ref"], result["rule"]): result for entity in done.json["entities"] for result in entity["results"]
    }
    slos = found["service:default/checkout", "slos"]
    assert (slos["outcome"], slos["message"]) == ("fail", "ledger's SLO up: target 99 %, wanted at least 99.9 %")
    read = next(part for part in slos["evidence"] if part["fact"] == "dependencies().slo.target_pct")
    assert (read["key"], read["source"].partition(":")[0]) == ("service:default/ledger up", "slo.yaml")
    assert found["service:default/checkout", "home"]["outcome"] == "pass"
    assert found["service:default/ledger", "used"]["message"] == "checkout: tier 0, wanted anything but 0"
    assert found["service:default/checkout", "used"]["outcome"] == "no_data"
    assert found["service:default/checkout", "team"]["outcome"] == "pass"
    assert found["service:default/ledger", "team"]["outcome"] == "no_data"
