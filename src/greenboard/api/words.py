"""The vocabulary for whoever writes rules: fact types with their fields, and functions."""

from __future__ import annotations

import hashlib
import json

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from ninja import Router

from greenboard.api import drafted
from greenboard.api.guard import READ
from greenboard.api.shown import Json
from greenboard.facts.store import vocabulary
from greenboard.facts.vocabulary import FactType, Vocabulary, encode
from greenboard.rules import idioms, reference
from greenboard.rules.functions import Function

router = Router(tags=["Drafts"])


@router.get("/vocabulary", auth=READ, operation_id="vocabulary", response=drafted.Vocabulary, exclude_unset=True)
def words(request: HttpRequest) -> HttpResponse:
    """All that an expression may name. It seldom changes: keep it by its ETag."""
    text, tag = _written()
    same = tag in parse_etags(request.headers.get("If-None-Match", ""))
    response = HttpResponse(status=304) if same else HttpResponse(text, content_type="application/json")
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


_kept: tuple[Vocabulary, tuple[str, str]] | None = None


def _written() -> tuple[str, str]:
    """The text and its tag, made once for each vocabulary: custom facts come with new keys now and then."""
    global _kept  # noqa: PLW0603 - one small cache; a race only writes twice
    known, kept = vocabulary(), _kept
    if kept is None or kept[0] is not known:
        kept = _kept = known, _write(known)
    return kept[1]


def _write(known: Vocabulary) -> tuple[str, str]:
    told = {
        "types": [_type(declared, known) for _, declared in sorted(known.types.items()) if not declared.retired],
        "functions": [_function(one) for section in reference.sections() for one in section.functions if one.is_named],
    }
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return text, f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'


def _function(told: Function) -> Json:
    """`on` is the type that a method is called on, "" where it is called by its name alone."""
    return {
        "name": told.name,
        "signature": told.signature,
        "doc": told.doc,
        "on": told.signature.partition(".")[0] if told.method else "",
        "of_related": told.of_related,
    }


def _type(declared: FactType, known: Vocabulary) -> Json:
    served = idioms.by_field(declared, known)
    return {
        "name": declared.name,
        "title": declared.title,
        "doc": declared.doc.strip(),
        "about": declared.about,
        "many": declared.many,
        "url": f"/fact-types/{declared.name}",
        "fields": [
            {
                "name": name,
                "type": field.type.value,
                "doc": field.doc,
                "unit": field.unit,
                "values": list(field.values),
                "example": encode(field.example) if field.example is not None else None,
            }
            for name, field in declared.fields.items()
        ],
        "idioms": [
            {**idiom.model_dump(), "fields": [name for name, several in served.items() if idiom in several]}
            for idiom in declared.idioms
        ],
    }
