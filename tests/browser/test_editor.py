"""A rule is edited in the browser: what it would do shows while it is typed."""

import importlib

import pytest

from greenboard.facts.vocabulary import load

company = importlib.import_module("tests.browser.company")
pages = importlib.import_module("tests.browser.test_pages")
pretend = importlib.import_module("tests.browser.pretend")
axe = pages.axe

RULES = "/scorecards/production-readiness/rules"
ADDRESS = f"{RULES}/inf-1-images/edit"
FIELD = ".tall .cm-content"
LIVE = "[data-panel=live]"


class Editor:
    """An editor that is open, and how a person uses it."""

    def __init__(self, window, address=ADDRESS):
        self.window, self.page = window, window.page
        self.api = pretend.Pretend(self.page)
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
        return self.page.locator(f"{LIVE} .counts tr", has=self.page.locator(f"th:text-is('{name}')")).locator("td").all_inner_texts()

    def wait_for_row(self, name, first):
        self.page.wait_for_selector(f"{LIVE}:not(.stale) .counts tr:has(th:text-is('{name}')) td >> text='{first}'")

    def options(self):
        self.page.wait_for_selector(".cm-tooltip-autocomplete li")
        return self.page.locator(".cm-tooltip-autocomplete .cm-completionLabel").all_inner_texts()

    def told(self):
        return self.page.inner_text("[data-save=told]")

    def sent(self, method, path):
        return [body for how, where, body, _ in self.api.asked if how == method and where.endswith(path)]


@pytest.fixture
def editor(visit):
    return Editor(visit().sign_in(company.ADMINISTRATOR))


def test_the_outcomes_of_a_draft_show_while_it_is_typed(editor):
    editor.type(" && workload.all(w, w.replicas >= 3)")
    editor.wait_for_row("Draft", "2,050")
    assert editor.row("Draft") == ["7,010", "2,050", "640", "300"]
    assert editor.row("Saved") == ["7,910", "1,150", "640", "300"]
    assert editor.row("Change") == ["−900", "+900", "±0", "±0"]
    assert editor.page.inner_text(f"{LIVE} [data-part=took]") == "10,000 entities in 6.4 ms"
    assert "service-0000" in editor.page.inner_text("[data-part=changed] li >> nth=0")
    assert "Gold → Silver" in " ".join(editor.page.inner_text("[data-part=levels] li >> nth=-1").split())
    assert float(editor.page.get_attribute(LIVE, "data-keystroke-ms")) > 0
    assert editor.window.complaints == []
    assert editor.window.elsewhere == []


def test_the_numbers_are_read_aloud_when_the_typing_rests(editor):
    editor.type(" && workload.all(w, w.replicas >= 3)")
    editor.page.wait_for_selector(f"{LIVE} [role=status]:text('7010 pass, 2050 fail')", state="attached")


def test_an_answer_to_an_older_draft_is_never_shown(editor):
    editor.wait_for_row("Draft", "700")
    held = []
    editor.page.route("**/api/v1/rules/preview", lambda route: held.append(route) if not held else editor.api.answer(route))
    with editor.page.expect_request("**/api/v1/rules/preview"):
        editor.type(" && size(workload) > 5")
    editor.type("3")
    editor.page.wait_for_function("window.done = true")
    editor.page.wait_for_timeout(300)
    shown = editor.row("Draft")
    editor.api.answer(held[0])
    editor.page.wait_for_timeout(200)
    assert editor.row("Draft") == shown
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
    assert editor.text() == "workload.all(w, w.image_pinned)"
    editor.page.wait_for_selector("[data-told=expression]", state="hidden")
    assert editor.page.get_attribute(FIELD, "aria-invalid") is None


def test_fields_of_an_element_are_completed_by_keyboard(editor):
    editor.type("slo.a", over=True)
    assert "all" in editor.options()
    editor.page.keyboard.press("Enter")
    assert editor.text() == "slo.all(s, )"
    editor.page.keyboard.type("s.")
    known = load().types["slo"].fields
    assert set(editor.options()) == set(known)
    assert known[sorted(known)[0]].doc in editor.page.inner_text(".cm-completionInfo")
    editor.page.keyboard.press("ArrowDown")
    editor.page.keyboard.press("Enter")
    assert editor.text() == f"slo.all(s, s.{sorted(known)[1]})"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("dependencies().all(d, d.", "slo"),
        ("dependencies().all(d, d.slo.exists(s, s.", "objective"),
        ("size(workload.filter(w, w.", "replicas"),
        ("repository().", "pipeline"),
        ("workload.map(w, w.name)[0].", "startsWith"),
        ("git", "git"),
    ],
)
def test_what_can_stand_at_the_cursor_is_offered(editor, typed, offered):
    editor.type(typed, over=True)
    assert offered in editor.options()


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
    assert any(editor.text() == f'{name}.all(x, x.{field} == "{value}")' for value in known)


