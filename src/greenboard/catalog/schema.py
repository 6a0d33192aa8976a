"""The JSON Schema of `greenboard.yaml`, made from the models that read it.

`python -m greenboard.catalog.schema` writes it to `library/schemas/`; a test keeps it current.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from greenboard.catalog.native import DescribedModel, ListModel
from greenboard.catalog.types import KINDS
from greenboard.core import content

NAME = "greenboard.schema.json"


def schema() -> dict[str, Any]:
    """The schema of one document of a descriptor (draft 2020-12)."""
    made = TypeAdapter(DescribedModel | ListModel).json_schema()
    made["$defs"]["DescribedModel"]["properties"]["kind"]["examples"] = list(KINDS)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Greenboard descriptor",
        "description": "One document of a greenboard.yaml: an entity, or a list of entities and kinds.",
    }
    return {**head, **made}


def text() -> str:
    """The schema as it stands in the library."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    content.library("schemas", NAME).write_text(text(), encoding="utf-8")
