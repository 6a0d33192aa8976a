"""A document, said once and written in several formats. Pure.

Texts are plain: whatever they hold is shown as it stands, and means nothing to any format.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Heading:
    """A title within the document. Level 1 is the highest below that of the document; there are three."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Text:
    """A paragraph. A line break in it is kept; an empty line begins the next paragraph."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Names and what holds of them, one below the other."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """Rows below a head, as many cells in each as in the head. The head is repeated on each page."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Break:
    """What follows begins a page."""


Block = Heading | Text | Facts | Table | Break


@dataclass(frozen=True)
class Document:
    """Something to print.

    Args:
        title: What it is, on top of the first page.
        subtitle: A line below.
        blocks: What it says, in order.
        footer: A line at the foot of each page, beside its number.
        made: When it was made, for the reader of the file. Left out, the same document gives the same bytes always.

    """

    title: str
    subtitle: str = ""
    blocks: tuple[Block, ...] = ()
    footer: str = ""
    made: datetime | None = None
