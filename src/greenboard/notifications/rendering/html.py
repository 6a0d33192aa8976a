"""A letter as HTML for mail: no script, no style sheet, nothing from elsewhere, readable in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from greenboard.notifications.types import Case, Letter

_FONT = "font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:15px;line-height:1.5"
_FAINT = "opacity:.7;font-size:13px"


def html(letter: Letter) -> str:
    """The whole letter, a document of its own."""
    return "".join(_parts(letter))


def _parts(letter: Letter) -> Iterator[str]:
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="color-scheme" content="light dark">'
    yield f"<title>{escape(letter.subject)}</title></head>"
    yield f'<body style="{_FONT};max-width:640px;margin:0 auto;padding:16px">'
    if letter.intro:
        yield f"<p>{escape(letter.intro)}</p>"
    for case in letter.cases:
        yield from _case(case)
    if letter.more:
        yield f'<p><a href="{escape(letter.url)}">And {letter.more:,} more</a></p>'
    yield f'<hr><p style="{_FAINT}">{escape(letter.foot)} '
    yield f'<a href="{escape(letter.settings_url)}">Change what you are told</a></p></body></html>\n'


def _case(case: Case) -> Iterator[str]:
    yield '<div style="margin:0 0 20px"><h2 style="font-size:17px;margin:0 0 4px">'
    yield f'<span title="{escape(case.word)}">{escape(case.glyph)}</span> '
    yield f'<a href="{escape(case.url)}">{escape(case.title)}</a></h2>'
    if case.why:
        yield f'<p style="margin:0 0 4px">{escape(case.why)}</p>'
    if case.todo:
        yield f'<p style="margin:0 0 4px"><strong>What to do:</strong> {escape(case.todo)}</p>'
    if case.answer_url:
        yield f'<p style="margin:0 0 4px"><a href="{escape(case.answer_url)}"><strong>Answer</strong></a> '
        yield f'<span style="{_FAINT}">The link is yours alone: it answers in your name.</span></p>'
    yield f'<p style="margin:0;{_FAINT}">{escape(case.since)}</p></div>'
