"""A passkey as the second factor, in a real browser with a virtual authenticator."""

import importlib

import pytest

pytestmark = pytest.mark.slow

company = importlib.import_module("tests.browser.company")


@pytest.fixture
def window(visit, site):
    """Passkeys belong to a name, not to an address of the network, so the site is visited by its name."""
    made = visit()
    made.site = site.replace("127.0.0.1", "localhost")
    browser = made.context.browser
    made.context.close()
    made.context = browser.new_context(base_url=made.site, reduced_motion="reduce")
    made.page = made.context.new_page()
    made.page.on("console", lambda said: said.type in ("error", "warning") and made.complaints.append(said.text))
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    tools = made.context.new_cdp_session(made.page)
    tools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": {**key, "automaticPresenceSimulation": True}})
    return made


def test_a_passkey_is_added_and_then_asked_for(window, expect):
    page = window.sign_in(company.OTHER, company.PASSWORD).page
    page.goto("/account")
    page.click("text=Add a passkey")
    page.fill("#id_password", company.PASSWORD)
    page.click("main button:has-text('Confirm')")
    page.wait_for_url("**/account/passkeys/new")
    page.fill("#id_name", "Laptop")
    page.click("gb-passkey button")
    page.wait_for_url("**/account/recovery-codes")
    expect(page.locator(".codes li")).to_have_count(10)
    page.goto("/account")
    assert "Laptop" in page.inner_text("main")
    page.click("summary:has-text('Account and display')")
    page.click("text=Sign out")
    page.fill("#id_username", company.OTHER)
    page.fill("#id_password", company.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_url("**/sign-in/second-factor*")
    page.goto("/")
    assert "/sign-in" in page.url, "the password alone opens nothing"
    page.goto("/sign-in/second-factor")
    page.click("text=Use a passkey")
    page.wait_for_url(f"{window.site}/")
    assert window.complaints == []
