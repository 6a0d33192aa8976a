"""Every page, light and dark, wide and phone: quiet console, no other host, readable by everyone."""

import importlib
import os
from datetime import timedelta
from pathlib import Path

import pytest

from greenboard.core import clock

company = importlib.import_module("tests.browser.company")

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PAGES = {
    "board": "/",
    "board-by-system": "/?by=system&since=30d",
    "board-empty": "/?team=nobody",
    "board-then": f"/?as_of={clock.now() - timedelta(days=20):%Y-%m-%d}",
    "mine": "/mine",
    "catalog": "/catalog",
    "results": "/results?outcome=fail",
    "entity": "/entities/service/default/checkout",
    "team": "/entities/team/default/payments",
    "scorecards": "/scorecards",
    "scorecard": "/scorecards/production-readiness",
    "rule": "/scorecards/production-readiness/rules/inf-1-images",
    "fact-types": "/fact-types",
    "fact-type": "/fact-types/workload",
    "fact-sources": "/fact-types/workload/sources",
    "reports": "/sending-reports",
}
MANAGED = {
    "integrations": "/integrations",
    "integration-quality": "/integrations/quality",
    "connections": "/connections",
    "connection": "/connections/pagerduty",
    "connection-new": "/integrations/pagerduty/connect",
    "collection": "/connections/pagerduty/collections/1",
    "trial": "/connections/pagerduty/collections/2",
    "discovery": "/connections/pagerduty/discovery",
    "discovery-absent": "/connections/pagerduty/discovery?show=absent",
    "fact-type-new": "/fact-types-new",
    "attestations": "/attestations",
    "attestation": "/attestations/1",
    "attestation-new": "/attestations/new?entity=service:default/checkout&item=REL.3",
    "hooks": "/hooks",
    "hook": "/hooks/1",
    "people": "/people",
    "person": "/people/ada",
    "access": "/access",
    "tokens": "/tokens",
    "audit": "/audit",
}
"""The pages that need an administrator."""
_SLOW = pytest.mark.slow
LOOKS = [
    pytest.param("light", 1440, marks=_SLOW),
    ("dark", 390),
    pytest.param("dark", 1440, marks=_SLOW),
    pytest.param("light", 390, marks=_SLOW),
]


@pytest.fixture(scope="module")
def axe():
    if not AXE.exists():
        pytest.skip("axe-core is not installed: run `npm ci` in frontend/")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def shots(tmp_path_factory):
    chosen = os.environ.get("GREENBOARD_TEST_SHOTS")
    folder = Path(chosen) if chosen else tmp_path_factory.mktemp("shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def violations(page, axe):
    # The driver evaluates in the page without adding a script element, so the policy stays in force.
    page.evaluate(axe)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"][:3]
    ]


def looked_at(page, url, axe, width, shot):
    page.goto(url)
    found = violations(page, axe)
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append("wider than the window")
    page.screenshot(path=shot, full_page=True)
    return found


HALVES = [
    ("light", 1440, slice(0, None, 2)),
    ("dark", 390, slice(1, None, 2)),
    *(pytest.param(*look, slice(None), marks=_SLOW) for look in (("light", 1440), ("dark", 390))),
    *(pytest.param(*look, slice(None), marks=_SLOW) for look in (("dark", 1440), ("light", 390))),
]
"""The quick suite looks at each page once, at every other one in each of the two looks that differ most."""


def some(pages, which):
    return list(pages.items())[which]


@pytest.mark.parametrize(("theme", "width", "which"), HALVES)
def test_every_page_is_quiet_stays_home_and_reads_well(visit, axe, shots, theme, width, which):
    window = visit(theme, width)
    window.page.goto("/sign-in")
    troubles = {"sign-in": violations(window.page, axe)}
    window.page.screenshot(path=shots / f"sign-in-{theme}-{width}.png")
    window.sign_in()
    for name, url in some(PAGES, which):
        troubles[name] = looked_at(window.page, url, axe, width, shots / f"{name}-{theme}-{width}.png")
    window.page.context.clear_cookies()
    window.sign_in(company.ADMINISTRATOR)
    for name, url in some(MANAGED, which):
        troubles[name] = looked_at(window.page, url, axe, width, shots / f"{name}-{theme}-{width}.png")
    assert {name: found for name, found in troubles.items() if found} == {}
    assert window.complaints == []
    assert window.elsewhere == []


@pytest.mark.parametrize("theme", [pytest.param("light", marks=_SLOW), pytest.param("dark", marks=_SLOW)])
def test_what_is_folded_away_and_opened_reads_well_too(visit, axe, theme):
    window = visit(theme).sign_in()
    for url in ("/?since=30d", PAGES["entity"], PAGES["rule"], PAGES["scorecard"]):
        window.page.goto(url)
        window.page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
        assert violations(window.page, axe) == []
    window.page.keyboard.press("Control+k")
    window.page.wait_for_selector("gb-palette [role=option]")
    assert violations(window.page, axe) == []
    assert window.complaints == []


def test_the_pages_for_what_is_missing_read_well(visit, axe):
    window = visit().sign_in()
    for url in ("/nothing", "/?as_of=never"):
        window.page.goto(url)
        assert violations(window.page, axe) == []
    # The browser itself notes the status of such an answer; nothing else may be said.
    assert all("status of 40" in said for said in window.complaints)
    assert window.elsewhere == []
