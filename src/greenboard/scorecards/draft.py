"""Drafts of rules: parts that somebody changed, laid over the rule as it is. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import yaml as pyyaml

from greenboard.core import yaml
from greenboard.core.errors import Place, UserError, UserErrors
from greenboard.facts.vocabulary import Vocabulary
from greenboard.scorecards import definition, remedies
from greenboard.scorecards.form import RuleForm
from greenboard.scorecards.types import Rule, Scorecard

BLANK = {"item": "DRAFT", "title": "Draft", "why": "A draft.", "fix": "A draft."}
"""What a draft of a new rule may leave out until it is saved."""

NEW = "draft"
"""The id of a rule that has none yet."""


def complete(
    card: Scorecard, parts: Mapping[str, Any], name: str | None = None, *, blank: Mapping[str, Any] = BLANK
) -> dict[str, Any]:
    """A whole rule as plain data: the parts given, then those of the rule of that id, then `blank`.

    A part that is null, and a `when` of no text, is as if it were not written. A rule that is new
    stands on the lowest level.
    """
    wanted = name or parts.get("id") or NEW
    known = card.rule(wanted) if isinstance(wanted, str) else None
    base = {"level": card.levels[0].name, **blank} if known is None else known.written
    data = {key: value for key, value in {**base, **parts, "id": wanted}.items() if value is not None}
    if isinstance(base.get("fix"), dict) and isinstance(parts.get("fix"), str):
        data["fix"] = {**base["fix"], "text": parts["fix"]}  # other words for the same way out
    if data.get("when") == "":
        del data["when"]
    if data.get("expression") == "":
        data["expression"] = " "  # that nothing is there is said better by the compiler than by the form
    return data


def compiled(card: Scorecard, data: Mapping[str, Any], vocabulary: Vocabulary) -> Rule:
    """A rule of the scorecard from plain data.

    Raises:
        UserError: something in it is wrong; all of it is told. The path of each place is the part
            that is meant, and lines and columns count within it: `expression:1:14`.

    """
    known = card.rule(data["id"]) if isinstance(data.get("id"), str) else None
    document = yaml.Document(dict(data), "rule", _parts((*RuleForm.model_fields, *data)))
    rule = _fitting(card, document, None, known, vocabulary)
    remedies.check(rule, Place("fix"))
    return rule


def _parts(names: Iterable[str]) -> dict[yaml.Path, Place]:
    """Places of parts that stand in no file."""
    return {(name,): Place(name) for name in names}


def read(
    card: Scorecard,
    text: str,
    vocabulary: Vocabulary,
    *,
    label: str = "rule",
    name: str | None = None,
    partial: bool = False,
) -> Rule:
    """A rule of the scorecard from the YAML of it alone; its id is `name` where that is given.

    A `partial` text may leave out what the rule of that id says, and of a new rule what `BLANK` says.

    Raises:
        UserError: something in it is wrong; all of it is told with its place in the text.

    """
    document = single(text, label)
    if not isinstance(document.data, dict):
        raise UserError("not a rule", place=Place(label, 1, 1), expected="its parts", got=repr(document.data)[:40])
    whole = complete(card, document.data, name) if partial else {**document.data, **({"id": name} if name else {})}
    places = {**_parts(key for key in whole if key not in document.data), **document.places}
    known = card.rule(str(whole.get("id")))
    return _fitting(card, replace(document, data=whole, places=places), text, known, vocabulary)


def single(text: str, label: str) -> yaml.Document:
    """The only document of a YAML text."""
    documents = yaml.read(text, label)
    if len(documents) != 1:
        raise UserError("not one YAML document", place=Place(label, 1), expected="1", got=str(len(documents)))
    return documents[0]


def _fitting(
    card: Scorecard, document: yaml.Document, text: str | None, known: Rule | None, vocabulary: Vocabulary
) -> Rule:
    """The rule of a document, if it fits into the scorecard."""
    levels = [level.name for level in card.levels]
    wrong: list[UserError] = []
    rule = None
    try:
        rule = definition.rule(
            document, (vocabulary, definition.ladders()), text=text, dimension=known.dimension if known else None
        )
    except UserError as error:
        wrong += error.errors if isinstance(error, UserErrors) else [error]
    told = document.data.get("level")
    if isinstance(told, str):
        wrong += definition.unknown_level(str(document.data.get("id")), told, levels, document.place("level"))
    if rule is not None:
        wrong += definition.circular(rule, document.place("expression"), card.name)
    if wrong or rule is None:
        raise UserErrors(wrong)
    return rule


def placed(card: Scorecard, rule: Rule) -> Scorecard:
    """The scorecard with the rule in the place of the one of its id, or at its end."""
    others = tuple(rule if known.id == rule.id else known for known in card.rules)
    return replace(card, rules=others if card.rule(rule.id) else (*others, rule))


def lay(card: Scorecard, rules: Iterable[Rule]) -> Scorecard:
    """The scorecard with edited rules laid over it. Its digest changes where one asks something else."""
    changed: list[tuple[str, str]] = []
    for rule in rules:
        known = card.rule(rule.id)
        card = placed(card, rule)
        if known is None or known.digest != rule.digest:
            changed.append((rule.id, rule.digest))
    return replace(card, digest=_digest([card.digest, *sorted(changed)])) if changed else card


def fingerprint(rule: Rule | None) -> str:
    """Tells whether two versions of a rule say the same, words and examples included; "" is no rule."""
    return "" if rule is None else _digest([rule.dimension, rule.written])


def _digest(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def text(rule: Rule) -> str:
    """A rule as YAML, as it would stand in a file."""
    return pyyaml.dump(
        dict(rule.written), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False
    )


class _Dumper(pyyaml.SafeDumper):
    """Writes texts of several lines as blocks."""


def _text(dumper: _Dumper, value: str) -> pyyaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
