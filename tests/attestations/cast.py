"""A small company for tests of attestations: a service with its team, people, and what they want to attest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from greenboard.access.models import Grant, Membership, Person, Role
from greenboard.attestations import service
from greenboard.attestations.models import Attestation
from greenboard.attestations.permitting import Acting
from greenboard.attestations.types import Given, Proof, Wish
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core.events import subscribed
from greenboard.core.happened import Happened
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.types import Struct

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SERVICE = Ref("service", "default", "checkout")
OTHER = Ref("service", "default", "ledger")
TEAM, OTHERS = Ref("team", "default", "payments"), Ref("team", "default", "platform")
PROOF = (Given(Proof.LINK, "https://wiki.example.com/report"),)
ANSWERS: dict[str, dict[str, object]] = {
    "COD.4": {"where": "in a pipeline", "last_run": "2026-11-20", "partners": 3},
    "REL.3": {"restored_on": "2026-11-20", "minutes": 40, "compared": "by counts"},
    "REL.4": {"held_on": "2026-11-20", "people": 4, "minutes": 30},
    "SEC.2": {"auditor": "Careful Ltd", "ended_on": "2026-11-20", "open": 0},
    "DOC.3": {"held_on": "2026-11-20", "people": 12},
    "INF.4": {"by_whom": "Ines", "open": "nothing"},
    "OPS.3": {"held_on": "2026-11-20", "failure": "the database is away", "minutes": 12},
}


def declared(at: datetime = NOW - 10 * DAY, *, owner: Ref = TEAM, **more: object) -> None:
    """Save the company; with another owner or tier it changed."""
    needs = more.pop("needs", ())
    service_ = Entity(SERVICE, **{"tier": 1, "dependencies_declared": True, **more})  # type: ignore[arg-type]
    entities = [service_, Entity(OTHER, tier=2), Entity(TEAM), Entity(OTHERS)]
    relations = [Relation(RelationKind.OWNS, owner, SERVICE), Relation(RelationKind.OWNS, OTHERS, OTHER)]
    relations += [Relation(RelationKind.DEPENDS_ON, SERVICE, ref) for ref in needs]  # type: ignore[attr-defined]
    catalog.save(Declared(tuple(entities), tuple(relations)), at, cause="test")


def person(name: str, *, team: Ref | None = TEAM, role: str = "member", scope: str = "") -> Acting:
    """Somebody in a team, with a role."""
    one = Person.objects.create_user(name, password="a long password", email=f"{name}@example.com")
    if team is not None:
        Membership.objects.create(person=one, team=str(team), since=NOW)
    Grant.objects.create(role=Role.objects.get(name=role), person=one, scope=scope, created_at=NOW)
    return again(one)


def again(one: Person) -> Acting:
    """The same account as another request reads it."""
    return Acting.by(Person.objects.get(pk=one.pk))


def wish(item: str = "COD.4", **more: object) -> Wish:
    told = {"entity": SERVICE, "item": item, "answers": ANSWERS[item], "evidence": PROOF, **more}
    return Wish(**told)  # type: ignore[arg-type]


def give(by: Acting, item: str = "COD.4", at: datetime = NOW, **more: object) -> Attestation:
    return service.give(wish(item, **more), by, at)


def listed(ref: Ref = SERVICE) -> dict[str, Struct] | None:
    """What the register says of an entity, by item; None where it says nothing. Items nobody was asked for are left out."""
    found = [fact for fact in facts.current(None, [ref])[ref][0] if fact.type == "attestation"]
    if not found:
        return None
    (fact,) = found
    assert isinstance(fact.value, tuple)
    return {str(item["item"]): item for item in fact.value if "expires_at" in item}


@contextmanager
def heard() -> Iterator[list[Happened]]:
    """What is announced within a block."""
    told: list[Happened] = []
    with subscribed(Happened, told.append):
        yield told
