"""All descriptors of one tree."""

from __future__ import annotations

import pytest

from greenboard.catalog.following import follow
from greenboard.core.errors import UserError

HEAD = "apiVersion: backstage.io/v1alpha1\nmetadata: {name: x}\n"


@pytest.fixture
def gather():
    """Reads a tree given as its files, starting from what lies at the top."""

    def run(**files: str):
        tree = {name.replace("__", "/") + ".yaml": text for name, text in files.items()}
        declared, problems = follow([path for path in tree if "/" not in path], tree.__getitem__, tree)
        return [str(entity.ref) for entity in declared.entities], [str(problem) for problem in problems]

    return run


def test_locations_are_followed_once_even_in_a_circle(gather):
    entities, problems = gather(
        top=f"{HEAD}kind: Location\nspec: {{targets: [./a/b.yaml, ./top.yaml]}}",
        a__b=f"{HEAD}kind: Location\nspec: {{targets: [../top.yaml, c.yaml, 'https://example.com/x.yaml']}}",
        a__c="{kind: service, name: found}",
    )
    assert (entities, problems) == (["service:default/found"], [])


def test_stars_stand_for_names_and_two_of_them_for_folders(gather):
    files = {
        name: f"{{kind: service, name: {name[-1]}}}" for name in ("teams__a", "teams__b", "teams__in__c", "off__d")
    }
    one, _ = gather(top=f"{HEAD}kind: Location\nspec: {{target: './teams/*.yaml'}}", **files)
    all_below, _ = gather(top=f"{HEAD}kind: Location\nspec: {{target: './teams/**/*.yaml'}}", **files)
    assert one == ["service:default/a", "service:default/b"]
    assert all_below == [*one, "service:default/c"]


def test_a_target_that_is_not_there_is_told_with_its_place(gather):
    entities, problems = gather(top=f"{HEAD}kind: Location\nspec:\n  target: ./gone.yaml")
    assert (entities, problems) == ([], ["top.yaml:5:3: no file 'gone.yaml' in this repository"])


def test_a_kind_of_one_file_holds_in_an_earlier_one(gather):
    entities, problems = gather(
        a="{kind: queue, name: orders}", b="kinds: [{name: queue}]", c="{kind: quue, name: wrong}"
    )
    assert entities == ["queue:default/orders"]
    assert len(problems) == 1
    assert "Did you mean 'queue'?" in problems[0]


def test_a_broken_file_declares_nothing_and_does_not_hide_the_others(gather):
    entities, problems = gather(a="{kind: service, name: a}", b="{kind: service, name: b, tier: 9, ownr: x}")
    assert entities == ["service:default/a"]
    assert [problem.partition(" ")[0] for problem in problems] == ["b.yaml:1:26:", "b.yaml:1:35:"]


def test_templates_of_projects_are_left_out(gather):
    assert gather(a=f"{HEAD.replace('x', chr(39) + '${{ values.name }}' + chr(39))}kind: Component") == ([], [])


def test_a_file_that_cannot_be_read_is_told():
    def broken(path: str) -> str:
        raise UserError("not UTF-8 text")

    assert [error.what for error in follow(["a.yaml"], broken, ["a.yaml"])[1]] == ["not UTF-8 text"]
