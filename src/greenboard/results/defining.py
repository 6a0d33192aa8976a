"""Fact types that people define here: looked at, saved and retired, and never while a rule would break by it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from greenboard.access import audit
from greenboard.core import yaml
from greenboard.core.errors import Place, UserError, UserErrors
from greenboard.facts import custom, definitions, json_schema
from greenboard.facts import vocabulary as words
from greenboard.facts.definitions import LABEL, Definition
from greenboard.facts.vocabulary import FactType, Vocabulary
from greenboard.rules.language import RuleError
from greenboard.rules.language import compile as compile_rule
from greenboard.scorecards import store
from greenboard.scorecards.types import Rule, Scorecard


@dataclass(frozen=True)
class Change:
    """Who defines what, when and why. `based_on` is the digest of the text that they looked at, "" for none."""

    name: str
    based_on: str
    author: str
    at: datetime
    note: str = ""


@dataclass(frozen=True)
class Broken:
    """A rule that a change would break, and how."""

    scorecard: Scorecard
    rule: Rule
    reason: str


@dataclass(frozen=True)
class Looked:
    """What a definition comes to: a fact type, or what is wrong with it; and the rules that it would break."""

    declared: FactType | None
    errors: tuple[UserError, ...] = ()
    broken: tuple[Broken, ...] = ()


class Conflict(UserError):
    """Somebody else was first."""

    status = 409


class NoType(UserError):
    """There is none of that name that was defined here."""

    status = 404


def digest(text: str) -> str:
    """The name of a version."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def look(document: yaml.Document, name: str = "") -> Looked:
    """What a schema comes to; `name` is that of the type that it shall be another version of."""
    try:
        declared = _read(document, name)
    except UserError as error:
        return Looked(None, tuple(error.errors) if isinstance(error, UserErrors) else (error,))
    return Looked(declared, broken=tuple(_broken(custom.refresh().with_defined(declared), declared.name)))


def save(change: Change, text: str, document: yaml.Document) -> FactType:
    """Let a definition hold. Same again writes nothing.

    Raises:
        Conflict: it is not the version any more that the change is based on.
        UserErrors: what is wrong with the schema, each with its place, or the rules that would break.

    """
    try:
        with transaction.atomic():
            before = _begin(change)
            looked = look(document, change.name)
            if looked.errors or looked.declared is None:
                raise UserErrors(looked.errors)
            _refuse(looked.broken)
            if before is None or before.retired or before.text != text:
                _write(change, before, text, retired=False)
    except IntegrityError:  # two first definitions at once: the database let one through
        raise Conflict(f"{change.name} was defined meanwhile", hint="Look at it again.") from None
    custom.refresh()
    return looked.declared


def retire(change: Change) -> None:
    """Take no facts of the type any more. What was said stays, and can be read at any moment of the past.

    Raises:
        NoType: none of that name was defined here.
        Conflict: it is not the version any more that was looked at.
        UserErrors: the rules that read it.

    """
    with transaction.atomic():
        before = _begin(change)
        if before is None:
            raise NoType(f"no fact type {change.name!r} was defined here")
        _refuse(tuple(_readers(change.name)))
        if not before.retired:
            _write(change, before, before.text, retired=True)
    custom.refresh()


def _begin(change: Change) -> Definition | None:
    before = definitions.current(change.name, lock=True)
    if (digest(before.text) if before else "") != change.based_on:
        by = f" by {before.author}" if before else ""
        raise Conflict(f"{change.name} was changed meanwhile{by}", hint="Look at it again, then save on top of it.")
    return before


def _read(document: yaml.Document, name: str) -> FactType:
    """The fact type of a schema, whose idioms compile, and which keeps the shape of the one before."""
    plain = json_schema.read(document)
    declared = words.read(plain, custom.files())
    before = definitions.current(name) if name else None
    known = custom.refresh().types.get(name) if before else None
    errors = [*_kept(declared, name, known, plain), *_idioms(declared, plain)]
    if errors:
        raise UserErrors(errors)
    return declared


def _kept(declared: FactType, name: str, known: FactType | None, document: yaml.Document) -> Iterator[UserError]:
    """What must stay as it is: whoever wants another shape defines another type, as facts are kept in the old one."""
    if name and declared.name != name:
        yield UserError("a fact type keeps its name", place=document.place("name"), expected=name, got=declared.name)
    for part in ("about", "many") if known else ():
        was, now = getattr(known, part), getattr(declared, part)
        if was != now:
            hint = "Retire this one and define another."
            what = f"a fact type keeps its shape: {part}"
            yield UserError(what, place=document.place(part), expected=str(was), got=str(now), hint=hint)


def _idioms(declared: FactType, document: yaml.Document) -> Iterator[UserError]:
    vocabulary = custom.refresh().with_defined(declared)
    for at, idiom in enumerate(declared.idioms):
        place = document.place("idioms", at)
        try:
            reads = compile_rule(idiom.rule, vocabulary).types
        except RuleError as error:
            yield UserError(f"idiom {at + 1} is no rule: {error.what}", place=place, hint=error.hint)
        else:
            if declared.name not in reads:
                yield UserError(f"idiom {at + 1} does not read {declared.name}", place=place)


def _broken(vocabulary: Vocabulary, name: str) -> Iterator[Broken]:
    """The rules that read a type and do not compile under another vocabulary."""
    for found in _readers(name):
        rule = found.rule
        parameters = {key: declared.type for key, declared in rule.parameters.items()}
        for program in rule.programs:
            try:
                compile_rule(program.source, vocabulary, parameters=parameters)
            except RuleError as error:
                yield Broken(found.scorecard, rule, error.what)
                break


def _readers(name: str) -> Iterator[Broken]:
    for card in store.standards(custom.vocabulary()):
        for rule in card.rules:
            if name in rule.types | rule.related_types:
                yield Broken(card, rule, f"it reads {name}")


def _refuse(broken: tuple[Broken, ...]) -> None:
    if broken:
        hint = "Change the rule first."
        raise UserErrors(
            UserError(f"rule {one.rule.id} of {one.scorecard.name} would break: {one.reason}", place=_RULES, hint=hint)
            for one in broken
        )


_RULES = Place("rules")


def _write(change: Change, before: Definition | None, text: str, *, retired: bool) -> None:
    at = max(change.at, before.since) if before else change.at
    definitions.write(Definition(change.name, text, retired, change.author, change.note, at, None))
    said = {"schema": text, "retired": retired, "note": change.note}
    action = "fact_type.retired" if retired else "fact_type.saved"
    was = None if before is None else {"schema": before.text, "retired": before.retired}
    audit.note(action, f"fact-type:{change.name}", before=was, after=said)


__all__ = ["LABEL", "Broken", "Change", "Conflict", "Looked", "NoType", "digest", "look", "retire", "save"]
