"""A letter as an Adaptive Card, as the workflows of Microsoft Teams take it.

What people wrote stands in runs of text, which know no Markdown: it cannot link, and cannot call anybody.
"""

from __future__ import annotations

from typing import Any

from greenboard.notifications.types import Case, Letter

Json = dict[str, Any]
SHOWN = 10
"""A card has 28 KB at most."""


def card(letter: Letter) -> Json:
    """The message with its card."""
    shown = letter.cases[:SHOWN]
    body: list[Json] = []
    if len(shown) != 1 or letter.count > 1:
        body.append(_text([_run(letter.subject, weight="Bolder", size="Medium")]))
    if letter.intro:
        body.append(_text([_run(letter.intro)]))
    body += [one for case in shown for one in _case(case)]
    more = letter.count - len(shown)
    if more:
        body.append(_text([_run(f"And {more:,} more", selectAction=_open(letter.url))]))
    body.append(_text([_run(letter.foot, isSubtle=True, size="Small")]))
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{**_open(letter.url), "title": "Open"}, {**_open(letter.settings_url), "title": "Settings"}],
        "msteams": {"width": "Full"},
        "fallbackText": letter.subject,
        "id": letter.number,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _case(case: Case) -> list[Json]:
    title = [_run(f"{case.glyph} ", weight="Bolder"), _run(case.title, weight="Bolder", selectAction=_open(case.url))]
    found = [{**_text(title), "separator": True}]
    if case.why:
        found.append(_text([_run(case.why)]))
    if case.todo:
        found.append(_text([_run("What to do: ", weight="Bolder"), _run(case.todo)]))
    return [*found, _text([_run(case.since, isSubtle=True, size="Small")])]


def _text(runs: list[Json]) -> Json:
    return {"type": "RichTextBlock", "inlines": runs}


def _run(text: str, **more: Any) -> Json:
    return {"type": "TextRun", "text": text, **more}


def _open(url: str) -> Json:
    return {"type": "Action.OpenUrl", "url": url}
