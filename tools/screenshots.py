"""Takes pictures of the page on which each tool is connected, into the folders of integrations: `form.png`.

    python tools/screenshots.py [NAME...]

They are what README.md of each shows. A server with nothing in it and a headless Chromium are started for it. The
pictures have few colours, so that they stay small; a test holds them below what the quality scale allows.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright import sync_api as playwright
from tests.browser import company
from tests.browser.conftest import FLAGS, NAMES, served

from greenboard.connections import discovery
from greenboard.connections.integration import SHIPPED

FILE, COLOURS, WIDTH, TALLEST = "form.png", 24, 780, 900


def main(names: list[str]) -> None:
    """Take those of some integrations that ship, or of all."""
    shipped = [one for one in discovery.found().values() if one.folder.parent == SHIPPED]
    wanted = [one for one in shipped if one.name in names or not names]
    with (
        tempfile.TemporaryDirectory() as place,
        served(Path(place), company.__name__) as address,
        playwright.sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=_browser(), args=FLAGS)
        page = browser.new_page(base_url=address, viewport={"width": WIDTH, "height": TALLEST}, color_scheme="light")
        page.goto("/sign-in")
        page.fill("#id_username", company.ADMINISTRATOR)
        page.fill("#id_password", company.PASSWORD)
        page.click("text=Sign in >> nth=-1")
        page.wait_for_url(f"{address}/")
        for one in wanted:
            page.goto(f"/integrations/{one.name}/connect")
            taken = Image.open(io.BytesIO(page.locator("main").screenshot(animations="disabled")))
            made = taken.crop((0, 0, taken.width, min(taken.height, TALLEST))).convert("RGB").quantize(COLOURS)
            made.save(one.folder / FILE, optimize=True)
            print(f"{one.name}: {(one.folder / FILE).stat().st_size // 1024} kB")


def _browser() -> str:
    import shutil

    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        sys.exit(f"no browser: none of {', '.join(NAMES)} is installed")
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
