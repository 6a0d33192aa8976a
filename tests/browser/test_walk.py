"""As a new user would: from "my service is red" to an exemption, an attestation with a file, a signed review as PDF.

Every click is a real one, counted for its goal, and each page that it leads to is looked at. With GREENBOARD_TEST_SHOTS
the pictures are kept there, and the counts beside them in `clicks-WIDTH.json`.
"""

import importlib
import io
import json
import re
from datetime import date, timedelta

import pytest

company = importlib.import_module("tests.browser.company")
conftest = importlib.import_module("tests.browser.conftest")
pages = importlib.import_module("tests.browser.test_pages")
axe, shots = pages.axe, pages.shots
pytestmark = pytest.mark.slow

MOST = {"exemption": 4, "decide": 3, "attestation": 5, "ask": 4, "triage": 3, "accept": 5, "sign": 2, "print": 1}
"""The clicks that each goal may take, beginning at the board."""
LOOKS = [("light", 1440), ("dark", 390)]
ANSWERS = {
    "goal-customers": "Everybody who pays by card.",
    "fail-zones": "Half of the copies; the others take over within ten seconds.",
    "fail-time": "15",
    "fail-retries": "Twice, then checkout goes on without the check.",
    "rel-back": "By one command",
    "rel-blast": "One in twenty.",
    "eve-status": "By the status page.",
    "acc-emergency": "By the break-glass role, which the security team sees.",
    "acc-keys": "The certificate of the card network; an alert warns 30 days before.",
}


class Walk:
    """Somebody in a window of their own, whose clicks are counted by goal."""

    def __init__(self, window, name, axe, shots, counted):
        self.window, self.page, self.axe, self.shots, self.counted = window, window.page, axe, shots, counted
        self.look = f"{window.page.evaluate('innerWidth')}"
        self.troubles = {}
        window.sign_in(name)

    def click(self, goal, what):
        """Click, and look at the page that it leads to."""
        self.counted[goal] = self.counted.get(goal, 0) + 1
        with self.page.expect_navigation():
            what.click()
        self.seen(f"{goal}-{self.counted[goal]}")

    def seen(self, name):
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("scrollTo(0, 0)")
        self.page.screenshot(path=self.shots / f"walk-{name}-{self.look}.png", full_page=True)
        found = pages.violations(self.page, self.axe)
        if self.page.evaluate("document.documentElement.scrollWidth") > int(self.look):
            found.append("wider than the window")
        if found:
            self.troubles[name] = found

    def link(self, name, **more):
        return self.page.get_by_role("link", name=name, **more)

    def button(self, name, **more):
        return self.page.get_by_role("button", name=name, **more)

    def until(self, expect, found):
        """Look again until the worker has judged."""
        for _ in range(60):
            if found().count():
                break
            self.page.wait_for_timeout(1000)
            self.page.reload()
        expect(found().first).to_be_visible()


@pytest.fixture
def site(installed, tmp_path_factory):
    """A server of its own, as much is changed at it."""
    with conftest.served(tmp_path_factory.mktemp("walk"), "tests.browser.newcomer") as address:
        yield address


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_from_a_red_service_to_an_exemption_an_attestation_and_a_signed_review(
    visit, axe, shots, expect, tmp_path, theme, width
):
    counted = {}
    ada = Walk(visit(theme, width), company.NAME, axe, shots, counted)
    grace = Walk(visit(theme, width), company.ADMINISTRATOR, axe, shots, counted)
    _exempted(ada, grace, expect)
    _attested(ada, expect, tmp_path)
    _reviewed(ada, grace, expect)
    (shots / f"clicks-{width}.json").write_text(json.dumps(counted, indent=2))
    assert {**ada.troubles, **grace.troubles} == {}
    assert ada.window.complaints + grace.window.complaints == []
    assert ada.window.elsewhere + grace.window.elsewhere == []
    assert {goal: (clicks, MOST[goal]) for goal, clicks in counted.items() if clicks > MOST[goal]} == {}


