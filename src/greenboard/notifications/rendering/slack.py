"""A letter as a message of Slack: blocks, with the subject as the text of notifications.

What people wrote has `&`, `<` and `>` escaped, so it links nothing and calls nobody, and is not parsed for names.
"""

from __future__ import annotations

from typing import Any

from greenboard.notifications.types import Case, Letter

Json = dict[str, Any]
_SECTION = 2_900


APPROVE, DENY = "greenboard_approve", "greenboard_deny"
"""What the buttons are called."""


def slack(letter: Letter, *, buttons: bool = False) -> Json:
    """The message without its channel; with `buttons` where the app hears when they are pressed."""
    blocks: list[Json] = []
    if len(letter.cases) != 1 or letter.count > 1:
        blocks.append({"type": "header", "text": {"type": "plain_text", "text": letter.subject[:150], "emoji": False}})
    if letter.intro:
        blocks.append(_section(escape(letter.intro)))
    for at, case in enumerate(letter.cases):
        blocks.append(_section(_case(case, linked=not buttons)))
        if buttons and case.button:
            blocks.append(_buttons(case, at))
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


def _buttons(case: Case, at: int) -> Json:
    """Two buttons, each of which asks once more."""
    both = ((APPROVE, "Approve", "primary"), (DENY, "Deny", "danger"))
    return {"type": "actions", "block_id": f"answer-{at}", "elements": [
        {"type": "button", "action_id": name, "style": style, "value": case.button, "text": _plain(word),
         "confirm": {"title": _plain(f"{word}?"), "text": _plain(case.title[:300]), "confirm": _plain(word),
                     "deny": _plain("Not now")}}
        for name, word, style in both
    ]}  # fmt: skip


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def _case(case: Case, *, linked: bool) -> str:
    parts = [f"{escape(case.glyph)} <{escape(case.url)}|{escape(case.title).replace('|', '¦')}>"]
    if case.why:
        parts.append(escape(case.why))
    if case.todo:
        parts.append(f"*What to do:* {escape(case.todo)}")
    if linked and case.answer_url:
        parts.append(f"<{escape(case.answer_url)}|Answer> in your name")
    parts.append(f"_{escape(case.since)}_")
    return "\n".join(parts)
