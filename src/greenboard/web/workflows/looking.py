"""What a document comes to while somebody writes it: its mistakes, its picture, its parts."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from greenboard.web.workflows import model, outline
from greenboard.workflows import definition, recorded


def written(request: HttpRequest) -> str:
    """The document as it was written; browsers end lines by two signs."""
    return request.POST.get("text", "").replace("\r\n", "\n")[: definition.LONGEST]


def look(text: str) -> dict[str, Any]:
    """What a text comes to, for its page."""
    looked = definition.look(text, "workflow.yaml")
    made = looked.definition
    return {
        "source": text,
        "wrong": model.wrong(text, looked.errors),
        "made": made,
        "picture": model.picture(made) if made else "",
        "outline": outline.outline(text),
        "palette": outline.palette(),
        "tried": [recorded.attempt(made, case) for case in made.cases] if made else [],
    }
