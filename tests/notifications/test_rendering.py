"""A letter in every form: golden, and nothing of what people wrote unescaped."""

import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenboard.core.happened import Severity
from greenboard.notifications.composing import Told, absolute, letter
from greenboard.notifications.rendering.card import card
from greenboard.notifications.rendering.html import html
from greenboard.notifications.rendering.slack import slack
from greenboard.notifications.rendering.text import text
from greenboard.notifications.types import Gathers, Letter, Notice

GOLDEN = Path(__file__).parent / "golden"
AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
LOST = Notice(
    AT,
    "checkout lost Silver of Production readiness and is at Bronze now.",
    "It fails “Tests cover the code”. Line coverage fell from 91 % to 12 % (Codecov)",
    "Cover what the last change added.",
    "/entities/service/default/checkout?scorecard=production-readiness#cod-1",
    Severity.WARNING,
    "▾",
    "Level lost",
)
ENDING = Notice(AT, "The exemption of ledger ends.", path="/exemptions/12")


def made(notices, gathers=Gathers.CASES, count=None, to=""):
    told = Told(
        "7-20261126T093000Z", AT, gathers, count or len(notices), "https://board.example", "/inbox", to,
        "You own it, or are asked to act.", "/notifications",
    )  # fmt: skip
    return letter(notices, told)


LETTERS = {"one": made([LOST]), "digest": made([ENDING, LOST], Gathers.DIGEST, 42, "payments")}


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("form", [text, html, slack, card])
def test_letters_are_as_they_were_looked_at(name, form):
    said = form(LETTERS[name])
    path = GOLDEN / f"{name}.{ {'text': 'txt', 'html': 'html'}.get(form.__name__, form.__name__ + '.json') }"
    got = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    assert got == path.read_text(encoding="utf-8")


def test_a_letter_survives_being_kept():
    assert Letter.of(json.loads(json.dumps(LETTERS["digest"].plain()))) == LETTERS["digest"]


class Tags(HTMLParser):
    """The tags and addresses of a document."""

    def __init__(self):
        super().__init__()
        self.tags, self.links = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]
        assert not any(name.startswith("on") for name, _ in attrs)


wild = st.text(max_size=60) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "<!channel>",
        "<@U1|x>",
        "[x](javascript:alert(1))",
        "a\r\nBcc: b@c.d",
    ]
)


@settings(max_examples=40)
@given(wild, wild, wild, wild)
def test_nothing_that_people_wrote_becomes_more_than_text(title, why, todo, path):
    said = made([Notice(AT, title, why, todo, path)])
    seen, plain = Tags(), Tags()
    seen.feed(html(said))
    plain.feed(
        html(
            made(
                [
                    Notice(
                        AT,
                        "t",
                        "w" if said.cases[0].why else "",
                        "d" if said.cases[0].todo else "",
                        "/p",
                    )
                ]
            )
        )
    )
    assert seen.tags == plain.tags
    assert all(link.startswith("https://board.example/") for link in seen.links)
    assert "\n" not in said.subject
    assert "\r" not in said.subject
    for block in slack(said)["blocks"]:
        words = block.get("text", {}).get("text", "") or block.get("elements", [{}])[0].get("text", "")
        assert words.count("<") == words.count("<https://board.example/")
    assert "javascript:" not in json.dumps(card(said)["attachments"][0]["content"]["actions"])


def test_only_pages_of_ours_are_linked():
    assert absolute("https://board.example", "/inbox") == "https://board.example/inbox"
    for path in ("//evil.example", "https://evil.example", "javascript:alert(1)", "/\\evil.example", ""):
        assert absolute("https://board.example", path) == "https://board.example/"
