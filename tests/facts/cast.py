"""The cast of the tests of facts: a service, its repository, and short ways to say something of them."""

from datetime import UTC, datetime, timedelta

from greenboard.catalog.models import Entity, EntityVersion
from greenboard.core.refs import Ref
from greenboard.facts.types import Fact, Gap, Source, SourceKind

START = datetime(2026, 9, 1, tzinfo=UTC)
CHECKOUT = Ref("service", "default", "checkout")
CODE = Ref("repository", "default", "shop-code")


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def fact(entity=CHECKOUT, name="coverage", value=None, at=0.0, source="Codecov", location="", places=None):
    value = {"line_pct": 80.0} if value is None else value
    origin = Source(SourceKind.CONNECTION, source, location)
    return Fact(entity, name, value, origin, day(at), places or {})


def gap(entity=CHECKOUT, name="coverage", reason="answered 403", at=0.0, source="Codecov"):
    return Gap(entity, name, reason, Source(SourceKind.CONNECTION, source), day(at))


def enter(ref: Ref, since: float = -10) -> Entity:
    row = Entity.objects.create(kind=ref.kind, namespace=ref.namespace, name=ref.name)
    EntityVersion.objects.create(
        entity=row, kind=ref.kind, namespace=ref.namespace, name=ref.name, valid_from=day(since)
    )
    return row
