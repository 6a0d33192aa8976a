"""A change of the catalog describes what it reaches and nothing else, and comes to what describing everything comes to."""

import random

import pytest

from greenboard.catalog import touched
from greenboard.catalog.types import Contact, Declared, Entity, Inheritance, Relation, RelationKind
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import following, pushing
from greenboard.facts.models import FactInterval
from greenboard.facts.pushing import Pushed, Reach

pytestmark = pytest.mark.django_db
KINDS = {"domain": 2, "system": 3, "team": 4, "person": 4, "service": 6, "api": 3}
NAMES = [Ref(kind, "default", f"{kind}-{number}") for kind, count in KINDS.items() for number in range(count)]


def of(rng, *kinds):
    return rng.choice([ref for ref in NAMES if ref.kind in kinds])


def declared(rng, ref):
    """Anything that may be said of an entity."""
    entity = Entity(
        ref,
        description=rng.choice(["", "a", "b"]),
        tier=rng.choice([None, 0, 1, 2, 3]) if ref.kind in ("service", "api") else None,
        lifecycle="retired" if ref.kind == "person" and rng.random() < 0.3 else "production",
        contacts=(Contact("chat", rng.choice(["#x", "#y"])),) if rng.random() < 0.3 else (),
        properties={"key": rng.choice("ab")} if rng.random() < 0.2 else {},
        owner_inherited=rng.choice(list(Inheritance)) if ref.kind in ("system", "domain") else Inheritance.FALLBACK,
    )
    said = set()
    if ref.kind in ("service", "api", "system", "domain") and rng.random() < 0.6:
        said.add((RelationKind.OWNS, of(rng, "team", "team", "person"), ref))
    wholes = {"service": ("system", "domain"), "api": ("system",), "system": ("domain",), "team": ("team",)}
    if ref.kind in wholes and rng.random() < 0.6:
        said.add((RelationKind.PART_OF, ref, of(rng, *wholes[ref.kind])))
    if ref.kind == "person" and rng.random() < 0.7:
        said.add((RelationKind.MEMBER_OF, ref, of(rng, "team")))
    if ref.kind == "service":
        said |= {(RelationKind.DEPENDS_ON, ref, of(rng, "service")) for _ in range(rng.randrange(3))}
        said |= {(rng.choice([RelationKind.PROVIDES, RelationKind.CONSUMES]), ref, of(rng, "api")) for _ in range(2)}
    relations = [Relation(kind, source, target) for kind, source, target in said if source != target]
    return entity, relations


def change(rng):
    """Say something of an entity or two, or retire one; refused where it cannot be."""
    refs = rng.sample(NAMES, rng.choice([1, 1, 2]))
    if rng.random() < 0.15:
        pushing.withdraw(refs[:1])
        return
    several = [declared(rng, ref) for ref in refs]
    entities, relations = [one for one, _ in several], [each for _, own in several for each in own]
    pushing.take(Pushed(Declared(tuple(entities), tuple(relations))), Reach(), cause="test")


def current():
    rows = FactInterval.objects.filter(valid_to__isnull=True).order_by("entity_id", "type")
    return list(rows.values_list("entity_id", "type", "value", "places", "location"))


@pytest.mark.parametrize("seed", range(2))
def test_it_comes_to_what_describing_everything_comes_to(seed):
    rng, done = random.Random(seed), 0
    while done < 20:
        try:
            change(rng)
        except UserError:
            continue
        done += 1
        before = current()
        following.follow(clock.now())
        assert current() == before, f"after change {done} of seed {seed}"


@pytest.fixture
def company():
    """Two systems of one domain with a service each, that do not know each other."""
    entities, relations = [], []
    for name in ("one", "two"):
        service, system, team = (
            Ref("service", "default", name),
            Ref("system", "default", name),
            Ref("team", "default", name),
        )
        entities += [Entity(service, tier=2), Entity(system), Entity(team)]
        relations += [Relation(RelationKind.PART_OF, service, system), Relation(RelationKind.OWNS, team, system)]
    pushing.take(Pushed(Declared(tuple(entities), tuple(relations))), Reach(), cause="test")


def test_what_a_change_does_not_reach_is_not_read(company, monkeypatch):
    seen = []
    real = touched.affected
    monkeypatch.setattr(touched, "affected", lambda change: seen.append(real(change)) or seen[-1])
    monkeypatch.setattr(following.catalog, "declared", lambda _: pytest.fail("everything was read"))
    one = Ref("service", "default", "one")
    system = Relation(RelationKind.PART_OF, one, Ref("system", "default", "one"))
    pushing.take(Pushed(Declared((Entity(one, tier=1),), (system,))), Reach(), cause="test")
    assert len(seen[0]) == 1
    inside = Entity(Ref("team", "default", "one"), contacts=(Contact("chat", "#one"),))
    pushing.take(Pushed(Declared((inside,))), Reach(), cause="test")
    assert len(seen[1]) == 3, "the team, the system that it owns, and what is part of that"
