"""Drafts: what is wrong with them, and what they would change."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from ninja import Router

from greenboard.api import drafted, shown
from greenboard.api.guard import PREVIEW
from greenboard.api.problems import mistakes
from greenboard.api.shapes import Check, RuleDraft, ScorecardDraft
from greenboard.api.shown import Json
from greenboard.core.errors import UserError
from greenboard.exemptions import store as exemptions
from greenboard.facts.store import vocabulary
from greenboard.results import present
from greenboard.results.preview import preview
from greenboard.scorecards import definition, draft, store
from greenboard.scorecards.types import Rule, Scorecard

router = Router(tags=["Drafts"])


@router.post(
    "/rules/check",
    auth=PREVIEW,
    operation_id="check_rule",
    response=drafted.Checked,
    exclude_unset=True,
)
def check(request: HttpRequest, asked: Check) -> Json:  # noqa: ARG001 - the framework passes it
    """Look at an expression: what is wrong with it, or what it reads."""
    card = store.standard(asked.scorecard, vocabulary())
    rule, errors = compiled(card, asked.given(), asked.rule)
    return {
        "ok": rule is not None,
        "errors": errors,
        "reads": [_read(path) for path in rule.reads] if rule else [],
        "type": "bool",
    }


@router.post(
    "/rules/preview", auth=PREVIEW, operation_id="preview_rule", response=drafted.PreviewedRule, exclude_unset=True
)
def rule(request: HttpRequest, asked: RuleDraft) -> Json:  # noqa: ARG001 - the framework passes it
    """What a draft of a rule would change."""
    card = store.standard(asked.scorecard, vocabulary())
    here = present.current()
    start = time.perf_counter()
    made, errors = compiled(card, asked.rule.given())
    if made is None or here is None:
        return {"ok": made is not None, "errors": errors, "ready": here is not None}
    found = preview(card, made, here, exemptions.holding(card.name, here.frame.now))
    told = {"ok": True, "errors": [], "ready": True, "milliseconds": _since(start)}
    return {**told, **shown.rule(found, asked.limit)}


@router.post(
    "/scorecards/preview",
    auth=PREVIEW,
    operation_id="preview_scorecard",
    response=drafted.PreviewedScorecard,
    exclude_unset=True,
)
def scorecard(request: HttpRequest, asked: ScorecardDraft) -> Json:  # noqa: ARG001 - the framework passes it
    """What a draft of a scorecard would change, beside the scorecard of its name."""
    here = present.current()
    start = time.perf_counter()
    try:
        card = definition.parse(asked.yaml, vocabulary())
    except UserError as error:
        return {"ok": False, "errors": mistakes(error), "ready": here is not None}
    if here is None:
        return {"ok": True, "errors": [], "ready": False}
    current = next((known for known in store.standards(vocabulary()) if known.name == card.name), None)
    found = preview(current, card, here, exemptions.holding(card.name, here.frame.now) if current else ())
    told = {"ok": True, "errors": [], "ready": True, "milliseconds": _since(start)}
    return {**told, **shown.scorecard(found, asked.limit)}


def compiled(card: Scorecard, parts: Mapping[str, Any], name: str | None = None) -> tuple[Rule | None, list[Json]]:
    """The rule of a draft, or what is wrong with it; what is not given is that of the rule of its id."""
    data = draft.complete(card, parts, name)
    try:
        return draft.compiled(card, data, vocabulary()), []
    except UserError as error:
        texts = {part: data[part] for part in ("expression", "when") if isinstance(data.get(part), str)}
        return None, mistakes(error, texts)


def _read(path: str) -> Json:
    """One thing that a rule reads: a field, or a whole fact type."""
    name, _, field = path.partition(".")
    declared = vocabulary().get(name)
    known = declared.fields.get(field)
    return {
        "path": path,
        "type": known.type.value if known else "list" if declared.many else "struct",
        "doc": known.doc if known else declared.doc.strip(),
        "unit": known.unit if known else "",
        "url": f"/fact-types/{name}",
    }


def _since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 3)
