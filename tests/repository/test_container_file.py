"""What a Dockerfile says about base image, pins, user and health check."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenboard.core.errors import UserError
from greenboard.facts.vocabulary import load
from greenboard.repository.containers.build_file import parse
from greenboard.repository.readers.container_file import READER, describe
from greenboard.repository.types import Found, Missed

DIGEST = "sha256:" + "a" * 64


def fields(text: str) -> dict[str, object]:
    return describe(parse(text, "Dockerfile"))[0]


def test_a_build_file_is_read_with_places(repo, scope):
    tree = repo({"Dockerfile": "FROM python:3.12-slim\nUSER app\nHEALTHCHECK CMD true\n"})
    (found,) = READER.read(scope(tree))
    assert isinstance(found, Found)
    assert found.value == [
        {
            "path": "Dockerfile",
            "base_image": "python:3.12-slim",
            "base_pinned": False,
            "base_tagged": True,
            "user": "app",
            "runs_as_root": False,
            "healthcheck": True,
        }
    ]
    assert found.places["Dockerfile.user"] == "Dockerfile:2"
    load().normalise("container_file", found.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM alpine", {"base_tagged": False, "base_pinned": False, "runs_as_root": True}),
        (f"FROM alpine@{DIGEST}", {"base_tagged": True, "base_pinned": True}),
        ("FROM alpine:latest", {"base_tagged": False}),
        ("FROM registry:5000/app", {"base_tagged": False}),
        ("FROM scratch", {"base_pinned": True, "runs_as_root": True, "base_image": "scratch"}),
        ("FROM gcr.io/distroless/static:nonroot", {"runs_as_root": False}),
        ("FROM gcr.io/distroless/static:latest", {"runs_as_root": True}),
        ("FROM alpine:3\nUSER 0:0", {"runs_as_root": True, "user": "0:0"}),
        ("FROM alpine:3\nUSER app\nUSER root", {"runs_as_root": True}),
        ("ARG V=3.19\nFROM --platform=$BUILDPLATFORM alpine:${V}", {"base_image": "alpine:3.19", "base_tagged": True}),
        ("ARG V\nFROM alpine:${V:-3}", {"base_image": "alpine:3"}),
        ("FROM alpine:3\nENV U=web\nUSER $U", {"user": "web", "runs_as_root": False}),
        ("FROM golang:1.23 AS build\nUSER x\nFROM build\nHEALTHCHECK NONE", {"base_image": "golang:1.23", "user": "x"}),
        ("FROM golang:1.23 AS build\nFROM scratch\nCOPY --from=build /a /a", {"base_tagged": True}),
        (f"FROM alpine@{DIGEST}\nCOPY --from=busybox /a /a", {"base_pinned": False, "base_tagged": False}),
        ("FROM alpine:3\nUSER app\nRUN <<EOF\nUSER root\nFROM x\nEOF\n", {"user": "app"}),
        ("# escape=`\nFROM alpine:3\nRUN a `\n  b\nUSER app", {"user": "app"}),
    ],
)
def test_what_a_build_file_says(text, expected):
    assert expected.items() <= fields(text).items()


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("ARG BASE\nFROM $BASE", {"base_image", "base_pinned", "base_tagged", "runs_as_root", "user"}),
        ("FROM ghcr.io/acme/base:1", {"runs_as_root", "user"}),
        ("FROM alpine:3\nARG U\nUSER $U", {"runs_as_root", "user"}),
        (f"FROM gcr.io/distroless/static@{DIGEST}", {"runs_as_root"}),
    ],
)
def test_what_cannot_be_known_is_absent(text, absent):
    assert not absent & fields(text).keys()


def test_examples_and_templates_do_not_count(repo, scope):
    tree = repo({"examples/Dockerfile": "FROM a", "Dockerfile.md": "FROM"})
    (found,) = READER.read(scope(tree))
    assert found.value == []


def test_a_template_of_a_build_file_is_neither_one_nor_none(repo, scope):
    assert list(READER.read(scope(repo({"Dockerfile.j2": "FROM {{ x }}"})))) == []


def test_build_files_in_a_folder_for_all_go_to_the_component_they_name(repo, survey_scopes):
    part = {"main.go": "package main\n", "go.mod": "module x\n"}
    files = {f"src/{name}/{file}": text for name in ("cart", "shop", "web") for file, text in part.items()}
    tree = repo({**files, "docker/Dockerfile.cart": "FROM a:1\n", "docker/shop/Dockerfile": "FROM b:1\n"})
    said = {path: list(READER.read(scope)) for path, scope in survey_scopes(tree).items()}
    assert [item["path"] for item in said["src/cart"][0].value] == ["docker/Dockerfile.cart"]
    assert [item["path"] for item in said["src/shop"][0].value] == ["docker/shop/Dockerfile"]
    assert said["src/web"] == []  # Whose the shared ones are is not known for sure.


def test_a_file_without_from_is_said(repo, scope):
    (missed,) = READER.read(scope(repo({"Dockerfile": "RUN true\n"})))
    assert isinstance(missed, Missed)
    assert missed.location == "Dockerfile:1:1"


@given(
    st.lists(st.sampled_from(["FROM", "a:1", "AS", "b", "\n", " ", "\\\n", "<<EOF", "USER", "$X", "${", "ENV A=", "'"]))
)
def test_any_input_is_read_or_refused(words):
    with contextlib.suppress(UserError):
        describe(parse(" ".join(words), "Dockerfile"))
