"""Documents as PDF, A4, made to be read on paper: black on white, thin rules, the head of a table on each page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from html import escape
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    HRFlowable,
    LongTable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus.tables import TableStyle

from greenboard.paper import fonts
from greenboard.paper.types import Block, Break, Document, Facts, Heading, Table, Text
from greenboard.paper.widths import widths

_LETTERS, _LINES = 2500, 30
"""What may stand in a row before it could fill a page: letters, divided among its columns, and lines."""
_MARGIN, _FOOT = 20 * mm, 24 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_PAD = 2.5 * mm
_BELOW_A_HEADING = 35 * mm
"""A heading with less room than this below it goes to the next page."""
_INK, _GREY, _RULE = HexColor("#1b1d21"), HexColor("#5f646d"), HexColor("#c9ccd1")
_COLOURS = {"✓": "#0f6b3c", "✕": "#b3330f", "!": "#8a5a00", "◌": "#5f646d", "◈": "#6a3fa0"}
"""Glyphs of outcomes at the beginning of a cell are coloured; beside them stands the word."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_LEVELS = {1: (14.0, 18.0), 2: (11.0, 14.0), 3: (9.5, 12.0)}


def write(document: Document) -> bytes:
    """The document as a PDF file: nothing in its texts becomes markup, and the same document gives the same bytes."""
    fonts.ready()
    target = io.BytesIO()
    template = BaseDocTemplate(
        target,
        pagesize=A4,
        title=document.title,
        subject=document.subtitle,
        author="Greenboard",
        creator="Greenboard",
        lang="en",
    )
    frame = Frame(_MARGIN, _FOOT, _WIDTH, A4[1] - _MARGIN - _FOOT, 0, 0, 0, 0)
    template.addPageTemplates([PageTemplate("page", [frame])])
    template.build(_flow(document), canvasmaker=partial(_Numbered, document))
    return target.getvalue()


class _Numbered(Canvas):
    """Writes the foot of each page at the end, when it is known how many there are."""

    def __init__(self, document: Document, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{**options, "invariant": 1})
        self._document = document
        self._pages: list[dict[str, Any]] = []
        self.setDateFormatter(lambda *_: _stamp(document.made))

    def showPage(self) -> None:  # noqa: N802, the library's name
        self._pages.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # the one way to keep a page open, as the library documents

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._foot(f"{number} / {len(self._pages)}")
            super().showPage()
        super().save()

    def _foot(self, number: str) -> None:
        self.setStrokeColor(_RULE)
        self.setLineWidth(0.5)
        self.line(_MARGIN, 17 * mm, A4[0] - _MARGIN, 17 * mm)
        self.setFillColor(_GREY)
        self.setFont(fonts.REGULAR, 7.5)
        room = _WIDTH - 20 * mm
        self.drawString(_MARGIN, 12.5 * mm, _cut(_clean(self._document.footer or self._document.title), room))
        self.drawRightString(A4[0] - _MARGIN, 12.5 * mm, number)


def _stamp(made: datetime | None) -> str:
    return made.astimezone(UTC).strftime("D:%Y%m%d%H%M%S+00'00'") if made else ""


def _flow(document: Document) -> list[Flowable]:
    flow: list[Flowable] = [Paragraph(_marked(document.title), _style(20, 25, bold=True))]
    if document.subtitle:
        flow.append(Paragraph(_marked(document.subtitle), _style(10, 14, colour=_GREY, before=2)))
    flow.append(HRFlowable(width="100%", thickness=1, color=_INK, spaceBefore=8, spaceAfter=10))
    for block in document.blocks:
        flow += _block(block)
    return flow


def _block(block: Block) -> list[Flowable]:
    match block:
        case Heading(text, level):
            size, leading = _LEVELS[min(level, 3)]
            style = _style(size, leading, bold=True, before=size, after=size / 3)
            return [CondPageBreak(_BELOW_A_HEADING), Paragraph(_marked(text), style)]
        case Text(text):
            paragraphs = re.split(r"\n\s*\n", text.strip())
            return [Paragraph(_marked(one), _style(9.5, 13.5, after=6)) for one in paragraphs]
        case Facts(pairs):
            return [_facts(pairs)] if pairs else []
        case Table(head, rows):
            return [_table(head, rows), Spacer(1, 8)]
        case Break():
            return [PageBreak()]


def _facts(pairs: tuple[tuple[str, str], ...]) -> Flowable:
    name, value = _style(9, 13, colour=_GREY), _style(9, 13)
    cells = [[Paragraph(_marked(label), name), Paragraph(_marked(text), value)] for label, text in pairs]
    table = LongTable(cells, colWidths=[0.2 * _WIDTH, 0.8 * _WIDTH], spaceAfter=8, splitInRow=_tall(pairs))
    table.setStyle(TableStyle([*_PADDING, ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]))
    return table


def _table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> Flowable:
    top, cell = _style(8, 10.5, bold=True, colour=_GREY), _style(8.5, 11.5)
    cells = [[Paragraph(_marked(text), top) for text in head]]
    cells += [[Paragraph(_tinted(text), cell) for text in row] for row in rows]
    measure = partial(stringWidth, fontName=fonts.BOLD, fontSize=8.5)
    wide = widths([head, *rows], _WIDTH - len(head) * _PAD, measure)
    table = LongTable(cells, colWidths=[one + _PAD for one in wide], repeatRows=1, splitInRow=_tall(rows))
    lines = [("LINEBELOW", (0, 0), (-1, 0), 0.8, _INK), ("LINEBELOW", (0, 1), (-1, -1), 0.4, _RULE)]
    table.setStyle(TableStyle([*_PADDING, ("RIGHTPADDING", (0, 0), (-1, -1), _PAD), *lines]))
    return table


def _tall(rows: Iterable[Sequence[str]]) -> int:
    """Whether a row may be taller than a page, and so has to be broken; others go to the next page as a whole."""
    return int(any(len(cell) > _LETTERS / len(row) or cell.count("\n") > _LINES for row in rows for cell in row))


_PADDING = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 6),
    ("TOPPADDING", (0, 0), (-1, -1), 3),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
]


def _style(
    size: float, leading: float, *, bold: bool = False, colour: Color = _INK, before: float = 0, after: float = 0
) -> ParagraphStyle:
    return ParagraphStyle(
        "text",
        fontName=fonts.BOLD if bold else fonts.REGULAR,
        fontSize=size,
        leading=leading,
        textColor=colour,
        spaceBefore=before,
        spaceAfter=after,
        splitLongWords=1,
    )


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", text)


def _marked(text: str) -> str:
    """A text in the library's markup, of which it has none itself but the breaks of its lines."""
    return "<br/>".join(escape(line) for line in _clean(text).strip().split("\n"))


def _tinted(text: str) -> str:
    colour = _COLOURS.get(text[:1])
    return f'<font color="{colour}">{text[:1]}</font>{_marked("." + text[1:])[1:]}' if colour else _marked(text)


def _cut(text: str, room: float) -> str:
    """As much of a text as there is room for on one line."""
    if stringWidth(text, fonts.REGULAR, 7.5) <= room:
        return text
    while text and stringWidth(text + "…", fonts.REGULAR, 7.5) > room:
        text = text[:-1]
    return text + "…"
