"""Words that are meant to do harm, in a real browser: nothing opens, runs or is sent elsewhere."""

import importlib

import pytest

browser = importlib.import_module("tests.browser.conftest")
hostile = importlib.import_module("tests.security.hostile")
CARD = "/scorecards/production-readiness"
PAGES = [
    "/", "/mine", "/catalog", "/results", "/ownership", "/entities/service/default/hostile",
    "/entities/service/default/hostile-backstage", "/entities/team/default/hostile-team", CARD, f"{CARD}/rules/hostile",
    f"{CARD}/rules/hostile/edit", "/fact-types/properties", "/people", "/people/eve", "/access", "/tokens", "/identities",
    "/hooks", "/hooks/1", "/audit",
]  # fmt: skip
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(installed, tmp_path_factory):
    with browser.served(tmp_path_factory.mktemp("hostile"), hostile.__name__) as address:
        yield address


@pytest.fixture
def window(chromium, site):
    made = browser.Visit(chromium, site, "light", 1440)
    made.opened = []
    made.page.on("dialog", lambda dialog: made.opened.append(dialog.message) or dialog.dismiss())
    made.page.on("popup", lambda page: made.opened.append(page.url))
    yield made.sign_in("hostile-boss", "a long password")
    made.context.close()


def calm(window):
    """Nothing happened that a word asked for."""
    assert window.opened == []
    assert window.elsewhere == []
    assert window.page.evaluate("document.querySelectorAll('main img, main iframe, [onerror], [onload]').length") == 0


def test_no_page_does_what_a_word_asks_for(window):
    for url in PAGES:
        window.page.goto(url)
        window.page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
        calm(window)
    # A word that were acted on would be refused by the policy of the page, and the console would say so.
    assert [said for said in window.complaints if "Content Security Policy" in said] == []


def test_neither_do_tips_nor_the_palette_nor_the_editor(window, expect):
    window.page.goto("/")
    for place in window.page.locator("[data-tip]").all()[:5]:
        place.hover(force=True)
    window.page.keyboard.press("Control+k")
    window.page.locator("gb-palette input").fill("hostile")
    expect(window.page.locator("gb-palette [role=option]").first).to_be_visible()
    calm(window)
    window.page.goto(f"{CARD}/rules/hostile/edit")
    expect(window.page.locator("gb-rule-editor .cm-editor").first).to_be_visible()
    expect(window.page.locator("main")).to_contain_text("entit")
    calm(window)
