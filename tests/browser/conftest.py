"""A real server, a real browser. Where no browser is installed, the tests say so and are skipped."""

import importlib
import os
import shutil
from pathlib import Path

import pytest

world = importlib.import_module("tests.web.world")

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ROOT = Path(__file__).resolve().parents[2]
# Playwright's loop runs in this thread while Django serves in another; nothing here awaits a query.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server):
    """The address of a server with the company and an account in its database."""
    from greenboard.access.models import Person

    Person.objects.create_user("ada", password="a long password")
    world.build()
    return live_server.url


class Visit:
    """A browser window, and what it complained of."""

    def __init__(self, browser, site, theme, width):
        self.site = site
        self.context = browser.new_context(
            base_url=site, color_scheme=theme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
        )
        self.page = self.context.new_page()
        self.complaints, self.elsewhere = [], []
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda asked: self._asked(asked.url))

    def _asked(self, url):
        if not url.startswith((self.site, "data:")):
            self.elsewhere.append(url)

    def sign_in(self, name="ada", password="a long password"):
        self.page.goto("/sign-in")
        self.page.fill("#id_username", name)
        self.page.fill("#id_password", password)
        self.page.click("text=Sign in >> nth=-1")
        self.page.wait_for_url(f"{self.site}/")
        return self


@pytest.fixture
def visit(chromium, site):
    opened = []

    def open_window(theme="light", width=1440):
        made = Visit(chromium, site, theme, width)
        opened.append(made)
        return made

    yield open_window
    for made in opened:
        made.context.close()
