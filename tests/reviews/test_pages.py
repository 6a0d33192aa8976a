"""The pages of reviews, as people use them."""

import importlib
import io
import json
import re
from datetime import timedelta

import pypdf
import pytest
from django.test import Client

from greenboard.core import clock
from greenboard.reviews import freezing, store
from greenboard.reviews.models import Review
from greenboard.reviews.types import SectionState, State

world = importlib.import_module("tests.reviews.world")
NOW = world.START + timedelta(hours=1)
GIVEN = world.Triage(reviewers={"reliability": "mia"})


@pytest.fixture
def clients(people):
    def signed_in(name):
        client = Client()
        client.force_login(people.accounts[name])
        return client

    return {name: signed_in(name) for name in people.accounts}


def text(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status, answer.content[:1000]
    return answer.content.decode()


def send(client, url, status=302, **form):
    answer = client.post(url, form)
    assert answer.status_code == status, re.findall(r'class="alert".*', answer.content.decode())
    return answer


def test_from_the_page_of_an_entity_to_a_signed_review_as_pdf(people, clients):
    ada, mia = clients["ada"], clients["mia"]
    offered = text(ada, "/entities/service/default/checkout")
    assert "/reviews/new?entity=service%3Adefault/checkout" in offered
    assert 'value="small launch"' in text(ada, "/reviews/new?entity=service:default/checkout")
    asked = send(ada, "/reviews/make", entities="service:default/checkout", what="small launch", reason="A launch")
    url = asked.headers["Location"]
    number = int(url.rpartition("/")[2])

    def version():
        return store.find(number).version

    send(mia, f"{url}/triage", version=version(), due="2027-01-31")
    page = text(ada, url)
    assert "Are objectives defined?" in page
    assert "slo" in page
    before = re.search(r'value="failure"><input type="hidden" name="before" value="(\d+)"', page)[1]
    send(ada, f"{url}/answer", question="failure", value="The <b>cache</b>.", before=before, what="answer")
    send(ada, f"{url}/answer", question="rollback", value="No", before=0, what="answer")
    send(ada, f"{url}/comment", section="operations", question="rollback", text="By hand so far.")
    assert "The &lt;b&gt;cache&lt;/b&gt;." in text(mia, url)
    for section in ("reliability", "operations"):
        send(mia, f"{url}/section", section=section, version=version(), what="accept")
    refused = send(mia, f"{url}/decide", status=409, version=version(), decision="go")
    assert "Red: “Can it be taken back?”" in refused.content.decode()
    conditions = {"condition": "Go back by one command", "owner": "team:default/payments", "until": "2099-05-01"}
    send(mia, f"{url}/decide", version=version(), decision="go_with_conditions", rationale="Small.", **conditions)
    send(mia, f"{url}/sign", version=version())
    review = store.find(number)
    assert review.state == State.SIGNED
    signed = text(ada, f"{url}/signed/1")
    signature = store.signature(review)
    assert signature.digest in signed
    evidence = ada.get(f"{url}/signed/1.json").content.decode()
    assert freezing.digest(evidence) == signature.digest
    printed = "\n".join(
        page.extract_text() for page in pypdf.PdfReader(io.BytesIO(ada.get(f"{url}/signed/1.pdf").content)).pages
    )
    for part in (signature.digest, "Go back by one command", "The <b>cache</b>.", "By hand so far.", "✓ Pass"):
        assert part in printed
    assert "**SHA" not in (markdown := ada.get(f"{url}/signed/1.md").content.decode())
    assert f"- **Digest**: {signature.digest}" in markdown
    assert "It may go" in text(ada, "/entities/service/default/checkout")
    assert json.loads(evidence)["comments"][0]["by"] == "ada"


def test_all_open_questions_are_answered_in_one_go_or_none_of_them(people, clients):
    url = f"/reviews/{world.asked(people, NOW).pk}"
    ada = clients["ada"]
    assert "3 questions for people" in text(ada, url)
    given = {"answer-failure": "The cache.", "answer-rollback": "Perhaps"}
    refused = send(ada, f"{url}/answers", 400, **given).content.decode()
    assert "rollback: not among the choices" in refused.lower()
    assert ">The cache.</textarea>" in refused
    assert "3 questions for people" in text(ada, url)
    send(ada, f"{url}/answers", **{**given, "answer-rollback": "Yes"})
    assert "1 question for people" in text(ada, url)
    told = send(ada, f"{url}/answers", 409, **{"answer-failure": "The database."}).content.decode()
    assert "Ada answered failure meanwhile: The cache." in told
    send(ada, f"{url}/answers", 400)


def test_the_queue_shows_what_waits_how_long_for_whom_and_how_long_decisions_take(people, clients):
    assert "Nothing was reviewed yet" in text(clients["vic"], "/reviews")
    world.signed(people, clock.now() - timedelta(days=3))
    world.asked(people, clock.now() - timedelta(days=2), world.SEARCH)
    page = text(clients["vic"], "/reviews")
    assert "Under review" in page
    assert "team:default/sre" in page
    assert "of 1 signed within a year" in page
    assert "/reviews/new" not in page
    assert "checkout" in text(clients["vic"], "/reviews?state=signed")
    assert text(clients["vic"], "/reviews?state=never", 400)


def test_who_can_review_what_is_shown_to_who_triages_and_each_has_a_queue(people, clients):
    review = world.asked(people, NOW)
    world.asking.triage(review.pk, None, GIVEN, who=people.mia, now=NOW)
    world.asked(people, NOW, world.SEARCH)
    page = text(clients["mia"], "/reviews")
    who = re.search(r'id="who-title">.*?</section>', page, re.DOTALL)[0]
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", who)]
    assert rows == [
        ["team:default/sre", "sam", "Reliability", "everything", "1"],
        ["mia", *["every", "section;", "decides", "and", "signs", "everything"], "1"],
    ]
    assert "who-title" not in text(clients["ada"], "/reviews")
    assert '<option value="mia">1 section waits for them</option>' in text(clients["mia"], f"/reviews/{review.pk}")
    queue = re.search(r'href="([^"]*)">team:default/sre</a>', page)[1].replace("&amp;", "&")
    listed = text(clients["ada"], queue)
    assert re.findall(r"data-row>(\w+)</a>", listed) == ["search"]
    assert "Waits for: team:default/sre" in listed
    assert "None waits for vic." in text(clients["ada"], "/reviews?reviewer=vic")


def test_whoever_looks_sees_no_form_and_may_send_none(people, clients):
    review = world.asked(people, NOW)
    assert "<form" not in text(clients["vic"], f"/reviews/{review.pk}").partition("<main")[2].partition("</main")[0]
    send(clients["vic"], f"/reviews/{review.pk}/answer", 403, question="rollback", value="Yes")
    send(clients["ada"], f"/reviews/{review.pk}/decide", 403, decision="go")
    send(clients["sam"], f"/reviews/{review.pk}/section", 403, section="operations", version=2, what="accept")


def test_what_one_may_not_see_is_not_found(people, clients):
    from greenboard.access.models import Grant

    signature = world.signed(people, NOW, world.CHECKOUT, world.SEARCH, title="Storefront")
    Grant.objects.filter(person=people.accounts["vic"]).delete()
    Grant.objects.filter(everyone=True).delete()
    world.cast.granted("member", scope=str(world.CHECKOUT), person=people.accounts["vic"])
    url = f"/reviews/{signature.review_id}"
    for address in (url, f"{url}/signed/1", f"{url}/signed/1.pdf"):
        text(clients["vic"], address, 404)
    send(clients["vic"], f"{url}/answer", 404, question="rollback", value="Yes")
    assert "Storefront" not in text(clients["vic"], "/reviews?state=all")
    assert Review.objects.count() == 1


def test_what_waits_for_me_is_on_my_page(people, clients):
    review = world.asked(people, NOW)
    assert f'href="/reviews/{review.pk}"' in text(clients["sam"], "/mine")
    assert f'href="/reviews/{review.pk}"' not in text(clients["vic"], "/mine")


def test_who_triages_decides_and_signs_finds_the_next_step_on_their_page(people, clients):
    number = world.asking.request(world.Wish([world.CHECKOUT], "small", reason="A launch"), who=people.ada, now=NOW).pk
    mia = clients["mia"]
    assert "Triage: A launch" in text(mia, "/mine")
    assert "Triage" not in text(clients["ada"], "/mine")
    world.asking.triage(number, None, world.Triage(), who=people.mia, now=NOW)
    assert "every section is accepted" not in text(mia, "/mine")
    world.answered(people, NOW, store.find(number))
    assert "Decide: every section is accepted" in text(mia, "/mine")
    world.deciding.decide(number, None, world.deciding.Verdict(world.Decision.GO), who=people.mia, now=NOW)
    assert "Sign: decided by mia" in text(mia, "/mine")


def test_who_asked_finds_on_their_page_what_is_to_be_answered_what_came_back_and_whose_turn_it_is(people, clients):
    review = world.asked(people, NOW)
    assert "Answer: 2 questions" in text(clients["ada"], "/mine")
    assert "questions" not in text(clients["vic"], "/mine")
    said = "Name the cache."
    world.answering.settle(review.pk, "reliability", None, SectionState.RETURNED, said, who=people.mia, now=NOW)
    assert "Returned to me: reliability: Name the cache." in text(clients["ada"], "/mine")
    world.answered(people, NOW, review)
    assert "Asked for: under review" in text(clients["ada"], "/mine")
    world.signed(people, NOW, world.LEDGER)
    assert "ledger" not in text(clients["ada"], "/mine").partition("panel-reviews")[2].partition("</section>")[0]


def test_templates_are_shown_with_what_they_ask(people, clients):
    assert "Feature readiness questionnaire" in text(clients["vic"], "/reviews/templates")
    assert "rel-1-defined" in text(clients["vic"], "/reviews/templates/small")
    text(clients["vic"], "/reviews/templates/none", 404)
