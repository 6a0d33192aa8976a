"""A document as Markdown, rendered by a parser of CommonMark."""

import re

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from greenboard.paper import markdown
from greenboard.paper.types import Break, Document, Facts, Heading, Table, Text

PARSER = MarkdownIt("commonmark").enable("table")


def shown(document: Document) -> str:
    return PARSER.render(markdown.write(document))


def test_each_part_of_a_document_has_its_form():
    html = shown(
        Document(
            "Review",
            "of checkout",
            (
                Heading("Decision"),
                Text("One\ntwo\n\nthree"),
                Facts((("Owner", "payments"),)),
                Table(("Rule", "Answer"), (("a|b", "✓ pass"),)),
                Break(),
            ),
            "Greenboard",
        )
    )
    assert "<h1>Review</h1>" in html
    assert "<h2>Decision</h2>" in html
    assert "<p>One<br />\ntwo</p>\n<p>three</p>" in html
    assert "<li><strong>Owner</strong>: payments</li>" in html
    assert "<td>a|b</td>" in html
    assert html.count("<hr />") == 2


def test_only_addresses_of_pages_become_links():
    html = shown(Document("A", blocks=(Text("see https://a.example/x_y_z?a=1 and [b](javascript:c) <i>d</i>"),)))
    assert '<a href="https://a.example/x_y_z?a=1">' in html
    assert "[b](javascript:c) &lt;i&gt;d&lt;/i&gt;" in html


@given(st.text(st.sampled_from("ab1 #*_-+=.)(`~|\\<>[]!&$\n"), min_size=1))
def test_whatever_a_text_holds_stays_text(text):
    words = " ".join(text.split())
    if not words:
        return
    for block in (Text(text), Heading(text), Table(("a",), ((text,),))):
        html = shown(Document("A", blocks=(block,)))
        inner = re.sub(r"</?(h1|h2|p|br|table|thead|tbody|tr|th|td)( /)?>", " ", html)
        assert not re.search(r"<[^>]", inner), html
