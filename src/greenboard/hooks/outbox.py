"""What happened, written down for every hook that asked for it, in the transaction in which it happens.

Where no hook asks for something, nothing is written and nothing read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from greenboard.catalog.events import CatalogChanged
from greenboard.core import clock
from greenboard.core.happened import Happened, Happening
from greenboard.facts.events import FactsChanged
from greenboard.hooks.models import Delivery, Event, Hook
from greenboard.results.events import ResultsWritten
from greenboard.results.rows import Change
from greenboard.scorecards.events import RuleSaved

_BATCH = 500
Data = dict[str, Any]


def note_catalog(event: CatalogChanged) -> None:
    """Entities changed."""
    _write(Happening.ENTITY_CHANGED, event.at, ({"entity": str(ref)} for ref in sorted(event.entities)))


def note_facts(event: FactsChanged) -> None:
    """Facts or gaps changed."""
    told = ({"entity": str(ref), "changed": sorted(paths)} for ref, paths in sorted(event.paths.items()))
    _write(Happening.FACTS_CHANGED, event.at, told)


def note_rule(event: RuleSaved) -> None:
    """A rule was saved, or its edit taken back."""
    _write(Happening.RULE_SAVED, event.at, [{"scorecard": event.scorecard, "rule": event.rule, "author": event.author}])


def note_results(event: ResultsWritten) -> None:
    """Results or levels changed; the first look at something is no change."""
    active = list(Hook.objects.filter(active=True))
    kinds = (Happening.RESULT_CHANGED, Happening.LEVEL_CHANGED)
    for kind in (kind for kind in kinds if any(_wants(hook, kind) for hook in active)):
        several = [one for one in event.changes if (one.rule is None) is (kind is Happening.LEVEL_CHANGED)]
        _write(kind, event.at, [_change(event.scorecard, one) for one in several])


def note(event: Happened) -> None:
    """Whatever else happened, in the shape that all packages announce."""
    about = {"entity": str(event.entity)} if event.entity else {}
    said = {"title": event.title, "why": event.why, "todo": event.todo, "path": event.path}
    _write(event.kind, event.at, [{**about, **said, "severity": event.severity.value, **event.data}])


def test(hook: Hook, at: datetime) -> Delivery:
    """Tell one hook something that means nothing."""
    event = Event.objects.create(kind=Happening.HOOK_TESTED, body=_body(Happening.HOOK_TESTED, at, {}), at=at)
    return Delivery.objects.create(hook=hook, event=event, next_at=at)


def again(delivery: Delivery, at: datetime) -> Delivery:
    """Tell the same hook the same event once more."""
    return Delivery.objects.create(hook_id=delivery.hook_id, event_id=delivery.event_id, next_at=at)


def _asking(kind: Happening) -> Sequence[Hook]:
    """The hooks that are to be told of something."""
    return [hook for hook in Hook.objects.filter(active=True) if _wants(hook, kind)]


def _wants(hook: Hook, kind: Happening) -> bool:
    return not hook.events or kind in hook.events


def _write(kind: Happening, at: datetime, told: Iterable[Data]) -> None:
    hooks = _asking(kind)
    if not hooks:
        return
    events = [Event(kind=kind, body=_body(kind, at, data), at=at) for data in told]
    made = Event.objects.bulk_create(events, batch_size=_BATCH)
    rows = [Delivery(hook=hook, event=event, next_at=at) for event in made for hook in hooks]
    Delivery.objects.bulk_create(rows, batch_size=_BATCH)


def _body(kind: Happening, at: datetime, data: Data) -> str:
    return json.dumps({"event": kind.value, "at": clock.format_time(at), "data": data}, ensure_ascii=False)


def _change(scorecard: str, change: Change) -> Data:
    cause = change.cause
    rule = {} if change.rule is None else {"rule": change.rule}
    return {
        "scorecard": scorecard,
        "entity": str(change.entity),
        **rule,
        "before": change.before,
        "after": change.after,
        "worse": change.worse,
        "cause": {"kind": cause.kind, "text": cause.text, "source": cause.source, "link": cause.link},
    }
