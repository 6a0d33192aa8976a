"""What of a tool a connection is about: patterns that the ids and titles of subjects are held against. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from greenboard.connections.expressions import Env, Mistyped
from greenboard.connections.plan import Plan, SubjectPlan


@dataclass(frozen=True)
class Scope:
    """Patterns as of a shell, without regard to case. Without `include` everything is in, but for `exclude`."""

    subjects: Mapping[str, SubjectPlan]
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def of(cls, plan: Plan, told: Mapping[str, Any]) -> Scope:
        """The scope of a connection."""
        subjects = {subject.spec.stream: subject for subject in plan.subjects.values()}
        return cls(subjects, _patterns(told.get("include")), _patterns(told.get("exclude")))

    def knows(self, stream: str) -> bool:
        """Whether the records of a stream are subjects."""
        return stream in self.subjects

    def admits(self, stream: str, record: Any, env: Env) -> bool:
        """Whether a record is in; one that is no subject always is."""
        subject = self.subjects.get(stream)
        if subject is None or not (self.include or self.exclude):
            return True
        names = {str(one).lower() for one in _names(subject, record, env)}
        return (not self.include or _any(self.include, names)) and not _any(self.exclude, names)


def _names(subject: SubjectPlan, record: Any, env: Env) -> Iterable[Any]:
    for expression in (subject.id, subject.title):
        try:
            value = expression(record, env)
        except Mistyped:
            continue
        if value is not None:
            yield value


def _patterns(told: Any) -> tuple[str, ...]:
    return tuple(str(one).strip().lower() for one in told or () if str(one).strip())


def _any(patterns: Iterable[str], names: Iterable[str]) -> bool:
    names = tuple(names)
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)
