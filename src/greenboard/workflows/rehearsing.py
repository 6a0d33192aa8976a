"""A run without effects: what each step would send, with answers that were recorded instead of real ones. Pure.

Tests of documents and dry runs are made of it. It goes the same way as a run: the same plan, the same expressions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from greenboard.core.errors import UserError
from greenboard.workflows import definition as documents
from greenboard.workflows import expressions, performing, planning
from greenboard.workflows.definition import Definition
from greenboard.workflows.kinds import Kind, Moment
from greenboard.workflows.performing import Came, Situation
from greenboard.workflows.types import Call, Doing, Done, Failed, Json, Path, Record, Result, State

MOST = 2_000
FAILS = "fails"
"""The member of a recorded answer that says why the step failed instead."""
ADDRESS = "https://greenboard.example/callback"


@dataclass(frozen=True)
class Line:
    """A step as it would be: what it would be given, and what came of it. `unknown`: on which answers that depends.

    `calls` are the requests that it would send, as far as somebody asked for them; `refused` says why it could not.
    """

    path: Path
    title: str
    kind: str
    given: Json = None
    doing: Doing = Doing.DONE
    unknown: str = ""
    error: str = ""
    calls: tuple[Call, ...] = ()
    refused: str = ""


@dataclass(frozen=True)
class Rehearsed:
    """How a run would go."""

    state: State
    lines: tuple[Line, ...]
    outputs: Json = None
    error: str = ""

    def line(self, path: str) -> Line | None:
        """What a step would do; None where it is not reached."""
        return next((line for line in self.lines if str(line.path) == path), None)


@dataclass
class Rehearsal:
    """A run that is rehearsed. `answers` are by the path or id of steps; with `strict` a missing one is a failure."""

    definition: Definition
    values: Mapping[str, Any]
    answers: Mapping[str, Any]
    now: datetime
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    strict: bool = True
    _records: dict[Path, Record] = field(default_factory=dict)
    _lines: list[Line] = field(default_factory=list)
    _secrets: dict[str, str] = field(default_factory=dict, repr=False)

    def run(self) -> Rehearsed:
        """Go on to the end, or to where a run would be held."""
        self._secrets = dict(self.secrets)
        ending = State.DONE
        for _ in range(MOST):
            back = ending is not State.DONE
            plan = (planning.backward if back else planning.forward)(self.definition, self._records)
            if plan.done:
                return self._end(ending)
            if plan.failed:
                held = self.definition.failure == "hold" and not self._final(plan.failed)
                if held:
                    return Rehearsed(State.HELD, tuple(self._lines), error=self._error())
                ending = State.FAILED
                continue
            for path in plan.ready:
                self._step(path)
        raise UserError("the rehearsal does not come to an end", expected=f"at most {MOST:,} steps")

    def _end(self, ending: State) -> Rehearsed:
        lines = tuple(self._lines)
        if ending is not State.DONE:
            return Rehearsed(ending, lines, error=self._error())
        try:
            read = performing.scope(self._situation(), Path("end"))
            outputs = expressions.filled(dict(self.definition.outputs), read)
        except UserError as error:
            if self.strict:
                return Rehearsed(State.FAILED, lines, error=str(error))
            return Rehearsed(State.DONE, lines)
        return Rehearsed(State.DONE, lines, performing.masked(outputs, self._secrets.values()))

    def _error(self) -> str:
        return next((line.error for line in reversed(self._lines) if line.error and not line.path.undo), "")

    def _final(self, failed: tuple[Path, ...]) -> bool:
        told = [self._answer(path) for path in failed]
        return any(isinstance(one, dict) and one.get("final") for one in told)

    def _answer(self, path: Path) -> Any:
        return self.answers.get(str(path), self.answers.get(path.step) if not path.undo else {})

    def _situation(self) -> Situation:
        return Situation(self.definition, self.values, self._records, self.now, self._secrets)

    def _step(self, path: Path) -> None:
        self.now += timedelta(seconds=1)
        situation = self._situation()
        try:
            came = performing.begin(situation, path)
        except UserError as error:
            self._note(path, Came(Doing.FAILED if self.strict else Doing.SKIPPED), error=str(error))
            return
        if came is not None:
            self._note(path, came, listed=came.doing is Doing.SKIPPED)
            return
        self._leaf(situation, path)

    def _leaf(self, situation: Situation, path: Path) -> None:
        shown: Json = None
        try:
            kind, filled, _ = performing.given(situation, path, ADDRESS)
            shown = performing.masked(filled, self._secrets.values())
            documents.given(kind.name, filled)
            came = performing.perform(situation, path, self._moment(path), self._do(path))
        except UserError as error:
            if self.strict:
                self._note(path, Came(Doing.FAILED), given=shown, error=str(error))
            else:
                self._note(path, Came(Doing.DONE, None), given=shown, unknown=str(error))
            return
        self._secrets |= came.kept
        self._note(path, came, given=shown, error=came.failed.why if came.failed else "")

    def _do(self, path: Path) -> Any:
        def do(kind: Kind, given: Any, moment: Moment) -> Result:
            if kind.pure:
                return kind.perform(given, moment)
            told = self._answer(path)
            if told is None:
                raise UserError(f"there is no answer for {path}", hint="Record one under `answers`.")
            if isinstance(told, dict) and FAILS in told:
                return Failed(str(told[FAILS]), final=bool(told.get("final")))
            return Done(told)

        return do

    def _moment(self, path: Path) -> Moment:
        run = self.values.get("run") or {}
        return Moment(
            run=0,
            path=str(path),
            key=f"key of {path}",
            workflow=self.definition.name,
            entity=None,
            by=str(run.get("by", "")),
            now=self.now,
            address=ADDRESS,
            secrets=tuple(self._secrets.values()),
        )

    def _note(self, path: Path, came: Came, *, listed: bool = True, **more: Any) -> None:
        before = self._records.get(path)
        outputs = came.outputs if came.outputs is not None or came.doing is Doing.FAILED else {}
        ended = None if came.doing is Doing.RUNNING else self.now
        self._records[path] = replace(
            before or Record(path, came.doing), doing=came.doing, outputs=outputs, ended_at=ended
        )
        step = self.definition.step(path.step)
        if listed and (step.do or came.doing is not Doing.DONE):
            what = step.undo.do if path.undo and step.undo else step.do
            self._lines.append(Line(path, step.name, what, doing=came.doing, **more))
