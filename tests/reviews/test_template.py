"""Templates of reviews: what ships, and how mistakes are told."""

import importlib

import pytest
from click.testing import CliRunner

from greenboard.core import content
from greenboard.core.errors import UserError
from greenboard.facts import vocabulary
from greenboard.reviews import template
from greenboard.scorecards import definition

world = importlib.import_module("tests.reviews.world")


@pytest.fixture(scope="module")
def known():
    return template.Known.of(definition.shipped(vocabulary.load()))


def test_four_templates_ship_and_each_is_bound_to_rules_and_items_that_are_there(known):
    found = {path.stem: template.load(path, known) for path in content.library("reviews").glob("*.yaml")}
    assert set(found) == {"production-readiness", "reliability", "kubernetes", "operational-readiness"}
    assert all(name == one.name for name, one in found.items())
    own = found["production-readiness"]
    bound = {rule.partition("-")[0] for rule in (q.rule for s in own.sections for q in s.questions) if rule}
    assert bound == {"own", "cod", "per", "sec", "obs", "rel", "inf", "ops", "cmp", "doc"}
    for one in found.values():
        assert all(one.sections_at(stage.name) for stage in one.stages)


def test_a_stage_asks_its_own_questions_and_those_of_every_stage():
    found = template.parse(world.SMALL, "small.yaml")
    asked = [[q.id for s in found.sections_at(stage) for q in s.questions] for stage in ("launch", "later")]
    assert asked[0] == ["objectives", "failure", "rollback", "minutes"]
    assert asked[1] == ["objectives", "restore", "failure", "rollback", "minutes"]
    assert template.again(found.text) == found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("rel-1-defined", "rel-1-defind"), "small.yaml:11:60: no rule 'rel-1-defind' in production-readiness. Did you mean"),
        (("REL.3", "REL.33"), "small.yaml:12:54: no item 'REL.33'"),
        (("[later]", "[latr]"), "small.yaml:12:83: no stage 'latr' (expected launch, later)"),
        (("minutes, title", "failure, title"), "small.yaml:18:10: question 'failure' is there twice (first at line 13)"),
        (("answer: number, ", ""), "small.yaml:18:"),
        (('against: ["No"]', 'against: ["Never"]'), "has to be among its choices"),
        (("after: 90d", "after: soon"), "not a length of time"),
        (("team: sre", "taem: sre"), "small.yaml:9:5: sections.0.taem: unknown field 'taem'"),
        (("scorecard: production", "scorecard: productoin"), "small.yaml:4:1: no scorecard"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(known, change, said):
    text = world.SMALL.replace(*change)
    assert text != world.SMALL
    with pytest.raises(UserError) as caught:
        template.parse(text, "small.yaml", known)
    assert said in str(caught.value)


def test_one_of_your_own_is_found_beside_those_that_ship(templates):
    assert next(iter(template.shipped())) == "production-readiness"
    assert template.find("small").title == "Small review"
    with pytest.raises(UserError, match="Did you mean 'small'"):
        template.find("smal")


def test_the_command_says_what_is_in_a_template_and_what_is_wrong_in_all_of_them(tmp_path):
    from greenboard.cli.review.check import command

    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(world.SMALL)
    bad.write_text(world.SMALL.replace("rel-1-defined", "rel-none").replace("[later]", "[never]"))
    found = CliRunner().invoke(command, [str(good)])
    assert "small, 2 sections, 5 questions, stages launch, later" in found.output
    refused = CliRunner().invoke(command, [str(good), str(bad)])
    assert isinstance(refused.exception, UserError)
    assert all(said in str(refused.exception) for said in ("no rule 'rel-none'", "no stage 'never'"))
