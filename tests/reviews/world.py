"""Three services of a small company with facts that some rules read, and people who review them."""

from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core.refs import Ref
from greenboard.facts import service as facts
from greenboard.facts.described import describe
from greenboard.facts.store import vocabulary
from greenboard.facts.types import Fact, Source, SourceKind
from greenboard.results import service as results
from greenboard.reviews import answering, asking, deciding, rights, store
from greenboard.reviews.answering import Reply
from greenboard.reviews.asking import Triage, Wish
from greenboard.reviews.types import Decision, SectionState
from greenboard.scorecards import store as standards

cast = importlib.import_module("tests.access.cast")
SOURCE = Source(SourceKind.CONNECTION, "tool", link="https://tool.example/1")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
CHECKOUT, LEDGER, SEARCH = (Ref("service", "default", name) for name in ("checkout", "ledger", "search"))
SYSTEM, TEAM = Ref("system", "default", "shop"), Ref("team", "default", "payments")
OTHERS = Ref("team", "default", "storefront")
WELL = {"slo": [{"name": "availability", "target_pct": 99.9, "current_pct": 99.95}]}
SMALL = """
name: small
title: Small review
scorecard: production-readiness
stages: [{name: launch, title: Launch}, {name: later, title: Later, after: 90d}]
sections:
  - name: reliability
    title: Reliability
    team: sre
    questions:
      - {id: objectives, title: "Are objectives defined?", rule: rel-1-defined}
      - {id: restore, title: "Was a restore tried?", attestation: REL.3, stages: [later]}
      - {id: failure, title: "What may fail?", answer: text}
  - name: operations
    title: Operations
    questions:
      - {id: rollback, title: "Can it be taken back?", answer: choice, choices: ["Yes", "No"], against: ["No"]}
      - {id: minutes, title: "In how many minutes?", answer: number, required: false}
"""


class People:
    """Who takes part: Ada asks, Sam is of the reviewing team, Mia maintains, Vic only looks."""

    def __init__(self) -> None:
        made = {name: cast.person(name) for name in ("ada", "sam", "mia", "vic")}
        for name, role in {"ada": "member", "sam": "member", "mia": "maintainer", "vic": "viewer"}.items():
            cast.granted(role, person=made[name])
        cast.member(made["sam"], "team:default/sre")
        self.accounts = made
        self.ada, self.sam, self.mia, self.vic = (rights.actor(made[name]) for name in ("ada", "sam", "mia", "vic"))


def declared(**changed):
    """The catalog; `changed` are entities that are otherwise than at first, by name."""
    entities = [Entity(SYSTEM), Entity(TEAM), Entity(OTHERS), Entity(Ref("team", "default", "sre"))]
    entities += [
        replace(Entity(ref, tier=1, lifecycle="production"), **changed.get(ref.name, {}))
        for ref in (CHECKOUT, LEDGER, SEARCH)
    ]
    relations = [Relation(RelationKind.PART_OF, ref, SYSTEM) for ref in (CHECKOUT, LEDGER)]
    relations += [Relation(RelationKind.OWNS, changed.get("owner", TEAM), ref) for ref in (CHECKOUT, LEDGER, SEARCH)]
    relations += [Relation(RelationKind.DEPENDS_ON, CHECKOUT, LEDGER)]
    relations += [Relation(RelationKind.DEPENDS_ON, CHECKOUT, needed) for needed in changed.get("needs", ())]
    return Declared(tuple(entities), tuple(relations))


def save(at, **changed):
    """Declare the catalog, and judge."""
    catalog.save(declared(**changed), at, cause="world")
    facts.record(describe(declared(**changed), at, complete=True), [], at)
    evaluate(at)


def say(at, ref=CHECKOUT, **said):
    """Let a tool say facts by type, and judge."""
    words = vocabulary()
    facts.record([Fact(ref, name, words.normalise(name, raw), SOURCE, at) for name, raw in said.items()], [], at)
    evaluate(at)


def evaluate(at):
    results.evaluate(standards.standard("production-readiness", vocabulary()), at)


def build():
    """The company as it is at first."""
    save(START)
    for ref in (CHECKOUT, LEDGER, SEARCH):
        say(START + timedelta(minutes=1), ref, **WELL)


def asked(people, now, *entities, **more):
    """A review of the small template, asked for by Ada and triaged by Mia."""
    review = asking.request(Wish(entities or (CHECKOUT,), "small", **more), who=people.ada, now=now)
    return asking.triage(review.pk, None, Triage(), who=people.mia, now=now)


def answered(people, now, review, rollback="Yes"):
    """Ada's answers, and every section accepted by who may."""
    for question, value in (("failure", "The cache."), ("rollback", rollback)):
        if question in store.Asking.of(review).questions:
            answering.answer(review.pk, Reply(question, value), who=people.ada, now=now)
    for row in review.sections.all():
        answering.settle(review.pk, row.name, None, SectionState.ACCEPTED, "", who=people.mia, now=now)
    return store.find(review.pk)


def signed(people, now, *entities, conditions=(), **more):
    """A review that Mia decided and signed; its signature."""
    review = answered(people, now, asked(people, now, *entities, **more))
    decision = Decision.GO_WITH_CONDITIONS if conditions else Decision.GO
    deciding.decide(review.pk, None, deciding.Verdict(decision, "All is well.", conditions), who=people.mia, now=now)
    return deciding.sign(review.pk, store.find(review.pk).version, who=people.mia, now=now)
