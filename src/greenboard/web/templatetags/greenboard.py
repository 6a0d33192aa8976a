"""`{% asset "app.js" %}`: the current name of a built file. `{{ 10000|grouped }}`: 10,000. `{% rows %}`: `web.rows`."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_FOLDER = Path(__file__).resolve().parents[1] / "static" / "greenboard"


class AssetsMissing(RuntimeError):
    """The front end was not built."""


@lru_cache(maxsize=1)
def _manifest(_changed: int) -> dict[str, str]:
    names: dict[str, str] = json.loads((_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return names


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built file, by its plain name."""
    path = _FOLDER / "manifest.json"
    try:
        changed = path.stat().st_mtime_ns if settings.DEBUG else 0
        return static(f"greenboard/{_manifest(changed)[name]}")
    except FileNotFoundError:
        raise AssetsMissing("the front end is not built: run `npm ci` and `node build.mjs` in frontend/") from None


@register.simple_tag(takes_context=True)
def rows(context: RequestContext, name: str, **given: object) -> SafeString:
    """What a page has by the hundred, by a template of `html/rows` that knows nothing but what it is given."""
    drawn = render_to_string(name, given, context.request, using="rows")
    return mark_safe(drawn)  # noqa: S308 - the template has escaped what it was given


@register.filter
def grouped(number: int) -> str:
    """A number with commas between its thousands."""
    return f"{number:,}"


@register.filter
def json_text(value: object) -> str:
    """A value as JSON, for an attribute that a script of ours reads."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def pretty(value: object) -> str:
    """A value as JSON over several lines, for people."""
    return json.dumps(value, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
