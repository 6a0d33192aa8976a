"""Markdown of rules and descriptors as safe markup: no raw HTML, no pictures, no script addresses."""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_RENDERER = MarkdownIt("commonmark", {"html": False}).disable("image")


@lru_cache(maxsize=1024)
def render(text: str) -> SafeString:
    """Render as CommonMark. Raw HTML is shown as text; links to `javascript:` are not links."""
    markup: str = _RENDERER.render(text)
    return mark_safe(markup)  # noqa: S308
