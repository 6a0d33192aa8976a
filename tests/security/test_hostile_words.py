"""Words that are meant to do harm, in every field of every descriptor and fact: on each page they are words."""

import json
import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from tests.security import hostile

from greenboard.access.models import Person
from greenboard.catalog import descriptors
from greenboard.catalog.native import EntityModel
from greenboard.core.errors import UserError

pytestmark = pytest.mark.django_db
CARD = "/scorecards/production-readiness"
PAGES = [
    "/", "/mine", "/?by=system&since=90d", "/?by=domain", "/catalog", "/catalog?q=hostile&sort=-team", "/results",
    "/results?rule=hostile", "/ownership", "/scorecards", CARD, f"{CARD}/rules/hostile", f"{CARD}/rules/hostile/edit",
    f"{CARD}/rules/new", "/fact-types", "/fact-types/readme", "/fact-types/properties", "/people", "/people/eve",
    "/access", "/tokens", "/identities", "/hooks", "/audit", "/account", f"/catalog?q={hostile.HARM}",
    f"/?team={hostile.HARM}", f"/results?outcome={hostile.HARM}", f"/?as_of={hostile.HARM}", f"/nothing/{hostile.SCRIPT}",
    f"/sign-in?next={hostile.HARM}", "/api/docs/",
    "/attestations", "/attestations/1", "/attestations/new?renews=1", f"/attestations/new?entity={hostile.HARM}&item=x",
]  # fmt: skip
FILES = [
    "/palette.json",
    "/catalog.csv",
    "/catalog.json",
    "/results.csv",
    "/audit.csv",
    "/audit.jsonl",
    "/ownership.json",
]


class Harmed(HTMLParser):
    """Collects what a browser would act on that came in with a word."""

    def __init__(self):
        super().__init__()
        self.harm, self.text = [], []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.harm += [f"<{tag} {name}>" for name in found if name.startswith("on") or name == "style"]
        own = {"script": "/static/", "img": "/badges/"}.get(tag)
        if tag in ("img", "iframe", "object", "embed", "script") and not (own and found.get("src", "").startswith(own)):
            self.harm.append(f"<{tag}>")
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            if (
                re.sub(r"[\x00-\x20]", "", found.get(name) or "")
                .lower()
                .startswith(("javascript:", "data:", "vbscript:"))
            ):
                self.harm.append(f"{name}={found[name]}")

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def written(django_db_setup, django_db_blocker):
    """The company, once for all tests of this module."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        refs = hostile.build()
        yield refs
        transaction.set_rollback(True)


@pytest.fixture
def client(written, db):
    found = Client()
    found.force_login(Person.objects.get(username="hostile-boss"))
    return found


def looked_at(client, url):
    answer = client.get(url)
    assert answer.status_code < 500, url
    seen = Harmed()
    seen.feed(answer.content.decode())
    return seen


def test_every_field_of_a_descriptor_does_harm_here():
    said = {field for entity in hostile.NATIVE["entities"] for field in entity}
    assert said == set(EntityModel.model_fields)
    whole = {name for name in descriptors.backstage.Metadata.model_fields if name != "namespace"}
    assert whole <= set(hostile.BACKSTAGE["metadata"])


@pytest.mark.parametrize("url", hostile.ADDRESSES)
def test_an_address_that_does_something_is_no_link_of_a_descriptor(url):
    entity = {"kind": "service", "name": "x", "links": [{"url": url}]}
    with pytest.raises(UserError, match="address"):
        descriptors.read(json.dumps(entity), "greenboard.yaml")


@pytest.mark.parametrize("url", PAGES)
def test_no_page_acts_on_a_word(client, url):
    assert looked_at(client, url).harm == []


def test_no_page_of_an_entity_acts_on_a_word_and_all_are_there(client, written):
    for ref in written:
        seen = looked_at(client, f"/entities/{ref.kind}/{ref.namespace}/{ref.name}")
        assert seen.harm == []
    text = "".join(looked_at(client, "/entities/service/default/hostile").text)
    assert hostile.HARM in text, "it is shown as it is, template tags and all"
    assert f"chat: {hostile.HARM}" in text


def test_the_page_of_the_hook_does_not_either(client):
    number = re.search(r'href="/hooks/(\d+)"', client.get("/hooks").content.decode())[1]
    seen = looked_at(client, f"/hooks/{number}")
    assert seen.harm == []
    assert hostile.HARM in "".join(seen.text)


@pytest.mark.parametrize("url", FILES)
def test_files_are_no_pages(client, url):
    answer = client.get(url)
    kind = answer.headers["Content-Type"]
    assert "html" not in kind
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "url", ["entities", "facts?entity=service:default/hostile", "results", "changes", "gaps", "people"]
)
def test_the_api_answers_with_json_only(client, url):
    answer = client.get(f"/api/v1/{url}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
