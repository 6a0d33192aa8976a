"""The typed client is generated from the description as it is, and talks with a live server."""

import importlib
import sys
from pathlib import Path

import pytest
from tests.api.conftest import COVERAGE

generator = importlib.import_module("tools.client")


@pytest.fixture
def client(tmp_path, monkeypatch) -> Path:
    pytest.importorskip("openapi_python_client", reason="the generator of the client is not installed")
    folder = generator.generate(tmp_path / "client")
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "greenboard_client"]:
        del sys.modules[name]


def test_the_generated_client_reads_and_writes(client, server, token):
    package = importlib.import_module("greenboard_client")
    listing = importlib.import_module("greenboard_client.api.catalog.entities")
    facts = importlib.import_module("greenboard_client.api.facts.push_facts")
    models = importlib.import_module("greenboard_client.models")
    asking = package.AuthenticatedClient(base_url=server, token=token, raise_on_unexpected_status=True)
    page = listing.sync(client=asking, kind=["service"])
    assert sorted(entity.name for entity in page.entities) == sorted(COVERAGE)
    body = {"facts": [{"entity": "service:default/search", "type": "coverage", "value": {"line_pct": 50.0},
                       "source": {"name": "client"}}]}  # fmt: skip
    taken = facts.sync(client=asking, body=models.FactsBody.from_dict(body))
    assert taken.facts.began == 1
    assert (client / "greenboard_client" / "py.typed").exists()
