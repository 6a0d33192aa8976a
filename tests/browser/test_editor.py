"""A rule is edited in the browser: what it would do shows while it is typed."""

import importlib

import pytest

from greenboard.facts.vocabulary import load

company = importlib.import_module("tests.browser.company")
pages = importlib.import_module("tests.browser.test_pages")
axe = pages.axe

RULES = "/scorecards/production-readiness/rules"
ADDRESS = f"{RULES}/inf-1-images/edit"
API = "/api/v1/scorecards/production-readiness/rules"
FIELD = ".tall .cm-content"
LIVE = "[data-panel=live]"
WRITTEN = "workload.all(w, w.image_pinned)"

# Asks the API as the page does, with the token of the page.
ASK = """([method, url, body]) => fetch(url, {
  method, body: body && JSON.stringify(body),
  headers: {"Content-Type": "application/json", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value},
}).then(answer => answer.json())"""


class Editor:
    """An editor that is open, and how a person uses it."""

    def __init__(self, window, address=ADDRESS):
        self.window, self.page = window, window.page
        self.asked = []
        self.page.on("request", lambda request: "/api/v1/" in request.url and self.asked.append(request))
        self.page.goto(address)
        self.ready()

    def ready(self):
        self.page.wait_for_selector(f"fieldset.editor:enabled {FIELD}")

    def type(self, text, *, over=False):
        self.page.click(FIELD)
        self.page.keyboard.press("Control+a" if over else "Control+End")
        self.page.keyboard.type(text)

    def text(self):
        return "\n".join(self.page.locator(f"{FIELD} .cm-line").all_inner_texts())

    def row(self, name):
        cells = self.page.locator(f"{LIVE} .counts tr", has=self.page.locator(f"th:text-is('{name}')")).locator("td")
        words = self.page.locator(f"{LIVE} .counts thead .word").all_inner_texts()
        return dict(zip([word.strip() for word in words], cells.all_inner_texts(), strict=True))

    def counted(self, **expected):
        """Wait until the draft has these numbers."""
        for column, number in expected.items():
            place = {"passed": 0, "failed": 1, "undecided": 2}[column]
            self.page.wait_for_selector(f"{LIVE}:not(.stale) .draft td:nth-child({place + 2}):text-is('{number}')")

    def options(self):
        self.page.wait_for_selector(".cm-tooltip-autocomplete li")
        self.page.wait_for_timeout(150)  # the list takes no key in the first moment after it opens
        return self.page.locator(".cm-tooltip-autocomplete .cm-completionLabel").all_inner_texts()

    def save(self):
        self.page.click("[data-panel=save] button.strong")

    def saved(self):
        self.page.wait_for_selector("[data-save=told]:has-text('✓ Saved')")

    def told(self):
        return self.page.inner_text("[data-save=told]")

    def sent(self, method, path):
        return [
            request.post_data_json for request in self.asked if request.method == method and request.url.endswith(path)
        ]

    def ask(self, method, rule, body=None):
        """What the API answers to somebody else, in another window."""
        return self.page.evaluate(ASK, [method, f"{API}/{rule}", body])


@pytest.fixture
def editor(visit):
    opened = Editor(visit().sign_in(company.ADMINISTRATOR))
    yield opened
    if not any(request.method == "PUT" for request in opened.asked):
        return
    opened.page.goto(ADDRESS)
    rule = opened.ask("GET", "inf-1-images")
    if rule["edited"]:
        opened.ask("DELETE", "inf-1-images", {"based_on": rule["digest"]})


def test_the_outcomes_of_a_draft_show_while_it_is_typed(editor):
    editor.counted(passed=4, failed=5, undecided=1)
    editor.type("size(workload) > 0", over=True)
    editor.counted(passed=9, failed=0)
    assert editor.row("Saved") == {"Pass": "4", "Fail": "5", "No data": "1", "Not applicable": "1"}
    assert editor.row("Change") == {"Pass": "+5", "Fail": "−5", "No data": "±0", "Not applicable": "±0"}
    editor.page.wait_for_selector("[data-part=changed] .count:text-is('5')")
    assert "✕ Fail → becomes ✓ Pass" in " ".join(editor.page.inner_text("[data-part=changed] li >> nth=0").split())
    assert editor.page.inner_text(f"{LIVE} [data-part=took]").startswith("11 entities in ")
    assert float(editor.page.get_attribute(LIVE, "data-keystroke-ms")) > 0
    assert editor.window.complaints == []
    assert editor.window.elsewhere == []


