"""The page of a rule that looks beyond its entity lists what it reads of whom."""

from __future__ import annotations

from pathlib import Path

from greenboard.facts import vocabulary
from greenboard.scorecards import definition
from greenboard.web.rule import model

WORDS = vocabulary.load()
CARD = """\
name: own
title: Own
levels: [{name: good, title: Good}]
rules:
  - id: slos
    item: REL.1
    title: Slos
    why: w
    fix: f
    level: good
    when: size(parts()) > 0
    parameters:
      least: {type: float, default: 99, by_entity: {"service:default/ledger": 99.9}}
    expression: dependencies().all(d, d.slo.exists(s, s.target_pct >= param.least) && d.reached("basics", "good"))
"""


def test_what_a_rule_reads_of_related_entities_leads_to_its_documentation(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(CARD)
    card = definition.load(path, WORDS)
    head = model.head(card, card.rules[0], WORDS)
    reads = {read.path: read for read in head.reads}
    assert list(reads) == ["dependencies().slo.target_pct", "parts()", 'dependencies().level("basics")']
    target = reads["dependencies().slo.target_pct"]
    assert target.url.endswith("/slo#target_pct")
    assert (target.type, target.doc) == ("float", WORDS.types["slo"].fields["target_pct"].doc)
    assert reads["parts()"].doc.startswith("What is part of the entity")
    (threshold,) = head.thresholds
    assert threshold.special == ("ledger: 99.9",)
