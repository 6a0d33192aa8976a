"""Scorecards and rules as they were: kept as JSON when first used, compiled again when asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts.vocabulary import FieldType, Vocabulary, encode
from greenboard.results import models
from greenboard.rules import language
from greenboard.scorecards.types import Enforcement, Level, ParameterDef, Rule, Scorecard, Selector


@dataclass(frozen=True)
class Adopted:
    """A rule as stored: its surrogate id, that of its version, since when that holds, and whether it is new."""

    rule: int
    version: int
    since: datetime
    changed: bool


@dataclass(frozen=True)
class Adoption:
    """A scorecard as stored: its surrogate id, that of its version, and its rules by name.

    `looked_at` is when all its results were last known to be right, `opened_at` when it was last divided
    into parts.
    """

    card: int
    version: int
    rules: Mapping[str, Adopted]
    looked_at: datetime | None
    opened_at: datetime | None


def adopt(scorecard: Scorecard, at: datetime, known: Adoption | None = None) -> Adoption:
    """Make sure that a scorecard and its rules are stored as they are now.

    Rules that the scorecard no longer has end here. To be called inside a transaction; on
    PostgreSQL it lets one evaluation of a scorecard run at a time. `known` is what an earlier call
    for this very scorecard gave: while that version is in force, its rules need not be read.
    """
    stored = _stored(scorecard.name)
    told = scorecard.digest, _pack_card(scorecard)
    version, _ = _version(models.ScorecardVersion, {"scorecard": stored}, told, at)
    there = known is not None and known.version == version
    rules = _unchanged(known) if known is not None and there else _rules(scorecard, stored, at)
    return Adoption(stored.pk, version, rules, stored.looked_at, stored.opened_at)


def in_force(scorecard: Scorecard, known: Adoption | None = None) -> Adoption | None:
    """As `adopt`, but writing and locking nothing; None where this is not the version that is in force."""
    current = models.ScorecardVersion.objects.filter(scorecard__name=scorecard.name, valid_to__isnull=True)
    row = current.select_related("scorecard").first()
    if row is None or row.digest != scorecard.digest:
        return None
    if known is not None and known.version == row.pk:
        rules = _unchanged(known)
    else:
        stored = models.RuleVersion.objects.filter(rule__scorecard=row.scorecard, valid_to__isnull=True)
        told = stored.values_list("rule__name", "rule_id", "id", "valid_from")
        rules = {name: Adopted(rule, version, since, changed=False) for name, rule, version, since in told}
    return Adoption(row.scorecard_id, row.pk, rules, row.scorecard.looked_at, row.scorecard.opened_at)


@dataclass(frozen=True)
class InForce:
    """The version of a scorecard that is in force, and how far it was judged: another one whenever somebody did."""

    version: int
    digest: str
    opened_at: datetime | None
    looked_at: datetime | None
    parts: int


def current() -> dict[str, InForce]:
    """The versions that are in force, by the names of their scorecards."""
    rows = models.ScorecardVersion.objects.filter(valid_to__isnull=True)
    names = ("opened_at", "looked_at", "parts")
    told = rows.values_list("scorecard__name", "id", "digest", *(f"scorecard__{name}" for name in names))
    return {name: InForce(*each) for name, *each in told}


@dataclass(frozen=True)
class Looked:
    """When all results of a scorecard were last right together; which version of it is in force, and since when."""

    at: datetime | None
    digest: str | None
    since: datetime | None


_LOOKED = """
SELECT card.looked_at, version.digest, version.valid_from
FROM results_scorecard card
LEFT JOIN results_scorecardversion version ON version.scorecard_id = card.id AND version.valid_to IS NULL
WHERE card.name = %s
"""


def looked(scorecard: str) -> Looked:
    """As things are now. One query, which each explanation asks: Django takes longer to say it than the database."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOKED, [scorecard])
        at, digest, since = cursor.fetchone() or (None, None, None)
    return Looked(at and clock.stored(at), digest, since and clock.stored(since))


def again(known: Adoption, now: InForce) -> Adoption:
    """What `adopt` gives for a version that is still in force."""
    return replace(known, rules=_unchanged(known), looked_at=now.looked_at, opened_at=now.opened_at)


def _unchanged(known: Adoption) -> dict[str, Adopted]:
    return {name: replace(one, changed=False) for name, one in known.rules.items()}


def _stored(name: str) -> models.Scorecard:
    rows = models.Scorecard.objects.select_for_update().filter(name=name)
    found = rows.first()
    if found is None:
        models.Scorecard.objects.get_or_create(name=name)
        found = rows.get()
    return found


def _rules(scorecard: Scorecard, stored: models.Scorecard, at: datetime) -> dict[str, Adopted]:
    known = {rule.name: rule for rule in models.Rule.objects.filter(scorecard=stored)}
    rows = models.RuleVersion.objects.filter(rule__scorecard=stored, valid_to__isnull=True)
    told = rows.values_list("rule_id", "id", "valid_from", "digest")
    current = {rule: (version, since, digest) for rule, version, since, digest in told}
    adopted: dict[str, Adopted] = {}
    for rule in scorecard.rules:
        row = known.get(rule.id) or models.Rule.objects.create(scorecard=stored, name=rule.id)
        version, since, digest = current.get(row.id, (0, at, ""))
        if version and digest == rule.digest:
            adopted[rule.id] = Adopted(row.id, version, since, changed=False)
        else:
            fresh = _version(models.RuleVersion, {"rule": row}, (rule.digest, pack(rule)), at)
            adopted[rule.id] = Adopted(row.id, *fresh, changed=True)
    gone = [row.id for name, row in known.items() if name not in adopted and row.id in current]
    if gone:
        models.RuleVersion.objects.filter(rule_id__in=gone, valid_to__isnull=True).update(valid_to=at)
    return adopted


