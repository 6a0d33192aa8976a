"""What GraphQL tells of a CODEOWNERS file, and where that is not enough to know whom it names."""

from __future__ import annotations

from typing import Any

import pytest

from greenboard.integrations.github.collect import code_owners

PLACES: dict[str, Any] = {"hidden": None, "root": None, "docs": None}


def _file(text: str, *, truncated: bool = False) -> dict[str, Any]:
    return {"isTruncated": truncated, "text": text}


def test_the_first_place_where_github_looks_decides() -> None:
    told = code_owners({**PLACES, "hidden": _file("* @acme/shop\n"), "docs": _file("* @acme/other\n")})
    assert told is not None
    assert (told["path"], told["teams"], told["people"], told["catch_all"]) == (
        ".github/CODEOWNERS",
        ["@acme/shop"],
        [],
        True,
    )


@pytest.mark.parametrize(
    "files",
    [
        PLACES,
        {"hidden": None, "root": None},
        {**PLACES, "hidden": {}, "root": _file("* @acme/shop\n")},
        {**PLACES, "root": _file("* @acme/shop\n", truncated=True)},
        {**PLACES, "root": _file("../CODEOWNERS")},
        {**PLACES, "root": {"isTruncated": False, "text": None}},
    ],
    ids=["nowhere", "a place that was not told", "a folder", "half a file", "a link", "no text"],
)
def test_what_was_not_read_whole_names_nobody(files: dict[str, Any]) -> None:
    assert code_owners(files) is None
