"""The pages about plugins, the pages and panels that they bring, and their switch and settings."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.plugins.conftest import Install

from greenboard.access.models import Entry, Grant, Person, Role
from greenboard.core import clock
from greenboard.plugins import installation, registry
from greenboard.plugins.models import Kept, Value
from greenboard.plugins.types import State
from greenboard.project.plugin import disable, enable
from greenboard.web.security import POLICY

pytestmark = pytest.mark.django_db
BRINGS = """
    from django.http import Http404, HttpResponse
    from django.utils.html import format_html

    @hookimpl
    def greenboard_settings():
        return [Field("place", "Place"), Field("token", "Token", secret=True, required=False)]

    @hookimpl
    def greenboard_pages():
        return [
            Page("things/<str:name>", thing, "catalog.read"),
            Page("secret", thing, "audit.read", title="Secret"),
            Page("raw", raw, "catalog.read", title="Raw"),
            Page("none", none, "catalog.read"),
            Page("odd", lambda request: 3, "catalog.read"),
        ]

    def thing(request, name="nobody"):
        return Shown(f"Thing {name}", format_html("<b>{}</b>", name))

    def raw(request):
        return HttpResponse("raw", headers={"Content-Security-Policy": "default-src *", "X-Own": "1"})

    def none(request):
        raise Http404

    @hookimpl
    def greenboard_panels():
        return [EntityPanel("well", well), EntityPanel("broken", broken)]

    def well(entity):
        return Shown("Told of " + entity.name, "<script>" + entity.viewer) if entity.kind == "service" else None

    def broken(entity):
        raise LookupError(entity.ref)

    @hookimpl
    def greenboard_frames():
        return [Frame("there", "From there", "https://panels.example.com/x?y=1", kinds=("service",), height=200)]