def test_a_parameter_that_was_just_added_is_offered_and_sent_along(editor):
    editor.page.click("summary:has-text('Parameters')")
    editor.page.click("text=Add a parameter")
    editor.page.fill("[data-part=name]", "least")
    editor.page.fill("[data-part=default]", "2")
    editor.page.fill("[data-part=tier-0]", "4")
    editor.type("workload.all(w, w.replicas >= param.", over=True)
    assert editor.options() == ["least"]
    editor.page.keyboard.press("Enter")
    editor.page.wait_for_function("document.querySelector('[data-part=reads]').textContent.includes('workload.replicas')")
    sent = editor.sent("POST", "rules/preview")[-1]["rule"]["parameters"]
    assert sent == {"least": {"type": "int", "default": 2, "by_tier": {"0": 4}, "by_kind": {}, "doc": ""}}


def test_tab_leaves_the_field(editor):
    editor.page.focus(FIELD)
    editor.page.keyboard.press("Tab")
    assert editor.page.evaluate("document.activeElement.closest('[data-code]')?.dataset.code") != "expression"


def test_the_past_comes_by_itself_and_as_a_table(editor):
    editor.type(" && workload.all(w, w.replicas >= 3)")
    editor.page.wait_for_selector("[data-panel=past] svg[role=img]")
    assert editor.page.text_content("[data-panel=past] svg title") == "Pass rate over time"
    assert editor.page.text_content("[data-panel=past] svg desc").startswith("Draft from ")
    editor.page.click("text=As a table")
    assert editor.page.locator(".past-table tbody tr").count() == 90
    assert editor.page.inner_text(".past-table tbody tr >> nth=-1 >> td >> nth=0") == "–"
    assert "9 turns" in editor.page.inner_text("[data-part=who]")


def test_saving_names_the_version_that_was_edited(editor):
    editor.type(" && size(workload) < 9")
    editor.page.fill("[name=weight]", "4")
    editor.page.fill("[name=note]", "Nobody runs nine.")
    assert editor.page.inner_text("[data-save=state]") == "Not saved: weight, expression"
    before = editor.api.shown("inf-1-images")["digest"]
    editor.page.keyboard.press("Control+s")
    editor.page.wait_for_selector("[data-save=told]:has-text('Saved')")
    (sent,) = editor.sent("PUT", "rules/inf-1-images")
    assert sent["based_on"] == before
    assert (sent["weight"], sent["note"]) == (4, "Nobody runs nine.")
    assert sent["expression"] == "workload.all(w, w.image_pinned) && size(workload) < 9"
    assert sent["scope"]["kinds"] == ["service", "api", "website", "job", "data-store", "resource"]
    assert all(token for how, _, _, token in editor.api.asked if how != "GET")
    assert editor.page.inner_text("[data-save=state]") == "As saved"


def test_the_way_back_to_the_file_can_be_undone(editor):
    editor.type(" && size(workload) < 9")
    editor.page.click("button:has-text('Save')")
    editor.page.click("text=Back to the file’s version")
    editor.page.wait_for_selector("[data-save=told]:has-text('as its file says')")
    assert editor.text() == "workload.all(w, w.image_pinned)"
    editor.page.click("text=Put mine back")
    assert editor.text() == "workload.all(w, w.image_pinned) && size(workload) < 9"


def test_who_saves_second_is_told_and_loses_nothing(editor):
    editor.type(" && size(workload) < 9")
    editor.api.saved["inf-1-images"] = {"weight": 7}
    editor.api.refusal = (409, {"title": "Someone else saved first", "detail": "The rule was saved by ada."})
    editor.page.click("button:has-text('Save')")
    editor.page.wait_for_selector("text=Save mine over it")
    assert "someone else saved this rule" in editor.told()
    assert "weight" in editor.told()
    assert editor.text().endswith("< 9")
    editor.page.click("text=Save mine over it")
    editor.page.wait_for_selector("[data-save=told]:has-text('✓ Saved')")
    first, second = editor.sent("PUT", "rules/inf-1-images")
    assert first["based_on"] != second["based_on"]


def test_what_the_server_refuses_is_told_at_its_field(editor):
    mistakes = [{"where": "grace", "message": "not a length of time"}, {"where": None, "message": "the rule is too dear"}]
    editor.api.refusal = (422, {"title": "Not saved", "detail": "Two things are wrong.", "errors": mistakes})
    editor.page.fill("[name=grace]", "soon")
    editor.page.click("button:has-text('Save')")
    editor.page.wait_for_selector("#f-grace-told:has-text('not a length of time')")
    assert editor.page.get_attribute("[name=grace]", "aria-invalid") == "true"
    assert "the rule is too dear" in editor.told()
    assert editor.page.input_value("[name=grace]") == "soon"


