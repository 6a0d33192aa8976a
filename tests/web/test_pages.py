import re
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.urls import URLPattern, get_resolver

from greenboard.web import content, urls
from greenboard.web.security import POLICY

from .conftest import world

PAGES = {
    "/": "Board",
    "/?by=system&since=30d": "Board",
    "/?by=domain&tier=1&kind=service": "Board",
    "/mine": "Mine",
    "/catalog": "Catalog",
    "/catalog?q=check&sort=-score": "Catalog",
    "/results?outcome=fail": "Results",
    "/results?team=payments&dimension=reliability": "Reliability",
    "/entities/service/default/checkout": "checkout",
    "/entities/team/default/payments": "payments",
    "/entities/system/default/checkout-flow": "checkout-flow",
    "/entities/repository/default/ledger": "ledger",
    "/scorecards": "Scorecards",
    "/scorecards/production-readiness": "Production readiness",
    "/scorecards/production-readiness?by=level": "Production readiness",
    "/scorecards/production-readiness/rules/inf-1-images": "Workloads name the version of their images",
    "/fact-types": "Fact types",
    "/fact-types/workload": "Workloads",
    "/sending-reports": "Sending reports",
    "/fact-types/workload/sources": "Sources of Workloads",
}


@pytest.mark.parametrize("url", PAGES)
def test_every_page_answers_with_its_name(page, url):
    text = page(url)
    assert f"<h1>{PAGES[url]}</h1>" in text
    assert f"<title>{PAGES[url]} · Greenboard</title>" in text


def test_a_fact_type_shows_what_its_fields_are_good_for(page):
    text = page("/fact-types/branch_policy")
    assert "Somebody else approves every change" in text
    assert '<td data-label="For instance" class="text"><code>[&quot;build&quot;, &quot;test&quot;]</code></td>' in text


class Strict(HTMLParser):
    """Collects what the content security policy would refuse, and what a page must not have twice."""

    def __init__(self):
        super().__init__()
        self.refused, self.ids, self.inside = [], [], ""

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.inside = tag
        self.ids += [found["id"]] if "id" in found else []
        self.refused += [name for name in found if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not found.get("src")):
            self.refused.append(tag)
        if str(found.get("href", "")).lower().startswith(("javascript:", "data:")):
            self.refused.append(found["href"])


@pytest.mark.parametrize("url", [*PAGES, "/?team=nobody", "/?as_of=never", "/nothing"])
def test_no_page_has_inline_script_or_style_or_an_id_twice(board, url):
    seen = Strict()
    seen.feed(board.get(url).content.decode())
    assert seen.refused == []
    assert len(seen.ids) == len(set(seen.ids))


@pytest.mark.parametrize("url", ["/", "/sign-in", "/nothing", "/healthz"])
def test_every_answer_carries_the_policy_and_a_request_id(board, url):
    answer = board.get(url)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-Id"])
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_request_id_of_a_proxy_is_kept_only_when_it_is_plain(board):
    assert board.get("/", headers={"X-Request-Id": "abc-12345678"}).headers["X-Request-Id"] == "abc-12345678"
    assert "<" not in board.get("/", headers={"X-Request-Id": "<script>alert(1)"}).headers["X-Request-Id"]


OPEN = re.compile(
    r"sign-(in|out)|account_login|mfa_authenticate|(oidc|openid|saml)_.+|badge|answer|plugin-(entity|proxy)"
)
"""The ways in and out, and badges, which ask who may see them themselves; that no other page is open, `tests/access/test_routes.py` holds."""


@pytest.mark.django_db
def test_strangers_are_sent_to_sign_in_from_every_page(client):
    for route in urls.urlpatterns:
        assert isinstance(route, URLPattern)
        if OPEN.fullmatch(str(route.name)):
            continue
        answer = client.get("/" + re.sub(r"<int:\w+>", "1", re.sub(r"<(str|slug):\w+>", "service", str(route.pattern))))
        assert answer.status_code == 302, route.name
        assert answer.headers["Location"].startswith("/sign-in?next=")


def test_there_is_a_route_for_every_page_of_the_list():
    named = {route.name for route in urls.urlpatterns}
    resolver = get_resolver()
    assert {resolver.resolve(url.partition("?")[0]).url_name for url in PAGES} <= named


def test_an_address_that_cannot_be_meant_is_explained(board):
    answer = board.get("/?as_of=never")
    assert answer.status_code == 400
    assert "as_of=&#x27;never&#x27; (expected a day such as" in answer.content.decode()


def test_what_does_not_exist_is_a_page_with_a_way_on(board):
    for url in ("/entities/service/default/nobody", "/scorecards/none", "/fact-types/none", "/nothing"):
        answer = board.get(url)
        assert answer.status_code == 404
        assert "To the board" in answer.content.decode()


def test_text_from_the_address_is_escaped(board):
    for url in ("/catalog?q=<script>alert(1)</script>", "/?team=<script>alert(1)</script>"):
        assert "<script>alert" not in board.get(url).content.decode()


# Measured, and two more; what a process keeps of the catalog and of results is there. Neither queries
# nor the rows that are read grow with the number of entities: see the tests below.
BOUNDS = {
    "/": 12,
    "/mine": 20,
    "/catalog": 8,
    "/results": 11,
    "/entities/service/default/checkout": 46,
    "/entities/team/default/payments": 25,
    "/scorecards": 8,
    "/scorecards/production-readiness": 11,
    "/scorecards/production-readiness/rules/inf-1-images": 20,
    "/fact-types": 4,
    "/palette.json": 7,
}
LISTED = 100
"""Rows that a page may read more of a larger company: those that it lists, of which there are at most fifty."""


class Reading:
    """Counts the queries that are made while it is entered, and the rows that they give."""

    def __init__(self):
        self.queries = self.rows = 0
        self.counting = False

    def __call__(self, execute, sql, params, many, context):
        if not self.counting and sql.lstrip().startswith("SELECT"):
            self.queries += 1
            self.counting = True
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM ({sql}) AS counted", params)
                self.rows += cursor.fetchone()[0]
            self.counting = False
        return execute(sql, params, many, context)


def reading(page, url):
    """What a page reads that was opened before."""
    page(url)
    content.vocabulary()  # whether keys have changed is asked every few seconds, not for each page
    with connection.execute_wrapper(told := Reading()):
        page(url)
    return told


@pytest.mark.parametrize("url", BOUNDS)
def test_pages_ask_the_database_few_questions(page, url, monkeypatch):
    monkeypatch.setattr("greenboard.facts.custom.FRESH", 1e9)  # on a slow machine it would be asked in between
    assert reading(page, url).queries <= BOUNDS[url]


def test_pages_ask_and_read_no_more_of_a_company_twice_the_size(page, monkeypatch):
    monkeypatch.setattr("greenboard.facts.custom.FRESH", 1e9)  # on a slow machine it would be asked in between
    before = {url: reading(page, url).rows for url in BOUNDS}
    world.double()
    for url, bound in BOUNDS.items():
        assert "checkout" in page(url) or url not in ("/catalog", "/results", "/palette.json")
        told = reading(page, url)
        assert told.queries <= bound, url
        assert told.rows <= before[url] + LISTED, url
    assert page("/catalog?q=-twin").count("-twin</a>") == len(world.COMPONENTS)
