"""The board by keyboard alone, and without scripts."""

import re

import pytest


@pytest.fixture
def window(visit):
    return visit().sign_in()


def focused(window, what):
    return window.page.evaluate(f"document.activeElement.{what}")


def test_the_first_tab_skips_to_the_content(window):
    window.page.keyboard.press("Tab")
    assert focused(window, "textContent") == "Skip to content"
    window.page.keyboard.press("Enter")
    window.page.keyboard.press("Tab")
    assert window.page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_palette_goes_to_an_entity_by_typing(window):
    window.page.keyboard.press("Control+k")
    window.page.wait_for_selector("gb-palette [role=option]")
    window.page.keyboard.type("checkout service")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/entities/service/default/checkout")


def test_of_very_many_entities_the_palette_finds_what_is_typed(window):
    # As a large catalog answers: nothing but what is no entity. What is typed goes to the server itself.
    answer = {"entries": [{"text": "Board", "hint": "", "group": "Page", "url": "/"}], "whole": False}
    window.page.route("**/palette.json", lambda route: route.fulfill(json=answer))
    window.page.keyboard.press("Control+k")
    window.page.wait_for_selector("gb-palette [role=option]")
    window.page.keyboard.type("checkout service")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/entities/service/default/checkout")
    assert window.complaints == []


def test_escape_closes_the_palette_and_gives_the_focus_back(window):
    window.page.focus("[data-go=c]")
    window.page.keyboard.press("Control+k")
    window.page.wait_for_selector("gb-palette dialog[open]")
    window.page.keyboard.press("Escape")
    window.page.wait_for_selector("gb-palette dialog[open]", state="detached")
    assert focused(window, "dataset.go") == "c"


@pytest.mark.parametrize(("key", "path"), [("c", "/catalog"), ("s", "/scorecards"), ("f", "/fact-types")])
def test_two_keys_go_to_a_place_and_back(window, key, path):
    window.page.keyboard.type("g" + key)
    window.page.wait_for_url(f"**{path}")
    window.page.keyboard.type("gb")
    window.page.wait_for_url(f"{window.site}/")
    assert window.complaints == []


def test_keys_typed_into_a_field_stay_there(window):
    window.page.goto("/catalog")
    window.page.focus("#catalog-q")
    window.page.keyboard.type("gb?")
    assert window.page.input_value("#catalog-q") == "gb?"
    assert window.page.url.endswith("/catalog")


def test_j_and_k_walk_the_rows_and_enter_opens_one(window):
    window.page.goto("/catalog?kind=service")
    for key in "jjk":
        window.page.keyboard.press(key)
    assert focused(window, "textContent") == "checkout"
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/entities/service/default/checkout")


def test_a_question_mark_lists_the_keys(window):
    window.page.keyboard.press("?")
    window.page.wait_for_selector("#keys")
    window.page.keyboard.press("Escape")
    window.page.wait_for_selector("#keys", state="hidden")


def test_choosing_a_filter_changes_the_address_and_the_table(window, expect):
    window.page.select_option("#pick-team", "payments")
    window.page.wait_for_url("**team=payments**")
    expect(window.page.locator(".heat tbody tr")).to_have_count(1)
    window.page.go_back()
    expect(window.page.locator(".heat tbody tr")).not_to_have_count(1)
    assert window.complaints == []


def test_the_theme_is_kept_on_this_machine(window):
    window.page.click("summary:has(.avatar)")
    window.page.click("gb-choice[name=theme] [data-value=dark]")
    window.page.reload()
    assert window.page.evaluate("document.documentElement.dataset.theme") == "dark"
    dark = window.page.evaluate("getComputedStyle(document.body).backgroundColor")
    window.page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert window.page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


def test_a_link_to_a_folded_result_unfolds_it(window):
    window.page.goto("/entities/service/default/checkout#cod-3-ci")
    window.page.wait_for_selector("#cod-3-ci .evidence")


def test_the_pages_work_without_scripts(chromium, site, expect):
    context = chromium.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#id_username", "ada")
    page.fill("#id_password", "a long password")
    page.click("button")
    page.wait_for_url("/")
    page.select_option("#pick-team", "payments")
    page.click("text=Show >> nth=-1")
    expect(page).to_have_url(re.compile("team=payments"))
    expect(page.locator(".heat tbody tr")).to_have_count(1)
    context.close()


def test_a_page_that_takes_long_shows_where_it_will_be(window, expect):
    waiting = []
    window.page.route("**/catalog", lambda route: waiting.append(route))  # noqa: PLW0108 - it marks the handler
    window.page.click("[data-go=c]")
    window.page.wait_for_selector("body.htmx-request")
    for _ in range(600):  # a function that the browser waits for would be text run as code, which pages forbid
        if window.page.evaluate("getComputedStyle(document.querySelector('main'), '::after').opacity") == "1":
            break
        window.page.wait_for_timeout(100)
    else:
        pytest.fail("it does not show")
    waiting[0].continue_()
    window.page.wait_for_selector("h1:has-text('Catalog')")
    expect(window.page.locator("body.htmx-request")).to_have_count(0)
    assert window.complaints == []


def test_the_exact_time_shows_when_a_time_has_the_focus(window):
    window.page.goto("/results?outcome=fail")
    window.page.focus("tbody time >> nth=0")
    year = window.page.get_attribute("tbody time >> nth=0", "datetime")[:4]
    assert year in window.page.inner_text(".tip")


def test_one_button_opens_every_result_and_closes_them(window):
    window.page.goto("/entities/service/default/checkout")
    folded = "document.querySelectorAll('.results .aside:not([open])').length"
    assert window.page.evaluate(folded) > 0
    window.page.click("text=Open all")
    assert window.page.evaluate(folded) == 0
    window.page.click("text=Close all")
    assert window.page.evaluate(folded) > 0


def test_what_passes_is_fetched_when_it_is_unfolded_and_so_are_all_changes(window, expect):
    window.page.goto("/entities/service/default/checkout")
    fold = window.page.locator("details.passing").first
    expect(fold.locator(".evidence")).to_have_count(0)
    named = fold.locator("li").count()
    fold.locator("summary").first.click()
    expect(fold.locator("li > details")).to_have_count(named)
    fold.locator("li > details > summary").first.click()
    expect(fold.locator(".evidence").first).to_be_visible()
    window.page.click("summary:has-text('All changes')")
    expect(window.page.locator("#changes .moves")).to_be_visible()
    assert window.page.url.endswith("/entities/service/default/checkout")
    assert window.complaints == []
