"""A panel of another origin, in a real browser: it reads its entity, calls its tool, and reaches nothing around it."""

import json
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests import installation
from tests.browser import company
from tests.browser.conftest import ROOT, Visit, serving
from tests.browser.test_pages import shots  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow

PANEL = b"""<!doctype html><title>Panel</title><p id="said">reading</p><p id="cost"></p><p id="out"></p><p id="anew"></p><script>
(async () => {
  const told = new URLSearchParams(location.hash.slice(1));
  const headers = { Authorization: `Bearer ${told.get("token")}` };
  const entity = await (await fetch(told.get("api"), { headers })).json();
  document.querySelector("#said").textContent = `${entity.entity.ref} has ${entity.facts.length > 0 ? "facts" : "none"}`;
  const cost = await (await fetch(`${told.get("proxy")}costs/costs/checkout`, { headers })).json();
  document.querySelector("#cost").textContent = `costs ${cost.monthly}, secret ${cost.echo}`;
  const tried = [];
  for (const one of [() => parent.document.title, () => localStorage.length, () => document.cookie, () => { top.location = "/"; }])
    try { one(); tried.push("open"); } catch { tried.push("closed"); }
  document.querySelector("#out").textContent = tried.join(" ");
  addEventListener("message", async ({ data }) => {
    if (data?.type !== "greenboard.token") return;
    const again = await fetch(told.get("api"), { headers: { Authorization: `Bearer ${data.token}` } });
    document.querySelector("#anew").textContent = `${data.token === told.get("token") ? "the same" : "another"} token, ${again.status}`;
  });
  setTimeout(() => parent.postMessage("greenboard.token", "*"), 1100);
})();
</script>"""

PLUGIN = """
from greenboard.plugins import EntityPanel, Field, Frame, Page, Proxy, Shown, hookimpl

GREENBOARD_API = 1

@hookimpl
def greenboard_settings():
    return [Field("token", "Token of the cost tool", "One that may only read.", secret=True)]

@hookimpl
def greenboard_frames():
    return [Frame("costs", "Costs", "{tool}/panel", kinds=("service",), height=160)]

@hookimpl
def greenboard_proxies():
    return [Proxy("costs", "{tool}", (("GET", "/costs/{{name}}"),), secret="token")]

@hookimpl
def greenboard_panels():
    return [EntityPanel("centre", lambda entity: Shown("Cost centre", f"{{entity.name}} is booked on 4711."))]

@hookimpl
def greenboard_pages():
    return [Page("about", lambda request: Shown("About costs", "What components cost."), "catalog.read", title="About costs")]
"""


class Tool(BaseHTTPRequestHandler):
    """Serves the panel, and is the tool that its proxy calls."""

    def do_GET(self):
        panel = self.path.startswith("/panel")
        told = json.dumps({"monthly": 12, "echo": self.headers.get("Authorization")}).encode()
        self.send_response(200 if panel or self.path == "/costs/checkout" else 404)
        self.send_header("Content-Type", "text/html" if panel else "application/json")
        self.end_headers()
        self.wfile.write(PANEL if panel else told)

    def log_message(self, *_): ...


@pytest.fixture(scope="module")
def framed(installed, tmp_path_factory):
    """The address of a site on which the plugin is installed beside one that is broken."""
    folder = tmp_path_factory.mktemp("framed")
    with ThreadingHTTPServer(("127.0.0.1", 0), Tool) as tool:
        threading.Thread(target=tool.serve_forever, daemon=True).start()
        install(folder / "site", costs=PLUGIN.format(tool=f"http://127.0.0.1:{tool.server_address[1]}"), odd="1 / 0")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        own = {
            **installation.own(folder / "data"),
            "GREENBOARD_PORT": str(port),
            "GREENBOARD_OUTBOUND_ALLOW": "127.0.0.1",
            "PYTHONPATH": os.pathsep.join([str(folder / "site"), str(ROOT / "src"), str(ROOT)]),
        }
        with serving({**installation.kept(), **own}, folder / "log", f"http://127.0.0.1:{port}") as address:
            yield address
        tool.shutdown()


def install(site: Path, **modules: str) -> None:
    """As an installer leaves it: modules, and what says where their entry points are."""
    for name, text in modules.items():
        about = site / f"brought_{name}-1.0.dist-info"
        about.mkdir(parents=True)
        about.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: brought-{name}\nVersion: 1.0\n")
        about.joinpath("entry_points.txt").write_text(f"[greenboard.plugins]\n{name} = brought_{name}\n")
        site.joinpath(f"brought_{name}.py").write_text(text)


def test_a_frame_reads_its_entity_calls_its_tool_and_reaches_nothing_around_it(chromium, framed, expect, shots):  # noqa: F811
    visit = Visit(chromium, framed, "light", 1440).sign_in(company.ADMINISTRATOR)
    page = visit.page
    page.goto("/plugins/costs")
    page.fill("#given-token", "a-very-secret-token")
    page.click("text=Save")
    expect(page.locator("#given-token")).to_have_attribute("placeholder", "stays as it is")
    page.goto("/")
    page.goto("/entities/service/default/checkout")
    page.locator("iframe").scroll_into_view_if_needed()
    inside = page.frame_locator("iframe")
    expect(inside.locator("#said")).to_have_text("service:default/checkout has facts")
    expect(inside.locator("#cost")).to_have_text("costs 12, secret Bearer •••")
    expect(inside.locator("#out")).to_have_text("closed closed closed closed")
    expect(inside.locator("#anew")).to_have_text("another token, 200")  # it asked the page around it
    assert "a-very-secret-token" not in page.content()
    visit.context.close()


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 1440), ("light", 390), ("dark", 390)])
def test_the_pages_about_plugins_are_drawn_within_the_policy(chromium, framed, expect, shots, theme, width):  # noqa: F811
    visit = Visit(chromium, framed, theme, width).sign_in(company.ADMINISTRATOR)
    page = visit.page
    for name, url in (("plugins", "/plugins"), ("plugin", "/plugins/costs"), ("odd", "/plugins/odd"),
                      ("page", "/plugins/costs/about"), ("entity", "/entities/service/default/checkout")):  # fmt: skip
        page.goto(url)
        expect(page.locator("h1")).to_be_visible()
        if name == "entity":
            page.locator("iframe").scroll_into_view_if_needed()
            expect(page.frame_locator("iframe").locator("#said")).to_have_text("service:default/checkout has facts")
        page.screenshot(path=shots / f"plugins-{name}-{theme}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    ours = [said for said in visit.complaints if "sandbox" not in said.lower() and "secur" not in said.lower()]
    assert not [said for said in ours if "Content Security Policy" in said or "policy" in said.lower()], ours
    visit.context.close()
