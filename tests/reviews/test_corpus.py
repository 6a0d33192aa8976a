"""Approvals and questionnaires of others: read or refused with a reason; the whole real corpus where it is here."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.reviews import corpus, template
from greenboard.reviews.models import PastReview
from greenboard.reviews.past import keeping, reading

NOW = clock.parse_time("2026-11-26T10:00:00Z")
ROOT = Path(__file__).resolve().parents[2]
APPROVAL = 'kep-number: 12\nalpha:\n  approver: "@ada"\nstable:\n  approver: sam\n'
README = """# KEP-12: Something
## Design
###### Not asked here?
## Production Readiness Review Questionnaire
### Monitoring
<!-- ###### A hint? -->
###### How can an operator determine if the feature is in use by workloads?
By `feature_in_use`.
<!-- say more
-->
- ```sh
  # no heading
  ```
* **What are other known failure modes?** None.
###### Something of their own
## Alternatives
###### Nor here?
"""


def test_an_approval_names_who_approved_which_stage():
    found = corpus.approvals(APPROVAL, "keps/prod-readiness/sig-a/12.yaml")
    assert [(one.stage, one.approver) for one in found] == [("alpha", "ada"), ("stable", "sam")]


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        (APPROVAL, "a/13.yaml", "a/13.yaml:1:1: it speaks of another enhancement"),
        ("kep-number: 12\n", "a/12.yaml", "nobody approved"),
        (APPROVAL.replace("alpha", "alhpa"), "a/12.yaml", "a/12.yaml:2:1: alhpa: unknown field 'alhpa'"),
        (APPROVAL.replace('"@ada"', '""'), "a/12.yaml", "a/12.yaml:3:3: alpha.approver"),
        ("kep-number: [", "a/12.yaml", "a/12.yaml:2:1"),
    ],
)
def test_what_is_no_approval_is_refused_with_its_place(text, path, said):
    with pytest.raises(UserError) as caught:
        corpus.approvals(text, path)
    assert said in str(caught.value)


def test_a_questionnaire_is_the_questions_of_its_section_matched_to_ours():
    found = corpus.questionnaire(README, "keps/sig-a/12-something/README.md")
    assert (found.number, [one.question for one in found.answers]) == (12, ["mon-used", "tro-modes", ""])
    assert found.answers[0].text.startswith("By `feature_in_use`.")
    assert corpus.told(found.answers) == {"questions": 3, "matched": 2, "answered": 2}
    with pytest.raises(UserError, match="no questionnaire"):
        corpus.questionnaire("# Notes\n", "keps/notes/README.md")


def test_every_question_that_is_matched_is_one_of_our_template():
    ours = {question.id for section in template.shipped()["kubernetes"].sections for question in section.questions}
    assert set(corpus._ASKED) <= ours


@pytest.mark.django_db
def test_the_real_corpus_is_kept_as_an_independent_script_counts_it():
    """CORPUS names a working tree of kubernetes/enhancements, which is not part of this repository."""
    tree = os.environ.get("CORPUS", "")
    if not tree:
        pytest.skip("CORPUS names no working tree of kubernetes/enhancements")
    script = [sys.executable, str(ROOT / "tools" / "keps.py"), tree]
    other = json.loads(subprocess.run(script, check=True, capture_output=True, text=True).stdout)
    read = reading.read(Path(tree))
    row = keeping.keep(read, keeping.Origin("https://github.com/kubernetes/enhancements", "0" * 40), "ada", NOW)
    kept = [json.loads(one.text) for one in PastReview.objects.all()]
    assert {one["name"].removeprefix("KEP-"): _told(one) for one in kept} == other["enhancements"]
    same = ("approval_files", "approvals", "approvers", "readmes", "questionnaires", "questions")
    assert {name: row.counts[name] for name in same} == {name: other[name] for name in same}
    assert row.counts["stages"] == other["stages"]
    assert row.counts["approvals_refused"] == other["strange"]
    assert row.counts["questionnaires"] + row.counts["without"] == row.counts["readmes"]
    assert len(row.refused) == row.counts["without"] + other["strange"]
    assert row.counts["matched"] / row.counts["questions"] > 0.95
    assert keeping.keep(read, keeping.Origin(row.source), "ada", NOW).kept == 0
    files = {path: digest for one in kept for path, digest in one["files"].items()}
    assert all(hashlib.sha256((Path(tree) / path).read_bytes()).hexdigest() == said for path, said in files.items())


def _told(one):
    return [[f"{each['stage']} {each['approver']}" for each in one["approvals"]], len(one["answers"])]
