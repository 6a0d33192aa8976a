"""What happened elsewhere, as far as workflows start by it or wait for it. Heard in the transaction it happens in."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from greenboard.catalog.events import CatalogChanged
from greenboard.catalog.models import Entity
from greenboard.catalog.naming import named
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.happened import Happened, Happening, Message
from greenboard.core.refs import Ref
from greenboard.facts.events import FactsChanged
from greenboard.results.events import ResultsWritten
from greenboard.scorecards.events import RuleSaved
from greenboard.workflows import definition as documents
from greenboard.workflows import expressions, starting, store
from greenboard.workflows.models import Run, Start, Step, Version
from greenboard.workflows.starting import Cause, Wish
from greenboard.workflows.types import Doing, Json, Way

MOST = 200
"""So many runs at most are started by one change, however many entities it is about."""
AGAIN, TIMES = timedelta(hours=1), 10
"""In such a time a workflow starts so often at most by events of one entity: two could set each other off for ever."""
_log = logging.getLogger("greenboard.workflows")
Data = Mapping[str, Any]


def note(event: Happened) -> None:
    """Something that a package announced."""
    if event.kind in (Happening.WORKFLOW_WAITING, Happening.HOOK_TESTED):
        return
    said = {"title": event.title, "why": event.why, "severity": event.severity.value, **event.data}
    _heard(event.kind.value, event.at, [(event.entity, said)])


def note_catalog(event: CatalogChanged) -> None:
    """Entities changed."""
    _heard(Happening.ENTITY_CHANGED.value, event.at, [(ref, {}) for ref in sorted(event.entities)])


def note_facts(event: FactsChanged) -> None:
    """Facts changed: runs that wait for a rule over them look again."""
    told = sorted(event.paths.items())
    _look_again((ref for ref, _ in told), event.at)
    _heard(Happening.FACTS_CHANGED.value, event.at, [(ref, {"changed": sorted(paths)}) for ref, paths in told])


def note_rule(event: RuleSaved) -> None:
    """A rule was saved."""
    told = {"scorecard": event.scorecard, "rule": event.rule, "author": event.author}
    _heard(Happening.RULE_SAVED.value, event.at, [(None, told)])


def note_message(event: Message) -> None:
    """Another system sent a signed message. A reference as its `entity` says what that is about."""
    told = event.body.get("entity") if isinstance(event.body, Mapping) else None
    try:
        about = Ref.parse(told) if isinstance(told, str) else None
    except UserError:
        about = None
    _heard(f"webhook:{event.sender}", event.at, [(about, {"sender": event.sender, "body": event.body})])


def note_results(event: ResultsWritten) -> None:
    """Results or levels changed."""
    kinds = (Happening.RESULT_CHANGED, Happening.LEVEL_CHANGED)
    asking = Start.objects.filter(event__in=[kind.value for kind in kinds], workflow__enabled=True)
    asked = set(asking.values_list("event", flat=True))
    for kind in (kind for kind in kinds if kind.value in asked):
        several = [
            (one.entity, {"scorecard": event.scorecard, "rule": one.rule, "before": _word(one.before),
                          "after": _word(one.after)})
            for one in event.changes
            if (one.rule is None) is (kind is Happening.LEVEL_CHANGED)
        ]  # fmt: skip
        _heard(kind.value, event.at, several)


def _word(value: object) -> Json:
    return None if value is None else str(value)


def _look_again(refs: Iterable[Ref], at: datetime) -> None:
    waiting = Step.objects.filter(doing=Doing.WAITING.value, waiting__who__startswith="entity:")
    if not waiting.exists():
        return
    for part in named(set(refs)):
        names = [f"entity:{number}" for number in Entity.objects.filter(part).values_list("pk", flat=True)]
        Step.objects.filter(doing=Doing.WAITING.value, waiting__who__in=names).update(due_at=at)


def _heard(kind: str, at: datetime, several: Iterable[tuple[Ref | None, Data]]) -> None:
    rows = list(Start.objects.filter(event=kind, workflow__enabled=True).select_related("workflow"))
    if not rows:
        return
    told = list(several)
    for row in rows:
        text = Version.objects.get(workflow=row.workflow, number=row.workflow.version).text
        start = documents.kept(text, row.workflow.name).start[row.number]
        count = 0
        for about, data in told:
            if count >= MOST:
                _log.warning("%s heard of %d changes at once and started %d times", row.workflow.name, len(told), MOST)
                break
            event = {
                "kind": kind.partition(":")[0],
                "at": clock.format_time(at),
                "entity": str(about) if about else None,
                **data,
            }
            count += _start(row, start, about, event)


def _start(row: Start, start: documents.Start, about: Ref | None, event: dict[str, Json]) -> int:
    """Start a run where the condition holds. What does not fit is told in the log: what happened has happened."""
    scope = {"event": event, "entity": store.entity(about), "now": clock.now()}
    try:
        if start.when and not expressions.truth(start.when, scope):
            return 0
        if not row.event.startswith("webhook:") and _often(row, about):
            _log.warning(
                "%s started %d times within an hour by %s: it waits", row.workflow.name, TIMES, about or "this"
            )
            return 0
        given = expressions.filled(start.inputs, scope)
        assert isinstance(given, dict)
        with transaction.atomic():
            wanted = about if store.workflow(row.workflow.name).definition.entity != "none" else None
            starting.itself(Wish(row.workflow.name, given, wanted), Cause(Way.EVENT, "event", {"event": event}))
    except UserError as error:
        _log.warning("%s did not start by %s: %s", row.workflow.name, event["kind"], error)
        return 0
    return 1


def _often(row: Start, about: Ref | None) -> bool:
    since = clock.now() - AGAIN
    runs = Run.objects.filter(workflow=row.workflow, way=Way.EVENT.value, began_at__gte=since)
    if about is not None:
        runs = runs.filter(entity__kind=about.kind, entity__namespace=about.namespace, entity__name=about.name)
    return runs.count() >= TIMES
