"""One document, two ways in: forms write into the text that others write by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.workflows.conftest import saved

from greenboard.connections import service as connecting
from greenboard.connections.service import Told
from greenboard.connections.service import Wish as Connect
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.web.workflows.outline import outline
from greenboard.workflows import blanks, definition, kinds, library, parts
from greenboard.workflows.blanks import Blank
from greenboard.workflows.definition import Step

TEXT = """\
name: play
title: Play   # its title
inputs:
  version: {pattern: "[0-9]+"}
steps:
  # Somebody has to agree
  - id: ok
    do: approve
    with: {roles: [maintainer]}
    undo: {do: notify, with: {title: It was undone.}}
"""
_plain = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab1: {}\"'\n#-.$", max_size=9)
_values = st.recursive(
    _plain,
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text("ab:.", max_size=3), one, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(_values)
def test_whatever_a_document_says_goes_through_a_form_unchanged(value: Any) -> None:
    blank = Blank("x", "X", control="anything")
    empty = value in (None, [], {})
    assert blanks.meant(blanks.shown(value, "anything"), blank) == (None if empty else value)
    pairs, lines = Blank("x", "X", control="pairs"), Blank("x", "X", control="lines")
    assert blanks.meant(blanks.shown({"a.b": value, "c": 1}, "pairs"), pairs) == {"a.b": value, "c": 1}
    assert blanks.meant(blanks.shown([value], "lines"), lines) == [value]


def test_every_part_of_what_ships_can_be_filled_in_again_and_stays_as_it_is(db) -> None:
    for file in library.files():
        text = file.read_text(encoding="utf-8")
        made = definition.read(text, file.name)
        places = ["head", *(f"inputs.{name}" for name in made.inputs), *(f"steps.{n}" for n in range(len(made.steps)))]
        places += [f"steps.{n}.undo" for n, step in enumerate(made.steps) if step.undo]
        for place in places:
            form = parts.form(text, parts.part(place))
            assert parts.save(text, form.part, {blank.name: blank.value for blank in form.blanks}) == text, place


def test_a_step_of_each_kind_is_added_without_knowing_the_notation(db) -> None:
    assert all(parts.form(TEXT, parts.part("steps.1", name, fresh=True)).usual for name in kinds.known())
    one = parts.part("steps.1", "http", fresh=True)
    given = {"title": "Call it", "with.url": "https://x.example/${{ inputs.version }}", "with.headers": "X: a: b\nY: 1"}
    made = parts.save(TEXT, one, {**given, "with.method": "GET", "with.body": "n: 1", "with.callback.within": "2h"})
    assert set(TEXT.split("\n")) <= set(made.split("\n"))
    step = definition.read(made, "play.yaml").steps[1]
    assert (step.id, step.given["headers"], step.given["callback"]) == (
        "call_it",
        {"X": "a: b", "Y": 1},
        {"within": "2h"},
    )
    asked = parts.save(
        made, parts.part("steps.0", "ask", fresh=True), {"with.fields": "why: What for", "with.roles": "member"}
    )
    assert definition.read(asked, "play.yaml").steps[0].id == "ask"


def test_a_step_goes_around_for_each_of_a_list(db) -> None:
    one = parts.part("steps.1", "notify", fresh=True)
    made = parts.save(
        TEXT, one, {"title": "Tell", "with.title": "To ${{ item }}", "each": "${{ [1, 2] }}", "at_once": "2"}
    )
    group = definition.read(made, "play.yaml").steps[1]
    assert (group.each, group.at_once, [step.id for step in group.steps]) == ("${{ [1, 2] }}", 2, ["tell"])
    inside = parts.save(made, parts.part("steps.1.steps.1", "notify", fresh=True), {"with.title": "And ${{ index }}"})
    assert [step.id for step in definition.read(inside, "play.yaml").steps[1].steps] == ["tell", "notify"]


CALLED = (
    TEXT
    + """\
  # What it is about
  - id: call
    do: http
    with: {url: "https://x.example/7", method: POST}
