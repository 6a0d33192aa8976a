"""The published JSON Schema of descriptors, and the examples of the documentation."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from greenboard.catalog import descriptors, graph, schema
from greenboard.core import content

GUIDE = Path(__file__).parents[2] / "docs" / "descriptor.md"
EXAMPLES = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_published_schema_is_current():
    published = content.library("schemas", schema.NAME).read_text(encoding="utf-8")
    assert published == schema.text(), "run: .venv/bin/python -m greenboard.catalog.schema"


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema.schema())


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_of_the_guide_is_read(example):
    assert graph.check(descriptors.read(example, "greenboard.yaml")) == []


@pytest.mark.parametrize("example", [example for example in EXAMPLES if "apiVersion" not in example])
def test_each_example_of_the_guide_fits_the_schema(example):
    for document in yaml.safe_load_all(example):
        jsonschema.validate(json.loads(json.dumps(document, default=str)), schema.schema())


@pytest.mark.parametrize("wrong", [{"kind": "service"}, {"kind": "service", "name": "a", "ownr": "b"}, {"entities": 3}])
def test_what_is_refused_does_not_fit_the_schema(wrong):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema.schema())


def test_every_field_is_in_the_guide():
    fields = descriptors.native.EntityModel.model_fields
    missing = [name for name in fields if f"`{name}`" not in GUIDE.read_text(encoding="utf-8")]
    assert missing == []
