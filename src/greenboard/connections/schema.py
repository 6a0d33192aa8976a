"""The JSON Schema of manifests, by which editors know them.

`python -m greenboard.connections.schema` writes it to `library/schemas/`; a test keeps it current.
"""

from __future__ import annotations

import json

from greenboard.connections.manifest import Manifest
from greenboard.core import content

NAME = "integration.schema.json"


def text() -> str:
    """The schema as it is kept in the library."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Manifest.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    content.library("schemas", NAME).write_text(text(), encoding="utf-8")
