"""What scaffolds and their renderings are made of. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Makes = Literal["project", "part"]
ANSWERS = ".copier-answers.yml"
"""Where a project remembers its scaffold; a part has its name in it."""
_TEMPLATED = re.compile(r"\{\{|\{%")


@dataclass(frozen=True)
class Choice:
    """An answer to choose, and how it is called."""

    value: Json
    label: str


@dataclass(frozen=True)
class Question:
    """A question of Copier's. Texts may be templates (`templated`), which only rendering can work out.

    `choices` is empty where any answer of the type will do, or where they are worked out by rendering. A question
    whose `when` is false is never asked: its default is worked out of other answers.
    """

    name: str
    type: Literal["bool", "int", "float", "str", "json", "yaml", "path"]
    help: str = ""
    default: Json = None
    required: bool = False
    choices: tuple[Choice, ...] = ()
    several: bool = False
    multiline: bool = False
    secret: bool = False
    when: bool | str = True
    validator: str = ""
    placeholder: str = ""

    @property
    def asked(self) -> bool:
        """Whether anybody is to answer it."""
        return self.when is not False

    @property
    def templated(self) -> bool:
        """Whether its default is worked out when rendering, so that no answer means that one."""
        return isinstance(self.default, str) and bool(_TEMPLATED.search(self.default))


@dataclass(frozen=True)
class Entity:
    """What is registered for a project that is made."""

    kind: str
    type: str = ""


@dataclass(frozen=True)
class Task:
    """What is left to do by hand after rendering, and the rule that sees it done."""

    title: str
    rule: str


@dataclass(frozen=True)
class Scaffold:
    """A starting point: a folder of Copier's, and what is said of it.

    `parts` are scaffolds of parts that are rendered along with it, where the project has no file of that name.
    `unsafe` names what runs code of the scaffold's (tasks, migrations, extensions): refused unless it is trusted.
    """

    name: str
    title: str
    description: str
    makes: Makes
    version: str
    folder: Path
    entity: Entity | None = None
    languages: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()
    questions: tuple[Question, ...] = ()
    parts: tuple[Scaffold, ...] = ()
    unsafe: tuple[str, ...] = ()

    @property
    def answers_file(self) -> str:
        """Where what is made of it remembers the scaffold, its version and the answers."""
        return ANSWERS if self.makes == "project" else ANSWERS.replace(".yml", f".{self.name}.yml")

    def question(self, name: str) -> Question | None:
        """The question of a name."""
        return next((question for question in self.questions if question.name == name), None)


@dataclass(frozen=True)
class Limits:
    """What rendering may take. `output_mib` and `files` are of everything it writes."""

    seconds: float = 30.0
    memory_mib: int = 512
    output_mib: int = 50
    files: int = 2_000


@dataclass(frozen=True)
class Recorded:
    """What a project remembers of how it was made. Secrets are not remembered."""

    scaffold: str
    version: str
    answers: Mapping[str, Json] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    """The parts rendered along with it, by name, and the version of each."""


@dataclass(frozen=True)
class Rendered:
    """What came of rendering: the files by path within the folder, and a digest of their names, modes and contents.

    Of an update: `files` are those that changed, `removed` those that the scaffold let go of, and `conflicts` those
    that the project and the scaffold changed at the same place, which were left as the project has them.
    """

    folder: Path
    files: tuple[str, ...]
    bytes: int
    digest: str
    answers: Mapping[str, Json] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    """What whoever runs this should know, such as that the network could not be cut off."""
