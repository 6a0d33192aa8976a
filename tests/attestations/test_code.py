"""Attestations in the descriptor of a repository: the author and the reviewers of the commit are the persons."""

from __future__ import annotations

import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from tests.attestations import cast
from tests.attestations.cast import DAY, NOW, OTHERS

from greenboard.attestations.models import Attestation, Refusal
from greenboard.attestations.service import Change, revoke
from greenboard.catalog.types import Declared, Entity
from greenboard.facts.store import vocabulary
from greenboard.project.intake import take_in
from greenboard.repository.collect import look

pytestmark = pytest.mark.django_db
HEAD = """\
kind: service
name: checkout
owner: team:payments
"""
DRILL = """\
attestations:
  - item: OPS.3
    answers: {held_on: 2026-11-20, failure: the database is away, minutes: 12}
    evidence:
      - path: docs/drill.md
"""
AUDIT = """\
attestations:
  - item: SEC.2
    answers: {auditor: Careful Ltd, ended_on: 2026-11-20, open: 0}
    evidence: [{link: "https://wiki.example.com/audit"}]
"""


class Repository:
    """A real one, whose commits are made by whom and when the test says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, by: str = "ada", at=NOW - DAY) -> None:  # type: ignore[no-untyped-def]
        env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        for role in ("AUTHOR", "COMMITTER"):
            env |= {f"GIT_{role}_NAME": by, f"GIT_{role}_EMAIL": f"{by.title()}@example.com",
                    f"GIT_{role}_DATE": f"{int(at.timestamp())} +0000"}  # fmt: skip
        subprocess.run(["git", "-C", str(self.folder), *arguments], env=env, check=True, capture_output=True)

    def commit(self, files: dict[str, str], *, by: str = "ada", at=NOW - DAY, message: str = "change") -> None:  # type: ignore[no-untyped-def]
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message, by=by, at=at)

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    def taken(self, at=NOW) -> None:  # type: ignore[no-untyped-def]
        around = Declared((Entity(cast.TEAM), Entity(OTHERS)))
        take_in([look(self.folder, now=at, vocabulary=vocabulary())], at, cause="test", around=around)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found = Repository(tmp_path / "shop")
    found.commit({"greenboard.yaml": HEAD, "docs/drill.md": "# Drill\n"}, at=NOW - 30 * DAY)
    return found


def refusals() -> list[str]:
    return [one.reason for one in Refusal.objects.filter(ended_at__isnull=True)]


def test_the_author_of_the_lines_is_the_person(repository: Repository) -> None:
    cast.person("ada"), cast.person("bob", team=None)
    repository.commit({"greenboard.yaml": HEAD + DRILL})
    repository.commit({"greenboard.yaml": "# about the shop\n" + HEAD + DRILL}, by="bob", at=NOW - timedelta(hours=2))
    repository.taken()
    row = Attestation.objects.get()
    assert (row.given_by, row.state, row.place) == ("ada", "holds", "greenboard.yaml:6")
    assert cast.listed()["OPS.3"]["evidence"] == "docs/drill.md"  # type: ignore[index]
    repository.taken(NOW + DAY)
    assert Attestation.objects.count() == 1


@pytest.mark.parametrize(
    ("author", "team", "why"),
    [
        ("nobody", None, "nobody@example.com is unknown here"),
        ("eve", OTHERS, "OPS.3 of service:default/checkout is not yours to attest"),
    ],
)
def test_who_is_unknown_or_may_not_is_refused_with_the_reason(repository, author, team, why) -> None:  # type: ignore[no-untyped-def]
    if team is not None:
        cast.person(author, team=team)
    repository.commit({"greenboard.yaml": HEAD + DRILL}, by=author)
    repository.taken()
    assert Attestation.objects.count() == 0
    assert len(refusals()) == 1
    assert why in refusals()[0]
    repository.commit({"greenboard.yaml": HEAD}, by=author)
    repository.taken(NOW + DAY)
    assert refusals() == []


def test_what_is_not_committed_is_nobodys_word(repository: Repository) -> None:
    cast.person("ada")
    repository.write({"greenboard.yaml": HEAD + DRILL})
    repository.taken()
    assert refusals() == ["not committed yet, so nobody states it"]


def test_answers_are_held_against_the_policy_with_their_place(repository: Repository) -> None:
    cast.person("ada")
    repository.commit({"greenboard.yaml": HEAD + DRILL.replace("minutes: 12", "minutes: many")})
    repository.taken()
    assert "a number of at least 0" in refusals()[0]


def test_a_reviewer_is_the_second_person_and_never_the_author_again(repository: Repository) -> None:
    cast.person("ada", role="maintainer"), cast.person("bob", team=None, role="maintainer")
    review = "Audited\n\nReviewed-by: Ada <ada@example.com>"
    repository.commit({"greenboard.yaml": HEAD + AUDIT}, message=review)
    repository.taken()
    assert Attestation.objects.get().state == "waiting"
    repository.commit({"greenboard.yaml": HEAD + AUDIT.replace("Careful", "More careful")},
                      message=f"{review}\nReviewed-by: Bob <BOB@example.com>", at=NOW)  # fmt: skip
    repository.taken(NOW + DAY)
    assert [(row.state, row.confirmed_by) for row in Attestation.objects.order_by("id")][-1] == ("holds", "bob")


def test_what_was_revoked_stays_so_until_it_is_committed_anew(repository: Repository) -> None:
    ada = cast.person("ada")
    repository.commit({"greenboard.yaml": HEAD + DRILL})
    repository.taken()
    row = Attestation.objects.get()
    revoke(Change(row.pk, row.version, "mistaken"), ada, NOW + DAY)
    repository.taken(NOW + 2 * DAY)
    assert cast.listed() == {}
    repository.commit({"greenboard.yaml": HEAD + DRILL.replace("minutes: 12", "minutes: 14")}, at=NOW + 3 * DAY)
    repository.taken(NOW + 4 * DAY)
    assert set(cast.listed() or ()) == {"OPS.3"}


def test_what_is_taken_out_of_the_descriptor_ends(repository: Repository) -> None:
    cast.person("ada")
    repository.commit({"greenboard.yaml": HEAD + DRILL})
    repository.taken()
    repository.commit({"greenboard.yaml": HEAD}, at=NOW)
    repository.taken(NOW + DAY)
    row = Attestation.objects.get()
    assert (row.cause, row.reason) == ("withdrawn", "greenboard.yaml does not state it any more.")


def test_a_change_of_the_attested_file_ends_what_rests_on_it(repository: Repository) -> None:
    cast.person("ada")
    rehearsal = DRILL.replace("OPS.3", "REL.4").replace(
        "failure: the database is away, minutes: 12", "people: 4, minutes: 30"
    )
    repository.commit({"greenboard.yaml": HEAD + rehearsal})
    repository.taken()
    repository.taken(NOW + DAY)
    assert Attestation.objects.get().state == "holds", refusals()
    repository.commit({"docs/drill.md": "# Another drill\n"}, by="bob", at=NOW + DAY)
    repository.taken(NOW + 2 * DAY)
    row = Attestation.objects.get()
    assert (row.cause, row.reason) == ("file_changed", "docs/drill.md changed, which it attests.")


def test_a_check_without_a_server_counts_whom_descriptors_know_and_says_whom_not(repository: Repository) -> None:
    from greenboard.cli.input.gather import gather

    people = (
        "entities:\n"
        "  - {kind: service, name: checkout, owner: team:payments, attestations: [\n"
        "      {item: OPS.3, answers: {held_on: 2026-11-20, failure: no database, minutes: 12}, evidence: [{text: ok}]},\n"
        "      {item: SEC.2, answers: {auditor: Careful, ended_on: 2026-11-20, open: 0}, evidence: [{link: 'https://x.y'}]}]}\n"
        "  - {kind: team, name: payments}\n"
        "  - {kind: person, name: ada, teams: [payments], contacts: {email: ADA@example.com}}\n"
    )
    repository.commit({"greenboard.yaml": people})
    gathered = gather([repository.folder], [], vocabulary(), NOW, say=lambda _: None)
    (member,) = [one for one in gathered.members if one.subject.entity.ref == cast.SERVICE]
    value = member.subject.snapshot.values["attestation"]
    assert [item["item"] for item in value if "expires_at" in item] == ["OPS.3"]  # type: ignore[union-attr]
    assert {item["item"] for item in value} >= {"SEC.2", "DOC.3"}  # type: ignore[union-attr]
    (said,) = [one for one in gathered.skipped if "SEC.2" in one.reason]
    assert "waits for a second person" in said.reason
    assert said.path.endswith("greenboard.yaml:4:8")