def _version(
    model: type[models.ScorecardVersion | models.RuleVersion],
    owner: Mapping[str, Any],
    said: tuple[str, str],
    at: datetime,
) -> tuple[int, datetime]:
    """The current version, which is replaced where it says something else: its id, and since when it holds."""
    digest, text = said
    current = model.objects.filter(**owner, valid_to__isnull=True).first()
    if current is not None and current.digest == digest:
        return int(current.pk), current.valid_from
    if current is not None and current.valid_from == at:
        model.objects.filter(pk=current.pk).update(digest=digest, text=text)
        return int(current.pk), at
    if current is not None:
        model.objects.filter(pk=current.pk).update(valid_to=at)
    return int(model.objects.create(**owner, digest=digest, text=text, valid_from=at).pk), at


def as_of(scorecard: Scorecard, moment: datetime, vocabulary: Vocabulary) -> Scorecard:
    """The scorecard as it was used at a moment; the given one where it was the same or none was.

    Raises:
        RuleError: a rule of then reads a fact type that is no more.

    """
    in_force = {"valid_from__lte": moment}
    card = models.ScorecardVersion.objects.filter(scorecard__name=scorecard.name, **in_force).order_by("-valid_from")
    then = card.first()
    if then is None or then.digest == scorecard.digest:
        return scorecard
    data = json.loads(then.text)
    rows = models.RuleVersion.objects.filter(rule__scorecard__name=scorecard.name, **in_force).order_by("valid_from")
    texts = dict(rows.values_list("rule__name", "text"))
    rules = tuple(_compiled(texts[name], vocabulary) for name in data["rules"] if name in texts)
    return replace(
        scorecard,
        title=data["title"],
        levels=tuple(Level(**level) for level in data["levels"]),
        rules=rules,
        scope=_selector(data["scope"]),
        digest=then.digest,
    )


def _pack_card(scorecard: Scorecard) -> str:
    return json.dumps(
        {
            "title": scorecard.title,
            "levels": [vars(level) for level in scorecard.levels],
            "scope": vars(scorecard.scope),
            "rules": [rule.id for rule in scorecard.rules],
        }
    )


def pack(rule: Rule) -> str:
    """A rule as JSON with all that `unpack` needs to run it again."""
    plain = ("id", "item", "dimension", "title", "why", "fix", "level", "weight", "lifecycle", "digest")
    return json.dumps(
        {
            **{name: getattr(rule, name) for name in plain},
            "expression": rule.program.source,
            "when": rule.when.source if rule.when else None,
            "enforcement": rule.enforcement.value,
            "enabled_from": clock.format_time(rule.enabled_from) if rule.enabled_from else None,
            "grace": rule.grace.total_seconds(),
            "scope": vars(rule.scope),
            "parameters": {name: _pack_parameter(parameter) for name, parameter in rule.parameters.items()},
        }
    )


def _pack_parameter(parameter: ParameterDef) -> dict[str, Any]:
    return {
        "type": parameter.type.value,
        "default": encode(parameter.default),
        "by_tier": {str(tier): encode(value) for tier, value in parameter.by_tier.items()},
        "by_kind": encode(parameter.by_kind),
        "by_entity": {str(ref): encode(value) for ref, value in parameter.by_entity.items()},
    }


_known: dict[str, tuple[Vocabulary, Rule]] = {}
_MOST = 2_000


def _compiled(text: str, vocabulary: Vocabulary) -> Rule:
    """As `unpack`, once for each text: pages of the past ask for the same rules again and again."""
    kept = _known.get(text)
    if kept is not None and kept[0] is vocabulary:
        return kept[1]
    rule = unpack(text, vocabulary)
    if len(_known) >= _MOST:
        _known.clear()
    _known[text] = (vocabulary, rule)
    return rule


def unpack(text: str, vocabulary: Vocabulary) -> Rule:
    """A rule from its JSON, compiled."""
    data = json.loads(text)
    parameters = {name: _parameter(raw) for name, raw in data.pop("parameters").items()}
    types = {name: parameter.type for name, parameter in parameters.items()}
    expression, when, enabled_from = data.pop("expression"), data.pop("when"), data.pop("enabled_from")
    return Rule(
        **{
            **data,
            "program": language.compile(expression, vocabulary, parameters=types),
            "when": language.compile(when, vocabulary, parameters=types) if when else None,
            "enforcement": Enforcement(data["enforcement"]),
            "enabled_from": clock.parse_time(enabled_from) if enabled_from else None,
            "grace": timedelta(seconds=data["grace"]),
            "scope": _selector(data["scope"]),
            "parameters": parameters,
        }
    )


def _parameter(raw: Mapping[str, Any]) -> ParameterDef:
    kind = FieldType(raw["type"])
    return ParameterDef(
        type=kind,
        default=_value(kind, raw["default"]),
        by_tier={int(tier): _value(kind, value) for tier, value in raw["by_tier"].items()},
        by_kind={name: _value(kind, value) for name, value in raw["by_kind"].items()},
        # Versions that were kept before entities could have values of their own have no such key.
        by_entity={Ref.parse(ref): _value(kind, value) for ref, value in raw.get("by_entity", {}).items()},
    )


def _value(kind: FieldType, raw: Any) -> Any:
    if isinstance(raw, list):
        return tuple(_value(kind.element or kind, part) for part in raw)
    if kind is FieldType.DURATION:
        return timedelta(seconds=raw)
    return clock.parse_time(raw) if kind is FieldType.TIMESTAMP else raw


def _selector(raw: Mapping[str, Any]) -> Selector:
    return Selector(**{name: tuple(values) for name, values in raw.items()})
