"""Scorecards as YAML: reading, checking, compiling. Every mistake is told with its place.

A scorecard is one file, or one file that includes others with more rules beside it, one for each
dimension. Everything wrong in them is reported at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from greenboard.catalog.types import COMPONENT_KINDS
from greenboard.core import clock, content, yaml
from greenboard.core.errors import Place, UserError, UserErrors, suggest
from greenboard.core.refs import Ref
from greenboard.facts.types import FieldValue
from greenboard.facts.vocabulary import FieldType, Vocabulary
from greenboard.rules import language
from greenboard.rules.language import Standards
from greenboard.scorecards.form import (
    CardForm,
    ExampleForm,
    FixForm,
    ParameterForm,
    PartForm,
    RuleForm,
    ScopeForm,
    SubjectForm,
    written,
)
from greenboard.scorecards.position import locate
from greenboard.scorecards.types import (
    Example,
    ExampleEntity,
    Level,
    ParameterDef,
    Remedy,
    Rule,
    Scorecard,
    Selector,
)

__all__ = [
    "Example",
    "Known",
    "Level",
    "ParameterDef",
    "Rule",
    "Scorecard",
    "Selector",
    "find",
    "load",
    "parse",
    "rule",
    "shipped",
    "unknown_level",
]

Known = tuple[Vocabulary, Standards | None]
"""What an expression may name; None where it is not known which scorecards there are."""

DEFAULT = "production-readiness"
MAX_BYTES = 5 * 2**20


@dataclass(frozen=True)
class _Source:
    """A file that was read: its text for places, its document, and the rules in it.

    Without a text the document was given as data, and places in an expression count within it.
    """

    text: str | None
    document: yaml.Document
    dimension: str | None
    rules: tuple[RuleForm, ...]


def find(name_or_file: str, vocabulary: Vocabulary, standards: Standards | None = None) -> Scorecard:
    """Load a scorecard by the name of a shipped one, or from a file; otherwise as `load`."""
    known = {path.stem: path for path in _shipped()}
    if name_or_file in known:
        return load(known[name_or_file], vocabulary, standards)
    path = Path(name_or_file)
    if path.is_file():
        return load(path, vocabulary, standards)
    names = sorted(known)
    raise UserError(
        f"no scorecard {name_or_file!r}",
        expected=f"one of {', '.join(names)}, or a YAML file" if names else "a YAML file",
        hint=suggest(name_or_file, names),
    )


def shipped(vocabulary: Vocabulary) -> tuple[Scorecard, ...]:
    """Every scorecard that ships, and those of your own; the default one first.

    One of your own takes the place of the one that ships by its name.

    Raises:
        UserError: the folder of your own is not there, or something in a file is wrong.

    """
    return tuple(load(path, vocabulary, ladders()) for path in _shipped())


def _shipped() -> list[Path]:
    folders = [content.library("scorecards"), content.own_scorecards()]
    found = {path.stem: path for folder in folders if folder is not None for path in sorted(folder.glob("*.yaml"))}
    return sorted(found.values(), key=lambda path: (path.stem != DEFAULT, path.stem))


@cache
def ladders() -> Standards:
    """The names of the levels of every scorecard that ships, lowest first."""
    cards = [yaml.parse(_read(path, str(path))[1], CardForm) for path in _shipped()]
    return {card.name: tuple(level.name for level in card.levels) for card in cards}


def load(path: Path, vocabulary: Vocabulary, standards: Standards | None = None) -> Scorecard:
    """Read and compile a scorecard with the files that it includes.

    A scorecard whose scope names no kinds is asked of those that are built and run (COMPONENT_KINDS).
    `standards` are the levels of the scorecards that rules may ask for; None where it is not known
    which there are.

    Raises:
        UserError: the files cannot be read or something in them is wrong; all of it is told.

    """
    text, document = _read(path, str(path))
    known = vocabulary, standards
    return _load(text, document, known, lambda name: _read(path.parent / name, str(path.parent / name)))


def parse(text: str, vocabulary: Vocabulary, *, label: str = "scorecard") -> Scorecard:
    """Compile a scorecard that is given as text. It includes nothing but files that ship.

    Raises:
        UserError: something in it is wrong; all of it is told.

    """
    return _load(text, _only(text, label), (vocabulary, None), _shipped_part)


def _shipped_part(name: str) -> tuple[str, yaml.Document]:
    folder = content.library("scorecards")
    if name not in {path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml")}:
        raise UserError(f"{name} cannot be included here", hint="Write its rules into the scorecard itself.")
    return _read(folder / name, name)


def _load(
    text: str, document: yaml.Document, known: Known, include: Callable[[str], tuple[str, yaml.Document]]
) -> Scorecard:
    card = yaml.parse(document, CardForm)
    sources = [_Source(text, document, None, card.rules)]
    dimensions = dict(card.dimensions)
    errors: list[UserError] = []
    for index, name in enumerate(card.include):
        try:
            part_text, part_document = include(name)
            part = yaml.parse(part_document, PartForm)
        except UserError as error:
            missing = error.place is None and not isinstance(error, UserErrors)
            errors.append(_placed(error, document.place("include", index)) if missing else error)
            continue
        dimensions[part.dimension] = part.title
        sources.append(_Source(part_text, part_document, part.dimension, part.rules))
    rules = _compile_all(sources, card, known, errors)
    if errors:
        raise errors[0] if len(errors) == 1 else UserErrors(errors)
    scorecard = Scorecard(
        name=card.name,
        title=card.title,
        description=card.description.strip(),
        levels=tuple(Level(level.name, level.title, level.description.strip()) for level in card.levels),
        rules=tuple(rules),
        scope=_selector(card.scope if card.scope.kinds else card.scope.model_copy(update={"kinds": COMPONENT_KINDS})),
        dimensions=dimensions,
    )
    return replace(scorecard, digest=_digest([rule.digest for rule in rules], card.levels, card.scope))


def _read(path: Path, label: str) -> tuple[str, yaml.Document]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"more than {MAX_BYTES:,} bytes", place=Place(label), hint="Is this a scorecard?")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{label} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UserError("not UTF-8 text", place=Place(label, line), hint="Save the file as UTF-8.") from None
    return text, _only(text, label)


def _only(text: str, label: str) -> yaml.Document:
    documents = yaml.read(text, label)
    if len(documents) != 1:
        raise UserError("not one YAML document", place=Place(label, 1), expected="1", got=str(len(documents)))
    return documents[0]


def _placed(error: UserError, place: Place) -> UserError:
    return UserError(error.what, place=place, expected=error.expected, got=error.got, hint=error.hint)


def _compile_all(sources: Sequence[_Source], card: CardForm, known: Known, errors: list[UserError]) -> list[Rule]:
    """Compile every rule of every file; what is wrong goes to `errors`."""
    rules: list[Rule] = []
    first: dict[str, Place] = {}
    for source in sources:
        for index, raw in enumerate(source.rules):
            place = source.document.place("rules", index)
            levels = [level.name for level in card.levels]
            problems = list(unknown_level(raw.id, raw.level, levels, source.document.place("rules", index, "level")))
            if raw.id in first:
                where = source.document.place("rules", index, "id")
                problems.append(UserError(f"two rules with the id {raw.id!r} (first at {first[raw.id]})", place=where))
            first.setdefault(raw.id, place)
            try:
                compiled = _rule(raw, ("rules", index), source, known)
            except UserErrors as several:
                problems.extend(several.errors)
            except UserError as error:
                problems.append(error)
            else:
                rules.append(compiled)
                problems.extend(circular(compiled, source.document.place("rules", index, "expression"), card.name))
            errors.extend(problems)
    return rules


def unknown_level(rule: str, level: str, levels: Sequence[str], place: Place) -> Iterator[UserError]:
    """What is wrong with the level of a rule, if anything."""
    if level not in levels:
        what = f"rule {rule}: unknown level {level!r}"
        yield UserError(what, place=place, expected=", ".join(levels), hint=suggest(level, levels))


def circular(rule: Rule, place: Place, card: str) -> Iterator[UserError]:
    """A rule that reads levels of the scorecard that it is in: it would ask for what it decides itself."""
    if any(asked == card for _, asked in rule.levels):
        what = f"rule {rule.id}: it asks for a level of {card}, the scorecard that it is in"
        yield UserError(what, place=place, hint="Ask for a level of another scorecard.")


def rule(document: yaml.Document, known: Known, *, text: str | None = None, dimension: str | None = None) -> Rule:
    """Compile a single rule from a document that holds nothing else. Its level is not looked at.

    Of what the text holds, errors have their place in it. Of what was given as data, they count within
    the expression, in the "file" that the document's places name.

    Raises:
        UserError: something in it is wrong; all of it is told.

    """
    form = yaml.parse(document, RuleForm)
    return _rule(form, (), _Source(text, document, dimension, ()), known)


def _rule(raw: RuleForm, at: yaml.Path, source: _Source, known: Known) -> Rule:
    """Turn one parsed rule into a compiled one."""
    errors: list[UserError] = []
    parameters: dict[str, ParameterDef] = {}
    for name, parameter in raw.parameters.items():
        try:
            parameters[name] = _parameter(name, parameter)
        except UserError as error:
            errors.append(_placed(error, source.document.place(*at, "parameters", name)))
    types = {name: parameter.type for name, parameter in raw.parameters.items()}
    compiler = _Compiler(source, known, types, errors)
    program = compiler.compile(raw.expression, (*at, "expression"))
    when = compiler.compile(raw.when, (*at, "when")) if raw.when else None
    if errors or program is None:
        raise UserErrors(errors)
    return Rule(
        id=raw.id,
        item=raw.item,
        dimension=raw.dimension or source.dimension or raw.item.partition(".")[0].lower(),
        title=raw.title,
        why=raw.why.strip(),
        fix=raw.fix.words,
        level=raw.level,
        program=program,
        weight=raw.weight,
        enforcement=raw.enforcement,
        enabled_from=raw.enabled_from,
        lifecycle=raw.lifecycle,
        grace=raw.grace,
        scope=_selector(raw.scope),
        when=when,
        parameters=parameters,
        examples=tuple(
            _example(example, source.document.place(*at, "examples", number))
            for number, example in enumerate(raw.examples)
        ),
        digest=_digest(_asked(raw)),
        place=source.document.place(*at),
        written=written(raw),
        remedy=_remedy(raw.fix),
    )


def _remedy(raw: FixForm) -> Remedy | None:
    if raw.scaffold:
        return Remedy("scaffold", raw.scaffold)
    return Remedy("workflow", raw.workflow) if raw.workflow else None


def _example(raw: ExampleForm, place: Place) -> Example:
    around = {
        relation: tuple(_entity(one, one.name) for one in (told if isinstance(told, tuple) else (told,)))
        for relation, told in raw.around
        if told is not None
    }
    return Example(_entity(raw, "checkout"), raw.outcome, raw.title, around, place)


def _entity(raw: SubjectForm, name: str) -> ExampleEntity:
    return ExampleEntity(name, raw.facts, raw.kind, raw.tier, raw.lifecycle, raw.levels, raw.teams)


def _asked(raw: RuleForm) -> Mapping[str, Any]:
    """What a rule asks, without the words that explain it."""
    told = raw.model_dump(mode="json", exclude={"title", "why", "fix", "examples"})
    for parameter in told["parameters"].values():
        # A rule that has no such values asks the same as before there could be any.
        if not parameter["by_entity"]:
            del parameter["by_entity"]
    return told


@dataclass(frozen=True)
class _Compiler:
    """Compiles the expressions of one rule; what is wrong goes to `errors`, with its place in the file."""

    source: _Source
    known: Known
    parameters: Mapping[str, FieldType]
    errors: list[UserError]

    def compile(self, expression: str, at: yaml.Path) -> language.Program | None:
        key = self.source.document.place(*at)
        place = Place(key.path, 1, 1)
        words, standards = self.known
        try:
            return language.compile(expression, words, parameters=self.parameters, place=place, standards=standards)
        except UserError as error:
            for single in error.errors if isinstance(error, UserErrors) else (error,):
                said = single.place or place
                if self.source.text is not None and key.path == self.source.document.path:
                    single.place = locate(self.source.text, key, expression, said.line or 1, said.column or 1)
                self.errors.append(single)
            return None


def _parameter(name: str, raw: ParameterForm) -> ParameterDef:
    return ParameterDef(
        type=raw.type,
        default=_value(name, raw.type, raw.default),
        by_tier={tier: _value(name, raw.type, value) for tier, value in raw.by_tier.items()},
        by_kind={kind: _value(name, raw.type, value) for kind, value in raw.by_kind.items()},
        by_entity={Ref.parse(ref): _value(name, raw.type, value) for ref, value in raw.by_entity.items()},
        doc=raw.doc,
    )


def _value(name: str, wanted: FieldType, raw: Any) -> FieldValue:
    """Check a threshold against its type; lengths of time are written as `90d`."""
    if wanted is FieldType.DURATION and isinstance(raw, str):
        return clock.parse_span(raw)
    if wanted is FieldType.FLOAT and isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw)
    if wanted is FieldType.INT and isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if wanted is FieldType.BOOL and isinstance(raw, bool):
        return raw
    if wanted is FieldType.STRING and isinstance(raw, str):
        return raw
    if wanted is FieldType.STRINGS and isinstance(raw, list) and all(isinstance(part, str) for part in raw):
        return tuple(raw)
    raise UserError(f"parameter {name}: wrong type", expected=wanted.value, got=repr(raw)[:80])


def _selector(raw: ScopeForm) -> Selector:
    return Selector(raw.kinds, raw.tiers, raw.lifecycles, raw.tags)


def _digest(*parts: Iterable[Any] | BaseModel | Mapping[str, Any]) -> str:
    """A short fingerprint of what is asked."""
    text = json.dumps(parts, sort_keys=True, default=lambda part: part.model_dump(mode="json"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
