"""Choices that come from elsewhere: entities that somebody may see, what a connection or address answers; bounded."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from threading import Lock
from typing import Any

from django.db.models import QuerySet

from greenboard.access.models import Person
from greenboard.access.sight import Sight
from greenboard.catalog import store as catalog
from greenboard.collection import acting
from greenboard.connections.types import Failed
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.workflows import expressions, store
from greenboard.workflows import types as workflows
from greenboard.workflows.inputs import MOST, Choice, Input, Source
from greenboard.workflows.kinds import Moment
from greenboard.workflows.steps import http

FRESH = 60.0
"""So many seconds an answer is good for."""
_PATIENCE = 10.0
_LONGEST, _KEPT = 200, 100
_answers: dict[str, tuple[float, tuple[Choice, ...]]] = {}
_lock = Lock()


def people(field: Input) -> QuerySet[Person]:
    """The people who can be chosen: all whose accounts are open, or those of some teams."""
    found = Person.objects.filter(is_active=True)
    if not field.teams:
        return found
    teams = [str(Ref.parse(name, kind="team")) for name in field.teams]
    return found.filter(pk__in=Person.objects.filter(memberships__team__in=teams).values("pk"))


def filled(field: Input, seen: Sight) -> Input:
    """A field with the choices that there are now.

    Raises:
        UserError: they cannot be had, or are too many.

    """
    source = field.source
    if source is None:
        return field
    found = tuple(_entities(source, seen)) if source.kinds else _answered(source, clock.now())
    if len(found) > MOST:
        raise UserError(
            "there are too many choices", expected=f"at most {MOST}", hint="Narrow them down in the document."
        )
    return field.model_copy(update={"choices": found})


def _entities(source: Source, seen: Sight) -> Iterator[Choice]:
    for one in catalog.entities(kinds=source.kinds, sight=seen):
        if not source.where or expressions.truth(source.where, {"entity": store.told(one), "now": clock.now()}):
            yield Choice(value=str(one.ref), title=one.entity.title or one.ref.short)


def _answered(source: Source, now: datetime) -> tuple[Choice, ...]:
    key = json.dumps(source.model_dump(mode="json"), sort_keys=True)
    with _lock:
        kept = _answers.get(key)
    if kept is not None and kept[0] > time.monotonic():
        return kept[1]
    found = tuple(_read(source, now))
    with _lock:
        if len(_answers) >= _KEPT:
            _answers.clear()
        _answers[key] = (time.monotonic() + FRESH, found)
    return found


def _read(source: Source, now: datetime) -> Iterator[Choice]:
    body = _of_connection(source, now) if source.connection else _of_address(source, now)
    items = expressions.filled(source.items, {"answer": {"body": body}, "now": now})
    if not isinstance(items, list):
        who = source.connection or source.url
        raise UserError(f"{who} gave no list of choices", hint="Look at `items` in the document.")
    for item in items[: MOST + 1]:
        yield _choice(source, {"item": item, "now": now})


def _of_connection(source: Source, now: datetime) -> Any:
    until = time.monotonic() + _PATIENCE
    try:
        return acting.ask(source.connection, source.path, source.query, now, lambda: time.monotonic() > until)
    except Failed as failed:
        raise UserError(f"the choices could not be had of {source.connection}: {failed.reason.text}") from None


def _of_address(source: Source, now: datetime) -> Any:
    """The same way as a request of a step: guarded, bounded in size and time."""
    asked = http.Http(url=source.url, query=dict(source.query), seconds=_PATIENCE)
    found = http.perform(asked, Moment(0, "", "", "", None, "", now))
    if isinstance(found, workflows.Done) and isinstance(found.answer, dict):
        return found.answer["body"]
    why = found.why if isinstance(found, workflows.Failed) else "there is no answer"
    raise UserError(f"the choices could not be had of {source.url}: {why}")


def _choice(source: Source, scope: Mapping[str, Any]) -> Choice:
    value = expressions.filled(source.value, scope)
    title = expressions.filled(source.title, scope) if source.title else ""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text or len(text) > _LONGEST:
        raise UserError("a choice is no short text", got=repr(value)[:80], hint="Look at `value` in the document.")
    return Choice(value=text, title=str(title or "")[:_LONGEST])


def forget() -> None:
    """Ask every connection again."""
    with _lock:
        _answers.clear()
