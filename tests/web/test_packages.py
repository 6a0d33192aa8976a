"""The packages of a component: on its page, and on one of their own."""

import pytest

from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import service, store
from greenboard.facts.types import Fact, Source, SourceKind

LEDGER = Ref("service", "default", "ledger")
URLS = [f"pkg:npm/%40acme/part-{number}@1.{number}.0" for number in range(120)]
ALL = "/entities/service/default/ledger/packages"


@pytest.fixture
def packages(person):
    """What a lock file and a bill of the ledger name, and what a scanner knows of them."""
    at, words = clock.now(), store.vocabulary()

    def fact(name, raw, source):
        return Fact(LEDGER, name, words.normalise(name, raw), source, at)

    lock = Source(SourceKind.REPOSITORY, "acme/ledger", "package-lock.json:1", link="https://git.example/ledger")
    bill = Source(SourceKind.REPORT, "build")
    scan = {"kind": "sca", "scanner": "osv", "open_critical": 1, "open_high": 4, "open_medium": 0, "open_low": 2}
    weakness = {"id": "GHSA-1", "severity": "critical", "fixed": True, "packages": [URLS[9]]}
    found = [
        fact("packages", [{"file": "package-lock.json", "urls": URLS}], lock),
        fact("packages", [{"file": "bom.json", "urls": [URLS[0], "pkg:golang/example.com/x@v2.0.0"]}], bill),
        fact("vulnerability", [scan], Source(SourceKind.CONNECTION, "weak spots")),
        fact("known_vulnerability", [weakness], Source(SourceKind.CONNECTION, "weak spots")),
    ]
    service.record(found, [], at)


def test_an_entity_shows_where_its_packages_come_from_and_what_is_known_of_them(packages, page):
    text = page("/entities/service/default/ledger")
    panel = text[text.index('id="panel-packages"') :][:6000]
    assert "121 packages" in panel
    assert "package-lock.json" in panel
    assert "acme/ledger" in panel
    assert f'href="{ALL}"' in panel
    row = panel[panel.index(">osv") :][:900]
    assert [part.partition("<")[0] for part in row.split('class="number">')[1:]] == [*"1402", "unknown", "unknown"]


def test_all_packages_are_found_by_name_and_version_page_by_page(packages, page):
    text = page(ALL)
    assert "1–100 of 121" in text
    assert "@acme/part-0" in text
    assert "package-lock.json</code>, <code>bom.json" in text
    found = page(f"{ALL}?q=1.7.0")
    assert "@acme/part-7<" in found
    assert "@acme/part-8<" not in found
    first = text[text.index("@acme/part-9<") :]
    assert text.index("@acme/part-9<") < text.index("@acme/part-0<")
    assert 'href="https://osv.dev/vulnerability/GHSA-1"' in first[:600]
    assert "critical, fixed in a later version" in first[:600]
    assert "None fits" in page(f"{ALL}?q=leftpad")


def test_of_an_entity_without_packages_nothing_is_shown(page, board):
    assert "panel-packages" not in page("/entities/service/default/checkout")
    assert "No packages are known" in page("/entities/service/default/checkout/packages")
    assert board.get("/entities/service/default/nobody/packages").status_code == 404
