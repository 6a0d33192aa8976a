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
_LIKE = {0x26C9: 0x2B1F}
"""What the letters lack, and what is drawn for it: a pentagon for the sign of an exemption. Copied, it is itself."""


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
        font = TTFont(name, str(path))
        face = font.face
        for code, like in _LIKE.items():
            face.charToGlyph.setdefault(code, face.charToGlyph[like])
            face.charWidths.setdefault(code, face.charWidths[like])
        pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
