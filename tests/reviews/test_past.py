"""Reviews of others, imported: each has a page that stays, with its files and a digest."""

import io
import json
from datetime import timedelta

import pypdf
import pytest
from django.test import Client

from greenboard.access.models import Entry, Grant, Person, Role
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.reviews import freezing
from greenboard.reviews.models import Corpus, PastReview
from greenboard.reviews.past import keeping, reading

pytestmark = pytest.mark.django_db
NOW = clock.parse_time("2026-11-26T10:00:00Z")
ORIGIN = keeping.Origin("https://github.com/example/enhancements", "5" * 40)
README = """# KEP-12: Better <b>queues</b>
## Production Readiness Review Questionnaire
###### How can an operator determine if the feature is in use by workloads?
By `queue_in_use`.
###### What are other known failure modes?
"""


@pytest.fixture
def tree(tmp_path):
    """Two enhancements, of which one has a questionnaire; a note, and an approval of something else."""
    files = {
        "prod-readiness/sig-a/12.yaml": "kep-number: 12\nalpha:\n  approver: '@ada'\nbeta:\n  approver: sam\n",
        "prod-readiness/sig-a/13.yaml": "kep-number: 13\nalpha:\n  approver: sam\n",
        "prod-readiness/sig-a/14.yaml": "kep-number: 41\nalpha:\n  approver: sam\n",
        "sig-a/12-better-queues/README.md": README,
        "sig-a/13-old-thing/README.md": "# Notes\n",
    }
    for path, text in files.items():
        place = tmp_path / "keps" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return tmp_path


@pytest.fixture
def client():
    made = Client()
    made.force_login(Person.objects.create_user("vic", password="x"))
    return made


def kept(tree, now=NOW):
    return keeping.keep(reading.read(tree), ORIGIN, "ada", now)


def text(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def test_what_was_read_is_kept_with_approvals_answers_files_and_a_digest(tree):
    row = kept(tree)
    assert (row.kept, row.counts["approvals"], row.counts["questions"], row.counts["answered"]) == (2, 3, 2, 1)
    assert [path for path, _ in row.refused] == [
        "keps/sig-a/13-old-thing/README.md",
        "keps/prod-readiness/sig-a/14.yaml",
    ]
    first = PastReview.objects.get(name="KEP-12")
    told = json.loads(first.text)
    assert [(one["stage"], one["approver"]) for one in told["approvals"]] == [("alpha", "ada"), ("beta", "sam")]
    assert [(one["question"], one["text"]) for one in told["answers"]] == [
        ("mon-used", "By `queue_in_use`."),
        ("tro-modes", ""),
    ]
    assert freezing.wrong(first.text, first.digest) == ""
    assert PastReview.objects.get(name="KEP-13").title == "old thing"
    assert Entry.objects.filter(action="review.imported").count() == 1


def test_the_same_again_keeps_nothing_and_what_changed_is_another_version_beside_the_first(tree, client):
    kept(tree)
    assert kept(tree, NOW + timedelta(days=1)).kept == 0
    (tree / "keps/sig-a/12-better-queues/README.md").write_text(README + "Lost ones.\n")
    assert kept(tree, NOW + timedelta(days=2)).kept == 1
    rows = PastReview.objects.filter(name="KEP-12").order_by("number")
    assert [(one.number, one.valid_to is None) for one in rows] == [(1, False), (2, True)]
    assert rows[0].digest != rows[1].digest
    before = text(client, f"/reviews/past/{rows[0].pk}")
    assert "said something else on 2026-11-28" in before
    assert f'href="/reviews/past/{rows[1].pk}"' in before
    assert (Corpus.objects.count(), PastReview.objects.count()) == (3, 3)


def test_what_is_no_such_tree_or_says_nothing_is_refused_and_nothing_is_kept(tree, tmp_path_factory):
    with pytest.raises(UserError, match="no working tree"):
        reading.read(tmp_path_factory.mktemp("empty"))
    with pytest.raises(UserError, match="where is this from"):
        keeping.keep(reading.read(tree), keeping.Origin(""), "ada", NOW)
    for name in ("12", "13"):
        (tree / f"keps/prod-readiness/sig-a/{name}.yaml").write_bytes(b"kep-number: 1\0")
    (tree / "keps/sig-a/12-better-queues/README.md").write_bytes(b"\xff")
    with pytest.raises(UserError, match="no file of it says anything"):
        kept(tree)
    assert Corpus.objects.count() == 0


def test_each_has_a_page_that_leads_to_its_files_and_is_there_for_print(tree, client):
    kept(tree)
    number = PastReview.objects.get(name="KEP-12").pk
    page = text(client, f"/reviews/past/{number}")
    assert "Better &lt;b&gt;queues&lt;/b&gt;" in page
    assert f"https://github.com/example/enhancements/blob/{'5' * 40}/keps/prod-readiness/sig-a/12.yaml" in page
    listed = text(client, "/reviews/past")
    assert "it speaks of another enhancement" in listed
    assert f"/reviews/past/{number}" in listed
    assert f"/reviews/past/{number}" not in text(client, "/reviews/past?q=old")
    assert f"/reviews/past/{number}" not in text(client, "/reviews/past?state=stable")
    evidence = text(client, f"/reviews/past/{number}.json")
    row = PastReview.objects.get(pk=number)
    assert freezing.digest(evidence) == row.digest
    printed = "\n".join(
        one.extract_text()
        for one in pypdf.PdfReader(io.BytesIO(client.get(f"/reviews/past/{number}.pdf").content)).pages
    )
    for part in (row.digest, "Better <b>queues</b>", "By `queue_in_use`."):
        assert part in printed
    assert row.digest in text(client, f"/reviews/past/{number}.md")


def test_whoever_sees_only_some_entities_sees_none_of_them(tree, client):
    kept(tree)
    Grant.objects.filter(everyone=True).delete()
    role, person = Role.objects.get(name="viewer"), Person.objects.get(username="vic")
    Grant.objects.create(role=role, person=person, scope="service:default/checkout", created_at=NOW)
    assert "Nothing was imported yet" in text(client, "/reviews/past")
    assert client.get("/api/v1/reviews/past").json()["reviews"] == []
    assert client.get(f"/api/v1/reviews/past/{PastReview.objects.first().pk}").status_code == 404
    for kind in ("", ".json", ".pdf"):
        text(client, f"/reviews/past/{PastReview.objects.first().pk}{kind}", 404)


def test_programs_list_them_page_by_page_and_read_what_was_digested(tree, client):
    kept(tree)
    first = client.get("/api/v1/reviews/past?limit=1").json()
    rest = client.get(f"/api/v1/reviews/past?limit=1&cursor={first['next']}").json()
    assert ([one["name"] for one in first["reviews"] + rest["reviews"]], rest["next"]) == (["KEP-12", "KEP-13"], None)
    [one] = client.get("/api/v1/reviews/past?stage=beta&q=queues").json()["reviews"]
    assert (one["approved"], one["number"], one["until"], one["commit"]) == (["alpha", "beta"], 1, None, "5" * 40)
    assert client.get("/api/v1/reviews/past?stage=stable&q=queues").json()["reviews"] == []
    path = f"/api/v1/reviews/past/{one['id']}"
    assert client.get(path).json() == one
    assert freezing.digest(client.get(f"{path}/evidence").content.decode()) == one["digest"]
    assert client.get("/api/v1/reviews/past/999").status_code == 404
