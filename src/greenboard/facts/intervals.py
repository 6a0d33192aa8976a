"""What a look changes: the decision between touching, starting, replacing and closing intervals.

Plain values in, a plan out; the store carries the plan out. The rules:

* A statement that says the same as before only moves the time at which it was last seen, unless it
  had gone stale in between: then a new interval starts, so that history shows the hole.
* What goes with a look of its source is as old as that look: saying it again writes nothing.
* A statement that says something else closes the interval and starts the next at the same moment.
* A source speaks for its whole group (entity, fact type, source): what it said before and leaves
  out now is closed. A source that could not look closes nothing.
* Time only moves forward: a look older than what is stored is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

from greenboard.core.clock import format_time
from greenboard.core.errors import UserError


class OutOfOrder(UserError):
    """A look older than one that is already stored."""

    status = 409


class Group(NamedTuple):
    """Who spoke about what: an entity (its surrogate id), a fact type, a source."""

    entity: int
    type: str
    kind: str
    source: str


class Key(NamedTuple):
    """One statement of a group; `slot` is the path of the file that said it, or ""."""

    group: Group
    slot: str


@dataclass(frozen=True, slots=True)
class Held:
    """The current interval of a key. The first half of a digest is that of the value."""

    id: int
    digest: bytes
    observed_at: datetime
    seen_at: datetime
    valid_from: datetime
    look: int | None = None


Statement = TypeVar("Statement")


@dataclass(frozen=True, slots=True)
class Stated(Generic[Statement]):
    """What a look says about a key. `text` is the value of a fact as it is written; `look` is what it goes with."""

    statement: Statement
    digest: bytes
    observed_at: datetime
    text: str = ""
    look: int | None = None


Moment = tuple[datetime, int | None]
"""When something was observed, and the look that it goes with from then on."""


@dataclass
class Plan(Generic[Statement]):
    """What is to be written. Every list may be empty; `changed` names the groups whose value changed.

    `replaced` are the intervals whose value gives way to another one, by key; not those that had gone
    stale. `ended` names the groups of which a statement ends with nothing in its place. `leave` are those
    that go with their look no longer, by the moment at which they were observed last; `same` counts what stays.
    """

    touch: dict[Moment, list[int]] = field(default_factory=dict)
    leave: dict[datetime, list[int]] = field(default_factory=dict)
    same: int = 0
    start: list[tuple[Key, Stated[Statement]]] = field(default_factory=list)
    close: list[int] = field(default_factory=list)
    drop: list[int] = field(default_factory=list)
    changed: set[Group] = field(default_factory=set)
    replaced: dict[Key, int] = field(default_factory=dict)
    ended: set[Group] = field(default_factory=set)

    @property
    def empty(self) -> bool:
        return not (self.touch or self.leave or self.start or self.close or self.drop)


def decide(
    held: Mapping[Key, Held],
    stated: Mapping[Key, Stated[Statement]],
    closing: Iterable[Key],
    at: datetime,
    max_ages: Mapping[str, timedelta],
    *,
    looks: Mapping[int, datetime] | None = None,
) -> Plan[Statement]:
    """Hold a look against what is current. `closing` are the keys that the look ends.

    `looks` are those of the source that speaks, and the moment that each is about to have; None where it has none.

    Raises:
        OutOfOrder: something that the look is about was already seen after `at`.

    """
    plan: Plan[Statement] = Plan()
    for key, said in stated.items():
        before = held.get(key)
        if before is None:
            plan.start.append((key, said))
            plan.changed.add(key.group)
        else:
            _compare(plan, (key, said, before), at, max_ages.get(key.group.type), looks)
    for key in closing:
        _end(plan, key, held[key], at)
        plan.changed.add(key.group)
        plan.ended.add(key.group)
    return plan


def _compare(
    plan: Plan[Statement],
    pair: tuple[Key, Stated[Statement], Held],
    at: datetime,
    max_age: timedelta | None,
    looks: Mapping[int, datetime] | None,
) -> None:
    key, said, before = pair
    stale = max_age is not None and said.observed_at - before.observed_at > max_age
    if said.digest == before.digest and not stale:
        _in_order(key, before, at)
        latest = max(said.observed_at, before.observed_at)
        again = max_age is not None and at - before.observed_at > max_age >= at - latest
        if again:
            plan.changed.add(key.group)  # it had stopped to count, and counts again
        if not again and _told(said, before, latest, looks):
            plan.same += 1
        else:
            plan.touch.setdefault((latest, said.look), []).append(before.id)
        return
    _end(plan, key, before, at)
    plan.start.append((key, said))
    if stale or said.digest[:8] != before.digest[:8]:
        plan.changed.add(key.group)
    if not stale and not (max_age is not None and at - before.observed_at > max_age):
        plan.replaced[key] = before.id


def _told(said: Stated[Statement], before: Held, latest: datetime, looks: Mapping[int, datetime] | None) -> bool:
    """Whether what is stored, or the look that it goes with, says all of this already."""
    if looks is None or said.look != before.look:
        return False
    return latest == before.observed_at or (said.look is not None and latest <= looks[said.look])


def _end(plan: Plan[Statement], key: Key, before: Held, at: datetime) -> None:
    _in_order(key, before, at)
    if before.look is not None and before.valid_from != at:
        plan.leave.setdefault(before.observed_at, []).append(before.id)
    # What is said twice in one moment leaves no interval of no length: the last word counts.
    (plan.drop if before.valid_from == at else plan.close).append(before.id)


def _in_order(key: Key, before: Held, at: datetime) -> None:
    if before.seen_at > at:
        raise OutOfOrder(
            f"{key.group.type} from {key.group.source} was already seen later than this look",
            expected=f"a look at or after {format_time(before.seen_at)}",
            got=format_time(at),
            hint="Looks are recorded in the order of their time; check the clock of the machine that sent this one.",
        )


def left_out(held: Collection[Key], spoken: Collection[Group], stated: Collection[Key]) -> list[Key]:
    """The current keys of the groups that spoke which the look no longer names."""
    return [key for key in held if key.group in spoken and key not in stated]
