"""Templates of reviews as YAML: reading and checking. Every mistake is told with its place."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from greenboard.attestations.types import Who
from greenboard.core import clock, content, yaml
from greenboard.core.errors import Place, UserError, UserErrors, suggest
from greenboard.core.refs import Ref
from greenboard.plugins import registry
from greenboard.scorecards.types import Scorecard

MAX_BYTES = 2 * 2**20
_NAME = r"^[a-z0-9][a-z0-9-]{0,62}$"
Name = Annotated[str, Field(pattern=_NAME)]
Line = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$")]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Stage(_Form):
    """A time at which the review is held. `after` is how long after the signature of the stage before it is due."""

    name: Name
    title: Line
    after: str = ""

    @model_validator(mode="after")
    def _length(self) -> Stage:
        if self.after:
            clock.parse_span(self.after)
        return self


class Question(_Form):
    """A question: answered by a rule, by an attestation of an item, or by a person.

    A rule is one of `scorecard`; without it, of the template's. `required` is asked of what people answer only: what
    the engine answers always counts.
    """

    id: Name
    title: Line
    why: str = Field(default="", max_length=4000)
    rule: str = ""
    scorecard: str = ""
    attestation: str = ""
    answer: Literal["text", "choice", "number", "date", ""] = ""
    choices: tuple[Line, ...] = ()
    against: tuple[Line, ...] = ()
    required: bool = True
    stages: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Question:
        ways = [way for way in ("rule", "attestation", "answer") if getattr(self, way)]
        if len(ways) != 1:
            raise ValueError("a question is answered one way: name a rule, an attestation, or an answer")
        if (self.answer == "choice") != bool(self.choices):
            raise ValueError("an answer by choice needs choices, and no other has any")
        if not set(self.against) <= set(self.choices):
            raise ValueError("what speaks against it has to be among its choices")
        return self

    @property
    def bound(self) -> bool:
        """Whether the engine answers it."""
        return not self.answer


class Section(_Form):
    """Questions that one team looks at. `reviewers` says in words who they should be, where no team is named."""

    name: Name
    title: Line
    about: str = Field(default="", max_length=4000)
    team: str = ""
    reviewers: str = Field(default="", max_length=200)
    stages: tuple[Name, ...] = ()
    questions: tuple[Question, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _team(self) -> Section:
        if self.team:
            Ref.parse(self.team, kind="team")
        return self


class Signing(_Form):
    """Who signs what was decided: people of teams or with roles, all who may if none is named; another than decided."""

    teams: tuple[str, ...] = ()
    roles: tuple[Name, ...] = ()
    another: bool = False

    @model_validator(mode="after")
    def _teams(self) -> Signing:
        for team in self.teams:
            Ref.parse(team, kind="team")
        return self

    @property
    def who(self) -> Who | None:
        """The people that are named; None where nobody is."""
        named = Who(False, tuple(Ref.parse(team, kind="team") for team in self.teams), self.roles)
        return named if named.teams or named.roles else None


class Template(_Form):
    """A review as it is to be held. With `alone` the person who asked for it may accept and sign it, too."""

    name: Name
    title: Line
    description: str = Field(default="", max_length=4000)
    scorecard: str = ""
    alone: bool = False
    sign: Signing = Signing()
    stages: tuple[Stage, ...] = Field(min_length=1)
    sections: tuple[Section, ...] = Field(min_length=1)

    def sections_at(self, stage: str) -> tuple[Section, ...]:
        """The sections of a stage, with the questions that are asked then."""
        found = [section for section in self.sections if _asked(section.stages, stage)]
        kept = [(one, tuple(each for each in one.questions if _asked(each.stages, stage))) for one in found]
        return tuple(one.model_copy(update={"questions": questions}) for one, questions in kept if questions)

    def stage(self, name: str) -> Stage:
        """The stage of a name.

        Raises:
            UserError: it has none of that name.

        """
        known = {stage.name: stage for stage in self.stages}
        if name not in known:
            raise UserError(f"no stage {name!r}", expected=", ".join(known), hint=suggest(name, known))
        return known[name]

    def next_stage(self, name: str) -> Stage | None:
        """The stage after one; None after the last."""
        names = [stage.name for stage in self.stages]
        place = names.index(name) + 1
        return self.stages[place] if place < len(names) else None

    def scorecard_of(self, question: Question) -> str:
        """The scorecard of a question's rule."""
        return question.scorecard or self.scorecard

    @property
    def text(self) -> str:
        """All of it in one form only, as it is kept with a review."""
        said = self.model_dump(mode="json", exclude=None if self.sign != Signing() else {"sign"})
        return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @property
    def digest(self) -> str:
        """Changes with anything that it says."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def _asked(stages: Collection[str], stage: str) -> bool:
    return not stages or stage in stages


@dataclass(frozen=True)
class Known:
    """What questions may be bound to: the rules of each scorecard, and the items."""

    rules: Mapping[str, frozenset[str]]
    items: frozenset[str]

    @classmethod
    def of(cls, scorecards: Collection[Scorecard]) -> Known:
        rules = {card.name: frozenset(rule.id for rule in card.rules) for card in scorecards}
        return cls(rules, frozenset(rule.item for card in scorecards for rule in card.rules if rule.item))


def parse(text: str, label: str, known: Known | None = None) -> Template:
    """A template of its YAML; what it is bound to is checked where it is known.

    Raises:
        UserError: something in it is wrong; all of it is told, each with its place.

    """
    documents = yaml.read(text, label)
    if len(documents) != 1:
        raise UserError("a template is one document", place=Place(label), got=str(len(documents)))
    found = yaml.parse(documents[0], Template)
    errors = [*_twice(found, documents[0]), *_stages(found, documents[0])]
    errors += _unbound(found, documents[0], known) if known else ()
    if errors:
        raise errors[0] if len(errors) == 1 else UserErrors(errors)
    return found


def _twice(template: Template, document: yaml.Document) -> Iterator[UserError]:
    """Names that are given twice: of stages, of sections, and of questions in the whole template."""
    seen: dict[tuple[str, str], Place] = {}
    named: list[tuple[str, str, tuple[Any, ...]]] = [
        *(("stage", stage.name, ("stages", place, "name")) for place, stage in enumerate(template.stages)),
        *(("section", one.name, ("sections", place, "name")) for place, one in enumerate(template.sections)),
        *(("question", question.id, (*path, "id")) for path, question in _questions(template)),
    ]
    for sort, name, path in named:
        place = document.place(*path)
        if (sort, name) in seen:
            yield UserError(f"{sort} {name!r} is there twice (first at line {seen[sort, name].line})", place=place)
        seen.setdefault((sort, name), place)


def _questions(template: Template) -> Iterator[tuple[tuple[Any, ...], Question]]:
    for place, section in enumerate(template.sections):
        for number, question in enumerate(section.questions):
            yield ("sections", place, "questions", number), question


def _stages(template: Template, document: yaml.Document) -> Iterator[UserError]:
    names = [stage.name for stage in template.stages]
    said: list[tuple[tuple[Any, ...], tuple[str, ...]]] = [
        (("sections", place), section.stages) for place, section in enumerate(template.sections)
    ]
    said += [(path, question.stages) for path, question in _questions(template)]
    for path, stages in said:
        for number, stage in enumerate(stages):
            if stage not in names:
                place = document.place(*path, "stages", number)
                yield UserError(
                    f"no stage {stage!r}", place=place, expected=", ".join(names), hint=suggest(stage, names)
                )


def _unbound(template: Template, document: yaml.Document, known: Known) -> Iterator[UserError]:
    for path, question in _questions(template):
        if question.rule:
            card = template.scorecard_of(question)
            if card not in known.rules:
                place = document.place(*path, "scorecard") if question.scorecard else document.place("scorecard")
                expected = ", ".join(sorted(known.rules))
                yield UserError(
                    f"no scorecard {card!r}", place=place, expected=expected, hint=suggest(card, known.rules)
                )
            elif question.rule not in known.rules[card]:
                place, hint = document.place(*path, "rule"), suggest(question.rule, known.rules[card])
                yield UserError(f"no rule {question.rule!r} in {card}", place=place, hint=hint)
        if question.attestation and question.attestation not in known.items:
            place, hint = document.place(*path, "attestation"), suggest(question.attestation, known.items)
            yield UserError(f"no item {question.attestation!r}", place=place, hint=hint)


def load(path: Path, known: Known | None = None) -> Template:
    """A template of a file; errors as for `parse`, or the file cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"more than {MAX_BYTES:,} bytes", place=Place(str(path)), hint="Is this a template?")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UserError("not UTF-8 text", place=Place(str(path), line), hint="Save the file as UTF-8.") from None
    return parse(text, str(path), known)


