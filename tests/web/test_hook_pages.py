"""Pages of webhooks and inlets: what they do, and what they refuse."""

import importlib
import re

import pytest
from tests.web.test_access_pages import said, signed_in
from tests.web.test_pages import Strict

from greenboard.access.models import Entry
from greenboard.hooks import store
from greenboard.hooks.models import Delivery, Hook, Inlet
from greenboard.hooks.types import State

cast = importlib.import_module("tests.access.cast")
pytestmark = pytest.mark.django_db
URL = "https://chat.example.com/greenboard"


@pytest.fixture
def root():
    return signed_in(cast.person("root", is_superuser=True))


@pytest.fixture
def maintainer():
    """Somebody who manages hooks, and nothing of access."""
    cast.granted("maintainer", person=(person := cast.person("mia")))
    return signed_in(person)


def made(client, **more):
    """Make a hook by the form; give the hook and the secret that the page shows."""
    answer = client.post("/hooks/new", {"name": "chat", "url": URL, **more})
    assert answer.status_code == 200, answer.content
    return Hook.objects.order_by("-id").first(), shown(answer)


def shown(answer):
    return re.search(r'class="secret">(.*?)</code>', answer.content.decode())[1]


def test_a_hook_is_made_and_its_secret_shown_once(maintainer):
    hook, secret = made(maintainer, events=["level.changed", "rule.saved"])
    assert (hook.url, hook.events, hook.active) == (URL, ["level.changed", "rule.saved"], True)
    assert hook.secret.reveal() == secret
    for url in ("/hooks", f"/hooks/{hook.pk}"):
        assert secret not in maintainer.get(url).content.decode()
    assert secret not in str(list(Entry.objects.values("before", "after")))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"name": ""}, "A hook needs a name"),
        ({"name": "two\nlines"}, "A hook needs a name"),
        ({"url": "http://chat.example.com"}, "Not an address that is called"),
        ({"url": "https://169.254.169.254/latest"}, "may not be called"),
        ({"url": "https://ada:pw@chat.example.com"}, "a user in it"),
        ({"events": ["level.chagned"]}, "Did you mean &#x27;level.changed&#x27;?"),
    ],
)
def test_a_hook_that_cannot_be_is_refused_and_keeps_what_was_typed(maintainer, wrong, why):
    answer = maintainer.post("/hooks/new", {"name": "chat", "url": URL, **wrong})
    assert why in answer.content.decode()
    assert answer.status_code == 400
    assert not Hook.objects.exists()
    assert 'value="chat"' in answer.content.decode() or "name" in wrong


def test_a_hook_is_changed_switched_off_and_on_and_removed(maintainer):
    hook, secret = made(maintainer)
    page = f"/hooks/{hook.pk}"
    assert maintainer.post(f"{page}/close").headers["Location"] == page
    maintainer.post(f"{page}/change", {"name": "talk", "url": f"{URL}/2", "events": ["rule.saved"], "secret": "mine"})
    hook.refresh_from_db()
    assert (hook.name, hook.url, hook.events, hook.active) == ("talk", f"{URL}/2", ["rule.saved"], False)
    assert hook.secret.reveal() == secret
    assert "may not be called" in said(maintainer.post(f"{page}/change", {"name": "x", "url": "https://127.0.0.1/"}))
    maintainer.post(f"{page}/open")
    other = shown(maintainer.post(f"{page}/secret"))
    hook.refresh_from_db()
    assert (hook.active, hook.secret.reveal()) == (True, other)
    assert other != secret
    assert maintainer.post(f"{page}/remove").headers["Location"] == "/hooks"
    assert maintainer.get(page).status_code == 404
    told = list(Entry.objects.filter(target=f"hook:{hook.pk}").order_by("number").values_list("action", flat=True))
    assert told == ["hook.made", *["hook.changed"] * 3, "hook.secret", "hook.removed"]


