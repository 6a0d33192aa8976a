"""A real server, a real browser. Where no browser is installed, the tests say so and are skipped."""

import importlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests import installation

company = importlib.import_module("tests.browser.company")

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
SERVE = "from greenboard.project.main import main; main()"
START = 60
"""Seconds that a server may take to answer."""


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def installed():
    """The path of a browser; its tests skip where there is none."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    return found


@pytest.fixture(scope="session")
def expect():
    """Says what a page must come to show, and waits for it as long as a busy machine may need."""
    found = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect
    found.set_options(timeout=START * 1000)
    return found


# The driver keeps an event loop running in this thread, in which Django refuses its database:
# it has to end before tests of another module begin.
@pytest.fixture(scope="module")
def chromium(installed):
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=installed, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(installed, tmp_path_factory):
    """The address of a server with the company and an account in a data folder of its own."""
    with served(tmp_path_factory.mktemp("site"), company.__name__) as address:
        yield address


@contextmanager
def served(folder, writer):
    """The address of a server with what a module writes, in a data folder of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {**installation.own(folder / "data"), "GREENBOARD_PORT": str(port)}
    with serving({**installation.kept(), **own}, folder / "log", f"http://127.0.0.1:{port}", writer) as address:
        yield address


@contextmanager
def serving(surroundings, log, address, writer=company.__name__):
    """`greenboard serve` until the end of the block."""
    with log.open("w") as said:
        out = {"env": surroundings, "cwd": ROOT, "stdout": said, "stderr": subprocess.STDOUT}
        subprocess.run([sys.executable, "-m", writer], check=True, **out)
        server = subprocess.Popen([sys.executable, "-c", SERVE, "serve"], **out)
        try:
            wait(server, f"{address}/healthz", log)
            yield address
        finally:
            server.terminate()
            server.wait(START)


def wait(server, url, log):
    for _ in range(START * 10):
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"no answer from {url}: {log.read_text()}")


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

    def sign_in(self, name=company.NAME, password=company.PASSWORD):
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
