"""A letter as a message of Slack: blocks, with the subject as the text of notifications.

What people wrote has `&`, `<` and `>` escaped, so it links nothing and calls nobody, and is not parsed for names.
"""

from __future__ import annotations

from typing import Any

from greenboard.notifications.types import Case, Letter

Json = dict[str, Any]
_SECTION = 2_900


def slack(letter: Letter) -> Json:
    """The message without its channel."""
    blocks: list[Json] = []
    if len(letter.cases) != 1 or letter.count > 1:
        blocks.append({"type": "header", "text": {"type": "plain_text", "text": letter.subject[:150], "emoji": False}})
    if letter.intro:
        blocks.append(_section(escape(letter.intro)))
    blocks += [_section(_case(case)) for case in letter.cases]
    if letter.more:
        blocks.append(_section(f"<{escape(letter.url)}|And {letter.more:,} more>"))
    foot = f"{escape(letter.foot)} <{escape(letter.settings_url)}|Change what is told>"
    blocks.append({"type": "context", "elements": [{"type": "mrkdwn", "text": foot[:_SECTION], "verbatim": True}]})
    return {"text": escape(letter.subject), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def escape(text: str) -> str:
    """The three signs that mean something to Slack wherever they stand."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _case(case: Case) -> str:
    parts = [f"{escape(case.glyph)} <{escape(case.url)}|{escape(case.title).replace('|', '¦')}>"]
    if case.why:
        parts.append(escape(case.why))
    if case.todo:
        parts.append(f"*What to do:* {escape(case.todo)}")
    parts.append(f"_{escape(case.since)}_")
    return "\n".join(parts)