def test_a_test_waits_in_the_log_and_what_was_given_up_is_sent_again(maintainer):
    hook, _ = made(maintainer)
    page = f"/hooks/{hook.pk}"
    maintainer.post(f"{page}/test")
    text = maintainer.get(page).content.decode()
    assert "hook.tested" in text
    assert "Not tried yet" in text
    assert "Send again" not in text.split("</thead>")[1]
    row = Delivery.objects.get()
    Delivery.objects.update(state=State.FAILED, tried_at=row.next_at, status=500, answer="<b>no</b>", milliseconds=12)
    text = maintainer.get(f"{page}?state=failed").content.decode()
    assert "Answered 500 in 12 ms" in text
    assert "&lt;b&gt;no&lt;/b&gt;" in text
    assert maintainer.post(f"{page}/deliveries/{row.pk}/again").status_code == 302
    assert [one.state for one in store.deliveries(hook)] == [State.WAITING, State.FAILED]
    assert "None in this state" in maintainer.get(f"{page}?state=done").content.decode()


def test_the_log_goes_on_page_by_page(maintainer, monkeypatch):
    monkeypatch.setattr("greenboard.web.hooks.view.PAGE", 2)
    hook, _ = made(maintainer)
    for _ in range(3):
        maintainer.post(f"/hooks/{hook.pk}/test")
    text = maintainer.get(f"/hooks/{hook.pk}").content.decode()
    older = re.search(r'href="(\?below=\d+)">Older', text)[1]
    assert maintainer.get(f"/hooks/{hook.pk}{older}").content.decode().count("<code>hook.tested</code>") == 1
    assert maintainer.get(f"/hooks/{hook.pk}?below=x").status_code == 400
    assert maintainer.get(f"/hooks/{hook.pk}?state=x").status_code == 400


def test_a_delivery_is_sent_again_to_its_own_hook_only(maintainer):
    mine, _ = made(maintainer)
    other, _ = made(maintainer)
    maintainer.post(f"/hooks/{mine.pk}/test")
    row = Delivery.objects.get()
    assert maintainer.post(f"/hooks/{other.pk}/deliveries/{row.pk}/again").status_code == 404
    assert Delivery.objects.count() == 1


def test_an_inlet_is_made_closed_opened_and_removed(root, maintainer):
    assert "service account" in root.get("/hooks").content.decode()
    cast.service("ci")
    secret = shown(root.post("/inlets/new", {"inlet": "builds", "service": "ci"}))
    assert Inlet.objects.get().secret.reveal() == secret
    assert secret not in root.get("/hooks").content.decode()
    assert "is taken" in said(root.post("/inlets/new", {"inlet": "builds", "service": "ci"}))
    assert "No service account" in said(root.post("/inlets/new", {"inlet": "more", "service": "cy"}))
    assert "Not a name" in said(root.post("/inlets/new", {"inlet": "B u", "service": "ci"}))
    root.post("/inlets/builds/close")
    assert not Inlet.objects.get().active
    root.post("/inlets/builds/open")
    assert Inlet.objects.get().active
    assert "/inlets/new" not in maintainer.get("/hooks").content.decode()
    root.post("/inlets/builds/remove")
    assert not Inlet.objects.exists()
    assert "No inlet" in said(root.post("/inlets/builds/remove"))
    told = Entry.objects.filter(target="inlet:builds").order_by("number").values_list("action", flat=True)
    assert list(told) == ["inlet.made", "inlet.closed", "inlet.opened", "inlet.removed"]


def test_the_pages_keep_the_content_security_policy(root):
    cast.service("ci")
    hook, _ = made(root)
    root.post("/inlets/new", {"inlet": "builds", "service": "ci"})
    root.post(f"/hooks/{hook.pk}/test")
    for url in ("/hooks", f"/hooks/{hook.pk}"):
        seen = Strict()
        seen.feed(root.get(url).content.decode())
        assert seen.refused == []
        assert len(seen.ids) == len(set(seen.ids))
