"""The page that says how pipelines send reports."""

from greenboard.repository.reports import recognise
from greenboard.web.reports.snippets import snippets


def test_every_format_is_on_the_page(page):
    text = page("/sending-reports")
    assert all(f"<code>{name}</code>" in text for name in recognise.known())


def test_lines_are_of_the_entity_that_is_asked_for(page):
    text = page("/sending-reports?q=service:ledger")
    assert "--entity service:default/ledger" in text
    assert "/api/v1/reports?entity=service:default/ledger&amp;commit=$GITHUB_SHA" in text
    assert "ledger" not in page("/sending-reports?q=%3Cb%3E")


def test_no_template_is_left_unfilled():
    for one in snippets("https://ready.example.com", "service:default/checkout"):
        assert "$curl" not in one.text
        assert "$address" not in one.text
        assert "$$" not in one.text
