"""SCIM as its own tester checks it, at every check that the standard requires."""

from __future__ import annotations

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server
from tests.scim.conftest import bearer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_connection():
    """The test's transaction outlives each request, as it does behind Django's own client."""
    several = (request_started, request_finished)
    for signal in several:
        signal.disconnect(close_old_connections)
    yield
    for signal in several:
        signal.connect(close_old_connections)


@pytest.mark.slow
def test_every_required_check_passes() -> None:
    headers = {"Authorization": f"Bearer {bearer('people.provision')}"}
    client = WSGISCIMClient(get_wsgi_application(), base_url="http://testserver/scim/v2", headers=headers)
    results = check_server(client)
    passed = [one for one in results if one.status is Status.SUCCESS]
    others = [
        f"{one.status.name} {one.resource_type} {one.title}: {one.reason}" for one in results if one not in passed
    ]
    assert others == []
    assert len(passed) > 100
    print(f"{len(passed)} checks pass")
