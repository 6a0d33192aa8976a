"""Rules as they are, and saving edited ones."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel

from greenboard.api import answers, drafted
from greenboard.api.guard import EDIT, READ, author
from greenboard.api.query import Word
from greenboard.api.shapes import Restored, Saved
from greenboard.api.shown import Json
from greenboard.core import clock
from greenboard.facts.store import vocabulary
from greenboard.results import editing
from greenboard.results.editing import Change
from greenboard.scorecards import draft, store
from greenboard.scorecards.types import Rule

router = Router(tags=["Scorecards"])
_RULE = "/scorecards/{scorecard}/rules/{rule}"


@router.get(_RULE, auth=READ, operation_id="rule", response=drafted.RuleAsData, exclude_unset=True)
def read(request: HttpRequest, scorecard: Path[Word], rule: Path[Word]) -> HttpResponse:
    """A rule as data and as YAML; `digest` names this version of it."""
    card = store.standard(scorecard, vocabulary())
    return answers.kept(request, _json(drafted.RuleAsData, _told(scorecard, store.rule(card, rule))))


@router.put(_RULE, auth=EDIT, operation_id="save_rule", response=drafted.RuleAsData, exclude_unset=True)
def save(request: HttpRequest, scorecard: Path[Word], rule: Path[Word], edited: Saved) -> HttpResponse:
    """Save an edited rule, or a new one. Parts that are not given stay as they are."""
    change = _change(request, scorecard, rule, edited)
    return _answer(drafted.RuleAsData, _told(scorecard, editing.save(change, edited.given(), vocabulary())))


@router.delete(_RULE, auth=EDIT, operation_id="restore_rule", response=drafted.RuleLeft, exclude_unset=True)
def restore(request: HttpRequest, scorecard: Path[Word], rule: Path[Word], taken: Restored) -> HttpResponse:
    """Go back to what the scorecard's file says; `rule` in the answer is null where that has none."""
    left = editing.restore(_change(request, scorecard, rule, taken), vocabulary())
    return _answer(drafted.RuleLeft, {"rule": None if left is None else _told(scorecard, left)})


def _answer(shape: type[BaseModel], told: Json) -> HttpResponse:
    return HttpResponse(_json(shape, told), content_type="application/json")


def _json(shape: type[BaseModel], told: Json) -> str:
    return shape.model_validate(told).model_dump_json(exclude_unset=True)


def _change(request: HttpRequest, scorecard: str, rule: str, told: Saved | Restored) -> Change:
    return Change(scorecard, rule, told.based_on, author(request), clock.now(), told.note)


def _told(scorecard: str, rule: Rule) -> Json:
    edit = store.current(scorecard, rule.id)
    defaults: Json = {
        "weight": rule.weight,
        "enforcement": rule.enforcement.value,
        "lifecycle": rule.lifecycle,
        "grace": clock.format_span(rule.grace),
        "scope": vars(rule.scope),
        "when": None,
        "parameters": {},
        "examples": [],
    }
    return {
        **defaults,
        **rule.written,
        "fix": rule.fix,
        "remedy": {rule.remedy.kind: rule.remedy.name} if rule.remedy else None,
        "dimension": rule.dimension,
        "digest": draft.fingerprint(rule),
        "yaml": draft.text(rule),
        "edited": edit is not None,
        "edit": edit and {"author": edit.author, "at": clock.format_time(edit.since), "note": edit.note},
    }
