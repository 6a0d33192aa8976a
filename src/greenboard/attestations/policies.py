"""Policies as YAML: how each item is attested. Found by looking; every mistake is told with its place.

One file is one policy. Those of a folder of your own stand beside the ones that ship; one of the same item
takes the place of the one that ships.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from greenboard.attestations.types import Cause, Ends, Kind, Policy, Proof, Question, Who
from greenboard.catalog.types import COMPONENT_KINDS
from greenboard.core import clock, content, yaml
from greenboard.core.errors import Place, UserError, UserErrors, suggest
from greenboard.core.refs import Ref

ITEM = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}(\.[A-Za-z0-9]{1,8}){1,3}")
_LONGEST = timedelta(days=3650)
_EVENTS = tuple(
    cause
    for cause in Cause
    if cause not in (Cause.DATE, Cause.REVOKED, Cause.RENEWED, Cause.WITHDRAWN, Cause.DEPLOYMENTS)
)


def _span(raw: object) -> object:
    """A length of time; a refusal becomes a message that gets the place of the field."""
    try:
        return clock.parse_span(raw) if isinstance(raw, str) else raw
    except UserError as error:
        raise ValueError(str(error)) from None


Span = Annotated[timedelta, BeforeValidator(_span)]
Word = Annotated[str, Field(min_length=1, max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WhoForm(_Strict):
    """Some people."""

    owner: bool = False
    teams: list[Word] = []
    roles: list[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]] = []

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.owner or self.teams or self.roles):
            raise ValueError("names nobody; say `owner: true`, or name teams or roles")
        return self

    def who(self, place: Place) -> Who:
        """The people, as a value; UserError where a team is no reference."""
        try:
            teams = tuple(Ref.parse(team, kind="team") for team in self.teams)
        except UserError as error:
            raise UserError(f"teams: {error.what}", place=place, expected=error.expected, got=error.got) from None
        return Who(self.owner, teams, tuple(self.roles))


class QuestionForm(_Strict):
    """A question, with what its answer may be."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    ask: Word
    doc: str = ""
    type: Kind
    required: bool = True
    options: list[Word] = []
    least: float | None = None
    most: float | None = None
    whole: bool = False
    earliest: Annotated[int, Field(ge=0, le=36500)] | None = None
    future: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.type is Kind.CHOICE) != bool(self.options):
            raise ValueError("a choice has options, and nothing else has")
        if self.type not in (Kind.NUMBER, Kind.TEXT) and (self.least is not None or self.most is not None):
            raise ValueError("least and most bound a number or the length of a text")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least is more than most")
        if self.type is not Kind.DATE and (self.earliest is not None or self.future):
            raise ValueError("earliest and future are about a date")
        return self

    def question(self) -> Question:
        """The question as a value."""
        told = self.model_dump(exclude={"type", "options"})
        return Question(kind=self.type, options=tuple(self.options), **told)


class EvidenceForm(_Strict):
    """What is asked for, and what there has to be at least one of."""

    ask: Word
    need: list[Proof] = []


class PolicyForm(_Strict):
    """One file."""

    item: Annotated[str, Field(pattern=rf"^{ITEM.pattern}$")]
    title: Word
    statement: Annotated[str, Field(min_length=1, max_length=2000)]
    kinds: list[Word] = list(COMPONENT_KINDS)
    who: WhoForm
    confirm: WhoForm | None = None
    valid_for: Span
    remind: list[Annotated[int, Field(ge=1, le=365)]] = [30, 7, 1]
    ends_on: list[Literal[_EVENTS]] = []  # type: ignore[valid-type]
    ends_after_deployments: Annotated[int, Field(ge=1, le=100_000)] | None = None
    questions: list[QuestionForm] = []
    evidence: EvidenceForm | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not timedelta() < self.valid_for <= _LONGEST:
            raise ValueError("valid_for is a length of time of up to 3650d, such as 365d")
        return self


def parse(text: str, label: str) -> Policy:
    """The policy of a file's text.

    Raises:
        UserError: it is no policy; all that is wrong is told, each with its place.

    """
    documents = yaml.read(text, label)
    if len(documents) != 1:
        raise UserError("one policy to a file", place=Place(label), got=f"{len(documents)} documents")
    document = documents[0]
    form = yaml.parse(document, PolicyForm)
    wrong = list(_twice(form, document))
    if wrong:
        raise wrong[0] if len(wrong) == 1 else UserErrors(wrong)
    confirm = form.confirm.who(document.place("confirm", "teams")) if form.confirm else None
    return Policy(
        item=form.item,
        title=form.title,
        statement=" ".join(form.statement.split()),
        kinds=tuple(form.kinds),
        who=form.who.who(document.place("who", "teams")),
        confirm=confirm,
        valid_for=form.valid_for,
        remind=tuple(sorted(set(form.remind), reverse=True)),
        ends=Ends(frozenset(form.ends_on), form.ends_after_deployments),
        questions=tuple(one.question() for one in form.questions),
        evidence=form.evidence.ask if form.evidence else "",
        need=tuple(form.evidence.need) if form.evidence else (),
        source=Path(label).name,
    )


def _twice(form: PolicyForm, document: yaml.Document) -> Iterator[UserError]:
    seen: set[str] = set()
    for number, question in enumerate(form.questions):
        if question.id in seen:
            yield UserError(f"a second question {question.id!r}", place=document.place("questions", number, "id"))
        seen.add(question.id)


def load(folders: Iterable[Path]) -> dict[str, Policy]:
    """The policies of some folders by item; those of a later folder take the place of earlier ones.

    Raises:
        UserError: a file cannot be read, is no policy, or has the item of another one of its folder.

    """
    found: dict[str, Policy] = {}
    wrong: list[UserError] = []
    for folder in folders:
        here: dict[str, str] = {}
        for path in sorted(folder.glob("*.yaml")):
            try:
                policy = parse(path.read_text(encoding="utf-8"), str(path))
            except (OSError, UnicodeDecodeError) as error:
                wrong.append(UserError(f"cannot be read: {error}", place=Place(str(path))))
            except UserError as error:
                wrong.append(error)
            else:
                if policy.item in here:
                    what = f"{policy.item} has a policy already, in {here[policy.item]}"
                    wrong.append(UserError(what, place=Place(str(path))))
                here[policy.item] = path.name
                found[policy.item] = policy
    if wrong:
        raise wrong[0] if len(wrong) == 1 else UserErrors(wrong)
    return dict(sorted(found.items()))


@cache
def shipped() -> Mapping[str, Policy]:
    """The policies that ship and those of your own, by item, read once. Errors as for `load`."""
    folders = (content.library("attestations"), content.own_attestations())
    return load(folder for folder in folders if folder is not None)


def of(item: str) -> Policy:
    """The policy of an item.

    Raises:
        UserError: it has none.

    """
    found = shipped().get(item)
    if found is None:
        hint = suggest(item, shipped()) or "Write a policy for it; see docs/attestations.md."
        raise NoPolicy(f"no policy says how {item[:40]!r} is attested", hint=hint)
    return found


class NoPolicy(UserError):
    """An item that nobody said how to attest."""
