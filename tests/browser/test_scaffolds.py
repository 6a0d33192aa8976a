"""From *New service* to an open pull request with a registered entity: three clicks, and so many seconds."""

import importlib
import os
import socket
import time
from pathlib import Path

import pytest
from tests import installation

browser = importlib.import_module("tests.browser.conftest")
forged = importlib.import_module("tests.browser.forged")
forges = importlib.import_module("tests.scaffolds.forge")


@pytest.fixture(scope="module")
def forge(tmp_path_factory):
    with forges.serving(tmp_path_factory.mktemp("forge")) as made:
        made.make("acme/scaffolds", {**forges.SERVICE, **forges.RUNBOOK})
        yield made


@pytest.fixture(scope="module")
def site(installed, forge, tmp_path_factory):
    """A server and a worker, connected to the forge."""
    folder = tmp_path_factory.mktemp("site")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {
        **installation.own(folder / "data"),
        "GREENBOARD_PORT": str(port),
        "GREENBOARD_OUTBOUND_ALLOW": "127.0.0.1",
        "FORGE": forge.url,
    }
    with browser.serving(
        {**installation.kept(), **own}, folder / "log", f"http://127.0.0.1:{port}", forged.__name__
    ) as address:
        yield address


@pytest.mark.slow
def test_a_new_service_takes_three_clicks(chromium, site, forge, expect, capsys):
    made = browser.Visit(chromium, site, "light", 1440)
    page = made.sign_in().page
    began = time.monotonic()
    page.get_by_role("link", name="New service").click()
    page.get_by_role("link", name="Demo service").click()
    page.get_by_label("Name").fill("pay")
    page.get_by_label("Owner").fill("shop")
    asked = time.monotonic()
    page.get_by_role("button", name="Make it").click()
    pull = page.get_by_role("link", name="Pull request 1")
    expect(pull).to_be_visible()
    expect(page.get_by_role("link", name="service:default/pay").first).to_be_visible()
    ended = time.monotonic()
    assert pull.get_attribute("href") == forge.pulls["acme/pay"][0]["html_url"]
    with capsys.disabled():
        print(f"\n3 clicks, {ended - began:.1f} s, of which {ended - asked:.1f} s after the last click")
    shots(made)
    assert made.complaints == []
    assert made.elsewhere == []


def shots(made):
    """Pictures of the pages, for whoever looks: in the folder that GREENBOARD_TEST_SHOTS names."""
    folder = os.environ.get("GREENBOARD_TEST_SHOTS")
    if not folder:
        return
    addresses = ("/scaffolds", "/scaffolds/acme.demo-service", "/makings", "/makings/1", "/scaffold-sources",
                 "/entities/service/default/pay")  # fmt: skip
    for theme in ("light", "dark"):
        for width in (1440, 390):
            made.page.emulate_media(color_scheme=theme)
            made.page.set_viewport_size({"width": width, "height": 900})
            for address in addresses:
                made.page.goto(address)
                name = f"{address.strip('/').replace('/', '-')}-{theme}-{width}.png"
                made.page.screenshot(path=Path(folder) / name, full_page=True)
