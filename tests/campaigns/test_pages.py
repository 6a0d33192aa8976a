"""Pages of campaigns, as people use them."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from tests.campaigns import cast

from greenboard.access.models import Grant, Person, Role
from greenboard.campaigns import following, service, tending
from greenboard.campaigns.models import Campaign, Point


@pytest.fixture
def web(company, time):
    """A maintainer at the pages; others by their role."""

    def signed_in(role="maintainer", name="ada"):
        person, _ = Person.objects.get_or_create(username=name)
        Grant.objects.get_or_create(person=person, role=Role.objects.get(name=role), defaults={"created_at": time.now})
        client = Client()
        client.force_login(person)
        return client

    return signed_in


FORM = {
    "title": "Owners everywhere", "start": "2026-02-02", "due": "2026-03-31", "zone": "UTC", "owner": "ada",
    "asks": [f"{cast.CARD}/{rule}" for rule in cast.RULES], "scope.kind": "service", "reminders": "14, 3",
    "milestones": "2026-02-20 50 %", "brief": "**Why** <script>",
}  # fmt: skip


def test_a_campaign_is_looked_at_before_it_is_begun_and_shown_then(web):
    client = web()
    assert "Begin the first one" in client.get("/campaigns").content.decode()
    looked = client.post("/campaigns-new", {**FORM, "preview": "1"}).content.decode()
    assert "3 entities; 1 of 6 met (16 %), 4 failing, 1 undecided" in looked
    assert not Campaign.objects.exists()
    made = client.post("/campaigns-new", FORM, follow=True)
    shown = made.content.decode()
    assert made.redirect_chain == [("/campaigns/owners-everywhere", 302)]
    assert "<strong>Why</strong> &lt;script&gt;" in shown
    assert "2026-02-20: 50 %" in shown
    assert "Owners everywhere" in client.get("/campaigns").content.decode()


def test_the_page_of_a_rule_begins_a_campaign_about_it(web):
    client, rule = web(), f"/scorecards/{cast.CARD}/rules/{cast.RULES[0]}"
    url = re.search(r'href="(/campaigns-new[^"]+)"', client.get(rule).content.decode())[1].replace("&amp;", "&")
    form = client.get(url).content.decode()
    assert re.search(rf'value="{cast.CARD}/{cast.RULES[0]}" (selected|checked)', form)
    assert re.search(r'name="title"[^>]+value="[^"]{5,}"', form)
    assert "/campaigns-new" not in web("viewer", "vic").get(rule).content.decode()


def test_what_is_wrong_is_told_and_nothing_is_lost_of_the_form(web):
    answer = web().post("/campaigns-new", {**FORM, "due": "2025-01-01", "milestones": "x"})
    said = answer.content.decode()
    assert answer.status_code == 400
    assert "milestones.0.on" in said
    assert "**Why** &lt;script&gt;" in said


def test_who_saves_second_is_told(web):
    client = web()
    client.post("/campaigns-new", FORM)
    for title, status in (("First", 302), ("Second", 409)):
        answer = client.post("/campaigns/owners-everywhere/edit", {**FORM, "title": title, "version": "1"})
        assert answer.status_code == status
    assert "somebody was first: ada changed it at" in answer.content.decode()
    ended = client.post("/campaigns/owners-everywhere/end", {"version": "1"})
    assert ended.status_code == 409


def test_its_course_is_drawn_with_milestones_and_what_may_come(web, time):
    service.make(cast.definition(milestones=[{"on": date(2026, 2, 5), "share": 10}]), "ada", cast.BEGAN)
    held = Campaign.objects.get()
    for at in range(9):
        day = date(2026, 2, 1) + timedelta(days=at)
        Point.objects.create(campaign=held, day=day, done=at % 3, failing=6 - at % 3, undecided=0, exempt=0)
    tending.tend(time.now)
    shown = web().get("/campaigns/owners-everywhere").content.decode()
    assert 'class="aim met"' in shown or 'class="aim missed"' in shown
    assert re.search(r'2026-02-05: 10 % <span class="outcome is-pass"><span[^>]*>✓</span> Met', shown)
    assert "At the pace of the last 9 days all is met between" in shown
    past = web().get("/campaigns/owners-everywhere?as_of=2026-02-04").content.decode()
    assert "A forecast needs a week of days." in past


def test_parts_are_shown_by_team_and_exported(web):
    service.make(cast.definition(), "ada", cast.BEGAN)
    client = web("viewer", "vic")
    shown = client.get("/campaigns/owners-everywhere?team=finders").content.decode()
    assert "/entities/service/default/search" in shown
    assert ">2 asked<" in shown
    lines = b"".join(client.get("/campaigns/owners-everywhere/pairs.csv?team=finders").streaming_content).decode()
    assert lines.splitlines()[0] == "entity,team,scorecard,rule,title,state,ticket"
    assert lines.count("service:default/search") == 2
    assert "End this campaign" not in shown


def test_an_entity_says_which_campaigns_ask_something_of_it(web):
    service.make(cast.definition(), "ada", cast.BEGAN)
    shown = web().get("/entities/service/default/checkout").content.decode()
    assert 'id="panel-campaigns">Campaigns<' in shown
    assert "/campaigns/owners-everywhere" in web().get("/mine").content.decode()


def test_a_dry_run_lists_what_would_be_opened_and_calls_nobody(web, tracker):
    service.make(cast.definition(tickets={"connection": "jira"}), "ada", cast.BEGAN)
    shown = web().get("/campaigns/owners-everywhere/dry-run").content.decode()
    assert "4 tickets for what fails now" in shown
    assert "POST http://127.0.0.1/rest/api/3/issue" in shown
    assert tracker.calls == []


def test_tickets_and_their_faults_are_shown_and_a_campaign_can_be_ended(web, tracker, time):
    held = service.make(cast.definition(tickets={"connection": "jira"}), "ada", cast.BEGAN)
    Campaign.objects.update(started_at=time.now)
    following.touch(held.row)
    tracker.faults = ["500"]
    cast.Engine().work()
    client = web()
    shown = client.get("/campaigns/owners-everywhere").content.decode()
    assert "/browse/FIND-3" in shown
    assert "The tool has a fault. It says: oops" in shown
    client.post("/campaigns/owners-everywhere/end", {"version": "1", "close_tickets": "on"})
    assert "Ended" in client.get("/campaigns/owners-everywhere").content.decode()


def test_programs_make_change_and_end_campaigns(web):
    client = web()
    plain = cast.definition().model_dump(mode="json", exclude_defaults=True)
    sent = {"content_type": "application/json"}
    looked = client.post("/api/v1/campaigns-preview", plain, **sent).json()
    assert (looked["entities"], looked["counts"]["open"]) == (3, 5)
    made = client.post("/api/v1/campaigns", {"definition": plain}, **sent)
    assert (made.status_code, made.json()["name"], made.json()["counts"]["open"]) == (201, "owners-everywhere", 5)
    one = "/api/v1/campaigns/owners-everywhere"
    first = client.get(f"{one}/pairs?limit=4").json()
    rest = client.get(f"{one}/pairs?limit=4&cursor={first['next']}").json()
    assert [len(first["pairs"]), len(rest["pairs"]), rest["next"]] == [4, 2, None]
    assert next(team["name"] for team in client.get(f"{one}/teams").json()["teams"]) == "team:default/buyers"
    changed = {"version": 1, "definition": {**plain, "title": "Other"}}
    assert client.put(one, changed, **sent).status_code == 200
    again = client.put(one, changed, **sent)
    assert (again.status_code, "somebody was first" in again.json()["detail"]) == (409, True)
    assert client.get(f"{one}?as_of=2026-02-09").json()["definition"]["title"] == "Owners everywhere"
    assert client.post(f"{one}/end", {"version": 2}, **sent).status_code == 200
    assert client.get("/api/v1/campaigns").json()["campaigns"][0]["state"] == "ended"