"""
)


def test_what_takes_a_step_back_is_made_changed_and_removed_by_forms(db) -> None:
    one = parts.part("steps.1.undo", "http", fresh=True)
    made = parts.save(CALLED, one, {"with.url": "https://x.example/7", "with.method": "DELETE", "retry.attempts": "5"})
    assert set(CALLED.split("\n")) <= set(made.split("\n"))
    undo = definition.read(made, "play.yaml").steps[1].undo
    assert undo is not None
    assert (undo.do, undo.given["method"], undo.retry.attempts) == ("http", "DELETE", 5)
    there = parts.part("steps.1.undo")
    assert {"with.url": "https://x.example/7", "retry.attempts": "5"}.items() <= {
        blank.name: blank.value for blank in parts.form(made, there).blanks
    }.items()
    changed = parts.save(made, there, {"with.url": "https://x.example/8"})
    undo = definition.read(changed, "play.yaml").steps[1].undo
    assert undo is not None
    assert (undo.given, undo.retry.attempts) == ({"url": "https://x.example/8", "method": "DELETE"}, 5)
    assert parts.remove(changed, there) == CALLED
    with pytest.raises(UserError, match="cannot take anything back"):
        parts.form(CALLED, parts.part("steps.1.undo", "approve", fresh=True))
    with pytest.raises(UserError, match="no place in an order"):
        parts.move(made, there, 1)


def test_what_is_done_otherwise_is_added_by_a_form(db) -> None:
    around = {"title": "Only if", "if": "${{ inputs.version == '1' }}"}
    made = parts.save(CALLED, parts.part("steps.2", parts.GROUP, fresh=True), around)
    offered = {spot.place: spot.title for spot in (outline(made) or pytest.fail("unreadable")).spots}
    assert offered["steps.2.else.0"] == "Otherwise, instead of “Only if”"
    other = parts.save(made, parts.part("steps.2.else.0", "notify", fresh=True), {"with.title": "It is another."})
    group = definition.read(other, "play.yaml").steps[2]
    assert ([step.do for step in group.steps], [step.do for step in group.otherwise]) == (["transform"], ["notify"])
    again = parts.save(other, parts.part("steps.2.else.1", "notify", fresh=True), {"with.title": "And once more."})
    assert [step.id for step in definition.read(again, "play.yaml").steps[2].otherwise] == ["notify", "notify_2"]
    lines = {line.place: line.note for line in (outline(again) or pytest.fail("unreadable")).steps}
    assert lines["steps.2.else.1"] == "otherwise: notify"


def test_the_page_offers_to_take_back_what_changes_something(grace, db) -> None:
    found = outline(CALLED)
    assert found is not None
    assert [spot.place for spot in found.undoing] == ["steps.1.undo"]
    assert [line.title for line in found.steps] == ["ok", "Takes back: ok", "call"]
    client = Client()
    client.force_login(grace)
    sent = {"text": CALLED, "at": "steps.1.undo", "fresh": "1", "kind": "http"}
    assert "Takes it back" in client.post("/workflows-part", {**sent, "do": "form"}).text
    told = client.post("/workflows-part", {**sent, "do": "save", "part.with.url": "https://x.example/9"}).text
    assert "Takes back: call" in told


def test_what_a_form_does_not_show_stays(db) -> None:
    changed = parts.save(TEXT, parts.part("steps.0"), {"id": "ok", "with.roles": "member", "with.others": "on"})
    step = definition.read(changed, "play.yaml").steps[0]
    assert (step.undo and step.undo.do, step.given) == ("notify", {"roles": ["member"]})
    assert "# Somebody has to agree" in changed
    assert "title: Play   # its title" in changed


def test_inputs_starts_and_secrets_are_added_where_they_belong(db) -> None:
    made = parts.save(
        TEXT, parts.part("inputs", fresh=True), {"name": "who", "type": "person", "teams": "shop", "required": "on"}
    )
    made = parts.save(made, parts.part("start.0", fresh=True), {"every": "0 8 * * *"})
    made = parts.save(made, parts.part("secrets", fresh=True), {"name": "token", "about": "Of the tool: a key"})
    found = definition.read(made, "play.yaml")
    assert (found.inputs["who"].teams, found.start[0].every, found.secrets) == (
        ("shop",),
        "0 8 * * *",
        {"token": "Of the tool: a key"},
    )
    assert list(parts.data(made)) == ["name", "title", "start", "inputs", "secrets", "steps"]
    with pytest.raises(UserError, match="not a name that is free"):
        parts.save(made, parts.part("inputs", fresh=True), {"name": "who"})


def test_an_action_of_a_connection_has_its_own_fields(db) -> None:
    connecting.make(
        Connect("jira", "jira", Told({"url": "https://jira.example.com"}, {"email": "a@x.example", "token": "t"})),
        clock.now(),
    )
    one = parts.part("steps.1", "action", "jira", "issue.create", fresh=True)
    form = parts.form(TEXT, one)
    assert form.title == "Create an issue"
    given = {blank.name: blank.value for blank in form.blanks} | {
        "with.inputs.project": "SHOP",
        "with.inputs.summary": "Add it",
    }
    step = definition.read(parts.save(TEXT, one, given), "play.yaml").steps[1]
    assert step.given == {
        "connection": "jira",
        "action": "issue.create",
        "inputs": {"project": "SHOP", "summary": "Add it"},
    }


@pytest.mark.parametrize(
    "place", ["", "name", "steps", "steps.x", "steps.0.do", "inputs.A", "head.title", "steps.0.steps", "steps.undo"]
)
def test_only_parts_can_be_changed(place: str) -> None:
    with pytest.raises(UserError, match="no such part"):
        parts.part(place)


def test_the_page_of_a_document_adds_moves_and_removes_parts(grace, db) -> None:
    client = Client()
    client.force_login(grace)
    form = client.post("/workflows-part", {"text": TEXT, "do": "form", "at": "steps.1", "fresh": "1", "kind": "wait"})
    assert 'name="part.with.time"' in form.content.decode()
    sent = {"text": TEXT, "do": "save", "at": "steps.1", "fresh": "1", "kind": "wait", "part.with.time": "1d"}
    told = client.post("/workflows-part", sent).content.decode()
    assert "data-written" in told
    assert "time: 1d" in told
    gone = client.post("/workflows-part", {"text": TEXT, "do": "remove", "at": "steps.7"})
    assert (gone.status_code, "cannot be changed here" in gone.content.decode()) == (400, True)
    assert (
        "&lt;b&gt;"
        in client.post("/workflows-check", {"text": TEXT.replace("id: ok", "id: ok\n    title: <b>")}).content.decode()
    )


def test_a_document_is_tried_before_it_is_saved_and_what_came_of_it_kept_as_a_case(grace, db) -> None:
    client = Client()
    client.force_login(grace)
    text = TEXT + "  - {id: call, do: http, with: {url: 'https://x.example/${{ inputs.version }}'}}\n"
    tried = {"text": text, "input.version": "7", "answer.ok": "approved: true", "answer.call": "fails: it is down"}
    told = client.post("/workflows-try", {**tried, "do": "run"}).content.decode()
    assert "https://x.example/7" in told
    assert "it is down" in told
    kept = client.post("/workflows-try", {**tried, "do": "keep", "case": "The tool is down"}).content.decode()
    assert "The tool is down" in kept
    assert "ends: held" in kept
    assert client.post("/workflows-try", {**tried, "do": "run", "text": "steps: ["}).status_code == 400


def test_a_version_says_who_wrote_it_and_what_it_changed(grace, ada, db) -> None:
    name = saved("- {id: a, do: transform, with: {values: {}}}")
    client, other = Client(), Client()
    client.force_login(grace)
    other.force_login(ada)
    text = definition_text(name).replace("title: Play", "title: Played")
    assert (
        client.post(f"/workflows/{name}/edit", {"text": text, "based_on": "1", "note": "It is over"}).status_code == 302
    )
    told = other.get(f"/workflows/{name}/versions/2").content.decode()
    assert all(one in told for one in ("It is over", "grace", "title: Played", "removed: "))
    assert "Open it in the editor" not in told
    assert "title: Play\n" in client.get(f"/workflows/{name}/edit?version=1").content.decode()
    assert client.get(f"/workflows/{name}/versions/3").status_code == 404


def definition_text(name: str) -> str:
    from greenboard.workflows import store

    return store.workflow(name).text


def test_cases_of_a_document_are_held_against_its_steps() -> None:
    text = TEXT + "cases:\n  - {case: x, answers: {okk: {}}}\n"
    assert "there is no step 'okk'" in str(definition.look(text, "play.yaml").errors[0])
    assert definition.look(text, "play.yaml").errors[0].place.line == 12


def test_the_form_of_a_step_knows_every_field_of_it() -> None:
    shown = {blank.name for blank in blanks.of_model(Step, {}, only=("id", "title", "if", "each"))}
    assert shown == {"id", "title", "if", "each"}
    assert json.loads(json.dumps(definition.schema()))
