"""Badges: drawn safely, kept by their tag, and closed to strangers unless a key or a setting opens them."""

import importlib
import xml.etree.ElementTree as ET

from django.test import Client

from greenboard.access.models import Entry
from greenboard.catalog import store as catalog
from greenboard.core.refs import Ref
from greenboard.reports import badges
from greenboard.web.charts.badge import badge

cast = importlib.import_module("tests.access.cast")
CHECKOUT = Ref("service", "default", "checkout")
PATH = "/badges/service/default/checkout/production-readiness.svg"


def said(answer):
    root = ET.fromstring(answer.content)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    return [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_badge_is_closed_to_strangers_and_to_who_may_not_see_the_entity(board):
    assert board.get(PATH).status_code == 200
    assert Client().get(PATH).status_code == 404
    cast.nothing_for_everyone()
    other = cast.person("bob")
    cast.granted("viewer", "team:default/storefront", person=other)
    stranger = Client()
    stranger.force_login(other)
    assert stranger.get(PATH).status_code == 404
    assert stranger.get("/badges/website/default/web-shop/production-readiness.svg").status_code == 200


def test_a_setting_opens_all_badges(board, settings):
    settings.OPEN_BADGES = True
    answer = Client().get(PATH)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_a_key_opens_the_badges_of_one_entity_until_it_ends(board, person):
    stored = catalog.find(CHECKOUT)
    badges.renew(stored, "ada")
    key = badges.key_of(stored.id)
    assert Client().get(f"{PATH}?key={key}").status_code == 200
    assert Client().get(f"/badges/service/default/ledger/production-readiness.svg?key={key}").status_code == 404
    assert Client().get(f"{PATH}?key={key[:-1]}{'0' if key[-1] != '0' else '1'}").status_code == 404
    badges.renew(stored, "ada")
    assert Client().get(f"{PATH}?key={key}").status_code == 404
    again = badges.key_of(stored.id)
    badges.revoke(stored, "ada")
    assert Client().get(f"{PATH}?key={again}").status_code == 404
    assert badges.key_of(stored.id) == ""
    actions = list(Entry.objects.filter(action__startswith="badge-key").values_list("action", flat=True))
    assert actions.count("badge-key.made") == 2
    assert actions.count("badge-key.revoked") == 1


def test_a_badge_shows_level_score_or_outcome_and_says_of_which_day(board):
    assert said(board.get(PATH))[0] == "Production readiness"
    assert said(board.get(f"{PATH}?show=score"))[1].endswith("/ 100")
    assert said(board.get(f"{PATH}?show=outcome&rule=inf-1-images"))[1] in {"pass", "fail", "no data"}
    day = said(board.get(f"{PATH}?as_of=2001-01-01"))[1]
    assert day == "not judged · 2001-01-01"
    assert board.get(f"{PATH}?show=colour").status_code == 400
    assert board.get(f"{PATH}?show=outcome&rule=none").status_code == 400


def test_who_has_the_badge_is_told_that_it_is_the_same(board):
    first = board.get(PATH)
    again = board.get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_whatever_a_title_holds_the_badge_is_text():
    evil = "</text><script>alert(1)</script>&\x00\x1b"
    root = ET.fromstring(badge(evil, evil, "pass"))
    assert {one.tag.rpartition("}")[2] for one in root.iter()} == {"svg", "title", "desc", "rect", "text"}


def test_the_page_of_an_entity_has_its_badge_and_makes_a_key_for_who_may_change_it(board, person):
    cast.granted("member", person=person)
    text = board.get("/entities/service/default/checkout").content.decode()
    assert f'<img src="{PATH}"' in text
    assert "Make a key" in text
    assert board.post("/badges/service/default/checkout/key").status_code == 302
    text = board.get("/entities/service/default/checkout").content.decode()
    assert f"{PATH}?key=" in text
    cast.nothing_for_everyone()
    other = cast.person("bob")
    cast.granted("viewer", person=other)
    cast.granted("member", "team:default/storefront", person=other)
    stranger = Client()
    stranger.force_login(other)
    assert (
        "Make a key"
        not in stranger.get("/entities/service/default/checkout").content.decode().partition("panel-badges")[2]
    )
    assert stranger.post("/badges/service/default/checkout/key").status_code == 404
