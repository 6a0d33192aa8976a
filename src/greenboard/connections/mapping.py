"""From what was read to facts: for each subject its fact types, for each the entries that make it, united."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from greenboard.connections.expressions import Env, Mistyped
from greenboard.connections.expressions.compiling import truth
from greenboard.connections.fields import Maker, maker
from greenboard.connections.finding import Finder
from greenboard.connections.plan import FactPlan, Plan, SubjectPlan
from greenboard.connections.reading import with_line
from greenboard.connections.rows import Row
from greenboard.connections.session import Session
from greenboard.connections.subjects import Unclear
from greenboard.connections.subjects import subject as subject_of
from greenboard.connections.types import Found, Missed, Reason, Seen, Subject
from greenboard.connections.work import Work
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.facts.types import FieldValue, Partial, Struct
from greenboard.facts.vocabulary import FactType

_UNTOLD = Reason("theirs", "The tool does not say whether there are more.")


@dataclass
class _Made:
    """What the entries of one type made of one subject so far."""

    declared: FactType
    fields: dict[str, FieldValue] = field(default_factory=dict)
    items: list[tuple[str, dict[str, FieldValue]]] = field(default_factory=list)
    link: str = ""
    observed_at: datetime | None = None
    partial: Reason | None = None
    looked: bool = False
    missed: dict[Reason, set[str]] = field(default_factory=dict)

    def miss(self, reason: Reason, *fields: str) -> None:
        self.missed.setdefault(reason, set()).update(fields)


class Mapper:
    """Makes the facts of a run from its work file.

    `unclear` are the streams in which a record did not say which subject it is: nothing of them counts as gone.
    """

    def __init__(self, session: Session, work: Work, finder: Finder) -> None:
        self._session = session
        self._work = work
        self._finder = finder
        self._plan: Plan = session.plan
        self.unclear: set[str] = set()
        self._by_type: dict[str, dict[str, list[FactPlan]]] = {}
        self._makers: dict[int, tuple[tuple[str, Maker, tuple[str, ...]], ...]] = {}
        for fact in self._plan.facts:
            self._makers[fact.at] = tuple(_makers(fact))
            self._by_type.setdefault(fact.subject.name, {}).setdefault(fact.type.name, []).append(fact)

    def events(self, only: Mapping[str, frozenset[str]] | None = None) -> Iterator[Seen | Found | Missed]:
        """Each subject, then its facts, and what of them was missed. `only` names ids of records by stream."""
        yield from self._whole_types(only)
        for plan in self._plan.subjects.values():
            wanted = None if only is None else only.get(plan.spec.stream, frozenset())
            if wanted is not None and not wanted:
                continue
            for several in self._work.batches(plan.spec.stream):
                rows = several if wanted is None else [row for row in several if row.id in wanted]
                self._finder.look_ahead(plan, rows)
                for row in rows:
                    yield from self._subject(plan, row)

    def _whole_types(self, only: Mapping[str, frozenset[str]] | None) -> Iterator[Missed]:
        """What is missed of every subject that is wanted, each thing said once."""
        facts = [fact for fact in self._plan.facts if only is None or fact.subject.spec.stream in only]
        yield from dict.fromkeys(missed for fact in facts for missed in self._whole_type(fact))

    def _whole_type(self, fact: FactPlan) -> Iterator[Missed]:
        told: set[Reason] = set()
        for name in (fact.stream, *self._plan.streams[fact.stream].line, fact.subject.spec.stream):
            reason = self._finder.root_failure(name)
            if reason is not None and reason not in told:
                told.add(reason)
                yield Missed(fact.type.name, None, reason)
        for join in fact.joins:
            reason = self._finder.failure_from_root(join.spec.stream)
            fields = tuple(sorted(name for name, reads in fact.reads.items() if join.alias in reads))
            whole = join.alias in fact.guards
            if reason is not None and reason not in told and (fields or whole):
                yield Missed(fact.type.name, None, reason, () if whole else fields)

    def _subject(self, plan: SubjectPlan, row: Row) -> Iterator[Seen | Found | Missed]:
        record = with_line(self._work, self._plan, plan.spec.stream, row.parent, row.data)
        env = self._session.env({"parent": record.get("parent")}, record)
        try:
            subject = subject_of(plan, record, env)
        except Unclear:
            self.unclear.add(plan.spec.stream)
            return
        if subject is None:
            return
        yield Seen(subject)
        for name, entries in self._by_type.get(plan.name, {}).items():
            made = _Made(entries[0].type)
            for fact in entries:
                self._entry(fact, subject, row, made)
            yield from self._told(name, subject, made)

    def _entry(self, fact: FactPlan, subject: Subject, row: Row, made: _Made) -> None:
        rows, reason = self._finder.records(fact, subject, row)
        if rows is None:
            return
        # A record of the subject itself may not be wanted; records that hang on it are, all of them, an answer.
        made.looked = made.looked or fact.stream != fact.subject.spec.stream
        if reason is not None:
            made.partial = made.partial or reason
            if not self._finder.is_root(reason):
                made.miss(reason, *(fact.map if made.declared.many is None else ()))
        for one in rows:
            record = with_line(self._work, self._plan, fact.stream, one.parent, one.data)
            self._record(fact, one, record, made)

    def _record(self, fact: FactPlan, row: Row, record: dict[str, Any], made: _Made) -> None:
        env = self._session.env({"parent": record.get("parent")}, record)
        reasons = self._finder.join(fact, row, record, env)
        try:
            wanted = True if fact.where is None else truth(fact.where(record, env))
            each = [None] if fact.each is None else fact.each(record, env)
        except Mistyped as wrong:
            made.partial = Reason("theirs", f"The answer is not as documented: {wrong}.")
            made.miss(made.partial)
            return
        if wanted is False:
            return
        made.looked = True
        if wanted is None or not isinstance(each, list):
            made.partial = made.partial or next(iter(reasons.values()), _UNTOLD)
            return
        made.link = made.link or _text(fact.link, record, env)
        made.observed_at = made.observed_at or _time(fact, record, env)
        for item in each:
            env.names["item"] = item
            fields = self._fields(fact, record, env, made, reasons)
            if made.declared.many is None:
                made.fields = {**fields, **made.fields}
            elif made.declared.many in fields:
                made.items.append((row.id, fields))
            else:
                said = f"The tool did not say the {made.declared.many} of one."
                made.partial = made.partial or Reason("theirs", said)

    def _fields(
        self, fact: FactPlan, record: dict[str, Any], env: Env, made: _Made, reasons: Mapping[str, Reason]
    ) -> dict[str, FieldValue]:
        fields: dict[str, FieldValue] = {}
        for name, make, joined in self._makers[fact.at]:
            value, reason = make(record, env)
            if value is not None:
                fields[name] = value
                continue
            for alias in joined:
                if alias in reasons and not self._finder.is_root(reasons[alias]):
                    reason = reasons[alias]
            if reason is not None:
                made.miss(reason, name)
        return fields

    def _told(self, name: str, subject: Subject, made: _Made) -> Iterator[Found | Missed]:
        now = self._session.now
        link, at = made.link or subject.link, made.observed_at or now
        if made.declared.many is not None:
            items = _distinct(made)
            if made.looked and (made.partial is None or items):
                yield Found(name, subject, items if made.partial is None else Partial(items), link, at)
            if made.partial is not None and not self._finder.is_root(made.partial):
                made.miss(made.partial)
        elif made.fields:
            yield Found(name, subject, made.fields, link, at)
        for reason, fields in made.missed.items():
            whole = made.declared.many is None and not made.fields
            left = fields - made.fields.keys() if made.declared.many is None else fields
            if left or not fields:
                yield Missed(name, subject, reason, () if whole else tuple(sorted(left)))


def _makers(fact: FactPlan) -> Iterator[tuple[str, Maker, tuple[str, ...]]]:
    """For each field what makes it, and the joins that it reads, the last one first."""
    for name, expression in fact.map.items():
        joined = [join.alias for join in fact.joins if join.alias in fact.reads[name]]
        yield name, maker(fact.type, name, expression), tuple(reversed(joined))


def _distinct(made: _Made) -> tuple[Struct, ...]:
    """Items by their keys: those of one record united, those of different ones with the same key told apart."""
    key = made.declared.many or ""
    united: dict[tuple[str, object], dict[str, FieldValue]] = {}
    for identity, fields in made.items:
        place = (identity, fields[key])
        united[place] = {**fields, **united.get(place, {})}
    owners: dict[object, set[str]] = {}
    for identity, value in united:
        owners.setdefault(value, set()).add(identity)
    found: list[Struct] = []
    for (identity, value), fields in united.items():
        apart = len(owners[value]) > 1 and isinstance(value, str)
        found.append({**fields, key: f"{value} ({identity})"} if apart else fields)
    return tuple(found)


def _text(expression: Any, record: Any, env: Env) -> str:
    if expression is None:
        return ""
    try:
        value = expression(record, env)
    except Mistyped:
        return ""
    return value if isinstance(value, str) else ""


def _time(fact: FactPlan, record: Any, env: Env) -> datetime | None:
    """When the tool saw it; never later than the collection."""
    text = _text(fact.observed_at, record, env)
    try:
        return min(clock.parse_time(text), env.now) if text else None
    except UserError:
        return None
