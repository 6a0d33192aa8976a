"""What others say of components is told to integrations that want to know it, and theirs come back to the same entity."""

from __future__ import annotations

import pytest
from tests.collection.conftest import CHECKOUT, LEDGER, collect

from greenboard.collection import knowing
from greenboard.connections import service
from greenboard.connections.service import Told, Wish
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.facts import store as facts
from greenboard.facts.service import record
from greenboard.facts.types import Fact, Source, SourceKind
from greenboard.rules import language

pytestmark = pytest.mark.django_db


@pytest.fixture
def built(company) -> None:
    """A reader found the image that the checkout is built on."""
    image = ({"path": "Dockerfile", "base_image": "python:3.9-slim"},)
    source = Source(SourceKind.REPOSITORY, "shop", "Dockerfile")
    record([Fact(CHECKOUT, "container_file", image, source, clock.now())], [], clock.now())


def test_a_base_image_that_a_reader_found_is_held_against_its_end_of_life(tool, built):
    told = Told({"online": False, "uses": ["ledger = postgresql 12.1", "checkout = nodejs 16"]}, {})
    row = collect(service.make(Wish("ends", "endoflife", told), clock.now()))
    assert (row.state, row.faults) == ("done", [])
    ends = {
        ref: {item["product"]: item["is_eol"] for fact in said if fact.type == "lifecycle" for item in fact.value}
        for ref, (said, _) in facts.current(None, [CHECKOUT, LEDGER]).items()
    }
    assert ends == {CHECKOUT: {"python": True, "nodejs": True}, LEDGER: {"postgresql": True}}


def test_a_connection_is_not_told_what_it_said_itself(built):
    assert [one.entity for one in knowing.known(("container_file",), "shop")] == [str(CHECKOUT)]
    own = Source(SourceKind.CONNECTION, "ends", "components/a")
    value = ({"path": "b", "base_image": "node:1"},)
    record([Fact(LEDGER, "container_file", value, own, clock.now())], [], clock.now())
    assert [one.entity for one in knowing.known(("container_file",), "ends")] == [str(CHECKOUT)]
    assert len(knowing.known(("container_file",), "other")) == 2
    assert knowing.known((), "other") == ()


def test_packages_are_kept_for_integrations_and_nobody_else_reads_them(company):
    url = "pkg:npm/%40acme/ui@1.0.0"
    at = clock.now()
    source = Source(SourceKind.REPOSITORY, "shop", "package-lock.json:1")
    value = facts.vocabulary().normalise("packages", [{"file": "package-lock.json", "urls": [url]}])
    record([Fact(CHECKOUT, "packages", value, source, at)], [], at)
    (told,) = knowing.known(("packages",), "osv")
    assert (told.entity, told.facts["packages"][0]["urls"]) == (str(CHECKOUT), (url,))
    assert "packages" not in {fact.type for fact in facts.current(None, [CHECKOUT])[CHECKOUT][0]}
    with pytest.raises(UserError, match="packages"):
        language.compile("packages.exists(p, p.file != '')", facts.vocabulary())