def test_entities_whose_level_changes_are_named(editor):
    editor.type("size(workload) > 99", over=True)
    editor.counted(passed=0)
    editor.page.wait_for_selector("[data-part=levels] .who li")
    assert "Bronze → No level" in " ".join(editor.page.inner_text("[data-part=levels] .who li >> nth=0").split())
    assert "Worse: " in editor.page.text_content("[data-part=levels] .who li >> nth=0")


def test_the_numbers_are_read_aloud_when_the_typing_rests(editor):
    editor.type("size(workload) > 0", over=True)
    editor.page.wait_for_selector(f"{LIVE} [role=status]:text('9 pass')", state="attached")


def test_an_answer_to_an_older_draft_is_never_shown(editor):
    editor.counted(passed=4)
    held = []
    editor.page.route("**/api/v1/rules/preview", lambda route: route.continue_() if held else held.append(route))
    with editor.page.expect_request("**/api/v1/rules/preview"):
        editor.type("size(workload) > 99", over=True)
    editor.page.keyboard.press("Backspace")
    editor.page.keyboard.press("Backspace")
    editor.page.keyboard.type("0")
    editor.counted(passed=9)
    assert held[0].request.failure == "net::ERR_ABORTED"
    assert editor.window.complaints == []


def test_a_misspelt_field_is_underlined_and_told_with_what_was_meant(editor):
    editor.type("workload.all(w, w.image_pined", over=True)
    editor.page.keyboard.press("Escape")
    editor.page.wait_for_selector("[data-told=expression] li")
    told = editor.page.inner_text("[data-told=expression]")
    assert "workload has no field 'image_pined'. Did you mean 'image_pinned'?" in told
    assert "Column 19" in told
    assert editor.page.inner_text(".cm-lintRange-error") == "image_pined"
    assert editor.page.get_attribute(FIELD, "aria-invalid") == "true"
    assert "stale" in editor.page.get_attribute(LIVE, "class")
    editor.page.click("text=Use image_pinned")
    assert editor.text() == WRITTEN
    editor.page.wait_for_selector("[data-told=expression]", state="hidden")
    assert editor.page.get_attribute(FIELD, "aria-invalid") is None


def test_what_a_draft_reads_is_named_and_leads_to_its_reference(editor):
    editor.page.wait_for_selector("[data-part=reads] a")
    read = editor.page.locator("[data-part=reads] a", has_text="workload.image_pinned")
    assert read.get_attribute("href") == "/fact-types/workload"


def test_fields_of_an_element_are_completed_by_keyboard(editor):
    editor.type("slo.a", over=True)
    assert "all" in editor.options()
    editor.page.keyboard.press("Enter")
    assert editor.text() == "slo.all(s, )"
    editor.page.keyboard.type("s.")
    known = load().types["slo"].fields
    assert set(editor.options()) == set(known)
    assert known[min(known)].doc in editor.page.inner_text(".cm-completionInfo")
    editor.page.keyboard.press("ArrowDown")
    editor.page.keyboard.press("Enter")
    assert editor.text() == f"slo.all(s, s.{sorted(known)[1]})"


OFFERED = {
    "size(workload.filter(w, w.": "replicas",
    "workload.filter(w, w.ready > 1)[0].name.": "startsWith",
    "slo.exists(s, workload.all(w, s.": "target_pct",
    "dependencies().all(d, d.": "slo",
    "dependents().all(d, d.in": "in_team",
    "dependencies().all(d, d.slo.exists(s, s.": "target_pct",
    "repository().": "branch_policy",
    "ownership.": "owner",
    "semver": "semver_in",
    "!work": "workload",
}


def test_what_can_stand_at_the_cursor_is_offered(editor):
    for typed, offered in OFFERED.items():
        editor.type(typed, over=True)
        assert offered in editor.options(), typed
        editor.page.keyboard.press("Escape")