def test_leaving_the_page_keeps_what_was_typed(editor):
    editor.type(" && size(workload) < 9")
    editor.page.goto("/catalog")
    editor.page.goto(ADDRESS)
    editor.ready()
    assert editor.text().endswith("&& size(workload) < 9")
    editor.page.click("text=Discard them")
    assert editor.text() == "workload.all(w, w.image_pinned)"


def test_the_yaml_of_the_saved_rule_is_downloaded(editor):
    with editor.page.expect_download() as download:
        editor.page.click("text=Download YAML")
    assert download.value.suggested_filename == "inf-1-images.yaml"
    assert editor.window.complaints == []


def test_a_reader_may_try_but_not_save(visit):
    editor = Editor(visit().sign_in())
    editor.type(" && workload.all(w, w.replicas >= 3)")
    editor.wait_for_row("Draft", "2,050")
    assert editor.page.inner_text("h1") == "Try a change"
    assert editor.page.locator("button:has-text('Save')").count() == 0
    editor.page.keyboard.press("Control+s")
    assert editor.sent("PUT", "rules/inf-1-images") == []


def test_a_new_rule_begins_as_a_draft(visit):
    editor = Editor(visit().sign_in(company.ADMINISTRATOR), f"{RULES}/new")
    editor.type("size(workload) > 2")
    editor.wait_for_row("Draft", "1,600")
    assert editor.page.input_value("[name=enforcement]") == "draft"
    editor.page.fill("[name=id]", "new-rule")
    editor.page.fill("[name=title]", "Runs somewhere")
    editor.page.fill("[name=item]", "REL.2")
    editor.page.click("button:has-text('Create')")
    editor.page.wait_for_selector("[data-save=told]:has-text('✓ Saved')")
    (sent,) = editor.sent("PUT", "rules/new-rule")
    assert (sent["title"], sent["item"], sent["expression"]) == ("Runs somewhere", "REL.2", "size(workload) > 2")


def test_the_editor_is_reached_without_a_full_load_and_again(visit):
    window = visit().sign_in(company.ADMINISTRATOR)
    pretend.Pretend(window.page)
    for _ in range(2):
        window.page.goto(f"{RULES}/inf-1-images")
        window.page.evaluate("window.same = true")
        window.page.click("text=Edit >> nth=0")
        window.page.wait_for_selector(f"fieldset.editor:enabled {FIELD}")
        assert window.page.evaluate("window.same")
        window.page.click(".crumbs a >> nth=-1")
        window.page.wait_for_selector("h1:has-text('Workloads name')")
        window.page.click("text=Edit >> nth=0")
        window.page.wait_for_selector(f"fieldset.editor:enabled {FIELD}")
    assert window.complaints == []


def test_the_palette_goes_to_the_editor(visit):
    window = visit().sign_in(company.ADMINISTRATOR)
    pretend.Pretend(window.page)
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
    assert not any("editor-" in url for url in asked)


def test_without_scripts_the_page_shows_the_rule_and_says_what_it_needs(chromium, site):
    context = chromium.new_context(base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    page.fill("#id_username", company.ADMINISTRATOR)
    page.fill("#id_password", company.PASSWORD)
    page.click("button")
    page.goto(ADDRESS)
    assert "Editing needs JavaScript" in page.inner_text("main")
    assert "workload.all(w, w.image_pinned)" in page.inner_text("main")
    assert not page.is_visible("form [name=title]")
    context.close()


@pytest.mark.parametrize(("theme", "width"), pages.LOOKS)
def test_the_editor_reads_well(visit, axe, theme, width):
    window = visit(theme, width).sign_in(company.ADMINISTRATOR)
    editor = Editor(window)
    editor.type(" && workload.all(w, w.replicas >= 3)")
    editor.page.wait_for_selector("[data-panel=past] svg[role=img]")
    editor.page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    assert pages.violations(editor.page, axe) == []
    assert editor.page.evaluate("document.documentElement.scrollWidth") <= width
    editor.page.click("text=Add a parameter")
    editor.type(" && workload.all(w, w.nothing")
    editor.page.keyboard.press("Escape")
    editor.page.wait_for_selector("[data-told=expression] li")
    assert pages.violations(editor.page, axe) == []
    editor.type(" || w.")
    editor.options()
    assert pages.violations(editor.page, axe) == []
    assert editor.page.evaluate("document.documentElement.scrollWidth") <= width
    assert window.complaints == []
    assert window.elsewhere == []
