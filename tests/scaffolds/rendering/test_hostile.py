"""Scaffolds that mean harm: whatever they try is refused whole, and told."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from tests.scaffolds.rendering.conftest import Write, folder

from greenboard.core.errors import UserError
from greenboard.scaffolds.rendering import Limits, Scaffold, confining, read, render, walking

PLAIN = "_subdirectory: template\n"


def refused(scaffold: Scaffold, tmp_path: Path, **limits: float) -> str:
    """Why it is refused; nothing is left of it."""
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(UserError) as error:
        render(scaffold, {}, tmp_path / "made", limits=Limits(**{"seconds": 60, **limits}))  # type: ignore[arg-type]
    assert {path.name for path in tmp_path.iterdir()} == before
    return str(error.value)


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../../../../etc/passwd", "../../../other"])
def test_a_link_out_of_the_scaffold(write: Write, tmp_path: Path, target: str) -> None:
    scaffold = write({})
    (scaffold.folder / "template" / "secret.txt").symlink_to(target)
    assert "try/template/secret.txt: a link" in refused(scaffold, tmp_path)


def test_a_link_made_by_a_template(write: Write, tmp_path: Path) -> None:
    scaffold = write({}, copier=PLAIN + "_preserve_symlinks: true\nwhere: ../../../etc/passwd\n")
    # Within the template it leads to a file that is not there; as it is rendered, it leads out.
    (scaffold.folder / "template" / "out.jinja").symlink_to("{{ where }}")
    assert "out: a link out of the tree (got ../../../etc/passwd)" in refused(scaffold, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ (name|attr('__class__')).mro() }}",
        "{{ _copier_conf.src_path.parser.open('/etc/passwd') }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}",
        "{% include '../../../../../../../../etc/passwd' %}",
        "{{ '/etc/*'|fileglob }}",
        "{{ _copier_conf.settings.from_file('/etc/passwd') }}",
    ],
)
@pytest.mark.slow
def test_code_in_a_template_is_not_run(write: Write, tmp_path: Path, text: str) -> None:
    assert "rendering failed" in refused(write({"a.txt.jinja": text}), tmp_path)


def test_the_sandbox_holds(write: Write, tmp_path: Path) -> None:
    text = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
    assert "access to attribute '__class__'" in refused(write({"a.txt.jinja": text}), tmp_path)


@pytest.mark.parametrize(
    "setting",
    ["_tasks: ['touch /tmp/owned']", "_migrations: [{command: touch /tmp/owned}]", "_jinja_extensions: [os.system]"],
)
def test_code_beside_the_template_is_refused_unless_it_is_trusted(write: Write, tmp_path: Path, setting: str) -> None:
    told = refused(write({}, copier=f"{PLAIN}{setting}\n"), tmp_path)
    assert "runs code of its own" in told
    assert "An administrator can say that its source is trusted." in told


@pytest.mark.slow
def test_a_trusted_scaffold_runs_its_tasks(write: Write, tmp_path: Path) -> None:
    scaffold = write({"a": "a"}, copier=f"{PLAIN}_tasks: ['mv a b; env > environment']\n")
    os.environ["GREENBOARD_TRIED"] = "secret"
    try:
        made = render(scaffold, {}, tmp_path / "made", trusted=True, limits=Limits(seconds=60))
    finally:
        del os.environ["GREENBOARD_TRIED"]
    assert made.files == (".copier-answers.yml", "b", "environment")
    assert "GREENBOARD_TRIED" not in (made.folder / "environment").read_text()


@pytest.mark.slow
def test_a_task_that_leads_out_is_refused(write: Write, tmp_path: Path) -> None:
    scaffold = write({}, copier=f"{PLAIN}_tasks: ['ln -s /etc/passwd out']\n")
    with pytest.raises(UserError, match="out: a link to an absolute path"):
        render(scaffold, {}, tmp_path / "made", trusted=True, limits=Limits(seconds=60))
    assert not (tmp_path / "made").exists()


@pytest.mark.slow
def test_the_network_is_cut_off_where_there_are_namespaces(write: Write, tmp_path: Path) -> None:
    if not confining.apart():
        pytest.skip("no namespaces here")
    scaffold = write({}, copier=f"{PLAIN}_tasks: ['cat /proc/net/dev > devices']\n")
    made = render(scaffold, {}, tmp_path / "made", trusted=True, limits=Limits(seconds=60))
    names = [line.split(":")[0].strip() for line in (made.folder / "devices").read_text().splitlines()[2:]]
    assert names == ["lo"]


@pytest.mark.parametrize("where", ["../../out", "/tmp/greenboard-out", ".git", ".GIT", "a/../../../out"])
@pytest.mark.slow
def test_names_that_lead_out_or_into_git(write: Write, tmp_path: Path, where: str) -> None:
    assert refused(write({"{{ where }}/x": "x"}, copier=f"{PLAIN}where: {where}\n"), tmp_path)
    assert not Path("/tmp/greenboard-out").exists()


LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}" * 99


def test_a_loop_without_end_is_stopped_in_time(write: Write, tmp_path: Path) -> None:
    started = time.monotonic()
    assert "rendering takes too long (expected at most 2 s)" in refused(write({"a.jinja": LOOP}), tmp_path, seconds=2)
    assert time.monotonic() - started < 60


@pytest.mark.slow
def test_a_gigabyte_in_one_file(write: Write, tmp_path: Path) -> None:
    text = "{% for a in range(1000) %}{{ 'x' * 1000000 }}{% endfor %}"
    told = refused(write({"a.jinja": text}), tmp_path, memory_mib=2048)
    assert "more memory" in told or "too large" in told or "too much" in told


@pytest.mark.slow
def test_a_gigabyte_in_many_files(write: Write, tmp_path: Path) -> None:
    scaffold = write({"{% yield n from range(100) %}{{ n }}.txt{% endyield %}.jinja": "{{ 'x' * 10000000 }}"})
    assert "too much" in refused(scaffold, tmp_path)


@pytest.mark.slow
def test_too_many_files(write: Write, tmp_path: Path) -> None:
    scaffold = write({"{% yield n from range(90000) %}{{ n }}.txt{% endyield %}": "x"})
    assert "too many files" in refused(scaffold, tmp_path, files=500)


@pytest.mark.slow
def test_huge_memory(write: Write, tmp_path: Path) -> None:
    assert "it takes more memory than it may" in refused(
        write({"a.jinja": "{{ ('x' * 4000000000)|length }}"}), tmp_path
    )


@pytest.mark.slow
def test_a_tree_that_includes_itself(write: Write, tmp_path: Path) -> None:
    assert "rendering failed" in refused(write({"a.jinja": "{% include 'template/a.jinja' %}"}), tmp_path)


@pytest.mark.slow
def test_a_task_that_leaves_its_group_is_ended_too(write: Write, tmp_path: Path) -> None:
    if not confining.apart():
        pytest.skip("no namespaces here")
    heard = tmp_path / "heard"
    scaffold = write({}, copier=f"{PLAIN}_tasks: ['setsid sh -c \"sleep 4; touch {heard}\" & sleep 60']\n")
    with pytest.raises(UserError, match="takes too long"):
        render(scaffold, {}, tmp_path / "made", trusted=True, limits=Limits(seconds=3))
    time.sleep(5)
    assert not heard.exists()


# What a tree may not hold, without a process.


@pytest.mark.parametrize("name", [".git/config", ".GIT/config", "a/.git", ".g\u200cit/x", "git~1/x", "a\\b", "a\nb"])
def test_a_name_that_deceives(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    with pytest.raises(UserError):
        walking.walk(tmp_path, Limits())


def test_modes_and_things_that_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "a").chmod(0o4755)
    with pytest.raises(UserError, match="a: a mode that gives away"):
        walking.walk(tmp_path, Limits())
    (tmp_path / "a").unlink()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="pipe: neither a file"):
        walking.walk(tmp_path, Limits())


def test_more_than_there_may_be(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * (2 << 20))
    with pytest.raises(UserError, match="too much is written"):
        walking.walk(tmp_path, Limits(output_mib=1))
    for number in range(5):
        (tmp_path / f"folder{number}").mkdir()
    with pytest.raises(UserError, match="too many files"):
        walking.walk(tmp_path, Limits(files=3))


def test_a_link_within_the_tree_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").symlink_to("a")
    assert walking.walk(tmp_path, Limits()).files == ("a", "b")


def test_a_checkout_may_have_its_own_git_at_the_top_only(tmp_path: Path) -> None:
    made = folder(tmp_path, {})
    (made / ".git").mkdir()
    (made / ".git" / "HEAD").write_text("x")
    assert all(not name.startswith(".git") for name in walking.walk(read(made).folder, Limits(), checkout=True).files)
