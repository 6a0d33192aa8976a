"""What changed of other entities that a rule looks at: their facts, their levels, and who they are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.results import causes, models
from greenboard.results.rows import Cause
from greenboard.results.session import Session
from greenboard.scorecards.types import Rule


@dataclass(frozen=True)
class Beyond:
    """The changes of related entities since each of some columns was last judged."""

    session: Session
    since: Mapping[int, datetime]
    steps: Mapping[datetime, Mapping[Ref, Sequence[facts.Step]]]

    @classmethod
    def of(cls, session: Session, since: Mapping[int, datetime], rules: Collection[Rule]) -> Beyond:
        """Read what changed; `since` is by column, `rules` are those that turned."""
        relations = {name for rule in rules for name in rule.related}
        wanted: dict[datetime, dict[Ref, int]] = {}
        for column, moment in since.items() if relations else ():
            for name in relations:
                ids = {ref: int(session.ground.ids[row]) for row, ref in _related(session, column, name)}
                wanted.setdefault(moment, {}).update(ids)
        steps = {
            moment: facts.steps(moment, session.at, ids, facts.homes(session.at, ids.values()))
            for moment, ids in wanted.items()
            if ids
        }
        return cls(session, since, steps)

    def cause(self, rule: Rule, column: int) -> Cause | None:
        """Why a rule that looks beyond the entity turned for it; None for other rules, and where nothing is known."""
        if not rule.looks_beyond:
            return None
        return next(self._levels(rule, column), None) or next(self._facts(rule, column), None)

    def _facts(self, rule: Rule, column: int) -> Iterator[Cause]:
        steps = self.steps.get(self.since[column], {})
        for relation, reads in rule.related.items():
            for _, ref in _related(self.session, column, relation):
                found = causes.of_related(steps.get(ref, ()), reads, facts.vocabulary())
                if found is not None:
                    yield found

    def _levels(self, rule: Rule, column: int) -> Iterator[Cause]:
        for relation, scorecard in sorted(rule.levels):
            own = [int(self.session.rows[column])]
            rows = _rows(self.session, column, relation) if relation else own
            ids = self.session.ground.ids[rows].tolist()
            moved = models.LevelInterval.objects.filter(
                scorecard__name=scorecard, entity_id__in=ids, valid_to__isnull=True, level_since__gt=self.since[column]
            )
            for one in moved.select_related("entity").order_by("-level_since")[:1]:
                before, after = one.level_before or "no level", one.level or "no level"
                yield Cause("fact", f"{one.entity.name}: {before} → {after} on {scorecard}")


def _rows(session: Session, column: int, relation: str) -> list[int]:
    links = session.ground.frame.around.links.get(relation)
    return [] if links is None else [int(row) for row in links.of(int(session.rows[column]))]


def _related(session: Session, column: int, relation: str) -> list[tuple[int, Ref]]:
    """The rows and names of those that a relation leads to, as far as they are declared."""
    entities = ((row, session.ground.entities[row]) for row in _rows(session, column, relation))
    return [(row, entity.ref) for row, entity in entities if entity is not None]
