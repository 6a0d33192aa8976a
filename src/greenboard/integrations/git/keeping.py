"""What was read of repositories, kept in the work file: one that stands where it stood that day is not cloned again.

Figures of the history count in days, so what was read on an earlier day does not count any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from greenboard import __version__
from greenboard.connections.types import Event, Found, Match, Missed, Reason, Seen, Subject
from greenboard.connections.work import Look, Work
from greenboard.facts import stored
from greenboard.facts.types import Partial
from greenboard.facts.vocabulary import FactError, Vocabulary

STREAM = "read"
_FORGOTTEN = timedelta(days=2)


@dataclass(frozen=True)
class Kept:
    """What earlier runs read. `how` is whatever else decides what comes of a commit."""

    work: Work
    now: datetime
    words: Vocabulary
    how: str

    def __post_init__(self) -> None:
        self.work.forget(STREAM, (self.now - _FORGOTTEN).timestamp())

    def of(self, address: str, stands: str) -> list[Event] | None:
        """What was read of a repository on this day, where it stood there; None where it has to be read."""
        row = self.work.row(STREAM, address)
        if row is None or row.data["mark"] != self._mark(stands):
            return None
        try:
            return list(self._events(row.data))
        except (FactError, LookupError):  # of a fact type that is another one by now
            return None

    def keep(self, address: str, stands: str, events: Iterable[Event]) -> None:
        """Keep what was read of a repository that stands there."""
        record = {"mark": self._mark(stands), **self._told(events)}
        self.work.write(STREAM, [("", Look("done"), [(address, self.now.timestamp(), record)])])

    def _mark(self, stands: str) -> list[str]:
        return [stands, self.now.date().isoformat(), __version__, self.how]

    def _told(self, events: Iterable[Event]) -> dict[str, Any]:
        subjects: dict[Subject, int] = {}
        said: list[list[Any]] = []
        for one in events:
            if not isinstance(one, Seen | Found | Missed) or one.subject is None:
                continue
            about = subjects.setdefault(one.subject, len(subjects))
            if isinstance(one, Found):
                at = None if one.observed_at == self.now else one.observed_at.isoformat()
                said.append([about, one.type, stored.encode(one.value), isinstance(one.value, Partial), one.link, at])
            elif isinstance(one, Missed):
                said.append([about, one.type, one.reason.fault, one.reason.text])
            else:
                said.append([about])
        return {"subjects": [_written(one) for one in subjects], "said": said}

    def _events(self, record: Any) -> Iterator[Event]:
        subjects, reader = [_subject(one) for one in record["subjects"]], stored.Reader(self.words)
        for about, *rest in record["said"]:
            if not rest:
                yield Seen(subjects[about])
            elif len(rest) == 3:
                name, fault, text = rest
                yield Missed(name, subjects[about], Reason(fault, text))
            else:
                name, text, partial, link, at = rest
                value = reader.read(name, text)
                value = Partial(value) if partial and isinstance(value, tuple) else value
                yield Found(name, subjects[about], value, link, datetime.fromisoformat(at) if at else self.now)


def _written(one: Subject) -> list[Any]:
    return [one.stream, one.id, one.kinds, one.title, one.link, [[match.by, match.value] for match in one.matches]]


def _subject(told: list[Any]) -> Subject:
    stream, identity, kinds, title, link, matches = told
    return Subject(stream, identity, tuple(kinds), title, link, tuple(Match(by, value) for by, value in matches))