def shipped() -> Mapping[str, Template]:
    """Every template that ships, those of your own, and of plugins, by name; one of your own goes before.

    Raises:
        UserError: the folder of your own is not there, or something in a file is wrong.

    """
    brought = tuple(registry.brought("greenboard_review_templates", Path))
    return {**of_files(), **_of_plugins(brought)} if brought else of_files()


@cache
def _of_plugins(brought: tuple[tuple[str, Path], ...]) -> Mapping[str, Template]:
    """The templates of plugins. One of a name that is taken, or that cannot be read, rejects its plugin."""
    found: dict[str, Template] = {}
    for name, folder in brought:
        try:
            several = {one.name: one for one in map(load, sorted(folder.glob("*.yaml")))}
        except UserError as error:
            registry.reject(name, "its review templates", error)
            continue
        taken = sorted(several.keys() & (found.keys() | of_files().keys()))
        if taken:
            said = UserError(f"the name {taken[0]!r} is taken", hint="Choose another name for the template.")
            registry.reject(name, "its review templates", said)
        else:
            found |= several
    return found


@cache
def of_files() -> Mapping[str, Template]:
    """Those that ship and those of your own; errors as for `shipped`."""
    folders = (content.library("reviews"), content.own_reviews())
    paths = [path for folder in folders if folder is not None for path in sorted(folder.glob("*.yaml"))]
    found = {template.name: template for template in map(load, paths)}
    return dict(sorted(found.items(), key=lambda pair: (pair[0] != DEFAULT, pair[0])))


