"""What I and my teams own, and what to fix next."""

import re
from datetime import timedelta

import pytest

from greenboard.access import people
from greenboard.access.models import Grant, Membership, Role
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import calling
from greenboard.facts.service import record
from greenboard.facts.types import Fact, Source, SourceKind

from .test_pages import Strict


@pytest.fixture
def mine(page, person):
    """The page of somebody in the team payments."""
    people.join(person, "payments")
    return lambda url="/mine": page(url)


def named(text, title):
    """The entities that the rows of a table are about, by the heading of its panel."""
    table = re.search(rf"<h2[^>]*>{title}</h2>.*?<tbody>(.*?)</tbody>", text, re.DOTALL)[1]
    return re.findall(r'href="/entities/[\w-]+/default/([\w-]+)" data-row', table)


def test_what_my_teams_own_is_there_and_nothing_else(mine):
    text = mine()
    assert "<h1>Mine</h1>" in text
    assert "4 entities" in text
    assert sorted(named(text, "All of mine")) == ["checkout", "fraud", "ledger", "ledger-db"]


def test_who_gains_a_level_soonest_comes_first_with_the_rules_in_the_way(mine, page):
    text = mine()
    first = named(text, "Fix next")[0]
    entity = page(f"/entities/{'data-store' if first == 'ledger-db' else 'service'}/default/{first}")
    in_the_way = re.search(r'data-label="What fails before it".*?href="([^"]*)">([^<]*)</a>', text, re.DOTALL)
    assert in_the_way[2] in re.search(r'id="next-title">.*?</section>', entity, re.DOTALL)[0]
    assert f'id="{in_the_way[1].rpartition("#")[2]}"' in entity


def test_the_numbers_lead_to_the_lists_behind_them(mine, page):
    text = mine()
    url, count = re.search(r'class="outcome is-fail" href="([^"]*)"><span[^>]*>✕</span> (\d+)', text).groups()
    listed = page(url.replace("&amp;", "&"))
    assert len(re.findall(r'data-label="Outcome"|<tr><th scope="row">', listed)) >= int(count)
    assert re.search(r'href="/\?team=payments">On the board', text)


def test_what_changed_is_what_changed_of_mine(mine):
    text = mine("/mine?since=90d")
    changes = re.search(r'id="changes-title">.*?</section>', text, re.DOTALL)[0]
    told = set(re.findall(r'href="/entities/\w[\w-]*/default/([\w-]+)', changes))
    assert told
    assert told <= {"checkout", "ledger", "fraud", "ledger-db"}


def test_who_is_in_no_team_is_told_what_to_do(page, person):
    assert "You are in no team" in page("/mine")
    assert "Ask an administrator" in page("/mine")
    people.join(person, "nobodys")
    assert "Your teams own nothing yet" in page("/mine")


def test_it_shows_no_more_than_may_be_seen(mine, person):
    Grant.objects.all().delete()
    viewer = Role.objects.get(name="viewer")
    Grant.objects.create(role=viewer, person=person, scope="service:default/fraud", created_at=clock.now())
    text = mine()
    assert "1 entity" in text
    assert "ledger" not in text
    assert Membership.objects.exists()


def test_it_keeps_the_content_security_policy_and_shows_the_past(mine):
    for url in ("/mine", f"/mine?as_of={clock.now():%Y-%m-%d}"):
        seen = Strict()
        seen.feed(mine(url))
        assert seen.refused == []
        assert len(seen.ids) == len(set(seen.ids))


def test_who_is_on_call_now_for_what_is_mine_is_told_as_long_as_the_tool_says_so(mine):
    ledger, source = Ref("service", "default", "ledger"), Source(SourceKind.CONNECTION, "PagerDuty")
    alice = {"schedules": 1, "current": ("person:default/alice", "Bob Beamer")}
    record([Fact(ledger, "oncall", alice, source, clock.now())], [], clock.now())
    panel = re.search(r"On call now.*?</section>", mine(), re.DOTALL)[0]
    assert "2 people for 1 entity" in panel
    assert "Bob Beamer" in panel
    assert re.search(r'alice.*for <a href="/entities/service/default/ledger', panel, re.DOTALL)
    assert "Bob Beamer" not in mine(f"/mine?as_of={clock.now() - timedelta(days=3):%Y-%m-%d}")
    late = [Fact(ledger, "oncall", alice, source, clock.now())]
    tomorrow = calling.by_name(late, clock.now() + timedelta(days=1), timedelta(days=2))
    assert {one.name for one in tomorrow} == {"Bob Beamer", "person:default/alice"}
    assert calling.by_name(late, clock.now() + timedelta(days=3), timedelta(days=2)) == {}
