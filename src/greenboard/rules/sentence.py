"""Clauses put together into one short sentence: what is said alike of several is said once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Clause:
    """Something said of a subject; without one it stands for itself."""

    subject: str
    said: str


def sentence(clauses: Iterable[Clause]) -> str:
    """`deployment/a and deployment/b: 1 replica, wanted at least 2; deployment/c: has no liveness probe`."""
    by_subject: dict[str, dict[str, None]] = {}
    for clause in clauses:
        by_subject.setdefault(clause.subject, {})[clause.said] = None
    groups: dict[tuple[str, ...], list[str]] = {}
    for subject, said in by_subject.items():
        groups.setdefault(tuple(said), []).append(subject)
    parts = [_group(subjects, said) for said, subjects in groups.items()]
    return _cut(parts)


def listing(names: Sequence[str]) -> str:
    """A few names, and how many more there are: `a, b, c and 4 more`."""
    more = len(names) - SHOWN
    if more > 0:
        return f"{', '.join(names[:SHOWN])} and {more} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _group(subjects: list[str], said: Sequence[str]) -> str:
    what = _cut(said)
    return f"{listing(subjects)}: {what}" if subjects[0] else what


def _cut(parts: Sequence[str]) -> str:
    more = len(parts) - SHOWN
    return "; ".join(parts[:SHOWN]) + (f"; and {more} more" if more > 0 else "")
