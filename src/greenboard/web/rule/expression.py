"""An expression for the eye: its words told apart, its fact types as links. Pure."""

from __future__ import annotations

import re
from collections.abc import Container

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from greenboard.web import links

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*)"""
    r"""|(?P<string>[rRbB]{0,2}(?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))"""
    r"""|(?P<number>\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?u?\b)"""
    r"""|(?P<keyword>\b(?:true|false|null|in)\b)"""
    r"""|(?P<call>\b[a-zA-Z_]\w*(?=\s*\())"""
    r"""|(?P<name>\b[a-zA-Z_]\w*)"""
    r"""|(?P<operator>&&|\|\||[!=<>]=|[-+*/%<>!?:])"""
)


def highlight(source: str, fact_types: Container[str]) -> SafeString:
    """The source as markup, character for character the same text."""
    parts: list[str] = []
    at = 0
    for found in _TOKEN.finditer(source):
        parts.append(escape(source[at : found.start()]))
        parts.append(_token(found, source, fact_types))
        at = found.end()
    parts.append(escape(source[at:]))
    return mark_safe("".join(parts))  # noqa: S308


def _token(found: re.Match[str], source: str, fact_types: Container[str]) -> str:
    kind, text = found.lastgroup or "", found[0]
    after_dot = source[: found.start()].rstrip().endswith(".")
    if kind == "name" and not after_dot and text in fact_types:
        return format_html('<a class="t-fact" href="{}">{}</a>', links.fact_type(text), text)
    if kind == "name" and after_dot:
        kind = "field"
    return format_html('<span class="t-{}">{}</span>', kind, text)
