"""The JSON Schema of `scaffold.yaml`, made from the models that read it.

`python -m greenboard.scaffolds.rendering.schema` writes it to `library/schemas/`; a test keeps it current.
"""

from __future__ import annotations

import json
from typing import Any

from greenboard.catalog.types import KINDS
from greenboard.core import content
from greenboard.scaffolds.rendering.reading import ScaffoldForm

NAME = "scaffold.schema.json"


def schema() -> dict[str, Any]:
    """The schema of the document (draft 2020-12)."""
    made = ScaffoldForm.model_json_schema()
    made["$defs"]["EntityForm"]["properties"]["kind"]["enum"] = list(KINDS)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**head, **made, "title": "Greenboard scaffold"}


def text() -> str:
    """The schema as it stands in the library."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    content.library("schemas", NAME).write_text(text(), encoding="utf-8")
