"""From "my service fails" to an approved exemption, as people walk it in pages; works without scripts."""

import re
from dataclasses import replace

import pytest
from django.test import Client

from greenboard.access.models import Person
from greenboard.core import clock
from greenboard.exemptions import asking, deciding
from greenboard.exemptions.models import Exemption
from greenboard.exemptions.types import Category, Pair, Terms
from greenboard.results import matrix, service, store
from greenboard.web import content

from .test_pages import Strict
from .world import ref

WHY = "The load test is moved to the new cluster"
RULE = "cod-1-coverage"
TERMS = Terms(Category.WAIVED, WHY, ends=clock.parse_time("2099-01-31"))


def carl():
    return Person.objects.get(username="carl")


@pytest.fixture
def ada(person):
    """May ask and decide."""
    person.is_superuser = True
    person.save()
    return person


@pytest.fixture
def bob(ada):
    client = Client()
    client.force_login(Person.objects.create_superuser("bob", password="a long password"))
    return client


def form(page, url):
    """The address of the form that follows an offer, and the fields that it sends hidden."""
    text = page(url)
    return re.search(r'<form class="panel entry" method="post" action="([^"]*)"', text)[1].replace("&amp;", "&")


def test_from_a_failing_rule_to_an_approved_exemption(page, board, ada, bob):
    text = page("/entities/service/default/deployer")
    offer = re.search(r'href="(/exemptions/new\?[^"]*)">Ask for an exemption', text)[1].replace("&amp;", "&")
    given = {"category": "mitigated", "control": "A canary", "reason": WHY, "ends": "2099-01-31"}
    refused = board.post(form(page, offer), {**given, "reason": "no"})
    assert (refused.status_code, "says too little" in refused.content.decode()) == (400, True)
    asked = board.post(form(page, offer), given)
    row = Exemption.objects.get()
    assert asked.headers["Location"] == f"/exemptions/{row.pk}"
    own = page(f"/exemptions/{row.pk}")
    assert "somebody else decides it" in own
    Strict().feed(own)
    seen = bob.get(f"/exemptions/{row.pk}").content.decode()
    tick = re.search(r'name="exemption" value="([\d.]+)"', seen)[1]
    told = {"page": "one", "exemption": tick, "reason": "Agreed", "decision": "approve"}
    assert bob.post("/exemptions/decide", told).headers["Location"] == f"/exemptions/{row.pk}"
    second = bob.post("/exemptions/decide", {**told, "decision": "deny"})
    assert (second.status_code, "was approved by bob first" in second.content.decode()) == (409, True)
    service.evaluate(content.scorecard(""), clock.now(), [ref("deployer")])
    matrix.forget()
    after = page("/entities/service/default/deployer")
    assert "◈ Exempt" in after
    assert "without exemptions" in after
    assert f'href="/exemptions/{row.pk}"' in after
    level = store.levels("production-readiness", entity=ref("deployer"))[0]
    assert (level.exempt, level.score > level.without.score) == (1, True)


@pytest.fixture
def many(ada):
    """Exemptions that are asked for by somebody else."""
    asker = Person.objects.create_superuser("carl", password="a long password")
    pairs = [Pair(ref(name), "production-readiness", RULE) for name in ("checkout", "ledger", "fraud")]
    return asking.ask(pairs, TERMS, asker, clock.now()).made


def test_the_ledger_counts_draws_and_decides_what_is_ticked(page, board, many):
    text = page("/exemptions")
    Strict().feed(text)
    for title in ("Waiting for a decision", "Time left", "By team", "By approver"):
        assert f">{title}</h2>" in text
    ticks = re.findall(r'type="checkbox" name="exemption" value="([\d.]+)"', text)
    nothing = board.post("/exemptions/decide", {"reason": "Agreed", "decision": "approve"})
    assert (nothing.status_code, "Nothing is ticked" in nothing.content.decode()) == (400, True)
    board.post("/exemptions/decide", {"reason": "Agreed", "decision": "approve", "exemption": ticks[:2]})
    assert sorted(Exemption.objects.values_list("state", flat=True)) == ["approved", "approved", "requested"]
    held = page("/exemptions?state=approved&decided_by=ada")
    assert len(re.findall(r'type="checkbox" name="exemption"', held)) == 2
    assert "No exemption fits" in page("/exemptions?team=identity")