def test_the_values_of_a_closed_field_are_offered_inside_quotes(editor):
    name, field, known = next(
        (one.name, key, one_field.values)
        for one in load().types.values()
        for key, one_field in one.fields.items()
        if one.many and len(one_field.values) > 1
    )
    editor.type(f'{name}.all(x, x.{field} == "', over=True)
    assert sorted(editor.options()) == sorted(known)
    editor.page.keyboard.press("Enter")
    assert editor.text() in {f'{name}.all(x, x.{field} == "{value}")' for value in known}


def test_a_parameter_that_was_just_added_is_offered_and_held_against(editor):
    editor.page.click("summary:has-text('Parameters')")
    editor.page.click("text=Add a parameter")
    editor.page.fill("[data-part=name]", "least")
    editor.page.fill("[data-part=default]", "0")
    editor.page.fill("[data-part=tier-1]", "99")
    editor.type("size(workload) > param.", over=True)
    assert editor.options() == ["least"]
    editor.page.keyboard.press("Enter")
    editor.counted(passed=6, failed=3)  # three of tier 1 run something


def test_tab_leaves_the_field(editor):
    editor.page.focus(FIELD)
    editor.page.keyboard.press("Tab")
    assert editor.page.evaluate("document.activeElement.closest('[data-code]')?.dataset.code") != "expression"


def test_the_past_comes_by_itself_and_as_a_table(editor, expect):
    editor.type("size(workload) > 0", over=True)
    described = "[data-panel=past] svg desc:text('Draft from 100 % to 100 %, saved rule from ')"
    editor.page.wait_for_selector(described, state="attached")
    assert editor.page.text_content("[data-panel=past] svg title") == "Pass rate over time"
    editor.page.click("text=As a table")
    expect(editor.page.locator(".past-table tbody tr")).to_have_count(90)
    assert editor.page.inner_text(".past-table tbody tr >> nth=-1 >> td >> nth=0") == "–"  # before the first look
    assert "Nothing fails on any of these days." in editor.page.inner_text("[data-part=who]")
    editor.type(WRITTEN, over=True)
    editor.page.wait_for_selector("[data-part=who] li:has-text('turns')")
    assert "checkout" in editor.page.inner_text("[data-part=who]")


def test_a_saved_rule_is_the_rule_from_then_on(editor):
    editor.type(f"size(workload) < 9 && {WRITTEN}", over=True)
    editor.page.fill("[name=weight]", "4")
    editor.page.fill("[name=note]", "Nobody runs nine.")
    assert editor.page.inner_text("[data-save=state]") == "Not saved: weight, expression"
    editor.page.keyboard.press("Control+s")
    editor.saved()
    assert editor.page.inner_text("[data-save=state]") == "As saved"
    rule = editor.ask("GET", "inf-1-images")
    assert (rule["expression"], rule["weight"]) == (f"size(workload) < 9 && {WRITTEN}", 4)
    assert (rule["edit"]["author"], rule["edit"]["note"]) == (company.ADMINISTRATOR, "Nobody runs nine.")
    editor.page.click("text=See the rule")
    editor.page.wait_for_selector(".expression:has-text('size(workload) < 9')")
    assert editor.window.complaints == []


def test_the_way_back_to_the_file_can_be_undone(editor):
    editor.page.fill("[name=title]", "Images have a version")
    editor.save()
    editor.saved()
    editor.page.click("text=Back to the file’s version")
    editor.page.wait_for_selector("[data-save=told]:has-text('as its file says')")
    assert editor.page.input_value("[name=title]") == "Workloads name the version of their images"
    editor.page.click("text=Put mine back")
    assert editor.page.input_value("[name=title]") == "Images have a version"
    assert editor.page.inner_text("[data-save=state]") == "Not saved: title"


def test_who_saves_second_is_told_and_saves_on_top(editor):
    editor.page.fill("[name=title]", "Images have a version")
    first = editor.ask("GET", "inf-1-images")
    editor.ask("PUT", "inf-1-images", {"based_on": first["digest"], "weight": 7})
    editor.save()
    editor.page.wait_for_selector("text=Save mine on top")
    assert f"{company.ADMINISTRATOR} saved this rule while you were editing" in editor.told()
    assert "weight\n7" in editor.told()
    assert editor.page.input_value("[name=title]") == "Images have a version"
    editor.page.click("text=Save mine on top")
    editor.saved()
    both = editor.ask("GET", "inf-1-images")
    assert (both["title"], both["weight"]) == ("Images have a version", 7)
    assert editor.page.input_value("[name=weight]") == "7"