"""


def someone(role: str) -> Client:
    person = Person.objects.create_user(f"a-{role}", password="a long password")
    Grant.objects.filter(everyone=True).delete()
    Grant.objects.create(role=Role.objects.get(name=role), person=person, created_at=clock.now())
    client = Client()
    client.force_login(person)
    return client


def test_the_list_shows_name_version_what_it_brings_and_why_one_does_nothing(install: Install) -> None:
    install(good=BRINGS, bad="import nothing_of_that_name")
    text = someone("administrator").get("/plugins").content.decode()
    assert re.search(r"good</a></th><td[^>]*>good 1\.0</td>.*2 settings, 5 pages, 2 panels, 1 frame", text)
    assert "Broken" in text
    assert "it cannot be imported: ModuleNotFoundError" in text


def test_settings_are_sealed_told_to_the_log_without_secrets_and_a_secret_stays_when_left_empty(
    install: Install,
) -> None:
    install(good=BRINGS)
    client = someone("administrator")
    assert client.post("/plugins/good/settings", {"place": " ", "token": "x"}).status_code == 400
    assert client.post("/plugins/good/settings", {"place": "here", "token": "very-secret"}).status_code == 302
    assert client.post("/plugins/good/settings", {"place": "there", "token": ""}).status_code == 302
    assert installation.settings_of("good") == {"place": "there", "token": "very-secret"}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT text FROM {Value._meta.db_table}")
        assert "very-secret" not in str(cursor.fetchall())
    assert "very-secret" not in str(list(Entry.objects.values_list("before", "after")))
    text = client.get("/plugins/good").content.decode()
    assert "very-secret" not in text
    assert 'value="there"' in text


def test_switched_off_it_does_nothing_until_it_is_switched_on_and_the_log_has_both(install: Install) -> None:
    install(good=BRINGS)
    client = someone("administrator")
    assert client.get("/plugins/good/things/one").status_code == 200
    client.post("/plugins/good/switch", {"to": "off"})
    assert [one.state for one in registry.plugins()] == [State.OFF]
    assert client.get("/plugins/good/things/one").status_code == 404
    installation.forget()
    assert [one.why for one in registry.plugins()] == ["somebody switched it off"]
    client.post("/plugins/good/switch", {"to": "on"})
    assert client.get("/plugins/good/things/one").status_code == 200
    assert list(Entry.objects.filter(action="plugin.switched").values_list("target", flat=True)) == ["plugin:good"] * 2


def test_the_api_lists_plugins_and_switches_one(install: Install) -> None:
    install(good=BRINGS)
    client = someone("administrator")
    assert [(one["name"], one["state"]) for one in client.get("/api/v1/plugins").json()["plugins"]] == [
        ("good", "ready")
    ]
    send = {"content_type": "application/json"}
    told = client.put("/api/v1/plugins/good/enabled", {"enabled": False}, **send)
    assert (told.status_code, told.json()["state"]) == (200, "off")
    assert client.get("/plugins/good/things/one").status_code == 404
    assert client.put("/api/v1/plugins/good/enabled", {"enabled": True}, **send).json()["state"] == "ready"
    assert client.put("/api/v1/plugins/nobody/enabled", {"enabled": True}, **send).status_code == 404
    assert someone("maintainer").get("/api/v1/plugins").status_code == 403


def test_the_commands_switch_one(install: Install) -> None:
    install(good=BRINGS)
    said = CliRunner().invoke(disable.command, ["good"])
    assert (said.exit_code, said.output) == (0, "good is off.\n")
    assert [one.state for one in registry.plugins()] == [State.OFF]
    assert CliRunner().invoke(enable.command, ["good"]).output == "good is on.\n"
    assert [one.state for one in registry.plugins()] == [State.READY]


def test_its_pages_are_for_those_who_hold_the_permission_that_they_name(install: Install) -> None:
    install(good=BRINGS)
    viewer, administrator = someone("viewer"), someone("administrator")
    shown = viewer.get("/plugins/good/things/<i>x")
    assert shown.status_code == 200
    assert "<b>&lt;i&gt;x</b>" in shown.content.decode()
    assert viewer.get("/plugins/good/secret").status_code == 403
    assert administrator.get("/plugins/good/secret").status_code == 200
    assert Client().get("/plugins/good/things/one").status_code == 302
    assert 'href="/plugins/good/raw">Raw' in administrator.get("/plugins/good").content.decode()
    assert viewer.get("/plugins/good/nothing").status_code == 404
    assert viewer.get("/plugins/good/none").status_code == 404


def test_a_page_cannot_weaken_the_policy_and_one_that_breaks_is_named(install: Install) -> None:
    install(good=BRINGS)
    viewer = someone("viewer")
    raw = viewer.get("/plugins/good/raw")
    assert (raw.content, raw["X-Own"]) == (b"raw", "1")
    assert raw["Content-Security-Policy"].startswith(POLICY)
    odd = viewer.get("/plugins/good/odd")
    assert odd.status_code == 502
    assert "The plugin good broke in the page odd: TypeError: gave int" in odd.content.decode()
    assert Kept.objects.get(name="good").fault_in == "the page odd"


def test_panels_are_escaped_frames_are_sandboxed_and_a_broken_panel_leaves_the_page_standing(
    install: Install,
    checkout,
    page,
    client,  # type: ignore[no-untyped-def]
) -> None:
    install(good=BRINGS)
    text = page("/entities/service/default/checkout")
    assert "Told of checkout" in text
    assert "&lt;script&gt;ada" in text
    assert "the plugin good broke in the panel broken: LookupError" in text
    (frame,) = re.findall(r"<iframe[^>]*>", text)
    assert 'sandbox="allow-scripts"' in frame
    assert 'referrerpolicy="no-referrer"' in frame
    assert 'src="https://panels.example.com/x?y=1#token=' in frame
    policy = client.get("/entities/service/default/checkout")["Content-Security-Policy"]
    assert policy == f"{POLICY}; frame-src https://panels.example.com"
    team = page("/entities/team/default/payments")
    assert "<iframe" not in team
    assert "Told of" not in team


def test_panels_ask_the_database_once_at_most_and_never_of_the_past(install: Install, checkout, page) -> None:  # type: ignore[no-untyped-def]
    install()
    page("/entities/service/default/checkout")
    with CaptureQueriesContext(connection) as before:
        page("/entities/service/default/checkout")
    install(good=BRINGS)
    page("/entities/service/default/checkout")
    with CaptureQueriesContext(connection) as after:
        page("/entities/service/default/checkout")
    assert len(after) <= len(before) + 3
    yesterday = clock.now() - timedelta(days=1)
    assert "<iframe" not in page(f"/entities/service/default/checkout?as_of={yesterday:%Y-%m-%d}")
