"""What each rule of the library says of its first failing example; `python tests/scorecards/freeze.py` writes it down."""

from __future__ import annotations

from pathlib import Path

from greenboard.core import yaml
from greenboard.facts import vocabulary
from greenboard.results import examples
from greenboard.rules.types import Outcome
from greenboard.scorecards import definition

FILE = Path(__file__).with_name("sentences.yaml")


def sentences() -> dict[str, str]:
    """The sentence of each rule, by its id."""
    words = vocabulary.load()
    card = definition.find("production-readiness", words)
    said: dict[str, str] = {}
    for rule in card.rules:
        example = next(one for one in rule.examples if one.outcome is Outcome.FAIL)
        said[rule.id] = examples.result(card, rule, example, (words, definition.ladders())).message
    return said


def frozen() -> dict[str, str]:
    """The sentences that were written down."""
    (document,) = yaml.read(FILE.read_text(encoding="utf-8"), FILE.name)
    assert isinstance(document.data, dict)
    return {str(name): str(text) for name, text in document.data.items()}


if __name__ == "__main__":
    lines = [f"{name}: |-\n  {text}" for name, text in sentences().items()]
    head = (
        "# What each rule says of its first failing example. Written by tests/scorecards/freeze.py; read it through.\n"
    )
    FILE.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
