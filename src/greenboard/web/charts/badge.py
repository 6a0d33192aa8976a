"""A badge: a label and what holds, in one line that stands alone wherever it is shown."""

from __future__ import annotations

from datetime import datetime

from django.utils.safestring import SafeString

from greenboard.web.charts.svg import Attribute, drawing, element, words

_COLOURS = {
    "pass": "#1a7f4b",
    "fail": "#b3361b",
    "no_data": "#5b6068",
    "error": "#8a5a00",
    "not_applicable": "#5b6068",
    "exempt": "#6f4bb0",
    "unknown": "#5b6068",
}
"""White text on each meets WCAG AA. A badge stands in other people's pages, so it carries its own colours."""
_LEVELS = ("#5b6068", "#45688f", "#2f5f9e", "#1d4f97", "#103a80")
_WIDE = 6.6
"""How wide a letter is, on average, at 11 px."""
_MOST = 60
_HEIGHT = 20


def badge(label: str, text: str, kind: str, share: float | None = None, at: datetime | None = None) -> SafeString:
    """The drawing. `share` is how far up a level is, from 0 to 1."""
    label, text = _short(label), _short(f"{text} · {at:%Y-%m-%d}" if at else text)
    left, right = _width(label), _width(text)
    colour = _LEVELS[round((share or 0) * (len(_LEVELS) - 1))] if kind == "level" else _COLOURS[kind]
    frame: dict[str, Attribute] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "width": left + right,
        "height": _HEIGHT,
        "viewBox": f"0 0 {left + right} {_HEIGHT}",
    }
    font: dict[str, Attribute] = {"fill": "#fff", "font_family": "Verdana,DejaVu Sans,sans-serif", "font_size": 11}
    return drawing(
        frame,
        f"{label}: {text}",
        "How ready it is, as Greenboard judges.",
        element("rect", {"width": left, "height": _HEIGHT, "fill": "#3b4048"}),
        element("rect", {"x": left, "width": right, "height": _HEIGHT, "fill": colour}),
        words(label, x=left / 2, y=14, text_anchor="middle", textLength=left - 12, **font),
        words(text, x=left + right / 2, y=14, text_anchor="middle", textLength=right - 12, **font),
    )


def _short(text: str) -> str:
    plain = "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
    return plain if len(plain) <= _MOST else plain[: _MOST - 1] + "…"


def _width(text: str) -> int:
    return round(len(text) * _WIDE) + 14
