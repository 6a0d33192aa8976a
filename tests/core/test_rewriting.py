"""Changing a part of a YAML text: it says what it should, and everything else stays as it was written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenboard.core import rewriting, yaml
from greenboard.core.errors import UserError

TEXT = """\
# What it is for
name: play   # its name

inputs:
  version: {pattern: "[0-9]+"}  # of the release
# The steps, one after the other
steps:
  - id: first   # the first
    do: transform
    with:
      values: {a: 1}

  # Only then
  - {id: second, do: wait, with: {time: 1d}}
  - id: third
    steps:
    - id: inner
      do: transform
      with:
        text: |
          # no comment
          two
"""


def data(text: str) -> Any:
    return yaml.read(text, "x")[0].data


def lines(text: str) -> set[str]:
    return set(text.split("\n"))


def test_one_more_step_leaves_every_line_as_it_was() -> None:
    made = rewriting.insert(TEXT, ("steps", 1), {"id": "new", "do": "wait", "with": {"time": "${{ inputs.version }}"}})
    assert lines(TEXT) <= lines(made)
    assert [step["id"] for step in data(made)["steps"]] == ["first", "new", "second", "third"]
    assert "  - id: new\n    do: wait\n    with:\n      time: ${{ inputs.version }}\n" in made


def test_another_value_replaces_its_lines_only() -> None:
    made = rewriting.put(TEXT, ("steps", 0), {"id": "first", "do": "wait", "with": {"time": "2d"}})
    assert "# Only then" in made
    assert "  # of the release" in made
    assert data(made)["steps"][0]["with"] == {"time": "2d"}
    inner = rewriting.put(TEXT, ("steps", 2, "steps", 0, "with", "text"), "one\ntwo\n")
    assert data(inner)["steps"][2]["steps"][0]["with"]["text"] == "one\ntwo\n"
    assert lines(TEXT) - lines(inner) == {"          # no comment"}


def test_a_new_name_stands_where_it_belongs() -> None:
    made = rewriting.put(TEXT, ("secrets",), {"token": "A token"}, ("name", "inputs", "secrets", "steps"))
    assert made.index("inputs:") < made.index("secrets:") < made.index("# The steps") < made.index("steps:")
    added = rewriting.put(TEXT, ("inputs", "who"), {"type": "person"})
    assert list(data(added)["inputs"]) == ["version", "who"]
    assert lines(TEXT) <= lines(added)


def test_a_step_goes_and_moves_with_what_is_said_about_it() -> None:
    gone = rewriting.remove(TEXT, ("steps", 1))
    assert "Only then" not in gone
    assert [step["id"] for step in data(gone)["steps"]] == ["first", "third"]
    moved = rewriting.move(TEXT, ("steps", 1), 0)
    assert moved.index("# Only then") < moved.index("id: second") < moved.index("id: first")
    assert lines(moved) == lines(TEXT)
    last = rewriting.remove(TEXT, ("steps", 2, "steps", 0))
    assert "steps" not in data(last)["steps"][2]


def test_what_stands_in_brackets_is_written_anew_with_its_line() -> None:
    made = rewriting.put(TEXT, ("steps", 1, "with", "time"), "2d")
    assert data(made)["steps"][1] == {"id": "second", "do": "wait", "with": {"time": "2d"}}
    assert "# the first" in made
    assert data(rewriting.put("{a: 1}", ("b",), 2)) == {"a": 1, "b": 2}


def test_what_others_are_written_by_is_not_taken_from_them() -> None:
    text = "steps:\n  - &one\n    a: 1\n  - {<<: *one, b: 2}\n"
    with pytest.raises(UserError, match=r"Change it in the text"):
        rewriting.put(text, ("steps", 0), {"a": 2})
    assert data(rewriting.put(text, ("steps", 1), {"c": 3}))["steps"] == [{"a": 1}, {"c": 3}]


_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab: #-\n'\"{}[]|>&*!%@`é$", max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(_values, min_size=1, max_size=4),
    st.data(),
    st.sampled_from(["put", "insert", "remove", "move"]),
    st.booleans(),
)
def test_whatever_is_changed_says_what_it_should_or_is_refused(several, drawn, what, flow) -> None:
    text = yaml_of({"x": 1, "steps": several, "y": {"z": 2}}, flow)
    index, value = drawn.draw(st.integers(0, len(several) - 1)), drawn.draw(_values)
    wanted = list(several)
    if what == "put":
        wanted[index], made = value, rewriting.put(text, ("steps", index), value)
    elif what == "insert":
        wanted.insert(index, value)
        made = rewriting.insert(text, ("steps", index), value)
    elif what == "remove":
        del wanted[index]
        made = rewriting.remove(text, ("steps", index))
    else:
        wanted.insert(0, wanted.pop(index))
        made = rewriting.move(text, ("steps", index), 0)
    assert data(made).get("steps", []) == wanted
    assert (data(made)["x"], data(made)["y"]) == (1, {"z": 2})


def yaml_of(value: Any, flow: bool) -> str:
    import yaml as notation

    return notation.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=flow or None)
