"""Bad input gets an error with its place or is skipped and said; never a traceback, never a wrong pass."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import NOW, Repo, Run
from tests.cli.test_check import DEPLOYMENT, DESCRIPTOR, FILES, README

GOOD = DEPLOYMENT.replace("replicas: 1", "replicas: 3")
LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)


def test_no_path_at_all(run: Run) -> None:
    done = run("check")
    assert (done.code, "PATH" in done.err) == (2, True)


def test_a_path_that_is_not_there(run: Run, tmp_path: Path) -> None:
    done = run("check", tmp_path / "gone")
    assert done.code == 2
    assert f"{tmp_path / 'gone'}: no such folder" in done.err


def test_a_folder_that_is_no_repository(run: Run, tmp_path: Path) -> None:
    done = run("check", tmp_path)
    assert done.code == 2
    assert "not a git working tree" in done.err


def test_a_bare_repository(run: Run, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "bare.git"], check=True)
    done = run("check", tmp_path / "bare.git")
    assert done.code == 2
    assert "a bare repository has no files to read" in done.err
    assert "git clone" in done.err


def test_a_bad_path_beside_a_good_one_is_said_and_the_good_one_judged(run: Run, repo: Repo, tmp_path: Path) -> None:
    done = run("check", repo(FILES), tmp_path / "gone", "--format", "json", "--now", NOW)
    assert done.code == 2
    assert len(done.json["entities"]) == 1
    assert done.json["skipped"] == [
        {"path": str(tmp_path / "gone"), "reason": "no such folder (expected a git working tree)"}
    ]


def test_a_repository_without_a_commit(run: Run, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path / "new"], check=True)
    assert run("check", tmp_path / "new", "--now", NOW).code in {0, 2}


def test_a_broken_manifest_holds_the_level_back_and_says_where(run: Run, repo: Repo) -> None:
    files = {**FILES, "k8s/deploy.yaml": GOOD, "k8s/other.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec: [}\n"}
    done = run("check", repo(files), "--format", "json", "--now", NOW)
    result = done.result("rel-2-replicas")
    assert result["outcome"] == "no_data"
    assert "k8s/other.yaml:3:8 could not be read" in result["message"]
    assert "rel-2-replicas" not in done.json["entities"][0]["left_out"]


@pytest.mark.parametrize(
    "content",
    [LAUGHS + GOOD, GOOD.encode() + b"\n# caf\xe9\n", "x: &x [*x]\n" + GOOD],
    ids=["a billion laughs", "not UTF-8", "an alias in itself"],
)
def test_a_manifest_that_cannot_be_read_never_passes(run: Run, repo: Repo, content: str | bytes) -> None:
    done = run("check", repo({**FILES, "k8s/deploy.yaml": content}), "--format", "json", "--now", NOW)
    result = done.result("rel-2-replicas")
    assert result["outcome"] == "no_data"
    assert "k8s/deploy.yaml" in result["message"]


def test_a_link_out_of_the_tree_is_not_followed(run: Run, repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(GOOD)
    folder = repo({**FILES, "k8s/deploy.yaml": GOOD})
    (folder / "k8s" / "linked.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "docs.md").symlink_to("/etc/passwd")
    done = run("check", folder, "--format", "json", "--now", NOW)
    assert done.code == 0
    assert "root:" not in done.out
    said = {Path(part["path"]).name: part["reason"] for part in done.json["skipped"]}
    assert set(said) == {"linked.yaml", "docs.md"}
    assert "k8s/linked.yaml could not be read" in done.result("rel-2-replicas")["message"]
    assert "leads out of the tree" in said["docs.md"]


def test_a_file_of_200_megabytes_is_not_read(run: Run, repo: Repo) -> None:
    folder = repo({**FILES, "k8s/deploy.yaml": GOOD})
    for name in ("coverage.xml", "k8s/huge.yaml", "package.json"):
        with (folder / name).open("wb") as file:
            file.truncate(200 * 2**20)
    done = run("check", folder, "--format", "json", "--now", NOW)
    assert done.code == 0
    assert done.result("cod-1-coverage")["outcome"] == "no_data"
    assert "k8s/huge.yaml could not be read" in done.result("rel-2-replicas")["message"]
    assert {Path(part["path"]).name for part in done.json["skipped"]} == {"coverage.xml", "huge.yaml", "package.json"}


def test_a_broken_descriptor_is_said_and_fail_under_is_not_answered(run: Run, repo: Repo) -> None:
    folder = repo({**FILES, "greenboard.yaml": DESCRIPTOR.replace("tier: 1", "teir: 1")})
    done = run("check", folder, "--format", "json", "--now", NOW)
    (skipped,) = done.json["skipped"]
    assert skipped["path"].endswith("greenboard.yaml:4:1")
    assert "Did you mean 'tier'" in skipped["reason"]
    assert run("check", folder, "--fail-under", "0", "--now", NOW).code == 2


def test_a_circle_of_systems_is_said(run: Run, repo: Repo) -> None:
    text = "kind: domain\nname: a\npart_of: domain:b\n---\nkind: domain\nname: b\npart_of: domain:a\n---\n" + DESCRIPTOR
    done = run("check", repo({"greenboard.yaml": text, "README.md": README}), "--format", "json", "--now", NOW)
    assert "greenboard.yaml:" in done.out + done.err
    assert any("greenboard.yaml:" in part["path"] for part in done.json["skipped"])


def test_a_scorecard_with_a_misspelt_field(run: Run, repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "card.yaml").write_text("name: own\ntitle: Own\nlevls: []\n")
    done = run("check", repo(FILES), "--scorecard", tmp_path / "card.yaml")
    assert done.code == 2
    assert "card.yaml:3:1: " in done.err
    assert "Did you mean 'levels'?" in done.err


def test_a_scorecard_with_a_wrong_expression_shows_the_spot(run: Run, repo: Repo, tmp_path: Path) -> None:
    (tmp_path / "card.yaml").write_text(
        "name: own\ntitle: Own\nlevels: [{name: good, title: Good}]\nrules:\n  - id: r\n    item: X.1\n    title: t\n"
        "    why: w\n    fix: f\n    level: good\n    expression: |\n      readme.exists &&\n      readme.wrods > 3\n"
    )
    done = run("check", repo(FILES), "--scorecard", tmp_path / "card.yaml")
    assert done.code == 2
    assert "card.yaml:13:1" in done.err
    assert "words" in done.err


FACT = {
    "entity": "service:default/checkout",
    "type": "oncall",
    "value": {"schedules": 1},
    "source": "x",
    "observed_at": "2026-05-31T00:00:00Z",
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "facts.json:1:2: not JSON"),
        ("[1]", "facts.json:1:2: "),
        (json.dumps([{**FACT, "type": "oncal"}]), "Did you mean 'oncall'?"),
        (json.dumps([{**FACT, "value": {"schedule": 1}}]), "Did you mean 'schedules'?"),
        (json.dumps([{**FACT, "value": {"schedules": "1"}}]), "expected int"),
        (json.dumps([{**FACT, "entity": "checkout"}]), "kind:namespace/name"),
        (json.dumps([{**FACT, "observed_at": "yesterday"}]), "not a timestamp"),
        (json.dumps([{**FACT, "observed_at": "2027-01-01T00:00:00Z"}]), "observed after the moment"),
        (json.dumps([{**FACT, "seen": 1}]), "unknown field 'seen'"),
        ('[{"entity": "a", "entity": "b"}]', "duplicate key"),
        ("[" * 100_000, "nested too deeply"),
        ("caf\udce9", "not UTF-8"),
    ],
)
def test_wrong_facts_are_refused_whole(run: Run, repo: Repo, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "facts.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    done = run("check", repo(FILES), "--facts", tmp_path / "facts.json", "--now", NOW)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "facts.json" in done.err


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--fail-under", "slver", "Did you mean 'silver'?"),
        ("--fail-under", "101", "from 0 to 100"),
        ("--explain", "rel-2-replica", "Did you mean 'rel-2-replicas'?"),
        ("--now", "tomorrow", "not a timestamp"),
        ("--scorecard", "production-redness", "Did you mean 'production-readiness'?"),
        ("--format", "pdf", "sarif"),
        ("--facts", "/nowhere/facts.json", "cannot be read"),
    ],
)
def test_a_wrong_option_says_what_would_be_right(run: Run, repo: Repo, option: str, value: str, said: str) -> None:
    done = run("check", repo(FILES), option, value)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