DEFAULT = "production-readiness"


def find(name: str) -> Template:
    """The template of a name.

    Raises:
        UserError: there is none.

    """
    known = shipped()
    if name not in known:
        raise UserError(f"no template {name!r}", expected=", ".join(known), hint=suggest(name, known))
    return known[name]


def again(text: str) -> Template:
    """A template as it was kept with a review."""
    return Template.model_validate_json(text)


def answered(question: Question, value: str) -> str:
    """What somebody answers to a free question, in one form.

    Raises:
        UserError: it is no such answer.

    """
    text = value.strip()
    if question.answer == "choice" and text not in question.choices:
        raise UserError(
            f"{question.id}: not among the choices", expected=", ".join(question.choices), got=repr(text[:80])
        )
    if question.answer == "number" and not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text, re.ASCII):
        raise UserError(f"{question.id}: not a number", expected="like 12 or 99.9", got=repr(text[:80]))
    if question.answer == "date":
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            raise UserError(f"{question.id}: not a date", expected="like 2026-11-26", got=repr(text[:80]))
        clock.parse_time(text)
    if not text or len(text) > LONGEST:
        raise UserError(f"{question.id}: an answer has 1 to {LONGEST:,} characters", got=f"{len(text):,}")
    return text


LONGEST = 20_000
