"""The pages of scaffolds: the form, how far it is, who lags behind, the way out of a failed rule."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from importlib import import_module

import pytest
from django.test import Client

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.results import service as results
from greenboard.scaffolds.models import Making
from greenboard.web import content

cast = import_module("tests.scaffolds.conftest")
told = import_module("tests.scaffolds.test_telling")
NAME = "/scaffolds/acme.demo-service"
FORM = {"input.name": "pay", "input.owner": "shop", "input.tier": "1", "input.cache_size": "", "way": "repository",
        "connection": "github", "reviewed": "on", "private": "on"}  # fmt: skip


@pytest.fixture
def pages(ada) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


@pytest.mark.slow
def test_a_new_service_is_three_clicks_away(forge, shop, pages):
    assert NAME in text(pages, "/scaffolds")
    form = text(pages, NAME)
    assert 'name="input.name"' in form
    assert 'name="input.cache_size"' not in form
    there = pages.post(NAME, FORM)["Location"]
    assert "Under way" in text(pages, there)
    row = cast.done(cast.go(Making.objects.get()))
    shown = text(pages, f"{there}/progress")
    assert row.pull_url in shown
    assert "/entities/service/default/pay" in shown
    assert re.search(
        r'href="/entities/service/default/pay#ops-1-runbook">Write a runbook</a> <span class="note">for ', shown
    )
    assert "- [ ] Write a runbook (`ops-1-runbook`)" in forge.pulls["acme/pay"][0]["body"]
    assert "every 1s" not in shown
    assert there in text(pages, "/makings")
    assert there in text(pages, "/entities/service/default/pay")


@pytest.mark.slow
def test_what_depends_on_an_answer_is_asked_with_it(forge, pages):
    assert 'name="input.cache_size"' in pages.post(f"{NAME}/fields", {**FORM, "input.cache": "on"}).content.decode()


def test_what_does_not_fit_is_told_and_what_was_entered_stays(forge, pages):
    answer = pages.post(NAME, {**FORM, "input.tier": "9", "input.key": "very-secret-key"})
    assert answer.status_code == 400
    said = answer.content.decode()
    assert "not a choice" in said
    assert 'value="pay"' in said
    assert "very-secret-key" not in said


@pytest.mark.slow
def test_what_was_rendered_can_be_had_as_a_file(forge, pages):
    pages.post(NAME, {**FORM, "way": "download"})
    row = cast.done(cast.go(Making.objects.get()))
    answer = pages.get(f"/makings/{row.pk}/download")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "# pay" in archive.read("README.md").decode()


def test_a_rule_that_fails_is_fixed_with_one_click_and_links_to_it_until_it_is_merged(forge, shop, pages):
    forge.make("acme/checkout", {"README.md": "Ours.\n"})
    results.evaluate(content.scorecards()[0], clock.now())
    here = "/entities/service/default/checkout"
    sent = fix(text(pages, here), "acme.demo-runbook")
    assert sent.pop("look") in text(pages, here)
    pages.post("/scaffolds/acme.demo-runbook", sent)
    row = cast.done(cast.go(Making.objects.get()))
    assert forge.read("acme/checkout", "docs/runbook.md", row.branch) == "# Runbook of checkout"
    assert "Pull request 1 is open" in text(pages, here)
    assert pages.post("/scaffolds/acme.demo-runbook", sent).status_code == 409
    forge.merge("acme/checkout", 1)
    cast.watch(row)
    assert "Pull request 1 is open" not in text(pages, here)


def fix(page: str, scaffold: str) -> dict[str, str]:
    """What the button beside a failed rule sends, and where one can look first."""
    form = re.search(rf'<form[^>]*action="/scaffolds/{re.escape(scaffold)}"[^>]*>(.*?)</form> <a href="([^"]+)"', page)
    assert form, "the failed rule names no way out"
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1]))
    return {**{name: unescape(value) for name, value in fields.items()}, "look": form[2]}


def test_where_the_repository_is_not_known_the_fix_is_a_form(forge, shop, pages):
    catalog.save(Declared((Entity(cast.CHECKOUT, tier=1), Entity(cast.SHOP))), clock.now(), cause="test")
    results.evaluate(content.scorecards()[0], clock.now())
    page = text(pages, "/entities/service/default/checkout")
    link = re.search(r'href="(/scaffolds/acme\.demo-runbook\?[^"]*rule=[^"]*)"', page)
    assert link
    assert 'action="/scaffolds/acme.demo-runbook"' not in page
    form = text(pages, link[1].replace("&amp;", "&"))
    assert 'value="checkout"' in form


def test_the_board_shows_who_lags_behind(shop, pages):
    results.evaluate(content.scorecards()[0], clock.now())
    entity = catalog.find(cast.CHECKOUT)
    assert entity is not None
    row = told.old("checkout", entity_id=entity.id)
    page = text(pages, "/")
    assert "1 behind their scaffold" in page
    assert f'href="/makings/{row.pk}"' in page
    assert 'behind<span class="sr"> their scaffold, of shop' in page
    assert "acme/checkout" in text(pages, "/makings?state=behind")
    Making.objects.filter(pk=row.pk).update(version="99.0.0")
    assert "behind their scaffold" not in text(pages, "/")


@pytest.mark.slow
def test_who_lags_behind_is_shown_and_brought_up_to_date(forge, shop, pages):
    pages.post(NAME, {key: value for key, value in FORM.items() if key != "reviewed"})
    row = cast.done(cast.go(Making.objects.get()))
    cast.release(forge, "1.1.0", "\nFifth.\n")
    assert "1 behind" in text(pages, NAME)
    assert "the newest is 1.1.0" in text(pages, "/entities/service/default/pay")
    assert pages.post(f"{NAME}/update", {"making": [str(row.pk)]}).status_code == 302
    update = cast.done(cast.go(Making.objects.exclude(pk=row.pk).get()))
    assert "Fifth." in forge.read("acme/pay", "README.md", update.branch)
    assert f"/makings/{update.pk}" in text(pages, NAME)
    assert pages.post(f"/makings/{row.pk}/update").status_code == 409
    forge.merge("acme/pay", update.number)
    cast.watch(update)
    assert "have its newest version" in text(pages, NAME)


def test_sources_are_added_read_and_removed_by_who_manages_them(forge, pages):
    assert pages.get("/scaffold-sources").status_code == 403
    client = Client()
    client.force_login(cast.person("grace", "maintainer"))
    assert "acme/scaffolds.git" in text(client, "/scaffold-sources")
    sent = {"name": "other", "address": "ftp://example.com/x"}
    refused = client.post("/scaffold-sources/put", sent)
    assert refused.status_code == 400
    assert "expected an address as https" in refused.content.decode()
    assert client.post("/scaffold-sources/acme/remove").status_code == 302
    assert client.get(NAME).status_code == 404


@pytest.mark.slow
def test_what_others_made_is_seen_by_who_may_use_scaffolds_there(forge, shop, pages):
    pages.post(NAME, FORM)
    row = cast.done(cast.go(Making.objects.get()))
    assert catalog.find(Ref("service", "default", "pay"))
    other = Client()
    other.force_login(cast.person("eve", "member", "team:default/other"))
    assert other.get(f"/makings/{row.pk}").status_code == 404
    assert other.get(f"/makings/{row.pk}/download").status_code == 404
