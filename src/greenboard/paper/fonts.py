"""The letters that are printed: DejaVu Sans Condensed, which knows Latin, Greek, Cyrillic and the glyphs of outcomes.

The build copies the two files beside this one (frontend/build.mjs); they are free to use and to pass on.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from greenboard.core.errors import UserError

REGULAR, BOLD = "DejaVuSansCondensed", "DejaVuSansCondensed-Bold"
FOLDER = Path(__file__).parent / "letters"


@cache
def ready() -> None:
    """Register the letters with the library, once in each process."""
    for name in (REGULAR, BOLD):
        path = FOLDER / f"{name}.ttf"
        if not path.is_file():
            raise UserError(
                "the letters for PDF files are not here",
                expected=str(path),
                hint="Build the front end, which brings them: python hatch_build.py.",
            )
        pdfmetrics.registerFont(TTFont(name, str(path)))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
