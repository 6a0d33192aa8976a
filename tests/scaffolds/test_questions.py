"""What is understood of a scaffold's templates without running them."""

from __future__ import annotations

import pytest

from greenboard.core.errors import UserErrors
from greenboard.scaffolds import answers, conditions
from greenboard.scaffolds.conditions import Shape
from greenboard.scaffolds.rendering.types import Choice, Question

KNOWN = {"cache": True, "kind": "service", "size": 3}


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        (True, True),
        ("{{ cache }}", True),
        ("{{ not cache }}", False),
        ("{{ kind == 'service' and size > 2 }}", True),
        ("{{ kind in ['job', 'library'] or size != 3 }}", False),
        ("no", False),
        ("{{ kind | upper == 'SERVICE' }}", None),
        ("{{ nobody }}", None),
        ("{{ range(10 ** 9) | list }}", None),
        ("{{ ''.__class__ }}", None),
        ("{% if cache %}yes{% endif %}", None),
        ("{{ cache", None),
        ("{{ size > kind }}", None),
        ("{{ " + "(" * 400 + "1" + ")" * 400 + " }}", None),
    ],
)
def test_a_condition_is_worked_out_or_not_known(when, holds):
    assert conditions.holds(when, KNOWN) is holds


def test_a_plain_pattern_is_known_to_browsers():
    said = "{% if not (name|regex_search('^[a-z]+$')) %}small letters{% endif %}"
    assert conditions.shape(said, "name") == Shape("[a-z]+", "small letters")
    assert conditions.shape(said, "other") is None
    assert conditions.shape("{% if name %}no{% endif %}", "name") is None
    assert conditions.shape("{% if not (name|regex_search('[a-z')) %}x{% endif %}", "name") is None


QUESTIONS = (
    Question("name", "str", required=True, validator="{% if not (name|regex_search('^[a-z]+$')) %}letters{% endif %}"),
    Question("tier", "int", default=2, choices=(Choice(1, "one"), Choice(2, "two"))),
    Question("several", "str", default=["a"], several=True, choices=(Choice("a", "A"), Choice("b", "B"))),
    Question("where", "path", default="docs"),
    Question("more", "yaml", default={}),
    Question("key", "str", default="", secret=True),
)


def test_answers_become_values_of_their_types():
    given = {"name": "pay", "tier": "1", "several": ["b", "a"], "more": "{a: [1, 2]}", "where": ""}
    assert answers.check(QUESTIONS, given) == {"name": "pay", "tier": 1, "several": ["b", "a"], "more": {"a": [1, 2]}}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "Pay"}, "expected letters"),
        ({"name": "pay", "where": "../etc"}, "not a path within"),
        ({"name": "pay", "more": "{a: ["}, "not YAML"),
        ({"name": "pay", "several": ["c"]}, "not a choice"),
    ],
)
def test_other_answers_are_refused(given, said):
    with pytest.raises(UserErrors, match=said):
        answers.check(QUESTIONS, given)


def test_a_refused_secret_is_not_repeated():
    with pytest.raises(UserErrors) as refused:
        answers.check(QUESTIONS, {"name": "pay", "key": "secret\x00secret"})
    assert "secretsecret" not in str(refused.value).replace("\x00", "")


def test_secrets_are_parted_from_what_may_be_shown():
    given = {"name": "pay", "key": "hush"}
    assert answers.parted(QUESTIONS, given) == ({"name": "pay"}, {"key": "hush"})
    assert "hush" not in str(answers.masked(QUESTIONS, given))