def _home(one, goal):
    one.page.goto("/")
    one.click(goal, one.link("Mine", exact=True))


def _exempted(ada, grace, expect):
    _home(ada, "exemption")
    row = ada.page.locator("section[aria-labelledby=next-title] tr", has_text="fraud")
    ada.click("exemption", row.locator("td.text a").first)
    rule = ada.page.locator(f"[id='{ada.page.url.partition('#')[2]}']")
    ada.click("exemption", rule.get_by_role("link", name=re.compile("^Ask for an exemption")))
    ada.page.fill("#exemption-reason", "It is replaced in spring, and no card data passes it.")
    ada.page.fill("#exemption-ends", str(date.today() + timedelta(days=120)))
    ada.click("exemption", ada.button("Ask for it"))
    _home(grace, "decide")
    grace.click("decide", grace.page.locator("section[aria-labelledby=panel-exemptions] a[data-row]").first)
    grace.page.fill("#decide-reason", "Agreed until the new one is there.")
    grace.click("decide", grace.button("Approve"))
    expect(grace.page.locator("h1 + .meta")).to_contain_text("Approved")
    ada.page.goto("/entities/service/default/fraud")
    ada.until(expect, lambda: ada.page.locator("summary", has_text="◈ Exempt"))
    ada.seen("exempt")


def _attested(ada, expect, tmp_path):
    record = tmp_path / "restore.txt"
    record.write_text("Restored into an empty place; 41,200 rows on both sides.")
    _home(ada, "attestation")
    ada.click("attestation", ada.page.locator("section[aria-labelledby=all-title]").get_by_role("link", name="fraud"))
    ada.click("attestation", ada.link("Attest an item"))
    ada.page.select_option("#item", "REL.3")
    ada.click("attestation", ada.button("Go on"))
    ada.page.fill("#q-restored_on", str(date.today() - timedelta(days=3)))
    ada.page.fill("#q-minutes", "25")
    ada.page.select_option("#q-compared", "row by row")
    ada.page.set_input_files("#file", record)
    ada.click("attestation", ada.button("Attest it"))
    expect(ada.link(re.compile("restore.txt"))).to_be_visible()


def _reviewed(ada, grace, expect):
    _home(ada, "ask")
    ada.click("ask", ada.page.locator("section[aria-labelledby=all-title]").get_by_role("link", name="fraud"))
    ada.click("ask", ada.link("Ask for a review"))
    ada.page.select_option("#review-what", "operational-readiness launch")
    ada.click("ask", ada.button("Ask for it"))
    for question, said in ANSWERS.items():
        field = ada.page.locator(f"#n-{question}")
        field.select_option(said) if question == "rel-back" else field.fill(said)
    _home(grace, "triage")
    grace.click("triage", grace.link(re.compile("^Triage")))
    grace.click("triage", grace.button("Open the review"))
    ada.page.get_by_role("button", name="Answer what is filled in").click()
    expect(ada.page.locator("h2", has_text="question for people")).to_be_visible()
    ada.seen("answered")
    grace.page.reload()
    for _ in range(5):
        grace.click("accept", grace.button(re.compile("^Accept (?!as it is)")).first)
    grace.page.select_option("#decision", "go_with_conditions")
    grace.page.fill("#rationale", "Small, and watched.")
    grace.page.fill("#condition-0", "Play a day of failures")
    grace.page.fill("#owner-0", "team:default/payments")
    grace.page.fill("#until-0", str(date.today() + timedelta(days=60)))
    grace.click("sign", grace.button("Decide"))
    grace.click("sign", grace.button(re.compile("^Sign: ")))
    expect(grace.page.locator("h1 + .meta")).to_contain_text("Go with conditions")
    grace.counted["print"] = 1
    with grace.page.expect_download() as started:
        grace.link("PDF", exact=True).click()
    assert "Play a day of failures" in _printed(started.value.path().read_bytes())


def _printed(content):
    pypdf = pytest.importorskip("pypdf")
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
