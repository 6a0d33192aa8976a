"""The description of the API itself."""

from __future__ import annotations

import json
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from ninja import Router

from greenboard.api import answers
from greenboard.api.guard import READ

router = Router(tags=["Reference"])


@lru_cache(maxsize=1)
def text() -> str:
    """The OpenAPI document, the same text for the same code."""
    from greenboard.api.app import api  # joins this module too

    return json.dumps(api.get_openapi_schema(), indent=2, ensure_ascii=False) + "\n"


@router.get("/openapi.json", auth=READ, include_in_schema=False)
def openapi(request: HttpRequest) -> HttpResponse:
    """All operations as OpenAPI 3.1."""
    return answers.kept(request, text())
