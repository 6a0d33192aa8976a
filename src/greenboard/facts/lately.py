"""What is said of an entity now is also what was said at a moment, where nothing changed since."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from django.db import connection

from greenboard.catalog.models import RelationInterval
from greenboard.facts.models import FactInterval, GapInterval
from greenboard.facts.types import Fact, Gap


@dataclass(frozen=True)
class Known:
    """What is said of an entity now, and of whom it is said: itself and the repository it lives in, by surrogate id."""

    facts: Sequence[Fact]
    gaps: Sequence[Gap]
    of: Collection[int]

    def at(self, moment: datetime) -> tuple[list[Fact], list[Gap]] | None:
        """The facts and gaps as `store.current` gives them for a moment; None where anything changed since."""
        if _changed(self.of, moment):
            return None
        facts = [fact if fact.observed_at <= moment else replace(fact, observed_at=moment) for fact in self.facts]
        return facts, list(self.gaps)


def _changed(entities: Collection[int], since: datetime) -> bool:
    """Whether a fact, a gap or a relation from an entity (surrogate ids) began or ended after a moment. One query."""
    several = sorted(entities)
    moment = connection.ops.adapt_datetimefield_value(since)
    with connection.cursor() as cursor:
        cursor.execute(_question(len(several)), [*several, moment, moment] * 3)
        return bool(cursor.fetchone()[0])


@cache
def _question(count: int) -> str:
    """Names of tables only: written once, since putting it together takes longer than the answer."""
    name, places = connection.ops.quote_name, ", ".join(["%s"] * count)
    between = f"IN ({places}) AND (valid_from > %s OR valid_to > %s)"
    parts = [
        f"EXISTS (SELECT 1 FROM {name(table._meta.db_table)} WHERE {column} {between})"  # noqa: S608
        for table, column in ((FactInterval, "entity_id"), (GapInterval, "entity_id"), (RelationInterval, "source_id"))
    ]
    return f"SELECT {' OR '.join(parts)}"
