"""Which records belong together, and whether all of them were read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from greenboard.connections.expressions import Env, Expression, Mistyped, reading
from greenboard.connections.expressions.compiling import truth
from greenboard.connections.plan import FactPlan, JoinPlan, Plan, StreamPlan, SubjectPlan
from greenboard.connections.reading import with_line
from greenboard.connections.rows import Row
from greenboard.connections.session import Session
from greenboard.connections.types import Reason, Subject
from greenboard.connections.work import SEPARATOR, Look, Work

_NOT_READ = Reason("stopped", "It was not read.")
_ABSENT = Reason("theirs", "The tool says that it is not there.")
_SKIPPED = Reason("stopped", "It was not looked for.")
_KNOWN = {"absent": _ABSENT, "skipped": _SKIPPED}
_UNTOLD = Reason("theirs", "The tool does not say of each record what it belongs to.")
_NOT_AGAIN = Reason("stopped", "A refresh of one thing does not read this again; the next collection does.")


_NAMES = frozenset({"parent", "settings", "root", "item"})
"""What does not stand for a field of the record where an expression begins with it."""


class Finder:
    """Looks records up in the work file. It knows of each stream whether it was read to the end.

    Of `borrowed` streams, which an earlier run read, it does not conclude that something is not there.
    """

    def __init__(self, session: Session, work: Work, borrowed: frozenset[str] = frozenset()) -> None:
        self._borrowed = borrowed
        self._session = session
        self._work = work
        self._plan: Plan = session.plan
        self._whole: dict[str, Reason | None] = {name: self._failure(name) for name in self._plan.streams}
        self._roots = {
            name: reason
            for name, reason in self._whole.items()
            if reason is not None and self._plan.streams[name].spec.for_each is None
        }
        self._told_at_once = frozenset(self._roots.values())
        self._unclear: set[str] = set()
        self._failed: dict[str, dict[str, Reason | None]] = {}
        for fact in self._plan.facts:
            self._prepare(fact)

    def failure(self, stream: str) -> Reason | None:
        """Why a stream was not read to its end; None where it was."""
        return self._whole[stream]

    def root_failure(self, stream: str) -> Reason | None:
        """The same of a stream that is read once and not for each of another."""
        return self._roots.get(stream)

    def failure_from_root(self, stream: str) -> Reason | None:
        """The same of any stream, where the failure is that of the one that it hangs on in the end."""
        return self.root_failure([stream, *self._plan.streams[stream].line][-1])

    def is_root(self, reason: Reason) -> bool:
        """Whether a reason is said for the whole type, so that it need not be said of each subject."""
        return reason in self._told_at_once

    def _failure(self, name: str) -> Reason | None:
        plan = self._plan.streams[name]
        if plan.parent is not None and (above := self._failure(plan.parent)) is not None:
            return above
        failed = self._work.failed(name)
        if failed is not None:
            return failed
        looked = self._work.look(name) if plan.spec.for_each is None else None
        unread = plan.spec.for_each is None and (looked is None or not looked.over)
        return _NOT_READ if unread or self._work.unfinished(name) else None

    def _prepare(self, fact: FactPlan) -> None:
        for join in fact.joins:
            if join.right:
                self._index(join.index, join.spec.stream, join.right)
        if fact.of is not None:
            self._index(f"of|{fact.at}", fact.stream, (fact.of,), fact)

    def _index(self, name: str, stream: str, right: tuple[Expression, ...], fact: FactPlan | None = None) -> None:
        """Make an index, unless there is one; the database does it alone where keys are a plain field."""
        keyed = self._work.keyed
        if name in keyed:
            return
        path = reading.path(right[0].tree) if len(right) == 1 else None
        own = _NAMES | ({join.alias for join in fact.joins} if fact is not None else set())
        if path is None or path[0] in own or not keyed.by_field(name, stream, path):
            keyed.make(name, self._keys(name, stream, right, fact))

    def look_ahead(self, plan: SubjectPlan, rows: Sequence[Row]) -> None:
        """Have the records at hand that are joined to some records of subjects."""
        stream = plan.spec.stream
        facts = [fact for fact in self._plan.facts if fact.subject is plan]
        wanted: dict[tuple[str, str], dict[str, None]] = {
            (f"of|{fact.at}", fact.stream): {} for fact in facts if fact.of is not None
        }
        joins = {join.index: join for fact in facts if fact.stream == stream for join in fact.joins if join.right}
        wanted |= {(join.index, join.spec.stream): {} for join in joins.values()}
        for row in rows:
            record = with_line(self._work, self._plan, stream, row.parent, row.data)
            env = self._session.env({"parent": record.get("parent")}, record)
            own = dict.fromkeys(_keys_of((plan.id,), record, env))
            for (name, _), keys in wanted.items():
                keys |= own if name not in joins else dict.fromkeys(_keys_of(joins[name].left, record, env))
        for (name, of), keys in wanted.items():
            self._work.keyed.ahead(name, of, keys)

    def _keys(
        self, index: str, stream: str, right: tuple[Expression, ...], fact: FactPlan | None = None
    ) -> Iterator[tuple[str, int]]:
        """The keys of all records. Where one is not told, nobody can say that a record is not there."""
        for row in self._work.rows(stream):
            record = with_line(self._work, self._plan, stream, row.parent, row.data)
            env = self._session.env({"parent": record.get("parent")}, record)
            if fact is not None:
                self.join(fact, row, record, env)
            if _unknown(right, record, env):
                self._unclear.add(index)
            for key in _keys_of(right, record, env):
                yield key, row.seq

    def _why_keys(self, join: JoinPlan, keys: list[str]) -> Reason | None:
        """Why there may be more records with some keys. Where keys are of the parent, only the looks at those count."""
        stream = self._plan.streams[join.spec.stream]
        if stream.parent is None or not all(_of_parent(one) for one in join.right):
            return self._why(join.index, stream.name)
        if join.index not in self._failed:
            self._failed[join.index] = self._states(stream, join.right)
        failed = self._failed[join.index]
        return self._whole[stream.parent] or next((why for key in keys if (why := failed.get(key)) is not None), None)

    def _states(self, stream: StreamPlan, right: tuple[Expression, ...]) -> dict[str, Reason | None]:
        """By key, why the look at a parent gave nothing: a failure if one failed, None if one was read."""
        assert stream.parent is not None
        states: dict[str, Reason | None] = {}
        for row in self._work.rows(stream.parent):
            looked = self._work.look(stream.name, row.key)
            above = with_line(self._work, self._plan, stream.parent, row.parent, row.data)
            reason = _NOT_READ if looked is None else _state(looked)
            for key in _keys_of(right, {}, self._session.env({"parent": above})):
                before = states.get(key, reason)
                quiet = reason is None or reason in _KNOWN.values()
                states[key] = (before if before not in _KNOWN.values() else reason) if quiet else reason
        return states

    def _why(self, index: str, stream: str) -> Reason | None:
        """Why there may be more records than an index finds."""
        return self._whole[stream] or (_UNTOLD if index in self._unclear else None)

    def records(self, fact: FactPlan, subject: Subject, row: Row) -> tuple[list[Row] | None, Reason | None]:
        """The records of the stream of a fact that are about a subject, and why there may be more.

        None where it was not looked for any.
        """
        if fact.of is not None:
            found = self._work.keyed.rows(f"of|{fact.at}", fact.stream, subject.id)
            return found, self._why(f"of|{fact.at}", fact.stream)
        own = fact.subject.spec.stream
        if fact.stream == own:
            return [row], None
        several, reason = self._below(fact.stream, own, row)
        return (several or None, None) if reason is _SKIPPED else (several, reason)

    def _below(self, stream: str, above: str, row: Row) -> tuple[list[Row], Reason | None]:
        """The records of a stream that hang, at whatever depth, on one of a stream above it."""
        line = (stream, *self._plan.streams[stream].line)
        several, reason = [row], None
        for name in reversed(line[: line.index(above)]):
            below: list[Row] = []
            for one in several:
                found, why = self._children(name, one.key)
                below += found
                # Below the record itself a look that is left out only says that there is nothing wanted there.
                reason = reason or (None if why is _SKIPPED and one is not row else why)
            several = below
        return several, reason

    def _children(self, stream: str, key: str) -> tuple[list[Row], Reason | None]:
        looked = self._work.look(stream, key)
        if looked is None or not looked.over:
            return [], self._whole[stream] or _NOT_READ
        if looked.state == "skipped":
            return [], _SKIPPED
        return self._work.children(stream, key), looked.reason

    def join(self, fact: FactPlan, row: Row, record: dict[str, Any], env: Env) -> dict[str, Reason]:
        """Put the joined records under their names into the environment; why, where one is unknown."""
        reasons: dict[str, Reason] = {}
        for join in fact.joins:
            value, reason = self._joined(fact, join, (row, record), env)
            env.names[join.alias] = value
            if reason is not None:
                reasons[join.alias] = reason
        return reasons

    def _joined(
        self, fact: FactPlan, join: JoinPlan, at: tuple[Row, dict[str, Any]], env: Env
    ) -> tuple[Any, Reason | None]:
        row, record = at
        if join.right:
            keys = list(_keys_of(join.left, record, env))
            if (join.spec.many or not keys) and _unknown(join.left, record, env):
                return None, None
            found = [one for key in keys for one in self._work.keyed.rows(join.index, join.spec.stream, key)]
            reason = self._why_keys(join, keys)
        else:
            found, reason = self._below(join.spec.stream, fact.stream, row)
            looked = self._work.look(join.spec.stream, row.key)
            reason = _ABSENT if looked is not None and looked.state == "absent" else reason
        if reason is _ABSENT or reason is _SKIPPED:
            return (False if reason is _ABSENT else None), None
        several = self._chosen(join, found)
        if several is None:
            return None, None
        if join.spec.many:
            return (None, reason) if reason is not None else (several, None)
        if several:
            return several[0], None
        if reason is None and join.spec.stream in self._borrowed:
            reason = _NOT_AGAIN
        return (None, reason) if reason is not None else (False, None)

    def _chosen(self, join: JoinPlan, found: list[Row]) -> list[Any] | None:
        """The records that the join wants; None where one cannot be decided."""
        seen: dict[int, Row] = {row.seq: row for row in found}
        records = [
            with_line(self._work, self._plan, join.spec.stream, row.parent, row.data)
            for row in sorted(seen.values(), key=lambda row: row.seq)
        ]
        if join.where is None:
            return records
        chosen = []
        for record in records:
            try:
                held = truth(join.where(record, self._session.env({"parent": record.get("parent")}, record)))
            except Mistyped:
                held = None
            if held is None:
                return None
            if held:
                chosen.append(record)
        return chosen


def _state(looked: Look) -> Reason | None:
    """Why a look gave nothing; None where it gave what there is."""
    return None if looked.state == "done" else _KNOWN.get(looked.state) or looked.reason or _NOT_READ


def _of_parent(expression: Expression) -> bool:
    """Whether an expression reads only what a record hangs on."""
    tree = expression.tree
    while tree["type"] == "subexpression":
        tree = tree["children"][0]
    return bool(tree["type"] == "field" and tree["value"] == "parent")


def _keys_of(expressions: tuple[Expression, ...], record: Any, env: Env) -> Iterator[str]:
    """The keys of a record: several, where an expression gives a list."""
    if len(expressions) == 1:
        value = _value(expressions[0], record, env)
        for one in value if isinstance(value, list) else (value,):
            if not _no_key(one):
                yield str(one)
        return
    values = [_value(one, record, env) for one in expressions]
    lists = [value if isinstance(value, list) else [value] for value in values]
    for several in product(*lists):
        if not any(_no_key(one) for one in several):
            yield _key(list(several))


def _unknown(expressions: tuple[Expression, ...], record: Any, env: Env) -> bool:
    values = [_value(one, record, env) for one in expressions]
    return any(_no_key(one) for value in values for one in (value if isinstance(value, list) else [value]))


def _no_key(value: Any) -> bool:
    """Whether it cannot be what a record is found by."""
    return value is None or isinstance(value, list | dict)


def _value(expression: Expression, record: Any, env: Env) -> Any:
    try:
        return expression(record, env)
    except Mistyped:
        return None


def _key(values: list[Any]) -> str:
    """Values as one text; a number and the text of it are the same, as ids are written either way."""
    return SEPARATOR.join(map(str, values))
