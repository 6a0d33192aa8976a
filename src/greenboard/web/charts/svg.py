"""Drawing with words: elements, attributes, escaping. Everything that becomes markup passes here."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from django.utils.safestring import SafeString, mark_safe

Attribute = str | int | float


def element(name: str, attributes: Mapping[str, Attribute], *children: str) -> str:
    """One element. Attribute values are escaped; children are markup already."""
    written = "".join(f' {key}="{escape(_text(value))}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def _text(value: Attribute) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def words(text: str, **attributes: Attribute) -> str:
    """A piece of text; `class_` is written as class, `text_anchor` as text-anchor."""
    written = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    return element("text", written, escape(text))


def percent(share: float) -> str:
    """A share of 0 to 1 as a percentage, the unit that stretches with the page."""
    return f"{share * 100:.3f}".rstrip("0").rstrip(".") + "%"


def drawing(attributes: Mapping[str, Attribute], title: str, description: str, *children: str) -> SafeString:
    """A whole drawing that says what it shows: its title and description are read aloud."""
    named = (element("title", {}, escape(title)), element("desc", {}, escape(description)))
    return mark_safe(element("svg", {"role": "img", **attributes}, *named, *children))  # noqa: S308


def ornament(attributes: Mapping[str, Attribute], *children: str) -> SafeString:
    """A drawing that repeats the words beside it, and is silent therefore."""
    return mark_safe(element("svg", {"aria-hidden": "true", **attributes}, *children))  # noqa: S308
