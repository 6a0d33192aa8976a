"""What descriptions of interfaces say of themselves."""

from __future__ import annotations

import json
import socket
import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from greenboard.facts import vocabulary
from greenboard.repository.readers.api_spec import READER
from greenboard.repository.tree import Tree
from greenboard.repository.types import Component, Found, Missed, Scope

VOCABULARY = vocabulary.load()
OPENAPI = """openapi: 3.0.3
info: {title: Shop, version: 1.2.0}
paths:
  /carts/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      summary: One cart
      responses:
        200: {description: ok}
    delete:
      responses:
        204: {description: gone}
"""
SWAGGER = '{"swagger": "2.0", "info": {"title": "a", "version": "1"}, "paths": {}}'
ASYNCAPI = """asyncapi: 2.6.0
info: {title: Shop, version: '1'}
channels:
  orders:
    publish: {summary: An order, message: {$ref: '#/components/messages/order'}}
components: {messages: {order: {payload: {}}}}
"""
GRAPHQL = '"""Roots."""\ntype Query {\n  "A cart."\n  cart(id: ID!): Cart\n  carts: [Cart]\n}\ntype Cart { id: ID! }\n'
PROTO = """syntax = "proto3";
package shop.v1;
message Cart { string id = 1; }
service Carts {
  // One cart.
  rpc Get(Cart) returns (Cart);
  rpc List(Cart) returns (stream Cart) {}
}
"""


@pytest.fixture
def look(repo, scope):
    def read(files):
        said = list(READER.read(scope(repo(files))))
        found = [each for each in said if isinstance(each, Found)]
        for each in found:
            VOCABULARY.normalise(each.type, each.value)
        return (found[0] if found else None), [each for each in said if isinstance(each, Missed)]

    return read


def one(found):
    (item,) = found.value
    return {key: value for key, value in item.items() if key != "last_changed_at"}


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("api/openapi.yaml", OPENAPI, {"kind": "openapi", "version": "1.2.0", "operations": 2, "documented_pct": 50.0}),
        ("docs/swagger.json", SWAGGER, {"kind": "openapi", "version": "1", "operations": 0}),
        ("schema.graphql", GRAPHQL, {"kind": "graphql", "operations": 2, "documented_pct": 50.0}),
        ("proto/shop.proto", PROTO, {"kind": "protobuf", "version": "v1", "operations": 2, "documented_pct": 50.0}),
    ],
)
def test_a_sound_description_is_valid_and_its_operations_are_counted(look, path, text, expected):
    found, missed = look({path: text})
    assert not missed
    assert one(found) == {"path": path, "valid": True, "problems": 0, **expected}
    assert found.value[0]["last_changed_at"] == datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("openapi.yaml", OPENAPI.replace("title: Shop, ", "")),
        ("openapi.yaml", OPENAPI.replace("{description: ok}", "{$ref: '#/components/responses/missing'}")),
        ("asyncapi.yaml", ASYNCAPI.replace("title: Shop, ", "")),
        ("asyncapi.yaml", ASYNCAPI.replace("messages/order'", "messages/missing'")),
        ("schema.graphql", GRAPHQL + "type Query { again: Int }"),
        ("schema.graphql", GRAPHQL + "type {"),
        ("shop.proto", PROTO.replace("returns (Cart)", "gives (Cart)")),
    ],
)
def test_a_description_with_problems_is_not_valid(look, path, text):
    found, _ = look({path: text})
    assert found.value[0]["valid"] is False
    assert found.value[0]["problems"] >= 1


def test_asyncapi_is_never_said_to_be_valid(look):
    found, missed = look({"asyncapi.yaml": ASYNCAPI})
    assert one(found) == {
        "path": "asyncapi.yaml", "kind": "asyncapi", "version": "1", "operations": 1, "documented_pct": 100.0,
    }  # fmt: skip
    assert "basic structure" in missed[0].reason


def test_nothing_outside_of_the_tree_is_fetched(look, monkeypatch):
    def refuse(*_arguments, **_named):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    for address in ("https://example.org/x.yaml#/a", "file:///etc/passwd", "ftp://example.org/x", "../../outside.yaml"):
        found, missed = look({"openapi.yaml": OPENAPI.replace("{description: ok}", json.dumps({"$ref": address}))})
        assert "valid" not in found.value[0]
        assert "not fetched" in missed[0].reason


def test_a_reference_to_another_file_of_the_tree_is_followed(look):
    files = {
        "api/openapi.yaml": OPENAPI.replace("{description: ok}", "{$ref: 'parts.yaml#/ok'}"),
        "api/parts.yaml": "ok: {description: fine}\n",
    }
    found, missed = look(files)
    assert not missed
    assert found.value[0]["valid"] is True


def test_what_a_gateway_adds_leaves_a_schema_undecided(look):
    found, missed = look({"schema.graphql": GRAPHQL.replace("type Cart", 'type Cart @key(fields: "id")')})
    assert "valid" not in found.value[0]
    assert "@key" in missed[0].reason


def test_files_of_one_schema_are_judged_together(look):
    found, missed = look({"a.graphql": "type Query { cart: Cart }", "b.graphql": "type Cart { id: ID }"})
    assert not missed
    assert [item["valid"] for item in found.value] == [True, True]


def test_broken_yaml_is_told_with_its_place(look):
    found, missed = look({"openapi.yaml": "openapi: 3.0.0\ninfo: [\n"})
    assert found is None
    assert missed[0].location.startswith("openapi.yaml:")


def test_samples_and_other_yaml_are_no_descriptions(look):
    files = {"tests/openapi.yaml": OPENAPI, "config.yaml": "app:\n  openapi: 3.0.0\n", "q.graphql": "query { a }"}
    assert look(files) == (None, [])


@settings(max_examples=25, deadline=None)
@given(text=some.sampled_from([OPENAPI, ASYNCAPI, GRAPHQL, PROTO]), data=some.data())
def test_a_changed_description_never_crashes(tmp_path_factory, text, data):
    raw = list(text)
    for _ in range(data.draw(some.integers(1, 3))):
        at = data.draw(some.integers(0, len(raw) - 1))
        raw[at : at + data.draw(some.integers(0, 8))] = list(data.draw(some.text(max_size=4)))
    tree = _tree(tmp_path_factory, text, "".join(raw))
    path = tree.files[0]
    list(READER.read(Scope(tree, Component("a", "", "service"), (path,), datetime(2026, 11, 23, tzinfo=UTC))))


def _tree(factory, text, changed):
    names = {OPENAPI: "openapi.yaml", ASYNCAPI: "asyncapi.yaml", GRAPHQL: "a.graphql", PROTO: "a.proto"}
    folder = factory.mktemp("changed")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    (folder / names[text]).write_text(changed, encoding="utf-8", errors="replace")
    return Tree.open(folder)
