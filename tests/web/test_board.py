import csv
import io
import json
import re
from datetime import timedelta

import pytest

from greenboard.catalog import store as catalog
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import service as facts
from greenboard.results import service as results
from greenboard.web import content

from .conftest import world


def rows(text):
    return re.findall(r'<th scope="row"><span class="group"><a href="[^"]*" data-row>([^<]+)<', text)


def test_the_board_has_a_row_per_team_and_a_column_per_dimension(page):
    text = page("/")
    assert rows(text) == ["identity", "payments", "storefront"]
    assert text.count("<abbr ") == 10


def test_the_board_groups_by_system_and_domain(page):
    assert rows(page("/?by=system")) == ["checkout-flow", "foundations", "shop"]
    assert rows(page("/?by=domain")) == ["commerce", "platform"]


def test_a_cell_says_its_numbers_in_words_and_leads_to_the_list_behind_them(page):
    text = page("/")
    found = re.search(r'<a href="(/results[^"]*)" data-tip="(payments, Infrastructure: [^"]*)"', text)
    numbers = {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", found[2])}
    url = found[1].replace("&amp;", "&")
    behind = page(url + "&outcome=fail")
    assert len(re.findall(r'data-label="Outcome"', behind)) == numbers["failed"] > 0


def test_filters_live_in_the_address_and_can_be_dropped_one_by_one(page):
    text = page("/?team=payments&tier=1")
    assert rows(text) == ["payments"]
    assert '<span class="sr">Drop the filter </span>Team: payments' in text
    assert 'href="/?tier=1"' in text


def test_an_empty_board_names_the_filters_to_drop(page):
    text = page("/?team=nobody")
    assert "No entity fits these filters" in text
    assert '<span class="sr">Drop the filter </span>Team: nobody' in text


def test_one_broken_connection_is_one_line(page):
    text = page("/?since=14d")
    lines = re.findall(r"<summary><span class=\"sign\".*?</summary>", text, re.DOTALL)
    refused = [line for line in lines if "PagerDuty" in line]
    assert len(refused) == 1
    assert re.search(r"<b>\d+ entities</b>", refused[0])


def test_what_got_worse_comes_before_what_lost_its_data(page):
    text = page("/?since=14d")
    order = re.findall(r'<li class="(worse|lost|better)"><details>', text)
    assert order == sorted(order, key=["worse", "lost", "better"].index)
    assert "worse" in order


def test_as_of_shows_that_day_and_says_so(page):
    text = page(f"/?as_of={clock.now() - timedelta(days=20):%Y-%m-%d}")
    assert "Everything below is as it was at the end of" in text
    assert "as_of=" in re.search(r'<a href="([^"]*)" data-go="c"', text)[1]


def test_before_the_first_look_the_page_says_that_nothing_was_known(page):
    text = page(f"/?as_of={clock.now() - timedelta(days=world.SPAN + 5):%Y-%m-%d}")
    assert "Nothing was known on that day" in text


def test_the_catalog_is_searched_and_sorted_by_the_address(page):
    names = re.findall(r"data-row>([^<]+)</a>", page("/catalog?q=shop&kind=service&sort=-name"))
    assert names == sorted(names, reverse=True)
    assert "checkout" in names
    assert "payments" not in names


def test_sorting_by_tier_puts_those_without_one_last_both_ways(board):
    for sort in ("tier", "-tier"):
        found = json.loads(board.get(f"/catalog.json?kind=service&sort={sort}").getvalue())["entities"]
        tiers = [entity["tier"] for entity in found]
        assert tiers[-1] is None
        assert tiers[:-1] == sorted(tiers[:-1], reverse=sort == "-tier")


def test_the_exports_hold_what_the_page_shows(board, page):
    query = "?team=payments&kind=service"
    listed = list(csv.DictReader(io.StringIO(board.get(f"/catalog.csv{query}").getvalue().decode())))
    told = json.loads(board.get(f"/catalog.json{query}").getvalue())["entities"]
    assert [row["name"] for row in listed] == [row["name"] for row in told] == ["checkout", "fraud", "ledger"]
    assert told[0]["team"] == "team:default/payments"
    assert f'href="/catalog.csv?{"kind=service&amp;team=payments"}"' in page(f"/catalog{query}")


def test_results_are_exported_with_their_causes(board):
    told = json.loads(board.get("/results.json?team=payments&outcome=fail").getvalue())["results"]
    assert {row["outcome"] for row in told} == {"fail"}
    assert all(row["cause"] and row["since"] for row in told)


def test_unknown_words_in_the_address_are_refused_with_the_known_ones(board):
    for url in ("/?by=planet", "/catalog?sort=height", "/?since=soon"):
        assert board.get(url).status_code == 400
    assert "team or system or domain" in board.get("/?by=planet").content.decode()


@pytest.mark.parametrize("url", ["/?since=99999999999d", "/?as_of=0001-01-01", "/?as_of=9999-12-31", "/?since=1d1d"])
def test_extreme_dates_are_no_crash(board, url):
    assert board.get(url).status_code in (200, 400)


def test_the_palette_lists_entities_rules_and_pages(board):
    found = json.loads(board.get("/palette.json").content)["entries"]
    by_group = {entry["group"]: entry for entry in found}
    assert {"Page", "Service", "Team", "Scorecard", "Rule", "Fact type"} <= set(by_group)
    assert {
        "text": "checkout",
        "hint": "payments",
        "group": "Service",
        "url": "/entities/service/default/checkout",
    } in found


def test_what_was_drawn_before_follows_results_that_turn_and_names_that_change(page):
    before = page("/?team=payments")
    at = clock.now()
    facts.record([fact for fact in world._said("checkout", at, replicas=3) if fact.type == "workload"], [], at)
    results.evaluate(content.scorecards()[0], clock.now())
    after = page("/?team=payments")
    assert cells(after) != cells(before)
    catalog.rename(world.ref("checkout"), Ref("service", "default", "till"), clock.now(), cause="test")
    assert "<b>checkout</b>" in after
    renamed = page("/?team=payments")
    assert "<b>checkout</b>" not in renamed
    assert "<b>till</b>" in renamed


def test_a_change_gets_older_though_it_was_drawn_before(page, monkeypatch):
    assert "31 d ago" not in page("/?since=90d")
    later = clock.now() + timedelta(days=30)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert re.search(r"3\d d ago", page("/?since=90d"))


def cells(text):
    return re.findall(r'data-tip="([^"]* passed[^"]*)"', text)
