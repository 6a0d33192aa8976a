"""A small scorecard and shop for the tests of the history of results."""

from datetime import UTC, datetime, timedelta

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.service import record
from greenboard.facts.types import Fact, Gap, Source, SourceKind
from greenboard.results import service
from greenboard.scorecards.definition import load

START = datetime(2026, 9, 1, tzinfo=UTC)
CHECKOUT = Ref("service", "default", "checkout")
CODE = Ref("repository", "default", "shop-code")
CARD = "shop"

BRONZE = ("covered", "coverage.line_pct >= 70.0", "bronze")
SILVER = ("reviewed", "branch_policy.required_reviews >= 1", "silver")
ON_CALL = ("on-call", "oncall.schedules > 0", "silver")


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def scorecard(folder, *rules, kinds="service, library", name=CARD):
    """A scorecard with levels bronze and silver, of rules given as (id, expression, level)."""
    lines = [
        f"name: {name}",
        "title: Shop",
        "levels: [{name: bronze, title: Bronze}, {name: silver, title: Silver}]",
        f"scope: {{kinds: [{kinds}]}}",
        "rules:",
    ]
    for rule, expression, level, *more in rules:
        lines += [
            f"  - id: {rule}",
            f"    item: {rule}",
            f"    title: Is {rule}",
            "    why: Because",
            "    fix: Mend it",
            f"    level: {level}",
            f"    expression: '{expression}'",
            *(f"    {line}" for line in more),
        ]
    path = folder / "card.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load(path, facts.vocabulary())


def enter(at=0.0, tier=1, ref=CHECKOUT):
    declared = Declared(
        (Entity(ref, tier=tier, lifecycle="production"), Entity(CODE)),
        (Relation(RelationKind.LIVES_IN, ref, CODE),),
    )
    catalog.save(declared, day(at), cause="test")


def tool(name="Codecov"):
    return Source(SourceKind.CONNECTION, name, link=f"https://tools.example/{name.lower()}")


def say(at, *said, entity=CHECKOUT):
    """Record facts given as (type, value) at a day."""
    words = facts.vocabulary()
    made = [Fact(entity, name, words.normalise(name, value), tool(), day(at)) for name, value in said]
    record(made, [], day(at))


def fail(at, name, reason="answered 403", entity=CHECKOUT):
    record([], [Gap(entity, name, reason, tool(), day(at))], day(at))


def run(card, at, entities=None):
    return service.evaluate(card, day(at), entities)
