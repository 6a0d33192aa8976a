"""JSON with the place of each part, so that what is wrong in it is told by line and column."""

from __future__ import annotations

import json
import math

from greenboard.core import yaml
from greenboard.core.errors import Place, UserError


def read(text: str, label: str) -> yaml.Document:
    """The JSON of a text.

    Raises:
        UserError: it is no JSON, is nested too deeply, or repeats a key.

    """
    try:
        data = json.loads(text, parse_constant=_never, parse_float=_finite)
    except json.JSONDecodeError as error:
        place = Place(label, error.lineno, error.colno)
        raise UserError(f"not JSON: {error.msg[0].lower()}{error.msg[1:]}", place=place) from None
    except RecursionError:
        raise UserError("nested too deeply", place=Place(label)) from None
    except ValueError as error:
        raise UserError(f"not JSON: {error}", place=Place(label)) from None
    return yaml.Document(data, label, _places(text, label))


def _never(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is beyond measure")
    return number


def _places(text: str, label: str) -> dict[yaml.Path, Place]:
    """Where each part stands. JSON is YAML but for tabs between its parts."""
    lines = (line[: len(line) - len(line.lstrip())].replace("\t", " ") + line.lstrip() for line in text.split("\n"))
    try:
        documents = yaml.read("\n".join(lines), label)
    except UserError as error:
        if "duplicate key" in error.what:
            raise
        return {}
    return documents[0].places if documents else {}
