"""What a run does next: decided from its definition and what is known of its steps. Pure.

Steps go one after the other; those of an `each` as many at once as it says. Nothing is remembered but the records,
so whoever takes a run over, on whichever machine, decides the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from greenboard.workflows.definition import Definition, Step
from greenboard.workflows.types import Doing, Path, Record

Records = Mapping[Path, Record]


@dataclass(frozen=True)
class Plan:
    """What is next: steps to perform now, and whether all is done. Where steps `failed`, nothing else is under way."""

    ready: tuple[Path, ...] = ()
    failed: tuple[Path, ...] = ()
    done: bool = False


class _So(Enum):
    DONE = 1
    OPEN = 2
    FAILED = 3


def forward(definition: Definition, records: Records) -> Plan:
    """The next steps on the way to the end."""
    walk = _Walk(records)
    so = walk.sequence(definition.steps, ())
    return Plan(tuple(walk.ready), tuple(walk.failed) if so is _So.FAILED else (), so is _So.DONE)


def backward(definition: Definition, records: Records) -> Plan:
    """The next thing to take back: what was done last comes first. One that cannot be taken back stops no other."""
    undoable = {step.id for step in definition.every_step() if step.undo is not None}
    ended = (
        record
        for record in records.values()
        if not record.path.undo and record.doing is Doing.DONE and record.path.step in undoable and record.ended_at
    )
    for record in sorted(ended, key=lambda one: (one.ended_at, one.path), reverse=True):
        path = Path(record.path.step, record.path.indices, undo=True)
        undone = records.get(path)
        if undone is None or undone.doing in (Doing.READY, Doing.RUNNING):
            return Plan((path,))
        if undone.doing is Doing.WAITING:
            return Plan()
    return Plan(done=True)


def order(definition: Definition, records: Records) -> list[tuple[Step, Path, int]]:
    """Every step of a run in the order of the document, with those of each turn of an `each`, and how deep it lies."""
    return list(_ordered(definition.steps, (), 0, records))


def _ordered(
    steps: Iterable[Step], indices: tuple[int, ...], depth: int, records: Records
) -> Iterable[tuple[Step, Path, int]]:
    for step in steps:
        path = Path(step.id, indices)
        yield step, path, depth
        if step.each:
            record = records.get(path)
            for index in range(len(items(record)) if record else 0):
                yield from _ordered(step.steps, (*indices, index), depth + 1, records)
        else:
            yield from _ordered((*step.steps, *step.otherwise), indices, depth + 1, records)


def items(record: Record) -> Sequence[object]:
    """The list that an open `each` goes through."""
    found = record.outputs.get("items") if isinstance(record.outputs, dict) else None
    return found if isinstance(found, list) else ()


@dataclass
class _Walk:
    records: Records
    ready: list[Path] = field(default_factory=list)
    failed: list[Path] = field(default_factory=list)

    def sequence(self, steps: Iterable[Step], indices: tuple[int, ...]) -> _So:
        for step in steps:
            so = self.step(step, Path(step.id, indices))
            if so is not _So.DONE:
                return so
        return _So.DONE

    def step(self, step: Step, path: Path) -> _So:
        record = self.records.get(path)
        if record is None or record.doing is Doing.READY:
            self.ready.append(path)
            return _So.OPEN
        if record.doing in (Doing.DONE, Doing.SKIPPED):
            return _So.DONE
        if record.doing is Doing.FAILED:
            self.failed.append(path)
            return _So.FAILED
        if step.steps and record.outputs is not None:
            return self.group(step, path, record)
        if record.doing is Doing.RUNNING:  # whoever performed it is gone: nobody does while one plans
            self.ready.append(path)
        return _So.OPEN

    def group(self, step: Step, path: Path, record: Record) -> _So:
        if step.each:
            so = self.each(step, path, record)
        else:
            taken = isinstance(record.outputs, dict) and record.outputs.get("branch")
            so = self.sequence(step.steps if taken else step.otherwise, path.indices)
        if so is _So.DONE:
            self.ready.append(path)  # to be closed
            return _So.OPEN
        return so

    def each(self, step: Step, path: Path, record: Record) -> _So:
        ways = list[_So]()
        for index in range(len(items(record))):
            if ways.count(_So.OPEN) >= step.at_once or _So.FAILED in ways:
                break
            ways.append(self.sequence(step.steps, (*path.indices, index)))
        if _So.OPEN in ways:
            return _So.OPEN
        return _So.FAILED if _So.FAILED in ways else _So.DONE