def test_all_that_fit_are_decided_in_one_go_whatever_page_they_are_on(page, board, ada, many, monkeypatch):
    monkeypatch.setattr("greenboard.web.exemptions.view.PAGE", 1)
    own = asking.ask([Pair(ref("search"), "production-readiness", RULE)], TERMS, ada, clock.now()).made
    text = page("/exemptions?state=requested&rule=" + RULE)
    action = re.search(r'<form method="post" action="([^"]*)"', text)[1].replace("&amp;", "&")
    every = re.search(r'name="all" value="([\d.]+)"', text)[1]
    assert "reach 3 that wait" in text  # not the one that Ada asked for herself
    deciding.deny({many[0]: None}, "No", ada, clock.now())
    given = {"reason": "Agreed", "decision": "approve"}
    late = board.post(action, {**given, "all": every})
    assert (late.status_code, "3 exemptions were shown, and 2 of them" in late.content.decode()) == (409, True)
    every = re.search(r'name="all" value="([\d.]+)"', late.content.decode())[1]
    assert board.post(action, {**given, "all": every}).headers["Location"].startswith("/exemptions?rule=")
    states = dict(Exemption.objects.values_list("pk", "state"))
    assert [states[number] for number in (*many, *own)] == ["denied", "approved", "approved", "requested"]
    assert board.post(action, {**given, "all": "everything"}).status_code == 400


def test_how_often_what_is_open_was_renewed_is_drawn_and_leads_to_the_renewals(page, ada, many):
    for ends in ("2099-06-30", "2099-12-31"):
        deciding.approve({many[0]: None}, "Agreed", ada, clock.now())
        many = [asking.renew(many[0], replace(TERMS, ends=clock.parse_time(ends)), carl(), clock.now()), *many[1:]]
    text = page("/exemptions")
    drawn = re.search(r'id="picture-renewed">.*?</section>', text, re.DOTALL)[0]
    assert re.findall(r'class="name">(\w+ ?\w*)\s*</span><span class="count">(\d+)', drawn) == [
        ("Never", "3"), ("Once", "1"), ("Twice", "1"), ("More often", "0")
    ]  # fmt: skip
    renewals = page("/exemptions?show=renewals")
    assert len(re.findall(r"<tr><td", renewals)) == 2
    assert "Show: renewals" in renewals


def test_the_ledger_leaves_as_csv_and_json(board, many):
    told = b"".join(board.get("/exemptions.csv?state=all").streaming_content).decode().splitlines()
    assert told[0].startswith("id,entity,team,scorecard,rule")
    assert len(told) == 4
    rows = b"".join(board.get("/exemptions.json?team=payments").streaming_content).decode()
    assert rows.count('"requested_by": "carl"') == 3


def test_many_are_asked_for_over_a_filter(page, board, ada):
    card = content.scorecard("")
    rule = next(name for name, counted in store.rule_counts(card.name).items() if counted["fail"] > 2)
    text = page(f"/exemptions/new?rule={rule}")
    count = int(re.search(r'role="status">(\d+) entities do not meet it', text)[1])
    url = form(page, f"/exemptions/new?rule={rule}")
    board.post(url, {"category": "waived", "reason": WHY, "ends": "2099-01-31"})
    assert Exemption.objects.filter(rule=rule).count() == count


def test_what_waits_for_me_is_on_my_page(page, many):
    text = page("/mine")
    assert "To decide" in text
    assert text.count(f'href="/exemptions/{many[0]}"') == 1


def test_a_renewal_takes_the_terms_and_a_wish_can_be_taken_back(page, board, ada, bob):
    card = content.scorecard("")
    terms = Terms(Category.WAIVED, WHY, ends=clock.parse_time("2099-01-31"))
    number = asking.ask([Pair(ref("checkout"), card.name, card.rules[0].id)], terms, ada, clock.now()).made[0]
    bob.post("/exemptions/decide", {"exemption": str(number), "reason": "Agreed", "decision": "approve"})
    url = form(page, f"/exemptions/{number}/renew")
    board.post(url, {"category": "waived", "reason": WHY, "ends": "2099-06-30"})
    later = Exemption.objects.get(renews=number)
    assert later.starts == Exemption.objects.get(pk=number).holds_to
    assert "Followed by" in page(f"/exemptions/{number}")
    board.post(f"/exemptions/{later.pk}/withdraw", {"exemption": f"{later.pk}.1"})
    assert Exemption.objects.get(pk=later.pk).state == "withdrawn"