def test_what_the_server_refuses_is_told_at_its_field(editor):
    editor.page.fill("[name=grace]", "soon")
    editor.save()
    editor.page.wait_for_selector("#f-grace-told:has-text('soon')")
    assert editor.page.get_attribute("[name=grace]", "aria-invalid") == "true"
    assert "Not saved" in editor.told()
    assert editor.page.input_value("[name=grace]") == "soon"
    with editor.page.expect_response("**/rules/check"):  # which knows nothing of the grace
        editor.type(" ")
    editor.page.wait_for_timeout(100)
    assert "soon" in editor.page.inner_text("#f-grace-told")
    editor.page.fill("[name=grace]", "3d")
    assert editor.page.inner_text("#f-grace-told") == ""
    assert editor.page.get_attribute("[name=grace]", "aria-invalid") is None


def test_an_example_that_does_not_hold_keeps_the_rule_from_being_saved(editor):
    editor.type("size(workload) > 99", over=True)
    editor.save()
    editor.page.wait_for_selector("[data-save=told]:has-text('example 1 of the rule does not hold')")
    editor.page.click("summary:has-text('Examples')")
    editor.page.select_option("[data-part=outcome] >> nth=0", "fail")
    editor.page.select_option("[data-part=outcome] >> nth=2", "fail")
    editor.save()
    editor.saved()
    assert [one["outcome"] for one in editor.ask("GET", "inf-1-images")["examples"]] == ["fail"] * 3


def test_leaving_the_page_keeps_what_was_typed(editor):
    editor.type("true", over=True)
    editor.page.goto("/catalog")
    editor.page.goto(ADDRESS)
    editor.ready()
    assert editor.text() == "true"
    editor.page.click("text=Discard them")
    assert editor.text() == WRITTEN


def test_the_yaml_of_the_saved_rule_is_downloaded(editor):
    with editor.page.expect_download() as download:
        editor.page.click("text=Download YAML")
    assert download.value.suggested_filename == "inf-1-images.yaml"
    assert f"expression: {WRITTEN}" in download.value.path().read_text()
    assert editor.window.complaints == []


@pytest.mark.slow
def test_a_way_out_is_chosen_and_taken_away_again(editor):
    words = editor.ask("GET", "inf-1-images")["fix"]
    for chosen, kept in (("scaffold:kubernetes-base", {"scaffold": "kubernetes-base"}), ("", None)):
        editor.page.select_option("[name=remedy]", chosen)
        editor.page.wait_for_selector("[data-save=state]:has-text('way out')")
        editor.save()
        editor.page.wait_for_selector("[data-save=state]:text-is('As saved')")
        saved = editor.ask("GET", "inf-1-images")
        assert (saved["fix"], saved["remedy"]) == (words, kept)
        assert editor.page.input_value("[name=remedy]") == chosen
    assert editor.window.complaints == []


def test_a_reader_may_try_but_not_save(visit):
    editor = Editor(visit().sign_in())
    editor.type("size(workload) > 0", over=True)
    editor.counted(passed=9)
    assert editor.page.inner_text("h1") == "Try a change"
    assert editor.page.locator("[data-panel=save] button.strong").count() == 0
    editor.page.keyboard.press("Control+s")
    assert editor.sent("PUT", "rules/inf-1-images") == []


def test_a_new_rule_begins_as_a_draft_and_can_be_taken_out_again(visit):
    editor = Editor(visit().sign_in(company.ADMINISTRATOR), f"{RULES}/new")
    editor.type("size(workload) > 0")
    editor.counted(passed=9)
    assert editor.page.input_value("[name=enforcement]") == "draft"
    editor.page.wait_for_selector("[data-part=changed] .after:text-is('The rule is new: nothing to compare with.')")
    for name, text in {
        "id": "rel-2-somewhere",
        "title": "Runs somewhere",
        "item": "REL.2",
        "why": "Why.",
        "fix": "So.",
    }.items():
        editor.page.fill(f"[name={name}]", text)
    editor.save()
    editor.saved()
    assert editor.ask("GET", "rel-2-somewhere")["title"] == "Runs somewhere"
    editor.page.click("text=Back to the file’s version")
    editor.page.wait_for_selector("[data-save=told]:has-text('no file has it')")
    assert editor.page.input_value("[name=title]") == "Runs somewhere"
    assert editor.ask("GET", "rel-2-somewhere")["status"] == 404
    assert editor.text() == "size(workload) > 0"


