"""What the steps of a run were given: worked out anew from what is kept of it, with dots in place of secrets."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from greenboard.core.errors import UserError
from greenboard.workflows import performing, store
from greenboard.workflows.definition import Definition
from greenboard.workflows.models import Run, Step
from greenboard.workflows.types import HIDDEN, Doing, Json, Path

MOST = 200
"""Of runs with more steps it is not said: it is worked out at each look."""
_UNTOUCHED = (Doing.READY.value, Doing.SKIPPED.value)


def given(run: Run, made: Definition, rows: Iterable[Step]) -> dict[Path, Json]:
    """What each step was given that did something, or does; nothing where that cannot be computed any more.

    Nothing secret is read for it, and the signed address at which a receiver answers is not said.
    """
    several = [row for row in rows if row.doing not in _UNTOUCHED]
    if len(several) > MOST:
        return {}
    situation = performing.Situation(made, store.values(run), store.records(run), run.began_at, _dots(made))
    found: dict[Path, Json] = {}
    for path in (Path.parse(row.path) for row in several):
        if path.undo or made.step(path.step).do:
            with suppress(UserError):
                found[path] = performing.given(situation, path, HIDDEN)[1]
    return found


def _dots(made: Definition) -> dict[str, str]:
    """Dots by the names of all secrets that steps may use."""
    entered = (name for name, field in made.inputs.items() if field.type == "secret")
    kept = (name for step in made.every_step() for name in step.keep)
    return dict.fromkeys((*made.secrets, *entered, *kept), HIDDEN)
