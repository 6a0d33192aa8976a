"""Reports as a reader meets them: seen, gone through by the keyboard, saved as a view."""

import importlib

import pytest

pytestmark = pytest.mark.slow

pages = importlib.import_module("tests.browser.test_pages")
axe, shots = pages.axe, pages.shots
REPORTS = {
    "reporting": "/reports",
    "report-birds-eye": "/reports/birds-eye",
    "report-birds-eye-one": "/reports/birds-eye?by=entity&show=dimension",
    "report-card": "/reports/report-card?team=payments",
    "report-executive": "/reports/executive-summary",
    "report-rules": "/reports/rule-quality",
    "report-scorecards": "/reports/all-scorecards",
    "report-comparison": "/reports/comparison",
    "report-delivery": "/reports/delivery-and-incidents",
    "report-views": "/reports/views",
}
_SLOW = pytest.mark.slow
LOOKS = [
    ("light", 1440, slice(0, None, 3)),
    pytest.param("light", 1440, slice(None), marks=_SLOW),
    pytest.param("dark", 390, slice(None), marks=_SLOW),
]


@pytest.mark.parametrize(("theme", "width", "which"), LOOKS)
def test_every_report_is_quiet_stays_home_and_reads_well(visit, axe, shots, theme, width, which):
    window = visit(theme, width).sign_in()
    troubles = {
        name: pages.looked_at(window.page, url, axe, width, shots / f"{name}-{theme}-{width}.png")
        for name, url in pages.some(REPORTS, which)
    }
    assert {name: found for name, found in troubles.items() if found} == {}
    assert window.complaints == []
    assert window.elsewhere == []


def test_the_birds_eye_is_one_stop_of_the_keyboard_and_its_view_can_be_saved(visit, expect):
    window = visit().sign_in()
    page = window.page
    page.goto("/reports/birds-eye?by=system")
    first = page.locator(".eye tbody td.cell a").first
    first.focus()
    assert page.locator(".eye td.cell a[tabindex='0']").count() == 1
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    second = page.locator(".eye tbody tr").nth(1).locator("td.cell a").nth(1)
    expect(second).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).not_to_have_text("Bird's eye")
    page.goto("/reports/birds-eye?by=system")
    page.click("text=Save this view")
    page.fill("#view-name", "By system")
    page.click("form.sheet button:has-text('Save')")
    expect(page.locator("h1")).to_have_text("Saved views")
    page.click("a:has-text('By system')")
    expect(page.locator("#pick-by")).to_have_value("system")
    assert window.complaints == []
