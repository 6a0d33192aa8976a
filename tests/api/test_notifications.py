"""Inbox, settings, channels, routes and messages over the API."""

import importlib

import pytest
from tests.api.conftest import Asker
from tests.api.test_reading import listed
from tests.api.test_refusals import problem
from tests.api.test_writing import ask
from tests.notifications.conftest import people, tool, tool_server  # noqa: F401 - fixtures

from greenboard.access import tokens
from greenboard.access.permissions import Permission
from greenboard.core.events import announce

telling = importlib.import_module("tests.notifications.test_telling")
world = importlib.import_module("tests.notifications.conftest")
cast = importlib.import_module("tests.web.test_access_pages")
pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(people):  # noqa: F811 - the fixture
    return Asker(cast.signed_in(people["ada"]))


@pytest.fixture
def mia(people):  # noqa: F811 - the fixture
    return Asker(cast.signed_in(people["mia"]))


def test_an_inbox_is_read_in_pages_and_marked(ada, mia):
    for number in range(3):
        announce(telling.happened(f"Case {number}.", path=f"/x/{number}"))
    world.tell()
    found = listed(ada, "inbox", "lines", limit=2)
    assert [one["title"] for one in found] == ["Case 2.", "Case 1.", "Case 0."]
    assert found[0]["entity"] == "service:default/checkout"
    assert ask(ada, "POST", f"inbox/{found[0]['id']}/read").json()["read_at"]
    problem(ask(mia, "POST", f"inbox/{found[1]['id']}/read"), 404)
    assert len(listed(ada, "inbox", "lines", unread="true")) == 2
    assert ask(ada, "POST", "inbox/read").json() == {"count": 2}


def test_a_token_reads_what_is_within_its_bound_and_changes_no_settings(ada, people):  # noqa: F811 - the fixture
    announce(telling.happened("Of checkout."))
    announce(telling.happened("Of ledger.", entity=world.LEDGER))
    world.tell()
    wish = tokens.Wish("ci", (Permission.READ,), scope=str(world.LEDGER))
    _, secret = tokens.make(people["ada"], wish, people["ada"])
    told = ask(ada, "GET", "inbox", Authorization=f"Bearer {secret}").json()["lines"]
    assert [one["title"] for one in told] == ["Of ledger."]
    problem(ask(ada, "PUT", "notifications", {}, Authorization=f"Bearer {secret}"), 403)


def test_settings_are_saved_and_who_is_second_is_told(ada):
    said = {"zone": "Europe/Berlin", "digest": "weekly", "ways": {"attestation.ending": "off"}}
    saved = ask(ada, "PUT", "notifications", said).json()
    assert (saved["zone"], saved["version"], saved["digest_at"]) == ("Europe/Berlin", 1, "09:00")
    assert ask(ada, "GET", "notifications").json() == saved
    problem(ask(ada, "PUT", "notifications", said), 409)
    problem(ask(ada, "PUT", "notifications", {"zone": "Mars/Olympus"}), 400)


def test_channels_routes_and_messages_are_managed(mia, ada, tool):  # noqa: F811 - the fixture
    given = {"name": "chat", "kind": "teams", "given": {"url": f"{tool.url}/workflows/secret"}}
    made = ask(mia, "POST", "channels", given).json()
    assert "secret" not in str(made)
    assert ask(mia, "POST", f"channels/{made['id']}/test", {}).json()["state"] == "done"
    route = ask(mia, "POST", "routes", {"name": "all", "channel": made["id"]}).json()
    assert ask(mia, "PUT", f"routes/{route['id']}", {**route, "id": None}).status_code == 422
    changed = {key: value for key, value in route.items() if key != "id"} | {"tags": ["pci"]}
    assert ask(mia, "PUT", f"routes/{route['id']}", changed).json()["version"] == 2
    tool.faults = [(404, {}, b"gone")]
    announce(telling.happened())
    world.deliver()
    (failed,) = listed(mia, "messages", "messages", state="failed")
    assert ask(mia, "POST", f"messages/{failed['id']}/again").status_code == 202
    team = {"channel": made["id"], "digest": "weekly"}
    assert ask(mia, "PUT", "team-channels?team=team:default/payments", team).json()["team"] == "team:default/payments"
    assert len(ask(mia, "GET", "team-channels").json()["teams"]) == 1
    assert ask(mia, "DELETE", "team-channels?team=team:default/payments").status_code == 204
    assert ask(mia, "DELETE", f"routes/{route['id']}").status_code == 204
    assert ask(mia, "DELETE", f"channels/{made['id']}").status_code == 204
    problem(ask(ada, "GET", "channels"), 403)
