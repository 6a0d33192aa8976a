"""The list of release lines that ships can be made anew from what the site answers."""

import json
from datetime import date

from greenboard.integrations.endoflife.collect import SHIPPED
from greenboard.integrations.endoflife.renew import renewed


def test_the_shipped_list_has_a_date_and_an_end_or_a_word_about_it_for_every_line():
    told = json.loads(SHIPPED.read_text(encoding="utf-8"))
    assert date.fromisoformat(told["date"]) > date(2026, 1, 1)
    for lines in told["products"].values():
        for name, eol, lts in lines:
            assert name
            for one in (eol, lts):
                assert isinstance(one, bool) or date.fromisoformat(one)


def test_a_list_is_made_of_the_products_that_are_wanted():
    release = {"name": "16", "isEol": False, "eolFrom": "2028-11-09", "isLts": False, "ltsFrom": None}
    open_end = {"name": "17", "isEol": False, "eolFrom": None, "isLts": True, "ltsFrom": None}
    answer = {
        "generated_at": "2026-11-23T00:00:00+00:00",
        "result": [{"name": "postgresql", "releases": [release, open_end]}, {"name": "other", "releases": []}],
    }
    made = json.loads(renewed(answer, frozenset({"postgresql", "gone"})))
    assert made == {
        "date": "2026-11-23",
        "source": "https://endoflife.date",
        "products": {"postgresql": [["16", "2028-11-09", False], ["17", False, True]]},
    }
