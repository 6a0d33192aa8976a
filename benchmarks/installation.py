"""An installation made of random facts and rules, those that `engine.py` measures, in a real database.

Needs Django set up and the database migrated. Entities are services; what is said of each is said by one
tool for each fact type, so that a single look may turn a result.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

import made
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.service import record
from greenboard.facts.types import Fact, Source, SourceKind
from greenboard.facts.vocabulary import FactType
from greenboard.results.rows import OUTCOMES
from greenboard.rules.columns import Frame, Row
from greenboard.rules.evaluate import FAIL, PASS, evaluate
from greenboard.rules.types import Outcome
from greenboard.scorecards.definition import load
from greenboard.scorecards.types import Rule, Scorecard

CARD = "benchmark"
_TEAMS = 200
_SYSTEMS, _DOMAINS = 400, 20
DIMENSIONS = ("ownership", "code", "performance", "security", "observability", "reliability", "operations")
_LOOK = 500
"""How many entities one look speaks of while the installation is filled."""
_SHARING = 4
"""How many services live in one repository."""
_TRIES = 60


@dataclass(frozen=True)
class Installation:
    """What was made: the entities in order, their facts as they were said, and what seeding took."""

    refs: Sequence[Ref]
    rows: Sequence[Row]
    scorecard: Scorecard
    seconds: dict[str, float]


@dataclass(frozen=True)
class Toggle:
    """A rule that reads one fact type alone, and two facts of it, by the outcome that each gives."""

    rule: str
    type: str
    values: dict[Outcome, Any]


def fill(entities: int, at: datetime, folder: Path, seed: int = 7) -> Installation:
    """Save entities and record their facts, through the services that everybody uses."""
    rng = random.Random(seed)
    made.NOW = at
    rows = [fitting(row) for row in made.random_rows(rng, facts.vocabulary(), entities)]
    expressions = made.rules(rng, facts.vocabulary())
    scorecard = load(write_card(expressions, folder), facts.vocabulary())
    refs = [Ref("service", "default", f"service-{number:05}") for number in range(entities)]
    began = time.perf_counter()
    catalog.save(company(rng, refs), at, cause="benchmark")
    saved = time.perf_counter()
    for start in range(0, entities, _LOOK):
        part = slice(start, start + _LOOK)
        record(list(said(refs[part], rows[part], at)), [], at)
    seconds = {"catalog": saved - began, "facts": time.perf_counter() - saved}
    return Installation(refs, rows, scorecard, {name: round(taken, 2) for name, taken in seconds.items()})


def fitting(row: Row) -> Row:
    """The facts with items named as their types allow: the engine takes any name, the store only known ones."""
    types = facts.vocabulary().types
    return {name: _named(types[name], value) for name, value in row.items()}


def _named(declared: FactType, value: Any) -> Any:
    names = declared.fields[declared.many].values if declared.many else ()
    if not names:
        return value
    return tuple({**item, declared.many: name} for item, name in zip(value, names, strict=False))


def company(rng: random.Random, refs: Sequence[Ref]) -> Declared:
    """Services in systems of domains, with an owner, two dependencies each, and a repository for every few of them."""
    teams = [Ref("team", "default", f"team-{number}") for number in range(min(_TEAMS, len(refs)))]
    homes = [Ref("repository", "default", f"code-{number}") for number in range(-(-len(refs) // _SHARING))]
    domains = [Ref("domain", "default", f"domain-{number}") for number in range(min(_DOMAINS, len(refs)))]
    systems = [Ref("system", "default", f"system-{number}") for number in range(min(_SYSTEMS, len(refs)))]
    groups = map(Entity, (*teams, *homes, *domains, *systems))
    entities = [*groups, *(Entity(ref, tier=rng.randint(0, 4)) for ref in refs)]
    relations = [Relation(RelationKind.OWNS, rng.choice(teams), ref) for ref in refs]
    relations += [Relation(RelationKind.LIVES_IN, ref, homes[at // _SHARING]) for at, ref in enumerate(refs)]
    relations += [Relation(RelationKind.PART_OF, one, domains[at % len(domains)]) for at, one in enumerate(systems)]
    relations += [Relation(RelationKind.PART_OF, ref, systems[at % len(systems)]) for at, ref in enumerate(refs)]
    for ref in refs:
        needed = (other for other in rng.sample(refs, min(2, len(refs))) if other != ref)
        relations += [Relation(RelationKind.DEPENDS_ON, ref, other) for other in needed]
    return Declared(tuple(entities), tuple(relations))


def said(refs: Sequence[Ref], rows: Sequence[Row], at: datetime) -> Iterator[Fact]:
    """The facts of rows, as one tool for each type says them."""
    for ref, row in zip(refs, rows, strict=True):
        for name, value in row.items():
            yield statement(ref, name, value, at)


def statement(ref: Ref, name: str, value: Any, at: datetime) -> Fact:
    source = Source(SourceKind.CONNECTION, f"tool of {name}", link=f"https://tools.example/{name}/{ref.name}")
    return Fact(ref, name, value, source, at)


def write_card(expressions: Sequence[str], folder: Path, negated: int = 0) -> Path:
    """A scorecard of these rules on three levels; so many of them ask for the opposite."""
    levels = ("bronze", "silver", "gold")
    rules = [
        {
            "id": f"rule-{number:03}",
            "item": f"B.{number}",
            "dimension": DIMENSIONS[number % len(DIMENSIONS)],
            "title": f"Rule {number}",
            "why": "Because",
            "fix": "Mend it",
            "level": levels[number % 3],
            "expression": f"!({text})" if number < negated else text,
        }
        for number, text in enumerate(expressions)
    ]
    card = {
        "name": CARD,
        "title": "Benchmark",
        "levels": [{"name": name, "title": name.title()} for name in levels],
        "dimensions": {name: name.title() for name in DIMENSIONS},
        "scope": {"kinds": ["service"]},
        "rules": rules,
    }
    path = folder / "benchmark.yaml"
    path.write_text(yaml.safe_dump(card, sort_keys=False, width=10_000), encoding="utf-8")
    return path


def edited(scorecard: Scorecard, folder: Path, negated: int) -> Scorecard:
    """The scorecard with its first rules turned into their opposite."""
    expressions = [rule.program.source for rule in scorecard.rules]
    return load(write_card(expressions, folder, negated), facts.vocabulary())


def toggles(scorecard: Scorecard, seed: int = 11) -> list[Toggle]:
    """For every rule over one single fact that does not read the clock, two facts that decide it each way."""
    rng = random.Random(seed)
    found = (_toggle(rule, rng) for rule in scorecard.rules)
    return [toggle for toggle in found if toggle is not None]


def _toggle(rule: Rule, rng: random.Random) -> Toggle | None:
    words, program = facts.vocabulary(), rule.program
    if program.reads_clock or len(program.types) != 1:
        return None
    name = next(iter(program.types))
    if words.types[name].many is not None:
        return None
    tried = [made.random_item(rng, words.types[name], 0) for _ in range(_TRIES)]
    verdicts = evaluate(program, Frame.build(words, [{name: item} for item in tried], made.NOW)).tolist()
    if FAIL not in verdicts or PASS not in verdicts:
        return None
    values = {OUTCOMES[code]: tried[verdicts.index(code)] for code in (FAIL, PASS)}
    return Toggle(rule.id, name, values)
