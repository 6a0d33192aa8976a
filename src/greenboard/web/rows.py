"""What a page has by the hundred is drawn by Jinja2, which takes a fifth of the time of Django's own templates.

Its templates lie in `html/rows`; pages bring them in by `{% rows "digest.html" digest=digest %}`
(docs/decisions/0048). Both escape whatever is not marked as safe.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from jinja2 import Environment, StrictUndefined

from greenboard.web import words
from greenboard.web.templatetags.greenboard import grouped


def drawn(name: str, **given: object) -> SafeString:
    """What a template of `html/rows` makes of what it is given, where a page keeps that."""
    made = render_to_string(name, given, using="rows")
    return mark_safe(made)  # noqa: S308 - the template has escaped what it was given


def environment(**options: Any) -> Environment:
    """As Django asks for it. A name that is not there is an error, rather than nothing."""
    given = {name: value for name, value in options.items() if name not in ("autoescape", "undefined")}
    found = Environment(autoescape=True, undefined=StrictUndefined, **given)
    found.filters |= {"grouped": grouped, "when": partial(words.when, focus=False)}
    return found
