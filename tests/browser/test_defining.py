"""Writing a fact type: what is wrong is shown while one writes, and a click leads to it."""

import importlib

import pytest

pytestmark = pytest.mark.slow

company = importlib.import_module("tests.browser.company")


def test_a_mistake_is_shown_while_one_writes_and_found_by_a_click(visit, expect):
    window = visit().sign_in(company.ADMINISTRATOR)
    page = window.page
    page.goto("/fact-types-new")
    looked = page.locator("#looked")
    expect(looked.get_by_role("rowheader", name="monthly")).to_be_visible()
    text = page.input_value("#schema")
    page.fill("#schema", text.replace('"type": "number"', '"type": "numbr"'))
    place = looked.get_by_role("button")
    expect(place).to_have_text("7:7")
    place.click()
    chosen = (
        "document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)"
    )
    assert page.evaluate(chosen) == '"type": "numbr",'
    page.fill("#schema", text)
    expect(looked.get_by_role("rowheader", name="monthly")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cost")
    assert window.complaints == []
    assert window.elsewhere == []
