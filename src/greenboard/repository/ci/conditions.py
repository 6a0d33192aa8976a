"""The conditions of GitHub jobs and steps, judged for one event as far as the file tells.

Contract: GitHub's documentation of expressions and contexts. What depends on the run (outputs, inputs,
labels, actors) is unknown, and so is everything that rests on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_TOKEN = re.compile(r"\s*(&&|\|\||[!=]=|[<>]=?|[!(),]|'(?:[^']|'')*'|[^\s!(),=<>&|']+)")
_HOME = object()
"""The repository's own name: whatever a file compares it with is taken to be that."""
_UNKNOWN = object()
_STATUS: Mapping[str, object] = {"always": True, "success": True, "failure": False, "cancelled": False}
_HOMES = frozenset({"github.repository", "github.repository_owner", "github.repository_id"})


@dataclass(frozen=True)
class Moment:
    """What is known of a run: the event, the default branch ("" when not known), the axes of the job's matrix."""

    event: str
    main: str = ""
    axes: Mapping[str, Sequence[str]] = field(default_factory=dict)


def holds(condition: object, moment: Moment) -> bool | None:
    """Whether a condition holds in a run; no condition holds always. None when that cannot be told."""
    if condition is None or isinstance(condition, bool):
        return condition is not False
    text = re.sub(r"\$\{\{(.*?)\}\}", r"\1", str(condition), flags=re.DOTALL).strip()
    tokens = _TOKEN.findall(text)
    if not tokens or len(tokens) > 200:
        return None
    try:
        reader = _Reader(tokens, moment)
        value = reader.either()
    except (IndexError, RecursionError):
        return None
    return _truth(value) if reader.at == len(tokens) else None


def _truth(value: object) -> bool | None:
    if value is _UNKNOWN:
        return None
    return any(value) if isinstance(value, frozenset) else bool(value)


def _value(answer: bool | None) -> object:
    return _UNKNOWN if answer is None else answer


class _Reader:
    """Reads and judges in one go, by the precedence of GitHub's operators."""

    def __init__(self, tokens: Sequence[str], moment: Moment) -> None:
        self.tokens = tokens
        self.moment = moment
        self.at = 0

    def next(self, *wanted: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] in wanted:
            self.at += 1
            return True
        return False

    def either(self) -> object:
        value = self.both()
        while self.next("||"):
            answers = (_truth(value), _truth(self.both()))
            value = _value(True if True in answers else None if None in answers else False)
        return value

    def both(self) -> object:
        value = self.compared()
        while self.next("&&"):
            answers = (_truth(value), _truth(self.compared()))
            value = _value(False if False in answers else None if None in answers else True)
        return value

    def compared(self) -> object:
        value = self.single()
        if self.next("==", "!="):
            wanted = self.tokens[self.at - 1] == "=="
            return _value(_equal(value, self.single(), wanted))
        if self.next("<", ">", "<=", ">="):
            self.single()
            return _UNKNOWN
        return value

    def single(self) -> object:
        if self.next("!"):
            answer = _truth(self.single())
            return _value(None if answer is None else not answer)
        if self.next("("):
            value = self.either()
            self.next(")")
            return value
        token = self.tokens[self.at]
        self.at += 1
        return self.call(token) if self.next("(") else self.known(token)

    def call(self, name: str) -> object:
        values: list[object] = []
        while not self.next(")"):
            values.append(self.either())
            self.next(",")
        if name == "startsWith" and len(values) == 2 and all(isinstance(value, str) for value in values):
            return str(values[0]).startswith(str(values[1]))
        return _STATUS.get(name, _UNKNOWN)

    def known(self, name: str) -> object:
        moment = self.moment
        if name.startswith("'") or name in ("true", "false"):
            return name[1:-1].replace("''", "'") if name.startswith("'") else name == "true"
        if name in _HOMES:
            return _HOME
        if name.startswith("matrix.") and name[7:] in moment.axes:
            return frozenset(moment.axes[name[7:]])
        pushed = moment.event == "push" and moment.main
        given: dict[str, object] = {
            "github.event_name": moment.event,
            "github.event.pull_request.draft": False,
            "github.ref": f"refs/heads/{moment.main}" if pushed else _UNKNOWN,
            "github.ref_name": moment.main if pushed else _UNKNOWN,
            "github.base_ref": moment.main or _UNKNOWN,
        }
        if moment.event.startswith("pull_request") and name == "github.ref":
            return "refs/pull/1/merge"
        return given.get(name, _UNKNOWN)


def _equal(one: object, other: object, wanted: bool) -> bool | None:
    """Whether two values are equal (or differ); of a matrix, whether that is so for some of its values."""
    if isinstance(other, frozenset) or other is _HOME:
        one, other = other, one
    if _UNKNOWN in (one, other) or (one is _HOME and other is _HOME):
        return None
    if one is _HOME:
        return wanted
    if isinstance(one, frozenset):
        return any((str(value) == str(other)) is wanted for value in one)
    return (str(one).lower() == str(other).lower()) is wanted
