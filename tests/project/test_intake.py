"""Taking in repositories describes what a change reaches, and comes to what describing everything would."""

import os
import subprocess
from datetime import timedelta

import pytest

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.core import clock, events
from greenboard.core.refs import Ref
from greenboard.facts import following
from greenboard.facts import store as facts
from greenboard.facts.events import FactsChanged
from greenboard.project.intake import take_in
from greenboard.repository.collect import look

NOW = clock.now() - timedelta(days=1)
TEAMS = Declared(tuple(Entity(Ref("team", "default", name)) for name in ("pay", "shop")))


@pytest.fixture
def repositories(db, tmp_path):
    """Two, each with a service; what each declares is written by a call of it."""

    def written(at, **descriptors):
        for name, text in descriptors.items():
            folder = tmp_path / name
            if not folder.exists():
                folder.mkdir()
                run(folder, "init", "-q")
            (folder / "greenboard.yaml").write_text(text)
            run(folder, "add", "-A")
            run(folder, "commit", "-qm", "change")
        looks = [look(tmp_path / name, now=at, vocabulary=facts.vocabulary()) for name in descriptors]
        take_in(looks, at, cause="test", around=TEAMS)

    return written


def run(folder, *arguments):
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{role}_NAME": "ada", f"GIT_{role}_EMAIL": "ada@example.com"}
    subprocess.run(["git", "-C", str(folder), *arguments], env=env, check=True, capture_output=True)


def owner(name):
    ref = Ref("service", "default", name)
    (fact,) = facts.about(catalog.find(ref).id, ref, ["ownership"])
    return fact.value.get("owner")


def differing(at):
    """What describing everything changes."""
    heard = []
    with events.subscribed(FactsChanged, heard.append):
        following.follow(at)
    return [event.paths for event in heard]


def test_only_what_is_reached_is_described_and_nothing_is_left_out(repositories, monkeypatch):
    ledger = "kind: service\nname: ledger\nowner: pay\ntier: 1\n"
    repositories(NOW, one=ledger, two="kind: service\nname: cart\nowner: shop\ndepends_on: [ledger]\n")
    asked = []
    real = following.describe_some
    monkeypatch.setattr(following, "describe_some", lambda ids, *more: asked.append(set(ids)) or real(ids, *more))
    repositories(NOW + timedelta(hours=1), one=ledger.replace("pay", "shop").replace("tier: 1", "tier: 4"))
    assert owner("ledger") == "team:default/shop"
    assert asked, "not everything was described"
    assert differing(NOW + timedelta(hours=2)) == []


def test_what_is_about_an_earlier_moment_than_a_later_change_describes_everything(repositories, monkeypatch):
    repositories(NOW, one="kind: service\nname: ledger\nowner: pay\n")
    catalog.save(Declared((Entity(Ref("team", "default", "late")),)), NOW + timedelta(hours=2), cause="test")
    asked = []
    monkeypatch.setattr(following, "describe_some", lambda *given: asked.append(given))
    repositories(NOW + timedelta(hours=1), two="kind: service\nname: cart\nowner: shop\n")
    assert asked == []
    assert owner("cart") == "team:default/shop"
