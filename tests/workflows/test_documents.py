"""Documents: what is wrong is told with its place and what was meant; secrets go into requests only; all that ship hold."""

from __future__ import annotations

import json

import pytest
from tests.workflows.conftest import document

from greenboard.core import clock, content
from greenboard.core.errors import UserErrors
from greenboard.workflows import definition, expressions, inputs, library, recorded
from greenboard.workflows.expressions import Wrong
from greenboard.workflows.inputs import Input

NOW = {"now": clock.parse_time("2026-11-02T09:00:00Z")}
STEP = "- {id: a, do: transform, with: {values: {}}}"


def mistakes(text: str) -> list[str]:
    return [str(error) for error in definition.look(text, "w.yaml").errors]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (document("- {id: a, doo: http}"), "w.yaml:5:11: steps.0.doo: unknown field 'doo'"),
        (document("- {id: a, do: htp, with: {}}"), "w.yaml:5:11: no step does 'htp'"),
        (document("- {id: a, do: htp, with: {}}"), "Did you mean 'http'?"),
        (document("- {id: a, do: http, with: {ur: x}}"), "unknown field 'ur'"),
        (document("- {id: a, do: http, with: {url: x, method: GRAB}}"), "w.yaml:5:36: method"),
        (document(STEP + "\n" + STEP), "two steps are named a"),
        (document("- {id: a, do: transform, with: {values: {b: '${{ inputs.nam }}'}}}", "inputs: {name: {}}"),
         "inputs has no nam (expected name). Did you mean 'name'?"),
        (document("- {id: a, do: transform, with: {values: {b: '${{ steps.c.outputs.x }}'}}}"), "steps has no c"),
        (document(STEP + "\n- {id: b, do: transform, with: {values: {x: '${{ steps.a.outcome }}'}}}"),
         "a step has no outcome"),
        (document("- {id: a, do: transform, with: {values: {b: '${{ 1 + }}'}}}"), "`1 +` is not an expression"),
        (document("- {id: a, do: transform, with: {values: {b: '${{ 1 '}}}"), "an expression is not closed"),
        (document("- {id: a, do: transform, with: {values: {b: '${{ entity.colour }}'}}}"), "entity has no colour"),
        (document("- {id: a, do: approve, with: {}}"), "say who is asked"),
        (document("- {id: a, do: wait, with: {}}"), "say what it waits for"),
        (document("- {id: a, do: http, with: {url: x}, undo: {do: wait, with: {time: 1h}}}"), "cannot take anything back"),
        (document(STEP, "start: [{every: at noon}]"), "not a time as cron has it"),
        (document(STEP, "start: [{event: level.chnged}]"), "start.0.event"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_what_was_meant(text: str, said: str) -> None:
    assert said in "\n".join(mistakes(text))


SECRET = "secrets: {token: A token}\ninputs: {key: {type: secret}}"


@pytest.mark.parametrize(
    "steps",
    [
        "- {id: a, do: transform, with: {values: {b: '${{ secrets.token }}'}}}",
        "- {id: a, if: '${{ secrets.token == \"x\" }}', do: transform, with: {values: {}}}",
        "- {id: a, do: http, with: {url: 'https://x.example/${{ secrets.token }}'}}",
        "- {id: a, do: http, with: {url: x, query: {q: '${{ secrets.token }}'}}}",
        "- {id: a, do: notify, with: {title: '${{ secrets.token }}'}}",
        "- {id: a, do: http, with: {url: x}, outputs: {x: '${{ secrets.token }}'}}",
        "- {id: a, do: http, with: {url: x, headers: {A: '${{ secrets }}'}}}",
        '- {id: a, do: http, with: {url: x, headers: {A: \'${{ secrets["to" + "ken"] }}\'}}}',
        '- {id: a, do: http, with: {url: x, headers: {A: \'${{ {"a": secrets}["a"].token }}\'}}}',
        "- {id: a, do: http, with: {url: x, headers: {A: '${{ [secrets].map(s, s.token)[0] }}'}}}",
        "- {id: a, each: '${{ [secrets.token] }}', steps: [{id: b, do: transform, with: {values: {}}}]}",
        "- {id: a, do: transform, with: {values: {b: '${{ inputs.key }}'}}}",
    ],
)
def test_a_secret_goes_nowhere_but_into_a_request(steps: str) -> None:
    assert mistakes(document(steps, SECRET))


def test_a_secret_may_go_into_headers_and_body() -> None:
    given = "{url: x, headers: {A: 'Bearer ${{ secrets.token }}'}, body: {k: '${{ secrets.key }}'}}"
    assert mistakes(document(f"- {{id: a, do: http, with: {given}}}", SECRET)) == []


def test_an_expression_keeps_its_type_alone_and_becomes_text_among_others() -> None:
    scope = {**NOW, "inputs": {"n": 2, "map": {"a": {"b": None}}}}
    told = {
        "x": "${{ inputs.n + 1 }}",
        "y": "n is ${{ inputs.n }}",
        "z": ['${{ {"a": {"b": 1}} }}', "${{ inputs.map }}"],
    }
    assert expressions.filled(told, scope) == {"x": 3, "y": "n is 2", "z": [{"a": {"b": 1}}, {"a": {"b": None}}]}


@pytest.mark.parametrize("text", ["inputs.none", "1 / 0", "inputs.n.map(a, inputs.n.map(b, inputs.n.map(c, 1)))"])
def test_what_cannot_be_computed_is_an_error_and_not_a_value(text: str) -> None:
    with pytest.raises(Wrong, match="cannot be computed"):
        expressions.evaluate(text, {**NOW, "inputs": {"n": list(range(300))}})


FIELDS = {
    "name": Input(pattern="[a-z]+", longest=5),
    "size": Input.model_validate({"type": "choice", "choices": ["s", "l"]}),
    "count": Input(type="number", whole=True, least=1, most=3),
    "why": Input(when="${{ inputs.size == 'l' }}"),
}
GOOD = {"name": "abc", "size": "s", "count": "2"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "ABC"}, "Name: not of the form"),
        ({"name": "abcdef"}, "Name: too long"),
        ({"size": "m"}, "Size: not a choice"),
        ({"count": "2.5"}, "Count: not a whole number"),
        ({"count": "4"}, "Count: out of range (expected 1 to 3; got 4)"),
        ({"count": "1e9"}, "Count: not a number"),
        ({"size": "l"}, "Why is needed"),
        ({"nme": "x"}, "there is no field 'nme'. Did you mean 'name'?"),
        ({"name": ""}, "Name is needed"),
    ],
)
def test_what_was_entered_is_held_against_the_fields(changed: dict[str, str], said: str) -> None:
    assert inputs.check(FIELDS, GOOD, NOW, lambda _, text: text) == {"name": "abc", "size": "s", "count": 2}
    with pytest.raises(UserErrors) as refused:
        inputs.check(FIELDS, {**GOOD, **changed}, NOW, lambda _, text: text)
    assert said in str(refused.value)


def test_every_workflow_that_ships_is_right_and_goes_as_its_cases_say() -> None:
    files = list(library.files())
    assert len(files) >= 5
    for file in files:
        made = definition.read(file.read_text(encoding="utf-8"), file.name)
        assert made.name == file.stem
        cases = recorded.read((file.parent / "recorded" / file.name).read_text(encoding="utf-8"), file.name)
        assert {case.case: recorded.attempt(made, case).wrong for case in cases} == {case.case: () for case in cases}


def test_a_case_that_goes_otherwise_is_told() -> None:
    made = definition.read(document("- {id: a, do: http, with: {url: 'https://x.example', body: {n: 1}}}"), "w.yaml")
    case = recorded.Case(case="x", answers={"a": {"fails": "no"}}, sends={"a": {"body": {"n": 2}}}, ends="done")
    assert recorded.attempt(made, case).wrong == ("it ends held, not done: no", "a: body.n is 1, not 2")


def test_the_schema_for_editors_is_that_of_the_code() -> None:
    path = content.library("schemas", "workflow.schema.json")
    assert json.loads(path.read_text(encoding="utf-8")) == definition.schema()
