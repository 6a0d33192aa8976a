"""Bringing what was made up to date: what was changed by hand stays."""

from __future__ import annotations

from importlib import import_module

import pytest

from greenboard.core.errors import UserError
from greenboard.scaffolds import lagging, service, watching
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.types import Wish

cast = import_module("tests.scaffolds.conftest")
pytestmark = pytest.mark.slow


@pytest.fixture
def pay(forge, shop, ada) -> Making:
    """A service that was made from version 1.0.0."""
    answers = {"name": "pay", "owner": "shop", "tier": 1}
    return cast.done(cast.made(Wish("acme.demo-service", answers, cast.goal("acme/pay", reviewed=False)), ada))


def test_an_update_keeps_what_was_changed_by_hand(forge, pay, ada):
    forge.commit("acme/pay", {"README.md": forge.read("acme/pay", "README.md").replace("First.", "Ours.") + "\n"})
    cast.release(forge, "1.1.0", "\nFifth.\n")
    row = cast.done(cast.go(service.update(pay, ada)))
    merged = forge.read("acme/pay", "README.md", row.branch)
    assert "Ours." in merged
    assert "Fifth." in merged
    assert row.left == []


def test_what_both_changed_stays_as_the_project_has_it_and_is_named(forge, pay, ada):
    forge.commit("acme/pay", {"README.md": forge.read("acme/pay", "README.md").replace("Fourth.", "Ours.") + "\n"})
    cast.release(forge, "1.1.0", "\nFifth.\n")
    forge.commit("acme/scaffolds", {"demo-service/template/new.txt": "New.\n"})
    cast.read(forge)
    row = cast.done(cast.go(service.update(pay, ada)))
    assert row.left == ["README.md"]
    assert "Fifth." not in forge.read("acme/pay", "README.md", row.branch)
    assert forge.read("acme/pay", "new.txt", row.branch) == "New."
    assert "- `README.md`" in forge.pulls["acme/pay"][0]["body"]


def test_who_has_the_newest_version_is_not_behind(forge, pay, ada):
    assert lagging.of("acme.demo-service") == []
    with pytest.raises(UserError, match="up to date"):
        service.update(pay, ada)
    cast.release(forge, "1.1.0", "\nFifth.\n")
    assert [one.first.pk for one in lagging.of("acme.demo-service")] == [pay.pk]
    assert lagging.counts() == {"acme.demo-service": 1}
    row = cast.done(cast.go(service.update(pay, ada)))
    with pytest.raises(UserError, match="under way"):
        service.update(pay, ada)
    forge.merge("acme/pay", row.number)
    watching.pulls(row.began_at)
    assert lagging.of("acme.demo-service") == []


def test_a_source_that_cannot_be_read_keeps_what_it_had(forge, ada):
    forge.commit("acme/scaffolds", {"demo-service/scaffold.yaml": "name: demo-service\nmakes: nothing\n"})
    with pytest.raises(AssertionError):
        cast.read(forge)
    assert service.ask(Wish("acme.demo-runbook", {"service": "pay"}), ada).version == "1.0.0"