def test_the_editor_is_reached_without_a_full_load_and_again(visit):
    window = visit().sign_in(company.ADMINISTRATOR)
    window.page.goto(f"{RULES}/inf-1-images")
    window.page.evaluate("window.same = true")
    for _ in range(2):
        window.page.click(".title-row .button")
        window.page.wait_for_selector(f"fieldset.editor:enabled {FIELD}")
        window.page.click(".crumbs a >> nth=-1")
        window.page.wait_for_selector(".title-row .button")
    assert window.page.evaluate("window.same")
    assert window.complaints == []


def test_the_palette_goes_to_the_editor(visit):
    window = visit().sign_in(company.ADMINISTRATOR)
    window.page.keyboard.press("Control+k")
    window.page.wait_for_selector("gb-palette [role=option]")
    window.page.keyboard.type("edit rule workloads name the version")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url(f"**{ADDRESS}")


def test_keys_of_the_page_do_nothing_while_an_expression_is_typed(editor):
    editor.type("gb?/jk", over=True)
    assert editor.text() == "gb?/jk"
    assert editor.page.url.endswith(ADDRESS)


def test_only_the_editor_loads_the_editor(visit):
    window = visit().sign_in(company.ADMINISTRATOR)
    asked = []
    window.page.on("request", lambda request: asked.append(request.url))
    window.page.goto(f"{RULES}/inf-1-images")
    assert not any("/editor-" in url for url in asked)


def test_without_scripts_the_page_shows_the_rule_and_says_what_it_needs(chromium, site):
    context = chromium.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#id_username", company.ADMINISTRATOR)
    page.fill("#id_password", company.PASSWORD)
    page.click("button")
    page.goto(ADDRESS)
    assert "Editing needs JavaScript" in page.inner_text("main")
    assert WRITTEN in page.inner_text("main")
    assert not page.is_visible("form [name=title]")
    context.close()


@pytest.mark.parametrize(("theme", "width"), pages.LOOKS)
def test_the_editor_reads_well(visit, axe, theme, width):
    window = visit(theme, width).sign_in(company.ADMINISTRATOR)
    editor = Editor(window)
    editor.type("size(workload) > 1", over=True)
    editor.page.wait_for_selector("[data-panel=past] svg[role=img]")
    editor.page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    editor.page.click("text=Add a parameter")
    assert pages.violations(editor.page, axe) == []
    assert editor.page.evaluate("document.documentElement.scrollWidth") <= width
    editor.type(" && workload.all(w, w.nothing")
    editor.page.keyboard.press("Escape")
    editor.page.wait_for_selector("[data-told=expression] li")
    assert pages.violations(editor.page, axe) == []
    editor.page.keyboard.type(" || w.")
    editor.options()
    assert pages.violations(editor.page, axe) == []
    assert editor.page.evaluate("document.documentElement.scrollWidth") <= width
    assert window.complaints == []
    assert window.elsewhere == []


@pytest.mark.slow
def test_what_can_be_asked_of_a_value_follows_its_type(editor):
    editor.type("workload.", over=True)
    on_lists = editor.options()
    assert {"exists", "filter", "distinct", "size"} <= set(on_lists)
    assert "startsWith" not in on_lists
    editor.type("workload.all(w, w.name.", over=True)
    assert {"startsWith", "matches", "trim", "upperAscii"} <= set(editor.options())
    editor.type("readme.last_changed_at.", over=True)
    assert {"getFullYear", "getDayOfYear"} <= set(editor.options())
    editor.type("workload.exi", over=True)
    editor.options()
    editor.page.keyboard.press("Enter")
    assert editor.text().startswith("workload.exists(w, ")
