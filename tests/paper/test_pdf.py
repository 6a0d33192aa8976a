"""A document as PDF, read back by another library."""

import io
from datetime import UTC, datetime

import pypdf
import pytest

from greenboard.paper import pdf
from greenboard.paper.types import Break, Document, Facts, Heading, Table, Text
from greenboard.paper.widths import widths

ROWS = tuple((f"Question {number}", "✕ fail", f"seen in https://a.example/{number}") for number in range(120))
DOCUMENT = Document(
    "Review of <b>checkout</b> & co",
    "Проверка готовности",
    (
        Heading("Decision"),
        Text("✓ ✕ ◌ ◈ – \x00\ud800\n\n<script>alert(1)</script> &lt;"),
        Facts((("Owner", "team:default/payments"),)),
        Table(("Question", "Answer", "Evidence"), ROWS),
        Break(),
        Heading("Deep", 3),
        Table(("One", "Two"), (("word " * 3000, "x" * 3000),)),
    ),
    "Greenboard",
)


@pytest.fixture(scope="module")
def written():
    return pdf.write(DOCUMENT)


@pytest.fixture(scope="module")
def pages(written):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(written)).pages]


def test_what_is_said_is_shown_as_it_stands_in_any_script_with_the_glyphs_of_outcomes(pages):
    for text in (
        "Review of <b>checkout</b> & co",
        "Проверка готовности",
        "✓ ✕ ◌ ◈ –",
        "<script>alert(1)</script> &lt;",
    ):
        assert text in pages[0]


def test_pages_are_numbered_of_how_many_and_repeat_the_head_of_a_table(pages):
    assert [f"{number} / {len(pages)}" in page for number, page in enumerate(pages, start=1)] == [True] * len(pages)
    whole = "\n".join(pages)
    assert all(question in whole for question, _, _ in ROWS)
    assert sum("Evidence" in page for page in pages) >= 3


def test_a_cell_longer_than_a_page_goes_on_on_the_next(pages):
    assert sum(page.count("word") for page in pages) == 3000


def test_rows_of_many_narrow_columns_fit_a_page_or_are_broken():
    for letters in (50, 150, 250, 400, 2000):
        rows = tuple(tuple("x" * letters if place == 7 else "y y" for place in range(8)) for _ in range(12))
        whole = pypdf.PdfReader(io.BytesIO(pdf.write(Document("A", blocks=(Table(("h",) * 8, rows),)))))
        assert sum(page.extract_text().count("x") for page in whole.pages) == 12 * letters


def test_the_same_document_gives_the_same_bytes_and_holds_no_time_unless_given_one(written):
    assert written == pdf.write(DOCUMENT)
    assert not pypdf.PdfReader(io.BytesIO(written)).metadata.creation_date_raw
    dated = pdf.write(Document("A", made=datetime(2026, 11, 26, 7, tzinfo=UTC)))
    assert pypdf.PdfReader(io.BytesIO(dated)).metadata.creation_date == datetime(2026, 11, 26, 7, tzinfo=UTC)


def test_nothing_in_the_file_runs_or_is_fetched(written):
    for word in (b"/JavaScript", b"/URI", b"/Launch", b"/EmbeddedFile"):
        assert word not in written


def test_columns_hold_their_longest_word_and_add_up_to_the_page():
    wide = widths([("Question", "Age"), ("Does it run in two zones?", "4 min")], 30, len)
    assert sum(wide) == pytest.approx(30)
    assert wide[1] >= 5
    assert sum(widths([("x" * 90, "y" * 90, "z" * 90)], 100, len)) == pytest.approx(100)
    assert widths([("", "")], 10, len) == [5, 5]
