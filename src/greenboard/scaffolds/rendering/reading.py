"""The documents of a scaffold, `scaffold.yaml` and Copier's `copier.yml`: read, typed, mistakes with their place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from greenboard.catalog.types import KINDS
from greenboard.core import yaml
from greenboard.core.errors import Place, UserError, UserErrors
from greenboard.scaffolds.rendering import questions
from greenboard.scaffolds.rendering.types import Entity, Scaffold, Task

_LONGEST = 200_000
_NAME = r"^[a-z0-9][a-z0-9-]{0,62}$"
_VERSION = r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$"
Name = Annotated[str, Field(pattern=_NAME)]
Word = Annotated[str, Field(min_length=1, max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EntityForm(_Strict):
    """The entity that a project becomes."""

    kind: Word
    type: str = Field(default="", max_length=100)

    @field_validator("kind")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in KINDS:
            raise ValueError(f"no kind of the catalog; it has {', '.join(KINDS)}")
        return value


class TaskForm(_Strict):
    """What is left to do by hand, and the rule that sees it done."""

    title: Word
    rule: Word


class ScaffoldForm(_Strict):
    """A `scaffold.yaml`."""

    name: Name
    title: Word
    description: str = Field(min_length=1, max_length=2_000)
    makes: Literal["project", "part"]
    version: str = Field(pattern=_VERSION, description="Raised with each change of the scaffold, as semver has it.")
    entity: EntityForm | None = None
    languages: list[Word] = []
    parts: list[Name] = Field(default=[], description="Scaffolds beside it that are rendered along with a project.")
    fixes: list[Word] = Field(default=[], description="The rules and checklist items that it helps to meet.")
    tasks: list[TaskForm] = []

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if self.makes == "part" and (self.entity or self.parts):
            raise ValueError("a part has neither an `entity` nor `parts`")
        return self


def read(folder: Path) -> Scaffold:
    """The scaffold of a folder, with the questions of its parts.

    Raises:
        UserError: there is none, or whatever is wrong in it, with file, line and column.

    """
    document = _document(folder / "scaffold.yaml")
    form = yaml.parse(document, ScaffoldForm)
    if form.name != folder.name:
        raise UserError(
            "the name is not that of its folder", expected=folder.name, got=form.name, place=document.place("name")
        )
    asked = questions.read(_text(_copier(folder)), str(_copier(folder)))
    made = Scaffold(
        name=form.name,
        title=form.title,
        description=form.description.strip(),
        makes=form.makes,
        version=form.version,
        folder=folder,
        entity=Entity(form.entity.kind, form.entity.type) if form.entity else None,
        languages=tuple(form.languages),
        fixes=tuple(form.fixes),
        tasks=tuple(Task(task.title, task.rule) for task in form.tasks),
        questions=asked.questions,
        unsafe=asked.unsafe,
    )
    return replace(made, parts=tuple(_parts(made, form, document)))


def _parts(made: Scaffold, form: ScaffoldForm, document: yaml.Document) -> Iterator[Scaffold]:
    """The parts beside it. What they ask and the project does not answer must have an answer of its own."""
    asked = {question.name for question in made.questions}
    for index, name in enumerate(form.parts):
        place = document.place("parts", index)
        try:
            part = read(made.folder.parent / name)
        except UserErrors:
            raise
        except UserError as error:
            raise UserError(f"part {name!r}: {error.what}", place=error.place or place, hint=error.hint) from None
        if part.makes != "part":
            raise UserError(f"{name!r} is a project, not a part", place=place)
        if missing := [q.name for q in part.questions if q.asked and q.required and q.name not in asked]:
            raise UserError(f"part {name!r} asks what the project does not", got=", ".join(missing), place=place)
        yield part


def _copier(folder: Path) -> Path:
    """Copier's document, by either of the names that it may have."""
    found = [folder / name for name in ("copier.yml", "copier.yaml") if (folder / name).is_file()]
    if len(found) != 1:
        raise UserError(
            "no `copier.yml` in the folder" if not found else "both `copier.yml` and `copier.yaml`",
            place=Place(str(folder)),
        )
    return found[0]


def _document(path: Path) -> yaml.Document:
    documents = yaml.read(_text(path), str(path))
    if len(documents) != 1:
        raise UserError("not one document", got=str(len(documents)), place=Place(str(path)))
    return documents[0]


def _text(path: Path) -> str:
    """The text of a file of the scaffold; a link could lead anywhere and is not followed."""
    if path.is_symlink() or not path.is_file():
        raise UserError("there is no such file", place=Place(str(path)))
    if path.stat().st_size > _LONGEST:
        raise UserError("the document is too long", expected=f"at most {_LONGEST:,} bytes", place=Place(str(path)))
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UserError("not UTF-8", place=Place(str(path))) from None
