"""What people see: a page, and a panel on the page of each entity. HTML is made by `format_html`, which escapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from greenboard.plugins import Looked, Shown

if TYPE_CHECKING:
    from django.http import HttpRequest


def about(request: HttpRequest) -> Shown:
    """What the example is for."""
    from django.utils.html import format_html

    body = format_html("<p>Hello {}. This page comes from a plugin.</p>", request.user.get_username())
    return Shown("What components cost", body)


def person(request: HttpRequest, name: str) -> Shown:
    """A text without HTML is shown as it stands."""
    return Shown("What a person costs", f"Nobody says that of {name}.")


def centre(entity: Looked) -> Shown | None:
    """The cost centre that a tag names: `cost-centre-4711`."""
    from django.utils.html import format_html

    found = [tag.removeprefix("cost-centre-") for tag in entity.tags if tag.startswith("cost-centre-")]
    return Shown("Cost centre", format_html("<p>Booked on <b>{}</b>.</p>", found[0])) if found else None
